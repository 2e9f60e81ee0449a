// Whether everybody is served equally fast: by area, office, kind of line and language. Who is served worse is named, and
// only when that is no chance; few cases say that they are too few.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client } from "../api/client";
import type { FairGroup, Fairness } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { type Texts, useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { type Listing, ListStates } from "../parts/list";
import { clock, isoDay } from "../words/time";
import { Frame } from "./frame";
import { decimal, keepFile } from "./sift-menu";

const day = 86_400_000;
type By = "areas" | "offices" | "lines" | "languages";
type Times = FairGroup["answer"];

export function FairnessPage() {
  const { session, now } = useDesk();
  const [span, set] = useState(() => ({
    from: isoDay(now() - 29 * day, session.office.zone),
    to: isoDay(now(), session.office.zone),
  }));
  const id = session.office.id;
  const query = useQuery({
    queryKey: ["fairness", id, span],
    queryFn: () => ask(() => client.GET("/offices/{id}/fairness", { params: { path: { id }, query: span } })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  return <FairnessView fairness={query} span={span} onSpan={set} />;
}

export function FairnessView({
  fairness,
  span,
  onSpan,
}: {
  fairness: Listing<Fairness>;
  span: { from: string; to: string };
  onSpan: (s: { from: string; to: string }) => void;
}) {
  const t = useTexts();
  const s = t.polda.fair;
  const { session } = useDesk();
  const run = useRun();
  const [by, choose] = useState<By>("areas");
  const long = Date.parse(span.to) - Date.parse(span.from) > 366 * day;
  const save = (e: FormEvent) => {
    e.preventDefault();
    void run(() =>
      keepFile(
        () =>
          client.GET("/offices/{id}/fairness.csv", {
            params: { path: { id: session.office.id }, query: span },
            parseAs: "blob",
          }),
        `pemerataan-${span.from}-${span.to}.csv`,
      ),
    );
  };
  return (
    <Frame look="plain">
      <main className="page fair" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <fieldset className="seg">
            <legend className="hidden">{s.byLabel}</legend>
            {(["areas", "offices", "lines", "languages"] as const).map((b) => (
              <label key={b} className={b === by ? "on" : ""}>
                <input type="radio" name="by" checked={b === by} onChange={() => choose(b)} data-testid={`fair-${b}`} />
                {s.by[b]}
              </label>
            ))}
          </fieldset>
          <form className="row push" onSubmit={save}>
            {(["from", "to"] as const).map((end) => (
              <label key={end} className="row dim">
                {s[end]}
                <input
                  className="fld w150"
                  type="date"
                  required
                  value={span[end]}
                  onChange={(e) => e.target.value && onSpan({ ...span, [end]: e.target.value })}
                  data-testid={`fair-${end}`}
                />
              </label>
            ))}
            <Act type="submit" disabled={long} testid="fair-csv">
              {s.csv}
            </Act>
            {long && <span className="alarm">{s.tooLong}</span>}
          </form>
        </div>
        <div className="bar-more dim">{s.hint}</div>
        <div className="body">
          <ListStates
            query={fairness}
            empty={(d) => d.all.answer.judged + d.all.arrive.judged + d.all.arrive.noArrival === 0}
            emptyText={s.none}
          >
            {(d) => (
              <div className="stack">
                <Named of={d} />
                <Groups list={d[by]} by={by} all={d.all} />
                {by === "languages" && <p className="dim hint">{s.languagesHint}</p>}
                <p className="dim hint">{s.rule}</p>
              </div>
            )}
          </ListStates>
        </div>
      </main>
    </Frame>
  );
}

function nameOf(g: FairGroup, by: By, t: Texts): string {
  if (by === "lines") return word(t.polda.fair.lines, g.key);
  if (g.key === "") return t.polda.fair.unknown;
  if (by === "languages") return word(t.polda.languages, g.key);
  return g.name || g.key;
}

const share = (x: Times) => (x.judged === 0 ? 0 : x.inTime / x.judged);

/** The share of all others of the same list. */
function others(list: readonly FairGroup[], g: FairGroup, of: (g: FairGroup) => Times): number {
  let judged = -of(g).judged;
  let inTime = -of(g).inTime;
  for (const o of list) {
    judged += of(o).judged;
    inTime += of(o).inTime;
  }
  return judged === 0 ? 0 : inTime / judged;
}

function Named({ of: d }: { of: Fairness }) {
  const t = useTexts();
  const s = t.polda.fair;
  const pct = (x: number) => decimal(100 * x, t.lang, 0);
  const lines: string[] = [];
  let compared = false;
  for (const by of ["areas", "offices", "lines", "languages"] as const)
    for (const g of d[by]) {
      const name = `${s.by[by]} “${nameOf(g, by, t)}”`;
      compared ||= [g.answer.verdict, g.arrive.verdict].some((v) => v === "worse" || v === "alike");
      if (g.arrive.verdict === "worse")
        lines.push(s.arriveWorse(name, pct(share(g.arrive)), pct(others(d[by], g, (x) => x.arrive)), g.arrive.judged));
      if (g.answer.verdict === "worse")
        lines.push(s.answerWorse(name, pct(share(g.answer)), pct(others(d[by], g, (x) => x.answer)), g.answer.judged));
    }
  if (lines.length === 0)
    return (
      <div className={`banner ${compared ? "good" : "warn"}`} role="status" data-testid="fair-named">
        {compared ? `✓ ${s.worseNone}` : `△ ${s.worseNoData}`}
      </div>
    );
  return (
    <div className="banner bad" role="status" data-testid="fair-named">
      <div>
        <b>▲ {s.worse}</b>
        <ul>
          {lines.map((l) => (
            <li key={l}>{l}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Groups({ list, by, all }: { list: readonly FairGroup[]; by: By; all: FairGroup }) {
  const t = useTexts();
  const s = t.polda.fair;
  return (
    <table className="list" data-testid="fair-table">
      <thead>
        <tr>
          <th scope="col" rowSpan={2}>
            {s.by[by]}
          </th>
          <th scope="colgroup" colSpan={4} title={s.answerHint}>
            {s.answer} <span className="thin dim">{s.answerHint}</span>
          </th>
          <th scope="colgroup" colSpan={6} title={s.arriveHint}>
            {s.arrive} <span className="thin dim">{s.arriveHint}</span>
          </th>
        </tr>
        <tr>
          <th scope="col" className="right">
            {s.median}
          </th>
          <th scope="col" className="right">
            {s.p90}
          </th>
          <th scope="col" className="right">
            {s.share}
          </th>
          <th scope="col">{s.verdict}</th>
          <th scope="col" className="right">
            {s.median}
          </th>
          <th scope="col" className="right">
            {s.p90}
          </th>
          <th scope="col" className="right">
            {s.share}
          </th>
          <th scope="col">{s.verdict}</th>
          <th scope="col" className="right" title={s.placeHint}>
            {s.place}
          </th>
          <th scope="col">{s.marks}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((g) => (
          <Row key={g.key} name={nameOf(g, by, t)} of={g} id={g.key} />
        ))}
        <Row name={s.all} of={all} id="all" />
      </tbody>
    </table>
  );
}

function Row({ name, of: g, id }: { name: string; of: FairGroup; id: string }) {
  const t = useTexts();
  const s = t.polda.fair;
  const a = g.arrive;
  const marks = [
    a.far > 0 && s.far(a.far),
    a.proved > 0 && s.proved(a.proved),
    a.noArrival > 0 && s.noArrival(a.noArrival),
  ];
  return (
    <tr data-testid={`fair-row-${id}`}>
      <th scope="row">{name}</th>
      <Cells of={g.answer} />
      <Cells of={a} />
      <td className="num right dim">{a.placeP50Ms > 0 ? clock(a.placeP50Ms) : "–"}</td>
      <td className="thin">{marks.filter(Boolean).join(" · ")}</td>
    </tr>
  );
}

function Cells({ of: x }: { of: Times }) {
  const t = useTexts();
  const s = t.polda.fair;
  const pct = (v: number) => decimal(100 * v, t.lang, 0);
  const look = x.verdict === "worse" ? "alarm" : "";
  return (
    <>
      <td className="num right">{x.n >= 5 ? clock(x.p50Ms) : "–"}</td>
      <td className="num right">{x.n >= 5 ? clock(x.p90Ms) : "–"}</td>
      <td className="num right">
        {x.judged === 0 ? (
          "–"
        ) : (
          <>
            <span className={look}>{x.judged >= 5 ? `${pct(share(x))} %` : `${x.inTime}`}</span>{" "}
            <span className="thin dim" title={x.judged >= 5 ? `${pct(x.lo)}–${pct(x.hi)} %` : undefined}>
              / {x.judged}
            </span>
          </>
        )}
      </td>
      <td className={look}>
        {x.verdict === "worse" ? "▲ " : ""}
        {x.verdict ? s.verdicts[x.verdict] : ""}
      </td>
    </>
  );
}
