// The wallboard: read from six metres, without names or numbers of people.
import type { Wallboard } from "../api/types";
import { useTexts } from "../i18n";
import { PaceTable } from "../parts/pace";
import { Shields } from "../parts/shields";
import { clock, timeOfDay } from "../words/time";

export function WallboardView({ board, now, age, zone }: { board: Wallboard; now: number; age: number; zone: string }) {
  const t = useTexts();
  const { today, conservation } = board;
  const ageText = t.lists.seconds(Math.max(0, Math.round(age / 1000)));
  const stale = age > 12_000;
  const share = today.answered > 0 ? `${Math.round((100 * today.answered10s) / today.answered)} %` : "–";
  const open = board.perOffice.reduce((n, o) => n + o.open, 0);
  const shown = board.perOffice.filter((o) => o.office !== board.office || o.open + o.pace.accept.n > 0);
  const past = board.perOffice.reduce((n, o) => n + o.pastTarget, 0);
  const oldest = board.perOffice
    .filter((o) => o.pastTarget > 0 && o.oldestSince)
    .sort((a, b) => (a.oldestSince ?? "").localeCompare(b.oldestSince ?? ""))[0];
  const n = (code: string) => today.outcomes[code] ?? 0;
  const named = [
    "valid_polres",
    "ditutup_polda_diteruskan",
    "valid_polda",
    "informasi",
    "kosong",
    "iseng",
    "laporan_palsu",
    "ditinggal_antrean",
    "ditinggal_dering",
    "putus_penelepon",
    "tes",
  ];
  const rest = Object.entries(today.outcomes).reduce((sum, [code, k]) => (named.includes(code) ? sum : sum + k), 0);
  const left = n("ditinggal_antrean") + n("ditinggal_dering") + n("putus_penelepon");
  const rows: [string, number][] = [
    [t.wall.valid, n("valid_polres") + n("ditutup_polda_diteruskan") + n("valid_polda")],
    [t.wall.rows.information, n("informasi")],
    [t.wall.rows.empty, n("kosong")],
    [t.wall.rows.prank, n("iseng") + n("laporan_palsu")],
    [t.wall.rows.left, left],
    [t.wall.other, rest],
    [t.wall.liveRow, conservation.live],
  ];
  return (
    <div className={`wall ${stale ? "stale" : ""}`} data-testid="wall">
      <header>
        <b>{board.name}</b>
        <span className="dim">{t.wall.today}</span>
        <span className="sp" />
        <span className="num dim" data-testid="wall-age">
          {t.wall.age(ageText)}
        </span>
        <b className="num hour">{timeOfDay(now, zone).slice(0, 5)}</b>
      </header>
      {stale && (
        <div className="banner bad" role="alert" data-testid="wall-stale">
          ⚠ {t.wall.stale(ageText)}
        </div>
      )}
      <Shields shields={board.shields} />
      <Cell
        name={t.wall.queue}
        value={board.queue}
        bad={board.queue > board.ready + board.talking && board.queue > 0}
        under={board.longestSince ? `${t.wall.longest} ${clock(now - Date.parse(board.longestSince))}` : t.wall.noWait}
      />
      <Cell name={t.wall.live} value={board.live} under={t.wall.of(board.talking, board.onDuty)} />
      <Cell
        name={t.wall.answered}
        value={share}
        under={t.wall.answeredOf(today.answered)}
        bad={today.answered >= 10 && today.answered10s / today.answered < 0.8}
      />
      <Cell
        name={t.polda.wall.past}
        value={past}
        under={
          oldest?.oldestSince
            ? `${t.polda.wall.pastIn(oldest.name)} ${clock(now - Date.parse(oldest.oldestSince))}`
            : `${t.polda.wall.none} · ${open} ${t.polda.wall.openCol}`
        }
        bad={past > 0}
      />
      <PaceTable offices={shown} />
      <div className="tab">
        <table>
          <thead>
            <tr>
              <th>{t.wall.in}</th>
              <th className={conservation.balanced ? "" : "alarm"}>
                {conservation.balanced ? `✓ ${t.wall.balance}` : `⚠ ${t.wall.unbalance}`}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, k]) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="num">{k}</td>
              </tr>
            ))}
            <tr>
              <td>
                <b>{t.wall.total}</b>
              </td>
              <td className="num">
                <b>{conservation.in}</b>
              </td>
            </tr>
            <tr>
              <td>{t.wall.callbacks}</td>
              <td className={`num ${today.callbacks > 0 ? "warned" : ""}`}>{today.callbacks}</td>
            </tr>
            {n("tes") > 0 && (
              <tr>
                <td className="dim">{t.wall.rows.test}</td>
                <td className="num dim">{n("tes")}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Cell({
  name,
  value,
  under,
  bad = false,
}: {
  name: string;
  value: string | number;
  under: string;
  bad?: boolean;
}) {
  return (
    <div>
      <h2>{name}</h2>
      <div className={`v num ${bad ? "alarm-v" : ""}`}>
        {bad && <span aria-hidden="true">▲</span>}
        {value}
      </div>
      <span className="under">{under}</span>
    </div>
  );
}
