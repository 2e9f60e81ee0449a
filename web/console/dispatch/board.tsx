// The dispatch board of a Polres: the queue of incidents (below the telephone, when there is one), the chosen incident in the
// middle, its units on the right. Everything is one key away, two for what a radio call says.
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import type { IncidentCard, LiveCall, Unit } from "../api/types";
import { useDesk } from "../desk/desk";
import { useNotice, useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { useLetter } from "../keys/use-letter";
import { Act } from "../parts/bits";
import { KeysBar } from "../parts/bottom";
import { go } from "../router";
import { WhyDialog } from "../screens/sift-menu";
import { shortNumber } from "../words/digits";
import { Choose, type Option } from "./choose";
import { FindDialog, OpenDialog, OverDialog, RestrictDialog, SameDialog, UnitDialog } from "./dialogs";
import { JobRow } from "./job-row";
import { IncidentPanel } from "./panel";
import { checksDue, offeredTo, queueOf } from "./queue";
import { useBoardSounds } from "./sounds";
import { proposedUnits, SaidKeys, Strength, UnitList } from "./unit-list";
import { canSay, isFree, type Said, saidKeys, unitsOf, whoCan } from "./unit-state";
import { useAdvice } from "./use-advice";
import { useDispatch } from "./use-dispatch";

const BoardMap = lazy(() => import("../map/board-map"));

type Open =
  | { kind: "" }
  | { kind: "choose"; title: string; hint?: string; options: Option[] }
  | { kind: "unit"; id: string }
  | { kind: "find" | "over" | "same" | "cancel" | "wait" | "open" | "refuse" | "restrict" };

export interface BoardProps {
  /** The telephone of the seat, when the person has one. */
  phone?: ReactNode;
  call?: LiveCall | null;
  /** The incident of the own call: it stays chosen while one talks. */
  ofCall?: string;
  unfinished?: boolean;
  orphan?: boolean;
  keys?: readonly (readonly [string, string])[];
}

export function Board({ phone, call = null, ofCall = "", unfinished = false, orphan = false, keys = [] }: BoardProps) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const tell = useNotice();
  const dispatch = useDispatch();
  const { live, session, acts } = desk;
  const own = session.office.id;
  const role = session.person.role;
  const works = role === "operator" || role === "supervisor";
  const queue = queueOf(live, own);
  const units = Object.values(live.units).filter((u) => u.home === own || session.offices.some((o) => o.id === u.home));
  useBoardSounds(queue);

  const [chosen, choose] = useState("");
  const list = queue.map((i) => i.id);
  const current = ofCall || (live.incidents[chosen] && list.includes(chosen) ? chosen : (list[0] ?? ""));
  const card: IncidentCard | undefined = live.incidents[current];
  useEffect(() => {
    if (current && current !== chosen) choose(current); // the first of a queue that moves stays chosen
  }, [current, chosen]);
  const step = (by: number) => {
    const next = list[Math.max(0, Math.min(list.length - 1, list.indexOf(current) + by))];
    if (next) choose(next);
  };
  useKeys({ up: () => step(-1), down: () => step(1) });

  const [form, setForm] = useState<{ id: string; on: boolean }>({ id: "", on: false });
  const inForm = form.id === current ? form.on : ofCall !== ""; // while one talks one types
  const [open, show] = useState<Open>({ kind: "" });
  const close = () => show({ kind: "" });
  const [map, setMap] = useState(() => localStorage.getItem("siaga.map") !== "off");
  const toggleMap = () => {
    localStorage.setItem("siaga.map", map ? "off" : "on");
    setMap(!map);
  };

  const mine = works && card !== undefined && card.office === own;
  const advice = useAdvice(mine ? card : undefined, units);
  const proposed = proposedUnits(card, units, advice);
  const minutes = (u: Unit) => {
    const a = advice.advised?.units.find((x) => x.unit === u.id);
    return a && advice.advised?.known ? t.board.minutes(Math.max(1, Math.round(a.arriveS / 60))) : "";
  };

  const send = (to: IncidentCard, u: Unit) => {
    if (isFree(u) || !u.job) return void dispatch.assign(to, u);
    const job = live.incidents[u.job.incident];
    show({
      kind: "choose",
      title: t.board.busyTitle(u.sign),
      hint: t.board.busyAt(`${shortNumber(u.job.no)}${job?.place ? ` · ${job.place}` : ""}`, u.job.name),
      options: [
        { key: "stack", name: t.board.stack, act: () => void dispatch.assign(to, u, "stack") },
        { key: "move", name: t.board.move, act: () => void dispatch.assign(to, u, "move") },
      ],
    });
  };
  const oneOf = (title: string, none: string, from: readonly Unit[], act: (u: Unit) => void) => {
    const [first] = from;
    if (!first) return tell(none);
    if (from.length === 1) return act(first);
    show({
      kind: "choose",
      title,
      options: from.map((u) => ({
        key: u.sign,
        name: <b>{u.sign}</b>,
        more: [t.board.status[u.status], u.job && shortNumber(u.job.no)].filter(Boolean).join(" · "),
        act: () => act(u),
      })),
    });
  };
  const say = (said: Said) => {
    const what = t.board.say[said];
    const at = document.activeElement?.closest<HTMLElement>("[data-unit]")?.dataset.unit;
    const focused = at ? live.units[at] : undefined;
    if (focused && canSay(focused, said)) return void dispatch.say(focused, said);
    oneOf(
      t.board.whoSays(what),
      t.board.nobodyCan(what),
      whoCan(units, said, current),
      (u) => void dispatch.say(u, said),
    );
  };
  const check = (only?: string) => {
    const due = queue.flatMap((i) => checksDue(i, desk.now()).map((s) => [i, s.unit] as const));
    const of = (u: Unit) => due.find(([, id]) => id === u.id)![0];
    const list = units.filter((u) => due.some(([, id]) => id === u.id) && (!only || u.id === only));
    oneOf(t.board.checkWho, t.board.noCheck, list, (u) => void dispatch.check(of(u), u));
  };
  const release = (u: Unit) => void (card && dispatch.release(card, u));
  const drop = (to: IncidentCard) => (id: string) => {
    const u = live.units[id];
    if (u) send(to, u);
  };
  const more = () => {
    if (!card) return show({ kind: "open" });
    const m = t.board.menu;
    const offered = offeredTo(card, own);
    const options: (Option | false)[] = [
      mine && !offered && card.state !== "SENT" && { key: "wait", name: m.wait, act: () => show({ kind: "wait" }) },
      mine &&
        !card.handover &&
        card.state !== "SENT" && { key: "over", name: m.over, act: () => show({ kind: "over" }) },
      mine && { key: "cancel", name: m.cancel, act: () => show({ kind: "cancel" }) },
      mine && { key: "same", name: m.same, act: () => show({ kind: "same" }) },
      works && { key: "open", name: m.open, act: () => show({ kind: "open" }) },
      mine && !card.veiled && { key: "shut", name: m.shut, act: () => show({ kind: "restrict" }) },
      { key: "page", name: m.page, act: () => go(`/laporan/${card.id}`) },
    ];
    show({ kind: "choose", title: t.board.more2, options: options.filter((o) => o !== false) });
  };
  const toggleForm = () => setForm({ id: current, on: !inForm });

  useLetter((key) => {
    if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return false; // its own keys
    const said = saidKeys.find(([k]) => k === key)?.[1];
    if (!works) return false;
    if (said) say(said);
    else if (/^[1-9]$/.test(key)) {
      const u = proposed[Number(key) - 1];
      if (!card || !u || !mine) return false;
      if (advice.settled()) send(card, u);
      else tell(t.board.moved);
    } else if (key === "v") check();
    else if (key === "q") oneOf(t.board.releaseWho, t.board.noneHere, card ? unitsOf(units, card) : [], release);
    else if (key === "c" && card) show({ kind: "same" });
    else if (key === "u") show({ kind: "find" });
    else if (key === "f" && card) toggleForm();
    else if (key === "o") more();
    else if (key === "z") toggleMap();
    else return false;
    return true;
  });

  const best = proposed[0];
  const seen = units.length > 0 || queue.some((i) => i.at !== null); // an empty map costs an old PC as much as a full one
  const unit = open.kind === "unit" ? live.units[open.id] : undefined;
  return (
    <>
      <div className="left">
        {phone}
        <section className="jobs" id="panel-3" tabIndex={-1} aria-label={t.board.queue}>
          <h2>
            {t.board.queue} <span className="num">{queue.length}</span>
          </h2>
          <div className="scroll">
            {queue.map((i) => (
              <JobRow
                key={i.id}
                card={i}
                on={i.id === current}
                onOpen={() => choose(i.id)}
                onDrop={works && i.office === own ? drop(i) : undefined}
              />
            ))}
          </div>
        </section>
      </div>
      {card ? (
        <IncidentPanel
          key={card.id}
          card={card}
          call={ofCall ? call : null}
          unfinished={unfinished}
          orphan={orphan}
          works={works}
          form={inForm}
          onForm={toggleForm}
          onCheck={check}
          onSame={() => show({ kind: "same" })}
          onMore={more}
          onRefuse={() => show({ kind: "refuse" })}
          onUnlink={(id) => void run(() => acts.unlink(id)).then((ok) => ok && tell(t.board.unlinked))}
          best={best && mine ? { sign: best.sign, minutes: minutes(best), send: () => send(card, best) } : null}
        />
      ) : (
        <section className="form" id="panel-2" tabIndex={-1}>
          <div className="empty">
            <span className="sign" aria-hidden="true">
              ✓
            </span>
            <b>{t.polres.none}</b>
            {t.polres.noneHint}
          </div>
        </section>
      )}
      <section className="units" id="panel-4" tabIndex={-1} aria-label={t.board.units}>
        <h2>
          {t.board.units} <Strength units={units} />
          <Act look="small" className="push" hint="Z" aria-pressed={map} testid="toggle-map" onClick={toggleMap}>
            {t.board.map}
          </Act>
        </h2>
        {map && seen && (
          <Suspense fallback={<div className="map" aria-busy="true" />}>
            <BoardMap
              card={card}
              queue={queue}
              units={units}
              onIncident={choose}
              onUnit={(u) => show({ kind: "unit", id: u.id })}
            />
          </Suspense>
        )}
        <UnitList
          card={card}
          units={units}
          advice={advice}
          canSend={mine}
          onSend={(u) => card && send(card, u)}
          onOpen={(u) => show({ kind: "unit", id: u.id })}
        />
        {works && units.length > 0 && (
          <SaidKeys onSay={(i) => say(saidKeys[i]![1])} canSay={(i) => units.some((u) => canSay(u, saidKeys[i]![1]))} />
        )}
      </section>
      <KeysBar
        keys={[
          ["↑↓", t.keys.incident],
          ["A", t.keys.accept],
          ["1…9", t.board.keys.assign],
          ["D G I E", t.board.keys.say],
          ["V", t.board.keys.check],
          ["Q", t.board.keys.release],
          ["U", t.board.keys.unit],
          ["N", t.keys.note],
          ["O", t.board.keys.more],
          ...keys,
        ]}
      />
      {open.kind === "choose" && <Choose title={open.title} hint={open.hint} options={open.options} onClose={close} />}
      {open.kind === "find" && (
        <FindDialog units={units} onPick={(u) => show({ kind: "unit", id: u.id })} onClose={close} />
      )}
      {unit && (
        <UnitDialog
          unit={unit}
          onSay={(said) => void dispatch.say(unit, said)}
          onRelease={
            works && card && unitsOf([unit], card).length > 0 ? () => void dispatch.release(card, unit) : undefined
          }
          onClose={close}
        />
      )}
      {open.kind === "open" && (
        <OpenDialog
          onClose={close}
          onMade={(id) => {
            close();
            choose(id);
          }}
        />
      )}
      {card && open.kind === "restrict" && <RestrictDialog card={card} onClose={close} />}
      {card && open.kind === "over" && <OverDialog card={card} onClose={close} />}
      {card && open.kind === "same" && (
        <SameDialog
          card={card}
          onClose={close}
          onLink={(other) => void dispatch.link(card, other).then((id) => id && choose(id))}
        />
      )}
      {card && open.kind === "cancel" && (
        <WhyDialog
          title={t.board.menu.cancel}
          hint={t.board.cancelHint}
          act={t.board.menu.cancel.replace("…", "")}
          onClose={close}
          onSave={(why) => void run(() => acts.cancel(card.id, why)).then((ok) => ok && close())}
        />
      )}
      {card && open.kind === "wait" && (
        <WhyDialog
          title={t.board.menu.wait}
          hint={t.board.waitHint}
          act={t.board.menu.wait.replace("…", "")}
          onClose={close}
          onSave={(why) => void run(() => acts.wait(card.id, why)).then((ok) => ok && close())}
        />
      )}
      {card && open.kind === "refuse" && (
        <WhyDialog
          title={offeredTo(card, own) ? t.board.refuse : t.board.takeBack}
          hint={offeredTo(card, own) ? t.board.refuseWhy : t.board.takeBackWhy}
          act={(offeredTo(card, own) ? t.board.refuse : t.board.takeBack).replace("…", "")}
          onClose={close}
          onSave={(why) => void run(() => acts.refuseOver(card.id, why)).then((ok) => ok !== undefined && close())}
        />
      )}
    </>
  );
}
