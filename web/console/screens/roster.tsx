// People and vehicles of an office: who they are, what they can, which training ends, and where they move.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, command } from "../api/client";
import type { RosterPerson, Unit } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act } from "../parts/bits";
import { type Listing, ListStates } from "../parts/list";
import { Frame } from "./frame";
import { ImportDialog } from "./roster-import";
import { OneOffice } from "./roster-menu";
import { MoveDialog, PersonDialog } from "./roster-person";
import { WhyDialog } from "./sift-menu";

export function RosterPage() {
  const { session } = useDesk();
  const [office, choose] = useState(session.office.id);
  const people = useQuery({
    queryKey: ["roster", "people", office],
    queryFn: () => ask(() => client.GET("/roster/people", { params: { query: { office } } })),
  });
  const units = useQuery({
    queryKey: ["roster", "units", office],
    queryFn: () => ask(() => client.GET("/units", { params: { query: { office } } })),
  });
  return <RosterView people={people} units={units} office={office} onOffice={choose} />;
}

type Doing = "" | "add" | "edit" | "move" | "leave" | "import";

export function RosterView({
  people,
  units,
  office,
  onOffice,
  first = null,
  tab = "people",
}: {
  people: Listing<RosterPerson[]>;
  units: Listing<Unit[]>;
  office: string;
  onOffice: (id: string) => void;
  first?: RosterPerson | null;
  tab?: "people" | "units";
}) {
  const t = useTexts();
  const s = t.roster.people;
  const cache = useQueryClient();
  const run = useRun();
  const [which, turn] = useState(tab);
  const [q, find] = useState("");
  const [onlyEnding, narrow] = useState(false);
  const [one, show] = useState(first?.id ?? "");
  const [doing, start] = useState<Doing>("");
  const all = people.data ?? [];
  const ending = all.filter(ends).length;
  const fits = (...texts: string[]) => {
    const text = texts.join(" ").toLowerCase();
    return q
      .toLowerCase()
      .split(/\s+/)
      .every((w) => text.includes(w));
  };
  const list = all.filter((p) => fits(p.name, p.rank, p.nrp, p.skills.join(" "), p.user) && (!onlyEnding || ends(p)));
  const vehicles = (units.data ?? []).filter((u) => fits(u.sign, u.plate, word(t.roster.kinds, u.kind)));
  const chosen = all.find((p) => p.id === one) ?? null;
  const fresh = () => void cache.invalidateQueries({ queryKey: ["roster"] });
  const step = (by: number) => {
    const next = list[Math.max(0, Math.min(list.length - 1, list.findIndex((p) => p.id === one) + by))];
    if (next) show(next.id);
  };
  useKeys(which === "people" && !doing ? { up: () => step(-1), down: () => step(1) } : {});
  const leave = (why: string) =>
    void run(() =>
      command((headers) =>
        client.POST("/roster/people/{id}/leave", { params: { path: { id: one } }, body: { why }, headers }),
      ).then(() => true),
    ).then((done) => {
      if (!done) return;
      start("");
      show("");
      fresh();
    });
  const done = () => {
    start("");
    fresh();
  };
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <OneOffice value={office} onChange={onOffice} />
          <fieldset className="tabs" aria-label={s.tabs}>
            <button
              type="button"
              aria-pressed={which === "people"}
              onClick={() => turn("people")}
              data-testid="tab-people"
            >
              {s.tabPeople(all.length)}
            </button>
            <button
              type="button"
              aria-pressed={which === "units"}
              onClick={() => turn("units")}
              data-testid="tab-units"
            >
              {s.tabUnits(units.data?.length ?? 0)}
            </button>
          </fieldset>
          <input
            className="fld w220"
            type="search"
            aria-label={s.search}
            placeholder={s.search}
            value={q}
            onChange={(e) => find(e.target.value)}
            data-testid="roster-search"
          />
          <span className="row push">
            <Act onClick={() => start("add")} testid="roster-add">
              {s.add}
            </Act>
            <Act look="main" onClick={() => start("import")} testid="roster-import">
              {s.import}
            </Act>
          </span>
        </div>
        {which === "people" && ending > 0 ? (
          <div className="banner warn" role="status" data-testid="roster-ending">
            △ {s.ending(ending)}
            <Act look="small" onClick={() => narrow(!onlyEnding)}>
              {onlyEnding ? s.all : s.endingShow}
            </Act>
          </div>
        ) : (
          <div />
        )}
        {which === "units" ? (
          <div className="body">
            <ListStates query={units} empty={(d) => d.length === 0} emptyText={s.noUnits}>
              {() => <Vehicles list={vehicles} />}
            </ListStates>
          </div>
        ) : (
          <div className="split">
            <div>
              <ListStates query={people} empty={(d) => d.length === 0} emptyText={s.none}>
                {() => <People list={list} one={one} onShow={show} />}
              </ListStates>
            </div>
            <aside aria-label={s.one}>
              {chosen ? <One of={chosen} onDo={start} onChange={fresh} /> : <p className="dim">{s.pick}</p>}
            </aside>
          </div>
        )}
      </main>
      {doing === "import" && <ImportDialog onClose={() => start("")} onDone={fresh} />}
      {doing === "add" && <PersonDialog office={office} onClose={() => start("")} onDone={done} />}
      {doing === "edit" && chosen && (
        <PersonDialog office={chosen.office} of={chosen} onClose={() => start("")} onDone={done} />
      )}
      {doing === "move" && chosen && <MoveDialog of={chosen} onClose={() => start("")} onDone={done} />}
      {doing === "leave" && chosen && (
        <WhyDialog
          title={`${s.leave}: ${chosen.name}`}
          hint={s.leaveHint}
          act={s.leave}
          onClose={() => start("")}
          onSave={leave}
        />
      )}
    </Frame>
  );
}

const ends = (p: RosterPerson) => p.marks.some((m) => m.state !== "ok");

function Marks({ of }: { of: RosterPerson }) {
  const s = useTexts().roster.people;
  return of.marks.map((m) => (
    <span
      key={`${m.what} ${m.until}`}
      className={`chip ${m.state === "over" ? "bad" : m.state === "soon" ? "warn" : ""}`}
    >
      {m.state === "over" ? "⚠ " : m.state === "soon" ? "△ " : ""}
      {m.state === "over"
        ? s.over(m.what, m.until)
        : m.state === "soon"
          ? s.soon(m.what, m.until)
          : s.ok(m.what, m.until)}
    </span>
  ));
}

function People({ list, one, onShow }: { list: RosterPerson[]; one: string; onShow: (id: string) => void }) {
  const t = useTexts();
  const s = t.roster.people;
  const desk = useDesk();
  return (
    <table className="list" data-testid="roster-people">
      <thead>
        <tr>
          <th>{s.rank}</th>
          <th>{s.name}</th>
          <th>{s.nrp}</th>
          <th>{s.skills}</th>
          <th>{s.marks}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((p) => (
          <tr key={p.id} aria-selected={p.id === one}>
            <td>{p.rank}</td>
            <td>
              <button type="button" className="open" onClick={() => onShow(p.id)} data-testid={`nrp-${p.nrp}`}>
                {p.name}
              </button>
              {p.next && <div className="warned">→ {s.moves(officeName(desk, p.next.to), p.next.on)}</div>}
            </td>
            <td className="num">{p.nrp}</td>
            <td>{p.skills.map((k) => word(t.roster.skills, k)).join(", ")}</td>
            <td>
              <Marks of={p} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function One({ of: p, onDo, onChange }: { of: RosterPerson; onDo: (d: Doing) => void; onChange: () => void }) {
  const t = useTexts();
  const s = t.roster.people;
  const desk = useDesk();
  const run = useRun();
  const next = p.next;
  const back = () =>
    next &&
    void run(() =>
      command((headers) =>
        client.DELETE("/roster/people/{id}/moves/{day}", { params: { path: { id: p.id, day: next.on } }, headers }),
      ),
    ).then(onChange);
  return (
    <div className="stack" data-testid="roster-one">
      <h2>
        {p.rank} {p.name}
      </h2>
      <dl className="facts">
        <dt>{s.nrp}</dt>
        <dd className="num">{p.nrp}</dd>
        <dt>{s.office}</dt>
        <dd>{officeName(desk, p.office)}</dd>
        <dt>{s.phone}</dt>
        <dd className="num">{p.phone || "–"}</dd>
        <dt>{s.account}</dt>
        <dd>
          {p.user || "–"}
          {p.user && p.accountOffice !== p.office && (
            <div className="warned">△ {s.accountElsewhere(officeName(desk, p.accountOffice))}</div>
          )}
        </dd>
        <dt>{s.skills}</dt>
        <dd>{p.skills.map((k) => word(t.roster.skills, k)).join(", ") || "–"}</dd>
        <dt>{s.sprin}</dt>
        <dd>
          {p.sprin.map((o) => (
            <div key={o.no}>
              {o.no} {o.on && <span className="dim num">{o.on}</span>}
            </div>
          ))}
          {p.sprin.length === 0 && "–"}
        </dd>
        <dt>{s.marks}</dt>
        <dd className="row">{p.marks.length > 0 ? <Marks of={p} /> : "–"}</dd>
        {p.moves.length > 0 && (
          <>
            <dt>{s.history}</dt>
            <dd>
              {p.moves.map((m) => (
                <div key={m.on}>
                  <span className="num">{m.on}</span> {officeName(desk, m.from)} → {officeName(desk, m.to)}{" "}
                  <span className="dim">{m.order}</span>
                </div>
              ))}
            </dd>
          </>
        )}
      </dl>
      <div className="row">
        <Act onClick={() => onDo("edit")} testid="roster-edit">
          {s.edit}
        </Act>
        {p.next ? (
          <Act onClick={back}>{s.takeBack}</Act>
        ) : (
          <Act onClick={() => onDo("move")} testid="roster-move">
            {s.move}
          </Act>
        )}
        <Act look="quiet" onClick={() => onDo("leave")} testid="roster-leave">
          {s.leave}
        </Act>
      </div>
    </div>
  );
}

function Vehicles({ list }: { list: Unit[] }) {
  const t = useTexts();
  const s = t.roster.people;
  return (
    <table className="list" data-testid="roster-units">
      <thead>
        <tr>
          <th>{s.sign}</th>
          <th>{s.kind}</th>
          <th>{s.plate}</th>
          <th>{s.status}</th>
          <th>{s.crew}</th>
          <th>{s.skills}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((u) => (
          <tr key={u.id}>
            <td>
              <b>{u.sign}</b>
            </td>
            <td>{word(t.roster.kinds, u.kind)}</td>
            <td className="num">{u.plate || "–"}</td>
            <td>{word(t.roster.statuses, u.status)}</td>
            <td>{u.crew.map((m) => m.name).join(", ") || "–"}</td>
            <td>{u.skills.map((k) => word(t.roster.skills, k)).join(", ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
