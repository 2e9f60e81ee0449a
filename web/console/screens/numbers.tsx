// Numbers by their past: why each is marked, which calls count and what is left of them, and what can be done.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, command } from "../api/client";
import type { Standing } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { useLetter } from "../keys/use-letter";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";
import { Link } from "../parts/link";
import { type Listing, ListStates } from "../parts/list";
import { levelSigns } from "../parts/past";
import { dayTime } from "../words/time";
import { Frame } from "./frame";
import { decimal, WhyDialog } from "./sift-menu";

type Least = "chip" | "gate" | "low";
type Doing = "block" | "unblock" | "clear" | "share" | "unshare";

export function NumbersPage() {
  const { session } = useDesk();
  const [level, set] = useState<Least>("chip");
  const id = session.office.id;
  const list = useQuery({
    queryKey: ["numbers", id, level],
    queryFn: () => ask(() => client.GET("/offices/{id}/numbers", { params: { path: { id }, query: { level } } })),
  });
  return <NumbersView list={list} level={level} onLevel={set} />;
}

export function NumbersView({
  list,
  level,
  onLevel,
  first = null,
}: {
  list: Listing<Standing[]>;
  level: Least;
  onLevel: (l: Least) => void;
  first?: Standing | null;
}) {
  const t = useTexts();
  const s = t.sift.numbers;
  const { session } = useDesk();
  const run = useRun();
  const cache = useQueryClient();
  const [one, show] = useState<Standing | null>(first);
  const [text, type] = useState("");
  const id = session.office.id;
  const items = list.data ?? [];
  const look = async (number: string) => {
    const found = await run(() =>
      command((headers) =>
        client.POST("/offices/{id}/numbers/look", { params: { path: { id } }, body: { number }, headers }),
      ),
    );
    if (found) show(found);
  };
  const step = (by: number) => {
    const at = items.findIndex((x) => x.number === one?.number);
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next) show(next);
  };
  useKeys({ up: () => step(-1), down: () => step(1) });
  const find = (e: FormEvent) => {
    e.preventDefault();
    if (text.trim()) void look(text.trim());
  };
  const say = (w: { id: string; en: string }) => (t.lang === "en" ? w.en : w.id);
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <select
            className="fld w220"
            aria-label={s.level}
            value={level}
            onChange={(e) => onLevel(e.target.value as Least)}
            data-testid="numbers-level"
          >
            {(["chip", "gate", "low"] as const).map((l) => (
              <option key={l} value={l}>
                {s.level}: {t.sift.short[l]}
              </option>
            ))}
          </select>
          <form className="row" onSubmit={find}>
            <input
              className="fld w220 num"
              inputMode="tel"
              aria-label={s.look}
              placeholder={`${s.look}: ${s.lookHint}`}
              value={text}
              maxLength={40}
              onChange={(e) => type(e.target.value)}
              data-testid="numbers-look"
            />
            <Act type="submit" testid="numbers-find">
              {s.find}
            </Act>
          </form>
          <span className="dim">{s.hint}</span>
        </div>
        <div />
        <div className="split">
          <div>
            <ListStates query={list} empty={(d) => d.length === 0} emptyText={s.none}>
              {(d) => (
                <table className="list">
                  <thead>
                    <tr>
                      <th>{s.number}</th>
                      <th>{s.now}</th>
                      <th>{s.why}</th>
                      <th className="right">{s.points}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {d.map((n) => (
                      <tr key={n.number} aria-selected={n.number === one?.number}>
                        <td className="num">
                          <button
                            type="button"
                            className="open"
                            onClick={() => void look(n.number)}
                            data-testid={`number-${n.number}`}
                          >
                            {n.numberText}
                          </button>
                        </td>
                        <td>
                          <LevelChip of={n} />
                        </td>
                        <td>{n.why.map(say).join("; ")}</td>
                        <td className="num right">{decimal(n.score, t.lang)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </ListStates>
          </div>
          <aside aria-label={s.number}>
            {one ? (
              <One
                key={one.number}
                of={one}
                onChange={(now) => {
                  show(now);
                  void cache.invalidateQueries({ queryKey: ["numbers"] });
                }}
              />
            ) : (
              <p className="dim">{s.choose}</p>
            )}
          </aside>
        </div>
      </main>
    </Frame>
  );
}

function LevelChip({ of }: { of: Standing }) {
  const t = useTexts();
  const sign = of.level ? levelSigns[of.level] : null;
  return (
    <span className="row">
      <span className={`chip ${sign ? sign[1] : ""}`}>
        {sign && <span aria-hidden="true">{sign[0]} </span>}
        {t.sift.levels[of.level]}
      </span>
      {of.shared && <span className="chip">⌂ {t.sift.numbers.shared}</span>}
      {of.block && <span className="chip bad">✕ {t.sift.numbers.block}</span>}
    </span>
  );
}

/** One number: its state in words, what may be done, and the calls that count, each with what is left of it. */
function One({ of, onChange }: { of: Standing; onChange: (now: Standing) => void }) {
  const t = useTexts();
  const s = t.sift.numbers;
  const { session } = useDesk();
  const [doing, ask] = useState<Doing | "notice" | null>(null);
  useLetter((k) => {
    if (k !== "p" || doing || !of.notice || of.notice.not) return false;
    ask("notice");
    return true;
  });
  const zone = session.office.zone;
  const say = (w: { id: string; en: string }) => (t.lang === "en" ? w.en : w.id);
  return (
    <div className="stack" data-testid="number-one">
      <h2 className="who num">{of.numberText}</h2>
      <LevelChip of={of} />
      {of.why.map((w) => (
        <div key={w.id}>{say(w)}</div>
      ))}
      {of.block && (
        <p className="alarm" data-testid="number-blocked">
          {s.blocked(dayTime(Date.parse(of.block.until), zone), "")} “{of.block.reason}”
        </p>
      )}
      <div className="row wraps">
        {of.block ? (
          <Act testid="number-unblock" onClick={() => ask("unblock")}>
            {s.unblock}
          </Act>
        ) : (
          <Act look="warn" testid="number-block" onClick={() => ask("block")}>
            {s.block}…
          </Act>
        )}
        <Act testid="number-clear" onClick={() => ask("clear")}>
          {s.clear}…
        </Act>
        {of.notice && !of.notice.not && (
          <Act testid="number-notice" hint="P" onClick={() => ask("notice")}>
            {s.notice}…
          </Act>
        )}
        <Act testid="number-shared" onClick={() => ask(of.shared ? "unshare" : "share")}>
          {of.shared ? s.unshare : s.share}…
        </Act>
      </div>
      {of.notice?.last && (
        <p className="dim" data-testid="number-noticed">
          ✉ {s.noticed(dayTime(Date.parse(of.notice.last), zone))}
        </p>
      )}
      <h2>{s.steps}</h2>
      {of.steps.length === 0 ? (
        <p className="dim">{s.noSteps}</p>
      ) : (
        <table className="list">
          <thead>
            <tr>
              <th>{s.when}</th>
              <th>{s.what}</th>
              <th className="right">{s.counted}</th>
              <th className="right">{s.left}</th>
            </tr>
          </thead>
          <tbody>
            {of.steps.map((x) => (
              <tr key={`${x.call} ${x.kind}`}>
                <td className="num">
                  <Link href={`/panggilan/${x.call}`}>{dayTime(Date.parse(x.at), zone)}</Link>
                </td>
                <td>
                  {word(t.sift.kinds, x.kind)}
                  {x.prank && `, ${word(t.outcomes.pranks, x.prank).toLowerCase()}`}
                </td>
                <td className="num right">{decimal(x.points, t.lang)}</td>
                <td className="num right">{decimal(x.left, t.lang)}</td>
              </tr>
            ))}
            <tr>
              <td colSpan={3}>
                <b>{s.sum}</b>
              </td>
              <td className="num right">
                <b>{decimal(of.score, t.lang)}</b>
              </td>
            </tr>
          </tbody>
        </table>
      )}
      {doing === "notice" && of.notice && (
        <NoticeDialog
          of={of}
          text={of.notice.text}
          onClose={() => ask(null)}
          onDone={(now) => {
            ask(null);
            onChange(now);
          }}
        />
      )}
      {doing && doing !== "notice" && (
        <Change
          doing={doing}
          number={of.number}
          onClose={() => ask(null)}
          onDone={(now) => {
            ask(null);
            onChange(now);
          }}
        />
      )}
    </div>
  );
}

/** Shows to whom the site's notice goes and each word of it, before it goes. */
export function NoticeDialog({
  of,
  text,
  onClose,
  onDone,
}: {
  of: Standing;
  text: string;
  onClose: () => void;
  onDone: (now: Standing) => void;
}) {
  const t = useTexts();
  const s = t.sift.numbers;
  const { session } = useDesk();
  const run = useRun();
  const [busy, set] = useState(false);
  const send = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    set(true);
    const params = { path: { id: session.office.id } };
    const now = await run(() =>
      command<Standing>((headers) =>
        client.POST("/offices/{id}/numbers/notice", { params, body: { number: of.number }, headers }),
      ),
    );
    set(false);
    if (now) onDone(now);
  };
  return (
    <Dialog title={s.noticeTitle} onClose={onClose} testid="notice-ask" size={460}>
      <form className="stack" onSubmit={(e) => void send(e)}>
        <div>
          {s.noticeTo} <b className="num">{of.numberText}</b>
        </div>
        <blockquote className="quoted" data-testid="notice-text">
          {text}
        </blockquote>
        <p className="dim">{s.noticeHint}</p>
        <div className="row">
          <Act look="main" type="submit" testid="notice-send" disabled={busy} data-autofocus>
            {s.noticeSend}
          </Act>
          <Act look="quiet" onClick={onClose}>
            {t.common.cancel}
          </Act>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks why, does it, and tells what is known of the number then. */
export function Change({
  doing,
  number,
  onClose,
  onDone,
}: {
  doing: Doing;
  number: string;
  onClose: () => void;
  onDone: (now: Standing) => void;
}) {
  const t = useTexts();
  const s = t.sift.numbers;
  const { session } = useDesk();
  const run = useRun();
  const [hours, set] = useState(2);
  const params = { path: { id: session.office.id } };
  const save = async (reason: string) => {
    const now = await run(() =>
      command<Standing>((headers) => {
        switch (doing) {
          case "block":
            return client.POST("/offices/{id}/numbers/block", { params, body: { number, hours, reason }, headers });
          case "unblock":
            return client.POST("/offices/{id}/numbers/unblock", { params, body: { number, reason }, headers });
          case "clear":
            return client.POST("/offices/{id}/numbers/clear", { params, body: { number, reason }, headers });
          default:
            return client.POST("/offices/{id}/numbers/shared", {
              params,
              body: { number, on: doing === "share", what: reason },
              headers,
            });
        }
      }),
    );
    if (now) onDone(now);
  };
  const words: Record<Doing, [string, string]> = {
    block: [s.blockTitle, s.blockHint],
    unblock: [s.unblock, ""],
    clear: [s.clear, s.clearHint],
    share: [s.share, s.shareHint],
    unshare: [s.unshare, s.unshareHint],
  };
  return (
    <WhyDialog
      title={words[doing][0]}
      hint={words[doing][1]}
      act={doing === "block" ? s.block : s.save}
      {...(doing === "share" ? { label: s.shareWhat } : {})}
      onClose={onClose}
      onSave={(reason) => void save(reason)}
    >
      {doing === "block" && (
        <label className="above">
          {s.hours}
          <input
            className="fld w150 num"
            type="number"
            min={0.5}
            max={24}
            step={0.5}
            required
            value={hours}
            onChange={(e) => set(Number(e.target.value))}
            data-testid="block-hours"
          />
        </label>
      )}
    </WhyDialog>
  );
}
