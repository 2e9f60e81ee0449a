// The pranks of a shift by number: some of them into a case file for the prosecutor, one of them blocked.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client } from "../api/client";
import type { PrankNumber } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { Link } from "../parts/link";
import { type Listing, ListStates } from "../parts/list";
import { clock, dayTime } from "../words/time";
import { Frame } from "./frame";
import { Change } from "./numbers";
import { keepFile, WhyDialog } from "./sift-menu";

type Span = "8" | "12" | "24" | "168";
interface Time {
  span: Span;
  from: string;
  to: string;
}

const before = (now: number, span: Span): Time => ({
  span,
  from: new Date(now - Number(span) * 3_600_000).toISOString(),
  to: new Date(now).toISOString(),
});

export function PranksPage() {
  const { session, now } = useDesk();
  const [time, set] = useState<Time>(() => before(now(), "8"));
  const id = session.office.id;
  const list = useQuery({
    queryKey: ["pranks", id, time],
    queryFn: () =>
      ask(() =>
        client.GET("/offices/{id}/pranks", { params: { path: { id }, query: { from: time.from, to: time.to } } }),
      ),
  });
  return <PranksView list={list} time={time} onSpan={(s) => set(before(now(), s))} />;
}

export function PranksView({
  list,
  time,
  onSpan,
}: {
  list: Listing<PrankNumber[]>;
  time: Time;
  onSpan: (s: Span) => void;
}) {
  const t = useTexts();
  const s = t.sift.pranks;
  const { session } = useDesk();
  const run = useRun();
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const [asking, ask_] = useState<"" | "file">("");
  const [blocking, block] = useState("");
  const [busy, work] = useState(false);
  const [done, say] = useState(false);
  const id = session.office.id;
  const zone = session.office.zone;
  const flip = (n: string) => {
    const next = new Set(chosen);
    if (!next.delete(n)) next.add(n);
    choose(next);
    say(false);
  };
  const file = async (reason: string) => {
    work(true);
    const ok = await run(() =>
      keepFile(
        () =>
          client.POST("/offices/{id}/case-file", {
            params: { path: { id } },
            body: { numbers: [...chosen], from: time.from, to: time.to, reason },
            parseAs: "blob",
          }),
        "berkas.zip",
      ).then(() => true),
    );
    work(false);
    if (!ok) return;
    ask_("");
    say(true);
  };
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <select
            className="fld w220"
            aria-label={s.span}
            value={time.span}
            onChange={(e) => {
              choose(new Set());
              onSpan(e.target.value as Span);
            }}
            data-testid="pranks-span"
          >
            {(["8", "12", "24", "168"] as const).map((x) => (
              <option key={x} value={x}>
                {s.spans[x]}
              </option>
            ))}
          </select>
          <Act look="main" disabled={chosen.size === 0} onClick={() => ask_("file")} testid="case-file">
            {s.file}
          </Act>
          <span role="status" className={done ? "good" : "dim"} data-testid="case-said">
            {done ? `✓ ${s.done}` : chosen.size > 0 ? s.selected(chosen.size) : s.hint}
          </span>
        </div>
        <div />
        <div className="body">
          <ListStates query={list} empty={(d) => d.length === 0} emptyText={s.none}>
            {(d) => (
              <table className="list">
                <thead>
                  <tr>
                    <th />
                    <th>{s.number}</th>
                    <th className="right">{s.count}</th>
                    <th>{s.kinds}</th>
                    <th>{s.last}</th>
                    <th className="right">{s.talk}</th>
                    <th>{s.calls}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {d.map((p) => {
                    const name = p.number ? p.numberText || p.number : t.call.withheld;
                    const can = p.number !== "" && !p.withheld;
                    return (
                      <tr key={p.number || "withheld"} aria-selected={chosen.has(p.number)}>
                        <td>
                          <input
                            type="checkbox"
                            aria-label={s.select(name)}
                            disabled={!can}
                            checked={chosen.has(p.number)}
                            onChange={() => flip(p.number)}
                            data-testid={`prank-${p.number}`}
                          />
                        </td>
                        <td className="num">
                          {name} {!can && <span className="dim">({s.withheldHint})</span>}
                        </td>
                        <td className="num right">{p.count}</td>
                        <td>
                          {Object.entries(p.kinds)
                            .map(
                              ([k, n]) => `${n}× ${word({ ...t.outcomes.pranks, ...t.sift.kinds }, k).toLowerCase()}`,
                            )
                            .join(", ")}
                        </td>
                        <td className="num">{dayTime(Date.parse(p.last), zone)}</td>
                        <td className="num right">{clock(p.talkMs)}</td>
                        <td className="num">
                          {p.calls.slice(0, 4).map((c, i) => (
                            <span key={c}>
                              {i > 0 && " · "}
                              <Link href={`/panggilan/${c}`} aria-label={`${s.calls} ${name} ${i + 1}`}>
                                {i + 1}
                              </Link>
                            </span>
                          ))}
                          {p.calls.length > 4 && <span className="dim"> {s.more(p.calls.length - 4)}</span>}
                        </td>
                        <td>
                          {can && (
                            <Act look="small" aria-label={`${s.block}: ${name}`} onClick={() => block(p.number)}>
                              {s.block}…
                            </Act>
                          )}
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            )}
          </ListStates>
        </div>
      </main>
      {asking === "file" && (
        <WhyDialog
          title={s.fileTitle}
          hint={s.fileHint}
          label={s.fileReason}
          act={busy ? s.making : s.download}
          busy={busy}
          onClose={() => ask_("")}
          onSave={(reason) => void file(reason)}
        />
      )}
      {blocking && <Change doing="block" number={blocking} onClose={() => block("")} onDone={() => block("")} />}
    </Frame>
  );
}
