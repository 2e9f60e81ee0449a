// The conservation sheet of a day: what came in is what ended and what is live, or the calls that don't add up by name.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client } from "../api/client";
import type { Sheet } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { Link } from "../parts/link";
import { type Listing, ListStates } from "../parts/list";
import { clock, isoDay } from "../words/time";
import { Frame } from "./frame";
import { keepFile } from "./sift-menu";

export function SheetPage() {
  const { session, now } = useDesk();
  const [day, set] = useState(() => isoDay(now(), session.office.zone));
  const id = session.office.id;
  const sheet = useQuery({
    queryKey: ["calls", "sheet", id, day],
    queryFn: () => ask(() => client.GET("/offices/{id}/sheet", { params: { path: { id }, query: { day } } })),
    placeholderData: keepPreviousData,
  });
  return <SheetView sheet={sheet} day={day} onDay={set} />;
}

export function SheetView({ sheet, day, onDay }: { sheet: Listing<Sheet>; day: string; onDay: (d: string) => void }) {
  const t = useTexts();
  const s = t.sift.sheet;
  const { session, outcomes } = useDesk();
  const run = useRun();
  const [from, start] = useState(`${day.slice(0, 8)}01`);
  const [to, end] = useState(day);
  const long = Date.parse(to) - Date.parse(from) > 92 * 86_400_000;
  const name = (code: string) => {
    const o = outcomes.find((x) => x.code === code);
    return o ? (t.lang === "en" ? o.en : o.id) : code.replaceAll("_", " ");
  };
  const save = (e: FormEvent) => {
    e.preventDefault();
    void run(() =>
      keepFile(
        () =>
          client.GET("/offices/{id}/sheet.csv", {
            params: { path: { id: session.office.id }, query: { from, to } },
            parseAs: "blob",
          }),
        `lembar-${from}-${to}.csv`,
      ),
    );
  };
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <input
            className="fld w150"
            type="date"
            aria-label={t.lists.day}
            value={day}
            onChange={(e) => e.target.value && onDay(e.target.value)}
            data-testid="sheet-day"
          />
          <form className="row push" onSubmit={save}>
            <label className="row dim">
              {s.from}
              <input
                className="fld w150"
                type="date"
                required
                value={from}
                max={to}
                onChange={(e) => start(e.target.value)}
              />
            </label>
            <label className="row dim">
              {s.to}
              <input
                className="fld w150"
                type="date"
                required
                value={to}
                min={from}
                onChange={(e) => end(e.target.value)}
              />
            </label>
            <Act type="submit" disabled={long} testid="sheet-csv">
              {s.csv}
            </Act>
            {long && <span className="alarm">{s.tooLong}</span>}
          </form>
        </div>
        <div className="bar-more dim">{s.hint}</div>
        <div className="body">
          <ListStates query={sheet} empty={(d) => d.in === 0 && d.balanced} emptyText={s.none}>
            {(d) => (
              <div className="sheet stack">
                <div className={`banner ${d.balanced ? "good" : "bad"}`} role="status" data-testid="sheet-balance">
                  {d.balanced ? `✓ ${s.balanced}` : `⚠ ${s.unbalanced}`}
                  <span className="num">{s.balancedText(d.in, d.ended, d.live)}</span>
                </div>
                {!d.balanced && (
                  <>
                    <p>{s.unbalancedText}</p>
                    <ul data-testid="sheet-unbalanced">
                      {d.unbalanced.map((u) => (
                        <li key={u.call}>
                          <Link href={`/panggilan/${u.call}`}>{u.call}</Link> · {s.began(u.began, u.ended)}
                        </li>
                      ))}
                    </ul>
                  </>
                )}
                <table className="list narrow">
                  <thead>
                    <tr>
                      <th>{s.outcome}</th>
                      <th className="right">{s.count}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {Object.entries(d.outcomes)
                      .filter(([, n]) => n > 0)
                      .sort((a, b) => b[1] - a[1])
                      .map(([code, n]) => (
                        <tr key={code}>
                          <td>{name(code)}</td>
                          <td className="num right">{n}</td>
                        </tr>
                      ))}
                    <tr>
                      <td>{s.live}</td>
                      <td className="num right">{d.live}</td>
                    </tr>
                    <tr>
                      <td>
                        <b>{s.in}</b>
                      </td>
                      <td className="num right">
                        <b>{d.in}</b>
                      </td>
                    </tr>
                  </tbody>
                </table>
                <p className="dim num">
                  {d.answered} {s.answered}, {d.answered10s} {s.in10} · {s.longest} {clock(d.waitMaxMs)} · {d.callbacks}{" "}
                  {s.callbacks}
                </p>
              </div>
            )}
          </ListStates>
        </div>
      </main>
    </Frame>
  );
}
