// A crew that calls for help: on every console of the Polda and its offices, over whatever page is open, with its place, and
// heard until somebody takes it up.
import { useEffect, useState } from "react";
import { client, command } from "../api/client";
import type { Unit } from "../api/types";
import { officeOf, useDesk, useNow, usePositions } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { clock, timeOfDay } from "../words/time";
import { Act } from "./bits";

/** Units whose crew calls for help, the longest first. */
export function usePanics(): Unit[] {
  const { live } = useDesk();
  return Object.values(live.units)
    .filter((u) => u.panic)
    .sort((a, b) => a.panic!.at.localeCompare(b.panic!.at));
}

export function PanicAlarms({ list }: { list: readonly Unit[] }) {
  const { sound, frozen } = useDesk();
  const loud = list.some((u) => !u.panic!.seen);
  useEffect(() => {
    if (frozen || !loud) return;
    sound.play("alarm");
    const timer = setInterval(() => sound.play("alarm"), 1200);
    return () => clearInterval(timer);
  }, [loud, sound, frozen]);
  const first = list.find((u) => !u.panic!.seen);
  return (
    <div role="alert" className="panics">
      {list.map((u) => (
        <PanicBar key={u.id} unit={u} first={u.id === first?.id} />
      ))}
    </div>
  );
}

function PanicBar({ unit, first }: { unit: Unit; first: boolean }) {
  const t = useTexts();
  const p = t.patrol.panic;
  const desk = useDesk();
  const run = useRun();
  const now = useNow(1000);
  const [note, write] = useState("");
  const alarm = unit.panic!;
  const at = alarm.place;
  const position = usePositions().get(unit.id);
  const zone = desk.session.office.zone;
  const path = { params: { path: { id: unit.id } } };
  const mine = !!officeOf(desk.session, unit.home) && desk.session.person.role !== "administrator";
  const see = () => void run(() => command((headers) => client.POST("/units/{id}/panic/see", { ...path, headers })));
  const clear = () =>
    void run(() =>
      command((headers) => client.POST("/units/{id}/panic/clear", { ...path, body: { text: note.trim() }, headers })),
    );
  useKeys(first && mine ? { urgent: see } : {});
  return (
    <section
      className={`panic-bar ${alarm.seen ? "seen" : ""}`}
      data-testid={`panic-${unit.id}`}
      aria-label={p.title(unit.sign)}
    >
      <b className="who">
        <span aria-hidden="true">⚠</span> {p.title(unit.sign)}
      </b>
      <span className="num">
        {timeOfDay(Date.parse(alarm.at), zone)} · {clock(now - Date.parse(alarm.at))}
      </span>
      <span className="num where">
        {p.place}: {at ? `${at.lat.toFixed(5)}, ${at.lng.toFixed(5)}` : p.unknown}
        {position && ` · ${p.last(clock(now - Date.parse(position.time)))}`}
      </span>
      <span className="cut crew">{unit.crew.map((m) => m.name).join(", ")}</span>
      {alarm.seen ? <span>{p.seen(alarm.seenBy)}</span> : !mine && <span>{p.elsewhere}</span>}
      {mine && !alarm.seen && (
        <Act look="main" hint={first ? "F10" : undefined} testid={`panic-see-${unit.id}`} onClick={see}>
          {p.see}
        </Act>
      )}
      {mine && alarm.seen && (
        <form
          className="row"
          onSubmit={(e) => {
            e.preventDefault();
            clear();
          }}
        >
          <input
            className="fld"
            data-testid={`panic-note-${unit.id}`}
            aria-label={p.note}
            placeholder={p.note}
            maxLength={1000}
            value={note}
            onChange={(e) => write(e.target.value)}
          />
          <Act look="main" type="submit" disabled={!note.trim()} testid={`panic-clear-${unit.id}`}>
            {p.clear}
          </Act>
        </form>
      )}
    </section>
  );
}
