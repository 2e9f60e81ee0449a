// How the gate did: whom it would have held, in words that a chief can act on, and week by week.
import { useQuery } from "@tanstack/react-query";
import { ask, client } from "../api/client";
import type { GateView as Gate, GateFigures } from "../api/types";
import { useDesk } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { type Listing, ListStates } from "../parts/list";
import { isoDay } from "../words/time";
import { Frame } from "./frame";
import { decimal } from "./sift-menu";

export function GatePage() {
  const { session } = useDesk();
  const id = session.office.id;
  const gate = useQuery({
    queryKey: ["gate", id],
    queryFn: () => ask(() => client.GET("/offices/{id}/gate", { params: { path: { id } } })),
    refetchInterval: 60_000,
  });
  return <GateView gate={gate} />;
}

/** More true calls than this share are too many. The whole interval must lie on one side of it before we say so. */
const tooMany = 0.05;

export function GateView({ gate }: { gate: Listing<Gate> }) {
  const t = useTexts();
  const s = t.sift.gate;
  const { session } = useDesk();
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <span className="dim">{s.hint}</span>
        </div>
        <div />
        <div className="body">
          <ListStates query={gate} empty={(d) => d.all.calls === 0} emptyText={s.noCalls}>
            {(d) => (
              <div className="sheet stack">
                <Share of={d.all} />
                <div className="figures">
                  <Figure name={s.calls} value={String(d.all.calls)} under={`${d.all.held} ${s.held}`} />
                  <Figure
                    name={s.saved}
                    value={s.minutes(decimal(d.all.savedMinutes, t.lang, 0))}
                    under={s.savedHint}
                  />
                  <Figure name={s.heldTrue} value={String(d.all.heldTrue)} under="" />
                </div>
                <div className="figures two">
                  <Ways name={s.through} of={d.all.through} words={s.how} />
                  <Ways name={s.escaped} of={d.all.escaped} words={s.escapes} />
                </div>
                <table className="list narrow">
                  <thead>
                    <tr>
                      <th>{s.week}</th>
                      <th className="right">{s.calls}</th>
                      <th className="right">{s.held}</th>
                      <th className="right">{s.sampled}</th>
                      <th className="right">{s.interval}</th>
                      <th className="right">{s.saved}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {[...d.weeks].reverse().map((w) => (
                      <tr key={w.from}>
                        <td className="num">{isoDay(Date.parse(w.from), session.office.zone)}</td>
                        <td className="num right">{w.calls}</td>
                        <td className="num right">{w.held}</td>
                        <td className="num right">
                          {w.sampled} ({w.sampledTrue})
                        </td>
                        <td className="num right">
                          {w.sampled === 0 ? "–" : `${pct(w.lo, t.lang)}–${pct(w.hi, t.lang)} %`}
                        </td>
                        <td className="num right">{s.minutes(decimal(w.savedMinutes, t.lang, 0))}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </ListStates>
        </div>
      </main>
    </Frame>
  );
}

const pct = (share: number, lang: string) => decimal(100 * share, lang);

/** The share of true calls in words, and whether something must be done. */
function Share({ of }: { of: GateFigures }) {
  const t = useTexts();
  const s = t.sift.gate;
  const bad = of.sampled > 0 && of.lo > tooMany;
  const unsure = of.sampled === 0 || (!bad && of.hi > tooMany);
  return (
    <div className={`banner ${bad ? "bad" : unsure ? "warn" : "good"}`} data-testid="gate-share">
      <div>
        <div>{s.share}</div>
        <div className="big">
          {of.sampled === 0 ? s.none : s.words(pct(of.share, t.lang), pct(of.hi, t.lang), of.sampled)}
        </div>
        {of.sampled > 0 && <div>{unsure ? `△ ${s.few}` : bad ? `⚠ ${s.watch}` : `✓ ${s.fine}`}</div>}
      </div>
    </div>
  );
}

function Figure({ name, value, under }: { name: string; value: string; under: string }) {
  return (
    <div>
      <div className="dim">{name}</div>
      <div className="who num">{value}</div>
      <div className="dim">{under}</div>
    </div>
  );
}

function Ways({ name, of, words }: { name: string; of: Record<string, number>; words: Record<string, string> }) {
  const list = Object.entries(of).sort((a, b) => b[1] - a[1]);
  return (
    <div>
      <h2>{name}</h2>
      {list.length === 0 && <span className="dim">–</span>}
      {list.map(([code, n]) => (
        <div className="row" key={code}>
          <span className="grow">{word(words, code)}</span>
          <b className="num">{n}</b>
        </div>
      ))}
    </div>
  );
}
