// All offices at one look: what is open, whose clock is the oldest, which steps are late by name, who is there.
import { useQuery } from "@tanstack/react-query";
import { ask, client } from "../api/client";
import type { Overview, OverviewLine } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useTexts } from "../i18n";
import { Link } from "../parts/link";
import { type Listing, ListStates } from "../parts/list";
import { clock } from "../words/time";
import { Frame } from "./frame";
import { leads } from "./sift-menu";

export function OverviewPage() {
  const query = useQuery({
    queryKey: ["overview"],
    queryFn: () => ask(() => client.GET("/overview")),
    refetchInterval: 2000,
    staleTime: 0,
  });
  return <OverviewView overview={query} />;
}

/** Offices with late steps first, then those whose oldest emergency waits longest, then by name as the directory has it. */
export function inOrder(lines: readonly OverviewLine[]): OverviewLine[] {
  const rank = (o: OverviewLine) => (o.pastTarget > 0 ? 0 : o.late.length > 0 ? 1 : o.oldest ? 2 : o.open > 0 ? 3 : 4);
  return [...lines].sort(
    (a, b) => rank(a) - rank(b) || (a.oldest?.firstRing ?? "~").localeCompare(b.oldest?.firstRing ?? "~"),
  );
}

const shownLate = 3;

export function OverviewView({ overview }: { overview: Listing<Overview> }) {
  const t = useTexts();
  const s = t.polda.overview;
  const { session } = useDesk();
  const now = useNow(1000);
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <span className="dim">{s.hint}</span>
          {leads(session) && (
            <span className="push">
              <Link href="/pemerataan">{t.polda.nav.fairness} →</Link>
            </span>
          )}
        </div>
        <div />
        <div className="body">
          <ListStates query={overview} empty={(d) => d.offices.length === 0} emptyText={s.none}>
            {(d) => (
              <table className="list over" data-testid="overview">
                <thead>
                  <tr>
                    <th scope="col">{s.office}</th>
                    <th scope="col" className="right">
                      {s.open}
                    </th>
                    <th scope="col" title={s.oldestHint}>
                      {s.oldest}
                    </th>
                    <th scope="col">{s.late}</th>
                    <th scope="col">{s.units}</th>
                    <th scope="col">{s.staff}</th>
                    <th scope="col">{s.queues}</th>
                  </tr>
                </thead>
                <tbody>
                  {inOrder(d.offices).map((o) => (
                    <Line key={o.office} line={o} now={now} />
                  ))}
                </tbody>
              </table>
            )}
          </ListStates>
        </div>
      </main>
    </Frame>
  );
}

function Line({ line: o, now }: { line: OverviewLine; now: number }) {
  const t = useTexts();
  const s = t.polda.overview;
  const past = o.oldest?.by && Date.parse(o.oldest.by) < now;
  return (
    <tr data-testid={`over-${o.office}`}>
      <th scope="row">
        <Link href={`/laporan?office=${encodeURIComponent(o.office)}`}>{o.name}</Link>
        <br />
        <span className="thin dim">
          {s.target} {o.target.minutes} {t.common.minutes} · {o.target.since ? s.since(o.target.since) : s.national}
        </span>
      </th>
      <td className="num right">
        <b>{o.open}</b>
        {o.waiting > 0 && (
          <>
            <br />
            <span className="warned">▲ {s.waiting(o.waiting)}</span>
          </>
        )}
      </td>
      <td className="num" title={s.oldestHint}>
        {o.oldest ? (
          <>
            <span className={`clockbig ${past ? "alarm" : ""}`}>
              {past ? "▲ " : ""}
              {clock(now - Date.parse(o.oldest.firstRing))}
            </span>
            <br />
            <Link href={`/laporan/${o.oldest.incident}`}>{o.oldest.no || "…"}</Link>
            {o.pastTarget > 1 && <span className="alarm"> · {s.pastTarget(o.pastTarget)}</span>}
          </>
        ) : (
          <span className="dim">–</span>
        )}
      </td>
      <td>
        <Late line={o} now={now} />
      </td>
      <td>
        {o.units.all === 0 ? (
          <span className="dim">{s.noUnits}</span>
        ) : (
          <>
            <b className={`num ${o.planned !== null && o.units.manned < o.planned ? "warned" : ""}`}>
              {o.planned !== null && o.units.manned < o.planned ? "▲ " : ""}
              {s.unitsOf(o.units.manned, o.planned ?? o.units.all)}
            </b>
            <br />
            <span className="thin dim">
              {s.free(o.units.free)}
              {o.planned === null && ` · ${s.noPlan}`}
            </span>
          </>
        )}
      </td>
      <td>
        {o.onDuty === 0 ? (
          <span className="warned">▲ {s.nobody}</span>
        ) : (
          <>
            <b className="num">{o.onDuty}</b> <span className="dim">{s.ready(o.ready)}</span>
          </>
        )}
        <br />
        <span className="thin dim">
          {s.chief}: {o.chief || s.noChief}
        </span>
      </td>
      <td className="thin">
        {(
          [
            ["service", o.services],
            ["information", o.information],
            ["complaint", o.complaints],
          ] as const
        )
          .filter(([, n]) => n > 0)
          .map(([c, n]) => (
            <div key={c}>
              <Link href={`/laporan?office=${encodeURIComponent(o.office)}&class=${c}`}>
                {t.polda.classes[c]} <b className="num">{n}</b>
              </Link>
            </div>
          ))}
      </td>
    </tr>
  );
}

function Late({ line: o, now }: { line: OverviewLine; now: number }) {
  const t = useTexts();
  const s = t.polda.overview;
  if (o.late.length === 0) return <span className="dim">{s.lateNone}</span>;
  return (
    <div className="late">
      {o.late.slice(0, shownLate).map((l) => (
        <span key={l.incident + l.step + l.unit}>
          <b className="alarm num">+{clock(now - Date.parse(l.by))}</b> {t.polda.steps[l.step]}
          {l.unit && ` ${l.unit}`} · <b>{l.name || s.nobodyNamed}</b>
          {l.level && <span className="dim"> ({s.asked(t.levels[l.level])})</span>}
        </span>
      ))}
      {o.late.length > shownLate && <span className="dim">{s.lateMore(o.late.length - shownLate)}</span>}
    </div>
  );
}
