// What the filter counts. The chief changes it, sees beside the form what it would have done last month, then saves.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, ask, client, command } from "../api/client";
import type { Tried, WeightsView as Weighed, Weights } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { Link } from "../parts/link";
import { type Listing, ListStates } from "../parts/list";
import { dayTime } from "../words/time";
import { Frame } from "./frame";
import { decimal } from "./sift-menu";

type Unit = "points" | "days" | "s" | "h" | "pct" | "perMin";
const groups = [
  ["points", "points", ["prank", "falseReport", "empty", "valid", "emptyCap", "sharedCap"]],
  ["lines", "points", ["chip", "gate", "low"]],
  ["time", "days", ["halfLifeDays", "goneDays"]],
  ["gate", "s", ["speechSeconds", "silenceSeconds", "heldSeconds", "againSeconds", "sample", "blockMaxHours"]],
  ["flood", "perMin", ["floodRange", "floodPrefix", "floodTrunk"]],
] as const satisfies readonly (readonly [string, Unit, readonly (keyof Weights)[]])[];
const units: Partial<Record<keyof Weights, Unit>> = { sample: "pct", blockMaxHours: "h" };

export function WeightsPage() {
  const { session } = useDesk();
  const id = session.office.id;
  const query = useQuery({
    queryKey: ["weights", id],
    queryFn: () => ask(() => client.GET("/offices/{id}/filter", { params: { path: { id } } })),
  });
  return <WeightsView query={query} />;
}

export function WeightsView({
  query,
  tried = null,
  wrong = {},
}: {
  query: Listing<Weighed>;
  tried?: Tried | null;
  wrong?: Record<string, string>;
}) {
  const t = useTexts();
  const { session } = useDesk();
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{t.sift.weights.title}</h1>
          <span className="dim">{session.person.role === "chief" ? t.sift.weights.hint : t.sift.weights.readOnly}</span>
        </div>
        <div />
        <ListStates query={query} empty={() => false} emptyText="">
          {(v) => <Form key={v.rev} of={v} firstTried={tried} firstWrong={wrong} />}
        </ListStates>
      </main>
    </Frame>
  );
}

function Form({
  of,
  firstTried,
  firstWrong,
}: {
  of: Weighed;
  firstTried: Tried | null;
  firstWrong: Record<string, string>;
}) {
  const t = useTexts();
  const s = t.sift.weights;
  const { session } = useDesk();
  const run = useRun();
  const cache = useQueryClient();
  const [changed, change] = useState<Partial<Weights>>({});
  const [reason, why] = useState("");
  const [wrong, mark] = useState(firstWrong);
  const [tried, show] = useState<{ of: string; out: Tried } | null>(
    firstTried ? { of: JSON.stringify(of.weights), out: firstTried } : null,
  );
  const [busy, work] = useState(false);
  const [saved, say] = useState(false);
  const id = session.office.id;
  const chief = session.person.role === "chief";
  const weights: Weights = { ...of.weights, ...changed };
  const n = Object.entries(changed).filter(([k, v]) => of.weights[k as keyof Weights] !== v).length;
  const params = { path: { id } };
  const body = { rev: of.rev, weights, reason: reason.trim() };
  /** Runs a request; the fields that it refuses are marked. */
  const send = async <T,>(f: () => Promise<T>): Promise<T | undefined> => {
    mark({});
    work(true);
    const r = await run(() =>
      f().catch((err) => {
        if (err instanceof ApiError && err.problem.fields) {
          mark(Object.fromEntries(err.problem.fields.map((p) => [p.field, t.lang === "en" ? p.text.en : p.text.id])));
        }
        throw err;
      }),
    );
    work(false);
    return r;
  };
  const tryIt = async () => {
    const out = await send(() =>
      command((headers) => client.POST("/offices/{id}/filter/try", { params, body, headers })),
    );
    if (out) show({ of: JSON.stringify(weights), out });
  };
  const save = async (e: FormEvent) => {
    e.preventDefault();
    const now = await send(() => command((headers) => client.PUT("/offices/{id}/filter", { params, body, headers })));
    if (!now) return;
    say(true);
    cache.setQueryData(["weights", id], now);
  };
  const set = (name: keyof Weights, text: string) => {
    say(false);
    const v = Number(text);
    if (text !== "" && Number.isFinite(v)) change({ ...changed, [name]: name === "sample" ? v / 100 : v });
  };
  return (
    <div className="split">
      <form className="settings stack" onSubmit={(e) => void save(e)} aria-label={s.title}>
        {groups.map(([group, unit, names]) => (
          <fieldset key={group} className="stack plainset">
            <legend>{s.groups[group]}</legend>
            {names.map((name) => (
              <div key={name}>
                <label className="row setting">
                  <span className="grow">{s.names[name]}</span>
                  <input
                    className="fld w150 num"
                    type="number"
                    step="any"
                    key={`${name} ${of.rev} ${name in changed}`}
                    defaultValue={name === "sample" ? +(100 * weights.sample).toFixed(4) : weights[name]}
                    aria-invalid={name in wrong}
                    aria-describedby={name in wrong ? `wrong-${name}` : undefined}
                    onChange={(e) => set(name, e.target.value)}
                    data-testid={`weight-${name}`}
                  />
                  <span className="dim unit">{s.units[units[name] ?? unit]}</span>
                </label>
                {name in wrong && (
                  <div className="alarm" id={`wrong-${name}`} data-testid={`wrong-${name}`}>
                    ⚠ {wrong[name]}
                  </div>
                )}
              </div>
            ))}
          </fieldset>
        ))}
        {chief && (
          <label className="above">
            {t.sift.reason}
            <input
              className="fld"
              minLength={3}
              maxLength={500}
              required
              placeholder={t.sift.reasonHint}
              value={reason}
              onChange={(e) => why(e.target.value)}
              data-testid="weights-reason"
            />
          </label>
        )}
        <div className="row wraps sticky">
          <Act look={chief ? "" : "main"} disabled={busy} onClick={() => void tryIt()} testid="weights-try">
            {busy ? s.trying : s.tryIt}
          </Act>
          {chief && (
            <Act look="main" type="submit" disabled={n === 0 || busy} testid="weights-save">
              {s.save}
            </Act>
          )}
          {n > 0 && (
            <Act look="quiet" onClick={() => change({})}>
              {s.reset}
            </Act>
          )}
          <span role="status" className={saved ? "good" : "dim"}>
            {saved ? `✓ ${s.saved}` : n > 0 ? s.changed(n) : ""}
          </span>
        </div>
      </form>
      <aside aria-label={s.tried} data-testid="tried">
        <h2>{s.tried}</h2>
        {tried === null ? (
          <p className="dim">{s.notTried}</p>
        ) : (
          <Outcome of={tried.out} stale={tried.of !== JSON.stringify(weights)} />
        )}
      </aside>
    </div>
  );
}

/** What the weights would have done: counts before and after, and the calls that would be treated differently. */
function Outcome({ of, stale }: { of: Tried; stale: boolean }) {
  const t = useTexts();
  const s = t.sift.weights;
  const { session } = useDesk();
  const rows = ["chip", "gate", "low", "trueGate", "heldMinutes"] as const;
  const calls = (list: Tried["newly"]) => (
    <ul className="moved">
      {list.slice(0, 30).map((m) => (
        <li key={m.call}>
          <Link href={`/panggilan/${m.call}`}>{dayTime(Date.parse(m.at), session.office.zone)}</Link>{" "}
          {t.sift.levels[m.before as ""] ?? m.before} → {t.sift.levels[m.after as ""] ?? m.after}
          {m.true && <b className="alarm"> ⚠ {s.trueCall}</b>}
        </li>
      ))}
    </ul>
  );
  return (
    <div className="stack">
      {stale && (
        <div className="banner warn" role="status">
          △ {s.stale}
        </div>
      )}
      <p className="dim">{s.of(of.calls, of.true)}</p>
      <table className="list">
        <thead>
          <tr>
            <th />
            <th className="right">{s.before}</th>
            <th className="right">{s.after}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r}>
              <td>{s.rows[r]}</td>
              <td className="num right">{decimal(of.before[r], t.lang, 0)}</td>
              <td className={`num right ${r === "trueGate" && of.after[r] > of.before[r] ? "alarm" : ""}`}>
                {r === "trueGate" && of.after[r] > of.before[r] && "▲ "}
                {decimal(of.after[r], t.lang, 0)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.newly.length + of.noMore.length === 0 && <p className="dim">{s.same}</p>}
      {of.newly.length > 0 && (
        <>
          <h2>{s.newly(of.newly.length)}</h2>
          {calls(of.newly)}
        </>
      )}
      {of.noMore.length > 0 && (
        <>
          <h2>{s.noMore(of.noMore.length)}</h2>
          {calls(of.noMore)}
        </>
      )}
    </div>
  );
}
