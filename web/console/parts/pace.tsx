// How fast each Polres is, from the report to the door: medians, p90, share in time. Few cases say so.
import type { Wallboard } from "../api/types";
import { useTexts } from "../i18n";
import { clock } from "../words/time";

type Line = Wallboard["perOffice"][number];

/** Fewer cases than this have no share that means anything to a room. */
const least = 5;
/** A share below this is red, when there are enough cases to say so. */
const goal = 0.8;

export function PaceTable({ offices }: { offices: readonly Line[] }) {
  const t = useTexts();
  const w = t.polda.wall;
  return (
    <div className="tab pace">
      <table data-testid="wall-pace">
        <thead>
          <tr>
            <th scope="col">{t.wall.polres}</th>
            <th scope="col">{w.openCol}</th>
            {([w.accept, w.assign, w.arrive] as const).map((name) => (
              <th scope="col" key={name} colSpan={2}>
                {name}
                <span className="thin">
                  {" "}
                  {w.median} · {w.p90}
                </span>
              </th>
            ))}
            <th scope="col" colSpan={2}>
              {w.share}
              <span className="thin"> {w.week(7)}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {offices.map((o) => (
            <tr key={o.office} data-testid={`pace-${o.office}`}>
              <td>{o.name}</td>
              <td className={`num ${o.pastTarget > 0 ? "alarm" : ""}`}>
                {o.pastTarget > 0 ? "▲ " : ""}
                {o.open}
              </td>
              {([o.pace.accept, o.pace.assign, o.pace.arrive] as const).map((x, i) => (
                <Times key={i} n={x.n} p50={x.p50Ms} p90={x.p90Ms} />
              ))}
              <Share line={o} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="thin">{w.fewHint}</p>
    </div>
  );
}

function Times({ n, p50, p90 }: { n: number; p50: number; p90: number }) {
  const t = useTexts();
  if (n < least)
    return (
      <td className="dim" colSpan={2}>
        {n === 0 ? "–" : `${t.polda.wall.few} (${n})`}
      </td>
    );
  return (
    <>
      <td className="num">{clock(p50)}</td>
      <td className="num dim">{clock(p90)}</td>
    </>
  );
}

function Share({ line: o }: { line: Line }) {
  const t = useTexts();
  const { judged, inTime } = o.pace;
  if (judged < least)
    return (
      <td className="dim" colSpan={2}>
        {judged === 0 ? "–" : `${t.polda.wall.few} (${judged})`} · {t.polda.wall.target(o.target.minutes)}
      </td>
    );
  const bad = inTime / judged < goal;
  return (
    <>
      <td className={`num ${bad ? "alarm" : ""}`}>
        {bad ? "▲ " : ""}
        {Math.round((100 * inTime) / judged)} %
      </td>
      <td className="num dim thin">
        {t.polda.wall.of(judged)} · {t.polda.wall.target(o.target.minutes)}
      </td>
    </>
  );
}
