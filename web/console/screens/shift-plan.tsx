// The plan of one shift: a line for each person of the office, and where they serve. Tab and letters are enough to fill it.
import { type FormEvent, useState } from "react";
import { client, command } from "../api/client";
import type { RosterPerson, Shift, Unit } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";
import { isoDay, timeOfDay } from "../words/time";

const usual: Record<string, [string, string]> = {
  pagi: ["07:00", "15:00"],
  siang: ["15:00", "23:00"],
  malam: ["23:00", "07:00"],
};
const desk = "meja";

/** Where each person of a shift serves: the desk, or a unit. */
function placesOf(x: Shift | undefined): Record<string, string> {
  const at: Record<string, string> = {};
  for (const p of x?.posts ?? []) for (const who of p.people) at[who.id] = p.unit || desk;
  return at;
}

export function PlanDialog({
  of,
  past,
  people,
  units,
  office,
  onClose,
  onDone,
}: {
  of: Shift | null;
  past: Shift[];
  people: RosterPerson[];
  units: Unit[];
  office: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const t = useTexts();
  const s = t.roster.shifts;
  const { session, now } = useDesk();
  const run = useRun();
  const zone = session.office.zone;
  // A new plan begins as the last one of the same name was.
  const before = (name: string) => past.filter((x) => x.name === name).sort((a, b) => b.day.localeCompare(a.day))[0];
  const [name, call] = useState(of?.name ?? "pagi");
  const [day, set] = useState(of?.day ?? isoDay(now() + 86_400_000, zone));
  const [from, start] = useState(of ? timeOfDay(Date.parse(of.from), zone).slice(0, 5) : "07:00");
  const [to, end] = useState(of ? timeOfDay(Date.parse(of.to), zone).slice(0, 5) : "15:00");
  const [at, place] = useState(() => placesOf(of ?? before("pagi")));
  const [copied, tell] = useState(of ? "" : (before("pagi")?.day ?? ""));
  const [q, find] = useState("");
  const rename = (n: string) => {
    call(n);
    if (of) return;
    const old = before(n);
    place(placesOf(old));
    tell(old?.day ?? "");
    const hours = usual[n];
    if (hours) {
      start(hours[0]);
      end(hours[1]);
    }
  };
  const known = people.filter((p) => p.office === office);
  const mine = known.filter((p) => at[p.id]);
  const crews = new Set(mine.map((p) => at[p.id]).filter((u) => u !== desk));
  const save = async (e: FormEvent) => {
    e.preventDefault();
    const posts = [desk, ...crews]
      .map((where) => {
        const ids = mine.filter((p) => at[p.id] === where).map((p) => p.id); // the highest rank comes first
        return where === desk ? { people: ids } : { unit: where!, lead: ids[0]!, people: ids };
      })
      .filter((p) => p.people.length > 0);
    const done = await run(() =>
      command((headers) => client.PUT("/roster/shifts", { body: { office, day, name, from, to, posts }, headers })),
    );
    if (done) onDone();
  };
  const words = q.toLowerCase().split(/\s+/);
  const shown = known.filter((p) => {
    const text = `${p.rank} ${p.name} ${p.nrp} ${p.skills.join(" ")}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
  const ours = units.filter((u) => u.home === office);
  return (
    <Dialog title={s.planTitle} onClose={onClose} size={820} testid="plan">
      <form className="stack" onSubmit={(e) => void save(e)}>
        <div className="row">
          <label className="above">
            {s.name}
            <select
              className="fld w150"
              value={name}
              disabled={of !== null}
              onChange={(e) => rename(e.target.value)}
              data-testid="plan-name"
              data-autofocus
            >
              {(["pagi", "siang", "malam"] as const).map((n) => (
                <option key={n} value={n}>
                  {s.names[n]}
                </option>
              ))}
              {of && !(name in usual) && <option value={name}>{name}</option>}
            </select>
          </label>
          <label className="above">
            {s.day}
            <input
              className="fld w150"
              type="date"
              required
              disabled={of !== null}
              value={day}
              onChange={(e) => set(e.target.value)}
              data-testid="plan-day"
            />
          </label>
          <label className="above">
            {s.from}
            <input className="fld w150" type="time" required value={from} onChange={(e) => start(e.target.value)} />
          </label>
          <label className="above">
            {s.to}
            <input className="fld w150" type="time" required value={to} onChange={(e) => end(e.target.value)} />
          </label>
        </div>
        {copied && <p className="dim">{s.copied(copied)}</p>}
        <div className="row">
          <input
            className="fld w220"
            type="search"
            aria-label={s.search}
            placeholder={s.search}
            value={q}
            onChange={(e) => find(e.target.value)}
            data-testid="plan-search"
          />
          <b className="num" role="status">
            {s.chosen(mine.length, crews.size)}
          </b>
          <span className="dim">{s.leadHint}</span>
        </div>
        <div className="import-rows">
          <table className="list">
            <thead>
              <tr>
                <th>{t.roster.people.name}</th>
                <th>{t.roster.people.skills}</th>
                <th>{s.where}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((p) => (
                <tr key={p.id} aria-selected={at[p.id] ? true : undefined}>
                  <td>
                    {p.rank} {p.name}
                  </td>
                  <td>{p.skills.map((k) => word(t.roster.skills, k)).join(", ")}</td>
                  <td>
                    <select
                      className="fld w220"
                      aria-label={`${s.where}: ${p.rank} ${p.name}`}
                      value={at[p.id] ?? ""}
                      onChange={(e) => place({ ...at, [p.id]: e.target.value })}
                      data-testid={`post-${p.nrp}`}
                    >
                      <option value="">{s.off}</option>
                      <option value={desk}>{s.desk}</option>
                      {ours.map((u) => (
                        <option key={u.id} value={u.id}>
                          {u.sign} ({word(t.roster.kinds, u.kind)})
                        </option>
                      ))}
                    </select>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div className="row">
          <Act look="main" type="submit" testid="plan-save">
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
