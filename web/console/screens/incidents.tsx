// Reports: a list with a filter, and beside it one report with its timeline.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client } from "../api/client";
import type { Incident, IncidentCard } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { IncidentPage } from "../dispatch/incident-page";
import { useFull } from "../dispatch/story";
import { useTexts, word } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act } from "../parts/bits";
import { Link } from "../parts/link";
import { type Listing, ListStates, NoRight } from "../parts/list";
import { PaperDialog } from "../parts/paper-dialog";
import { StateChip } from "../parts/state-chip";
import { go } from "../router";
import { dayTime } from "../words/time";
import { Frame } from "./frame";

export type IncidentState = "open" | "closed" | "all";
export type IncidentClass = "" | IncidentCard["class"];
export interface IncidentFilter {
  state: IncidentState;
  q: string;
  office: string;
  class?: IncidentClass;
  limit: number;
}
const classes = ["", "emergency", "service", "information", "complaint"] as const;
const classOf = (text: string | null): IncidentClass => classes.find((c) => c === text) ?? "";
type Page = { items: IncidentCard[]; next: string };

export function IncidentsPage({ id }: { id: string }) {
  const [filter, set] = useState<IncidentFilter>(() => ({
    state: "open",
    q: "",
    office: new URLSearchParams(location.search).get("office") ?? "",
    class: classOf(new URLSearchParams(location.search).get("class")),
    limit: 50,
  }));
  const list = useQuery({
    queryKey: ["incidents", filter],
    queryFn: () =>
      ask(() =>
        client.GET("/incidents", {
          params: {
            query: {
              state: filter.state,
              limit: filter.limit,
              ...(filter.q ? { q: filter.q } : {}),
              ...(filter.office ? { office: filter.office } : {}),
              ...(filter.class ? { class: filter.class } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const { live } = useDesk();
  const one = useFull(id, live.incidents[id]);
  const shut = live.incidents[id]?.veiled === true; // the server would not tell either
  return <IncidentsView list={list} one={id ? one : null} shut={shut} filter={filter} onFilter={set} id={id} />;
}

interface ViewProps {
  list: Listing<Page>;
  one: Listing<Incident> | null;
  id: string;
  shut?: boolean;
  filter: IncidentFilter;
  onFilter: (f: ViewProps["filter"]) => void;
}

export function IncidentsView({ list, one, id, shut, filter, onFilter }: ViewProps) {
  const t = useTexts();
  const desk = useDesk();
  const items = list.data?.items ?? [];
  const step = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, items.findIndex((i) => i.id === id) + by))];
    if (next) go(`/laporan/${next.id}`);
  };
  useKeys({ up: () => step(-1), down: () => step(1) });
  const [writing, write] = useState(false);
  const takes = desk.session.person.role === "operator" || desk.session.person.role === "supervisor";
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{t.incidents.title}</h1>
          <fieldset className="seg">
            <legend className="hidden">{t.incidents.state}</legend>
            {(["open", "closed", "all"] as const).map((s) => (
              <label key={s} className={s === filter.state ? "on" : ""}>
                <input
                  type="radio"
                  name="state"
                  checked={s === filter.state}
                  onChange={() => onFilter({ ...filter, state: s })}
                />
                {t.lists.state[s]}
              </label>
            ))}
          </fieldset>
          <select
            className="fld w150"
            aria-label={t.polda.classLabel}
            value={filter.class ?? ""}
            onChange={(e) => onFilter({ ...filter, class: classOf(e.target.value) })}
            data-testid="incident-class"
          >
            {classes.map((c) => (
              <option key={c} value={c}>
                {c === "" ? t.polda.allClasses : t.polda.classes[c]}
              </option>
            ))}
          </select>
          <OfficeSelect value={filter.office} onChange={(office) => onFilter({ ...filter, office })} />
          <input
            className="fld w220"
            type="search"
            aria-label={t.lists.search}
            placeholder={t.lists.search}
            value={filter.q}
            onChange={(e) => onFilter({ ...filter, q: e.target.value })}
          />
          {takes && (
            <Act testid="from-paper" onClick={() => write(true)}>
              {t.paper.open2}
            </Act>
          )}
        </div>
        <div />
        <div className="split">
          <div>
            <ListStates query={list} empty={(d) => d.items.length === 0} emptyText={t.lists.emptyIncidents}>
              {(d) => (
                <>
                  <table className="list">
                    <thead>
                      <tr>
                        <th>{t.incidents.no}</th>
                        <th>{t.incidents.kind}</th>
                        <th>{t.incidents.place}</th>
                        <th>{t.incidents.holder}</th>
                        <th>{t.incidents.time}</th>
                        <th>{t.incidents.state}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {d.items.map((i) => (
                        <tr key={i.id} aria-selected={i.id === id}>
                          <td className="num">
                            <Link href={`/laporan/${i.id}`} data-testid={`incident-${i.id}`}>
                              {i.no || t.form.draft}
                            </Link>
                          </td>
                          <td>
                            {kindName(desk, t.lang, i.kind)} · P{i.priority}
                          </td>
                          <td>{i.place}</td>
                          <td>{officeName(desk, i.office)}</td>
                          <td className="num">{dayTime(Date.parse(i.firstRing), desk.session.office.zone)}</td>
                          <td>
                            <StateChip card={i} />
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
          <aside aria-label={t.lists.timeline}>
            {shut ? (
              <NoRight />
            ) : one ? (
              <ListStates query={one} empty={() => false} emptyText="">
                {(i) => <IncidentPage incident={i} />}
              </ListStates>
            ) : (
              <div className="empty">{t.lists.choose}</div>
            )}
          </aside>
        </div>
        {writing && (
          <PaperDialog
            onClose={() => write(false)}
            onDone={(made) => {
              write(false);
              go(`/laporan/${made}`);
            }}
          />
        )}
      </main>
    </Frame>
  );
}

export function kindName(
  desk: { kinds: readonly { code: string; id: string; en: string }[] },
  lang: string,
  code: string,
): string {
  const k = desk.kinds.find((x) => x.code === code);
  return k ? (lang === "en" ? k.en : k.id) : code ? word({}, code) : "–";
}

export function OfficeSelect({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const t = useTexts();
  const { session } = useDesk();
  if (session.offices.length < 2) return null;
  return (
    <select className="fld w220" aria-label={t.lists.office} value={value} onChange={(e) => onChange(e.target.value)}>
      <option value="">{t.lists.allOffices}</option>
      {session.offices.map((o) => (
        <option key={o.id} value={o.id}>
          {o.name}
        </option>
      ))}
    </select>
  );
}
