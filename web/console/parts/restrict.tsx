// A restricted report says so, and who handles it names those who may read it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, command } from "../api/client";
import type { Incident } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "./bits";
import { Dialog } from "./dialog";

export function Restricted({ incident: i }: { incident: Incident }) {
  const t = useTexts();
  const s = t.polda.restrict;
  const [open, show] = useState(false);
  return (
    <>
      {i.restricted && (
        <p className="banner warn" data-testid="restricted">
          ▲ {t.polda.restrictedNote}
        </p>
      )}
      <div className="row">
        <Act look="small" testid="readers" onClick={() => show(true)}>
          {s.act}
        </Act>
      </div>
      {open && <Readers incident={i} onClose={() => show(false)} />}
    </>
  );
}

/** Who may read a report, and how that is changed. */
export function Readers({ incident: i, onClose }: { incident: Incident; onClose: () => void }) {
  const t = useTexts();
  const s = t.polda.restrict;
  const { session } = useDesk();
  const run = useRun();
  const cache = useQueryClient();
  const path = { params: { path: { id: i.id } } };
  const readers = useQuery({
    queryKey: ["readers", i.id],
    queryFn: () => ask(() => client.GET("/incidents/{id}/readers", path)),
  });
  const people = useQuery({ queryKey: ["colleagues"], queryFn: () => ask(() => client.GET("/colleagues")) });
  const always = i.kind === "kdrt" || i.kind === "asusila";
  const leads = session.person.role === "supervisor" || session.person.role === "chief";
  const [shut, setShut] = useState(i.restricted);
  const [added, add] = useState<string[] | null>(null);
  const named = added ?? (readers.data ?? []).filter((r) => r.how === "named").map((r) => r.id);
  const name = (id: string) =>
    people.data?.find((p) => p.id === id)?.name ?? readers.data?.find((r) => r.id === id)?.name ?? id;
  const rest = (people.data ?? []).filter((p) => !named.includes(p.id));
  const save = async () => {
    const done = await run(() =>
      command((headers) =>
        client.POST("/incidents/{id}/restrict", { ...path, body: { shut: shut && !always, named }, headers }),
      ),
    );
    if (!done) return;
    void cache.invalidateQueries({ queryKey: ["readers", i.id] });
    void cache.invalidateQueries({ queryKey: ["incident", i.id] });
    onClose();
  };
  return (
    <Dialog title={s.title} onClose={onClose} testid="readers-dialog" size={560}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <p className="dim">{s.hint}</p>
        <label className="check">
          <input
            type="checkbox"
            checked={shut || always}
            disabled={always || (i.restricted && !leads)}
            onChange={(e) => setShut(e.target.checked)}
            data-testid="restrict-shut"
          />
          {s.shut}
        </label>
        <p className="dim">{always ? s.shutHint : s.openAgain}</p>
        <h3>{s.handling}</h3>
        <p>
          {(readers.data ?? [])
            .filter((r) => r.how === "handles")
            .map((r) => r.name)
            .join(", ") || s.nobody}
        </p>
        <h3>{s.named}</h3>
        {named.length === 0 && <p>{s.nobody}</p>}
        {named.map((id) => (
          <div className="row" key={id}>
            <span className="grow">{name(id)}</span>
            <Act look="small" aria-label={`✕ ${name(id)}`} onClick={() => add(named.filter((x) => x !== id))}>
              ✕
            </Act>
          </div>
        ))}
        <select
          className="fld"
          aria-label={s.who}
          data-testid="restrict-who"
          value=""
          onChange={(e) => e.target.value && add([...named, e.target.value])}
        >
          <option value="">{s.who}…</option>
          {rest.map((p) => (
            <option key={p.id} value={p.id}>
              {p.name}
            </option>
          ))}
        </select>
        <Act look="main" type="submit" testid="restrict-save">
          {s.save}
        </Act>
      </form>
    </Dialog>
  );
}
