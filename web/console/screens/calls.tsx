// The calls of a day, and beside them one call with its timeline and its recording.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client } from "../api/client";
import type { CallPage, CallRow } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act } from "../parts/bits";
import { Link } from "../parts/link";
import { type Listing, ListStates } from "../parts/list";
import { Player } from "../parts/player";
import { go } from "../router";
import { clock, isoDay, timeOfDay } from "../words/time";
import { Frame } from "./frame";
import { OfficeSelect } from "./incidents";

export interface CallFilter {
  day: string;
  outcome: string;
  q: string;
  office: string;
  limit: number;
}

export function CallsPage({ id }: { id: string }) {
  const { session, now } = useDesk();
  const [filter, set] = useState<CallFilter>(() => ({
    day: isoDay(now(), session.office.zone),
    outcome: "",
    q: "",
    office: "",
    limit: 50,
  }));
  const { day, outcome, q, office, limit } = filter;
  const list = useQuery({
    queryKey: ["calls", filter],
    queryFn: () =>
      ask(() =>
        client.GET("/calls", {
          params: {
            query: {
              limit,
              ...(day ? { day } : {}),
              ...(outcome ? { outcome } : {}),
              ...(q ? { q } : {}),
              ...(office ? { office } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const one = useQuery({
    queryKey: ["calls", "one", id],
    queryFn: () => ask(() => client.GET("/calls/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
  return <CallsView list={list} one={id ? one : null} id={id} filter={filter} onFilter={set} />;
}

export function CallsView({
  list,
  one,
  id,
  filter,
  onFilter,
}: {
  list: Listing<{ items: CallRow[]; next: string }>;
  one: Listing<CallPage> | null;
  id: string;
  filter: CallFilter;
  onFilter: (f: CallFilter) => void;
}) {
  const t = useTexts();
  const desk = useDesk();
  const zone = desk.session.office.zone;
  const items = list.data?.items ?? [];
  const step = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, items.findIndex((c) => c.id === id) + by))];
    if (next) go(`/panggilan/${next.id}`);
  };
  useKeys({ up: () => step(-1), down: () => step(1) });
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{t.calls.title}</h1>
          <input
            className="fld w150"
            type="date"
            aria-label={t.lists.day}
            value={filter.day}
            onChange={(e) => onFilter({ ...filter, day: e.target.value })}
          />
          <select
            className="fld w220"
            aria-label={t.lists.outcome}
            value={filter.outcome}
            onChange={(e) => onFilter({ ...filter, outcome: e.target.value })}
          >
            <option value="">
              {t.lists.outcome}: {t.lists.all}
            </option>
            {desk.outcomes.map((o) => (
              <option key={o.code} value={o.code}>
                {t.lang === "en" ? o.en : o.id}
              </option>
            ))}
          </select>
          <OfficeSelect value={filter.office} onChange={(office) => onFilter({ ...filter, office })} />
          <input
            className="fld w150"
            type="search"
            aria-label={t.lists.search}
            placeholder={t.lists.search}
            value={filter.q}
            onChange={(e) => onFilter({ ...filter, q: e.target.value })}
          />
        </div>
        <div />
        <div className="split">
          <div>
            <ListStates query={list} empty={(d) => d.items.length === 0} emptyText={t.lists.emptyCalls}>
              {(d) => (
                <>
                  <table className="list">
                    <thead>
                      <tr>
                        <th>{t.calls.time}</th>
                        <th>{t.calls.number}</th>
                        <th>{t.calls.outcome}</th>
                        <th>{t.calls.operator}</th>
                        <th className="right">{t.calls.wait}</th>
                        <th className="right">{t.calls.talk}</th>
                        <th>{t.calls.report}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {d.items.map((c) => (
                        <tr key={c.id} aria-selected={c.id === id}>
                          <td className="num">
                            <Link href={`/panggilan/${c.id}`} data-testid={`call-${c.id}`}>
                              {timeOfDay(Date.parse(c.firstRing), zone)}
                            </Link>
                          </td>
                          <td className="num">
                            {c.withheld ? t.call.withheld : c.numberText || c.number || t.call.unknown}
                          </td>
                          <td>{outcomeText(desk, t, c)}</td>
                          <td>{c.operatorName}</td>
                          <td className="num right">{clock(c.waitMs)}</td>
                          <td className="num right">{clock(c.talkMs)}</td>
                          <td className="num">
                            {c.incidentNo && <Link href={`/laporan/${c.incident}`}>{c.incidentNo}</Link>}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                  {d.next && (
                    <div className="bar-more">
                      <Act onClick={() => onFilter({ ...filter, limit: Math.min(200, filter.limit + 50) })}>
                        {t.lists.more}
                      </Act>
                    </div>
                  )}
                </>
              )}
            </ListStates>
          </div>
          <aside>
            {one ? (
              <ListStates query={one} empty={() => false} emptyText="">
                {(c) => <OneCall call={c} />}
              </ListStates>
            ) : (
              <div className="empty">{t.lists.choose}</div>
            )}
          </aside>
        </div>
      </main>
    </Frame>
  );
}

function outcomeText(desk: ReturnType<typeof useDesk>, t: ReturnType<typeof useTexts>, c: CallRow): string {
  if (!c.outcome) return t.calls.live;
  const o = desk.outcomes.find((x) => x.code === c.outcome);
  const name = o ? (t.lang === "en" ? o.en : o.id) : word({}, c.outcome);
  return c.prank ? `${name} · ${word(t.outcomes.pranks, c.prank).toLowerCase()}` : name;
}

function OneCall({ call: c }: { call: CallPage }) {
  const t = useTexts();
  const desk = useDesk();
  const zone = desk.session.office.zone;
  return (
    <article className="stack" data-testid="call-page">
      <h1 className="num">{c.withheld ? t.call.withheld : c.numberText || c.number || t.call.unknown}</h1>
      <dl className="facts">
        <div className="pair-row">
          <dt>{t.calls.outcome}</dt>
          <dd>
            {outcomeText(desk, t, c)}
            {c.chip && ` · ${t.say.because(officeName(desk, c.chipOffice), t.chips[c.chip])}`}
          </dd>
        </div>
        <div className="pair-row">
          <dt>{t.calls.operator}</dt>
          <dd>
            {c.operatorName || "–"} · {officeName(desk, c.office)}
          </dd>
        </div>
        {c.incidentNo && (
          <div className="pair-row">
            <dt>{t.calls.report}</dt>
            <dd className="num">
              <Link href={`/laporan/${c.incident}`}>{c.incidentNo}</Link>
            </dd>
          </div>
        )}
      </dl>
      <h2>{t.calls.tape}</h2>
      {c.tape ? <Player id={c.id} ms={c.tapeMs} /> : <p className="dim">{t.calls.noTape}</p>}
      <h2>{t.lists.timeline}</h2>
      <ol className="timeline">
        {c.timeline.map((l) => (
          <li key={l.at + l.what + l.text}>
            <time className="num">{timeOfDay(Date.parse(l.at), zone)}</time>
            <span>
              {l.name && <b>{l.name}: </b>}
              {l.text || word({}, l.what)}
            </span>
          </li>
        ))}
      </ol>
    </article>
  );
}
