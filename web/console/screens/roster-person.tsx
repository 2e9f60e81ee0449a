// One person of the roster: what is known of them, and their move to another office.
import { type FormEvent, useState } from "react";
import { client, command } from "../api/client";
import type { RosterInput, RosterPerson } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";

type Skill = RosterInput["skills"][number];

export function PersonDialog({
  office,
  of,
  onClose,
  onDone,
}: {
  office: string;
  of?: RosterPerson;
  onClose: () => void;
  onDone: () => void;
}) {
  const t = useTexts();
  const s = t.roster.people;
  const run = useRun();
  const [p, set] = useState<RosterInput>({
    office,
    name: of?.name ?? "",
    rank: of?.rank ?? "",
    nrp: of?.nrp ?? "",
    phone: of?.phone ?? "",
    user: of?.user ?? "",
    skills: (of?.skills ?? []) as Skill[],
    sprin: of?.sprin ?? [],
    marks: (of?.marks ?? []).map((m) => ({ what: m.what, until: m.until })),
  });
  const save = async (e: FormEvent) => {
    e.preventDefault();
    const body = {
      ...p,
      marks: p.marks.filter((m) => m.what.trim()),
      sprin: p.sprin.filter((o) => o.no.trim()),
    };
    const done = await run(() =>
      command((headers) =>
        of
          ? client.PUT("/roster/people/{id}", { params: { path: { id: of.id } }, body, headers })
          : client.POST("/roster/people", { body, headers }),
      ),
    );
    if (done) onDone();
  };
  const field = (key: "name" | "rank" | "nrp" | "phone" | "user", label: string, hint = "") => (
    <label className="above">
      {label}
      <input
        className="fld"
        required={key === "name" || key === "rank" || key === "nrp"}
        maxLength={100}
        autoComplete="off"
        placeholder={hint}
        value={p[key]}
        onChange={(e) => set({ ...p, [key]: e.target.value })}
        data-testid={`roster-${key}`}
        data-autofocus={key === "name" || undefined}
      />
    </label>
  );
  return (
    <Dialog title={of ? `${of.rank} ${of.name}` : s.add} onClose={onClose} size={640} testid="roster-person">
      <form className="stack" onSubmit={(e) => void save(e)}>
        <div className="figures two">
          {field("name", s.name)}
          {field("rank", s.rank, "Bripka")}
          {field("nrp", s.nrp)}
          {field("phone", s.phone)}
        </div>
        {field("user", s.account, s.accountHint)}
        <fieldset className="plainset">
          <legend>{s.skills}</legend>
          <div className="row">
            {(Object.keys(t.roster.skills) as Skill[]).map((k) => (
              <label key={k} className="row">
                <input
                  type="checkbox"
                  checked={p.skills.includes(k)}
                  onChange={(e) =>
                    set({ ...p, skills: e.target.checked ? [...p.skills, k] : p.skills.filter((x) => x !== k) })
                  }
                />
                {t.roster.skills[k]}
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset className="plainset">
          <legend>{s.marks}</legend>
          {p.marks.map((m, i) => (
            <div key={i} className="row">
              <input
                className="fld"
                aria-label={s.marks}
                maxLength={120}
                value={m.what}
                onChange={(e) => set({ ...p, marks: p.marks.with(i, { ...m, what: e.target.value }) })}
              />
              <label className="row dim">
                {s.until}
                <input
                  className="fld w150"
                  type="date"
                  value={m.until ?? ""}
                  onChange={(e) => set({ ...p, marks: p.marks.with(i, { ...m, until: e.target.value }) })}
                />
              </label>
            </div>
          ))}
          <Act look="small" onClick={() => set({ ...p, marks: [...p.marks, { what: "", until: "" }] })}>
            {s.addMark}
          </Act>
        </fieldset>
        <fieldset className="plainset">
          <legend>{s.sprin}</legend>
          {p.sprin.map((o, i) => (
            <div key={i} className="row">
              <input
                className="fld"
                aria-label={s.sprin}
                maxLength={120}
                value={o.no}
                onChange={(e) => set({ ...p, sprin: p.sprin.with(i, { ...o, no: e.target.value }) })}
              />
              <label className="row dim">
                {s.sprinOn}
                <input
                  className="fld w150"
                  type="date"
                  value={o.on ?? ""}
                  onChange={(e) => set({ ...p, sprin: p.sprin.with(i, { ...o, on: e.target.value }) })}
                />
              </label>
            </div>
          ))}
          <Act look="small" onClick={() => set({ ...p, sprin: [...p.sprin, { no: "", on: "" }] })}>
            {s.addSprin}
          </Act>
        </fieldset>
        <div className="row">
          <Act look="main" type="submit" testid="roster-save">
            {s.save}
          </Act>
          <Act look="quiet" onClick={onClose}>
            {t.common.cancel}
          </Act>
        </div>
      </form>
    </Dialog>
  );
}

export function MoveDialog({ of, onClose, onDone }: { of: RosterPerson; onClose: () => void; onDone: () => void }) {
  const t = useTexts();
  const s = t.roster.people;
  const { session } = useDesk();
  const run = useRun();
  const others = session.offices.filter((o) => o.id !== of.office);
  const [to, choose] = useState(others[0]?.id ?? "");
  const [on, set] = useState("");
  const [order, name] = useState("");
  const save = async (e: FormEvent) => {
    e.preventDefault();
    const done = await run(() =>
      command((headers) =>
        client.POST("/roster/people/{id}/move", { params: { path: { id: of.id } }, body: { to, on, order }, headers }),
      ),
    );
    if (done) onDone();
  };
  return (
    <Dialog title={s.moveTitle(`${of.rank} ${of.name}`)} onClose={onClose} size={460}>
      <form className="stack" onSubmit={(e) => void save(e)}>
        <p className="dim">{s.moveHint}</p>
        <label className="above">
          {s.moveTo}
          <select
            className="fld"
            required
            data-autofocus
            value={to}
            onChange={(e) => choose(e.target.value)}
            data-testid="move-to"
          >
            {others.map((o) => (
              <option key={o.id} value={o.id}>
                {o.name}
              </option>
            ))}
          </select>
        </label>
        <label className="above">
          {s.moveOn}
          <input
            className="fld"
            type="date"
            required
            value={on}
            onChange={(e) => set(e.target.value)}
            data-testid="move-on"
          />
        </label>
        <label className="above">
          {s.moveOrder}
          <input className="fld" maxLength={120} value={order} onChange={(e) => name(e.target.value)} />
        </label>
        <div className="row">
          <Act look="main" type="submit" disabled={!to} testid="move-save">
            {s.move}
          </Act>
          <Act look="quiet" onClick={onClose}>
            {t.common.cancel}
          </Act>
        </div>
      </form>
    </Dialog>
  );
}
