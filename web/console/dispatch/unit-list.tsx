// The right of the board: units on the chosen incident, those proposed for it by number, the others. A row is dragged to an
// incident, or its number is pressed; Enter on a row opens the unit.
import type { IncidentCard, Unit, UnitAdvice, UnitStatus } from "../api/types";
import { useNow, usePositions } from "../desk/desk";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { shortNumber } from "../words/digits";
import { clock } from "../words/time";
import { bySign, isFree, saidKeys, unitsOf } from "./unit-state";
import type { Advice } from "./use-advice";

const shapes: Record<UnitStatus, string> = {
  OFF: "off",
  READY: "",
  PATROL: "wrap",
  ASSIGNED: "ring",
  ACKNOWLEDGED: "talk",
  EN_ROUTE: "talk",
  ON_SCENE: "talk",
  BUSY: "pause",
  BROKEN: "off",
  RETURNING: "wrap",
};
const most = { others: 30, rest: 12 };
export const dragType = "application/x-siaga-unit";

export function UnitList({
  card,
  units,
  advice,
  canSend,
  onSend,
  onOpen,
}: {
  card: IncidentCard | undefined;
  units: readonly Unit[];
  advice: Advice;
  canSend: boolean;
  onSend: (u: Unit) => void;
  onOpen: (u: Unit) => void;
}) {
  const t = useTexts();
  const here = card ? unitsOf(units, card) : [];
  const shown = new Set(here.map((u) => u.id));
  const proposed = proposedUnits(card, units, advice);
  const said = new Map(advice.advised?.units.map((a) => [a.unit, a]));
  for (const u of proposed) shown.add(u.id);
  const left = units.filter((u) => !shown.has(u.id)).sort(bySign);
  const busy = left.filter((u) => u.job !== null);
  const rest = left
    .filter((u) => u.job === null)
    .sort((a, b) => Number(isFree(b)) - Number(isFree(a)) || Number(a.status === "OFF") - Number(b.status === "OFF"));
  const section = (name: string, list: readonly Unit[], max: number) =>
    list.length > 0 && (
      <>
        <h3>{name}</h3>
        {list.slice(0, max).map((u) => (
          <UnitRow key={u.id} unit={u} onOpen={onOpen} />
        ))}
        {list.length > max && <p className="dim pad">{t.board.more(list.length - max)}</p>}
      </>
    );
  return (
    <div className="unit-list scroll" data-testid="units">
      {units.length === 0 && <p className="dim pad">{t.board.noUnits}</p>}
      {section(t.board.here, here, 20)}
      {card && !card.veiled && advice.advised && units.length > 0 && (
        <>
          <h3>{t.board.advice}</h3>
          {!advice.advised.known && <p className="warned pad">△ {t.board.noPoint}</p>}
          {proposed.length === 0 && <p className="dim pad">{t.board.noneFree}</p>}
          {proposed.map((u, i) => (
            <UnitRow
              key={u.id}
              unit={u}
              advice={said.get(u.id)}
              known={advice.advised?.known ?? false}
              n={i + 1}
              onOpen={onOpen}
              onSend={canSend ? onSend : undefined}
            />
          ))}
        </>
      )}
      {section(t.board.others, busy, most.others)}
      {section(t.board.rest, rest, most.rest)}
    </div>
  );
}

/**
 * The units that the numbers stand for, the best first. Where the place is not known nothing can be reckoned, and somebody must
 * be sent all the same: then they are those that are free, by call sign.
 */
export function proposedUnits(card: IncidentCard | undefined, units: readonly Unit[], advice: Advice): Unit[] {
  if (!card || !advice.advised) return [];
  const here = new Set(unitsOf(units, card).map((u) => u.id));
  const byId = new Map(units.map((u) => [u.id, u]));
  const list = advice.advised.known
    ? advice.advised.units.flatMap((a) => byId.get(a.unit) ?? [])
    : units.filter(isFree).sort(bySign);
  return list.filter((u) => !here.has(u.id)).slice(0, 9);
}

function UnitRow({
  unit: u,
  advice: a,
  known = false,
  n,
  onOpen,
  onSend,
}: {
  unit: Unit;
  advice?: UnitAdvice;
  known?: boolean;
  n?: number;
  onOpen: (u: Unit) => void;
  onSend?: (u: Unit) => void;
}) {
  const t = useTexts();
  const now = useNow(1000);
  const fix = usePositions().get(u.id);
  const age = fix ? Math.max(0, Math.floor((now - Date.parse(fix.time)) / 1000)) : -1;
  const drag = u.status !== "OFF" && u.status !== "BROKEN";
  const why = a ? (t.lang === "en" ? a.why.en : a.why.id).replace(/^\d+ (mnt|min)(, )?/, "") : "";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is the mouse's second way; keys and buttons do the same
    <div
      className={`unit-row ${u.panic ? "panic" : ""}`}
      draggable={drag}
      onDragStart={(e) => {
        e.dataTransfer.setData(dragType, u.id);
        e.dataTransfer.effectAllowed = "move";
      }}
      data-unit={u.id}
      data-testid={`unit-${u.sign}`}
      data-status={u.status}
    >
      <button type="button" className="who-unit" onClick={() => onOpen(u)} data-testid={`open-unit-${u.sign}`}>
        <span className={`dot ${shapes[u.status]}`} aria-hidden="true" />
        <b className="cut">{u.sign}</b>
        <span className="dim cut">
          {t.board.status[u.status]} <span className="num">{clock(now - Date.parse(u.since))}</span>
          {u.job && ` · ${shortNumber(u.job.no)}`}
          {u.stack.length > 0 && ` +${u.stack.length}`}
        </span>
        <span className="dim sub">
          {t.board.crew(u.crew.length)}
          {(age >= 0 || !a) && " · "}
          {(age >= 0 || !a) && (
            <span className={age > 120 ? "warned" : ""}>
              {age < 0 ? t.board.noPosition : t.board.position(t.board.ago(age))}
            </span>
          )}
          {why && <span className="why"> · {why}</span>}
        </span>
        {u.panic && <span className="alarm sub">{t.board.panic(u.sign)}</span>}
      </button>
      {n && (
        <Act
          className="send"
          look="small"
          hint={String(n)}
          disabled={!onSend}
          testid={`send-${n}`}
          onClick={() => onSend?.(u)}
        >
          <b className="num">
            {known && a ? t.board.minutes(Math.max(1, Math.round(a.arriveS / 60))) : t.board.noMinutes}
          </b>
          <span className="hidden">{t.board.sendOnly(u.sign)}</span>
        </Act>
      )}
    </div>
  );
}

/** The keys of what a radio call says, always in sight. */
export function SaidKeys({ onSay, canSay }: { onSay: (i: number) => void; canSay: (i: number) => boolean }) {
  const t = useTexts();
  return (
    <fieldset className="said">
      <legend className="hidden">{t.board.keys.say}</legend>
      {saidKeys.map(([key, said], i) => (
        <Act
          key={said}
          look="small"
          hint={key.toUpperCase()}
          disabled={!canSay(i)}
          testid={`say-${said}`}
          onClick={() => onSay(i)}
        >
          {t.board.say[said]}
        </Act>
      ))}
    </fieldset>
  );
}

/** Units that are ready, of all that have a crew. */
export function Strength({ units }: { units: readonly Unit[] }) {
  const t = useTexts();
  const all = units.filter((u) => u.crew.length > 0 || (u.status !== "OFF" && u.status !== "BROKEN"));
  return (
    <span className="num" data-testid="strength">
      <b>{t.board.free(all.filter(isFree).length)}</b>
      <span className="dim">{t.board.ofAll(all.length)}</span>
    </span>
  );
}
