// The people of an office: who may sign in, as what, and a new one-time password.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, command } from "../api/client";
import type { Person, Role } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";
import { type Listing, ListStates } from "../parts/list";
import { Frame } from "./frame";
import { OfficeSelect } from "./incidents";

const roles: readonly Role[] = ["operator", "supervisor", "chief", "administrator", "patrol"];

export function PeoplePage() {
  const [office, choose] = useState("");
  const list = useQuery({
    queryKey: ["people", office],
    queryFn: () => ask(() => client.GET("/people", { params: { query: office ? { office } : {} } })),
  });
  return <PeopleView list={list} office={office} onOffice={choose} />;
}

export function PeopleView({
  list,
  office,
  onOffice,
}: {
  list: Listing<Person[]>;
  office: string;
  onOffice: (id: string) => void;
}) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const cache = useQueryClient();
  const [adding, add] = useState(false);
  const [once, show] = useState<{ user: string; password: string } | null>(null);
  const may = desk.session.person.role === "administrator";
  const fresh = () => void cache.invalidateQueries({ queryKey: ["people"] });
  const change = (p: Person, body: { role?: Role; active?: boolean }) =>
    void run(() =>
      command((headers) => client.PATCH("/people/{id}", { params: { path: { id: p.id } }, body, headers })),
    ).then(fresh);
  const reset = (p: Person) =>
    void run(() =>
      command((headers) => client.POST("/people/{id}/password", { params: { path: { id: p.id } }, headers })),
    ).then((r) => r && show({ user: p.user, password: r.oneTimePassword }));
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{t.people.title}</h1>
          <OfficeSelect value={office} onChange={onOffice} />
          {may && (
            <Act look="main" className="push" onClick={() => add(true)} testid="person-add">
              {t.people.add}
            </Act>
          )}
        </div>
        <div />
        <div className="body">
          <ListStates query={list} empty={(d) => d.length === 0} emptyText={t.people.none}>
            {(d) => (
              <table className="list">
                <thead>
                  <tr>
                    <th>{t.people.user}</th>
                    <th>{t.people.rank}</th>
                    <th>{t.people.name}</th>
                    <th>{t.people.office}</th>
                    <th>{t.people.role}</th>
                    <th>{t.people.active}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {d.map((p) => (
                    <tr key={p.id}>
                      <td>{p.user}</td>
                      <td>{p.rank}</td>
                      <td>{p.name}</td>
                      <td>{officeName(desk, p.office)}</td>
                      <td>
                        {may && p.id !== desk.session.person.id ? (
                          <select
                            className="fld w150"
                            aria-label={`${t.people.role}: ${p.name}`}
                            value={p.role}
                            onChange={(e) => change(p, { role: e.target.value as Role })}
                          >
                            {roles.map((r) => (
                              <option key={r} value={r}>
                                {t.people.roles[r]}
                              </option>
                            ))}
                          </select>
                        ) : (
                          t.people.roles[p.role]
                        )}
                      </td>
                      <td>{p.active ? `● ${t.people.active}` : `○ ${t.people.inactive}`}</td>
                      <td>
                        {may && p.id !== desk.session.person.id && (
                          <div className="row">
                            <Act look="small" onClick={() => change(p, { active: !p.active })}>
                              {p.active ? t.people.deactivate : t.people.activate}
                            </Act>
                            <Act look="small" onClick={() => reset(p)}>
                              {t.people.reset}
                            </Act>
                          </div>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </ListStates>
        </div>
      </main>
      {adding && (
        <AddPerson
          onClose={() => add(false)}
          onDone={(user, password) => {
            add(false);
            fresh();
            show({ user, password });
          }}
        />
      )}
      {once && (
        <Dialog title={t.people.once} onClose={() => show(null)} stays size={420}>
          <div className="stack">
            <p>{once.user}</p>
            <p className="who num" data-testid="one-time-password">
              {once.password}
            </p>
            <p className="dim">{t.people.onceHint}</p>
            <Act look="main" onClick={() => show(null)}>
              {t.people.copied}
            </Act>
          </div>
        </Dialog>
      )}
    </Frame>
  );
}

function AddPerson({ onClose, onDone }: { onClose: () => void; onDone: (user: string, password: string) => void }) {
  const t = useTexts();
  const { session } = useDesk();
  const run = useRun();
  const [p, set] = useState({ user: "", name: "", rank: "", office: session.office.id, role: "operator" as Role });
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    const made = await run(() => command((headers) => client.POST("/people", { body: p, headers })));
    if (made) onDone(made.person.user, made.oneTimePassword);
  };
  const field = (key: "user" | "name" | "rank", label: string) => (
    <label className="above">
      {label}
      <input
        className="fld"
        required={key !== "rank"}
        maxLength={80}
        autoComplete="off"
        value={p[key]}
        onChange={(e) => set({ ...p, [key]: e.target.value })}
        data-testid={`person-${key}`}
      />
    </label>
  );
  return (
    <Dialog title={t.people.add} onClose={onClose} size={460}>
      <form className="stack" onSubmit={(e) => void submit(e)}>
        {field("user", t.people.user)}
        {field("rank", t.people.rank)}
        {field("name", t.people.name)}
        <label className="above">
          {t.people.office}
          <select className="fld" value={p.office} onChange={(e) => set({ ...p, office: e.target.value })}>
            {session.offices.map((o) => (
              <option key={o.id} value={o.id}>
                {o.name}
              </option>
            ))}
          </select>
        </label>
        <label className="above">
          {t.people.role}
          <select className="fld" value={p.role} onChange={(e) => set({ ...p, role: e.target.value as Role })}>
            {roles.map((r) => (
              <option key={r} value={r}>
                {t.people.roles[r]}
              </option>
            ))}
          </select>
        </label>
        <Act look="main" type="submit" testid="person-create">
          {t.people.create}
        </Act>
      </form>
    </Dialog>
  );
}
