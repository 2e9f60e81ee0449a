// The clocks of an incident: the largest on the screen, the track of its steps, and what runs now with who was asked.
import type { IncidentCard, Step } from "../api/types";
import { officeName, useDesk, useNow } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { clock, left, timeOfDay } from "../words/time";
import { checksDue, lateArrival } from "./queue";

/** Two honest clocks: from the first ring, judged; and from the moment the place was known, shown. */
export function BigClocks({ card }: { card: IncidentCard }) {
  const t = useTexts();
  const now = useNow(250);
  const end = card.closedAt ? Date.parse(card.closedAt) : now;
  const ring = Date.parse(card.firstRing);
  const accept = card.acceptBy ? Date.parse(card.acceptBy) - now : 0;
  const { target } = card;
  const rest = target ? Date.parse(target.by) - now : 0;
  const late = lateArrival(card, now);
  return (
    <div className="big-clock">
      <div>
        <div className={`v num ${late && !card.arrivedAt ? "late" : ""}`} data-testid="clock-ring">
          {clock(end - ring)}
        </div>
        <span className="dim">{t.polres.fromRing}</span>
        {card.state === "SENT" ? (
          <span className={accept > 0 ? "warned" : "alarm"} data-testid="accept-left">
            {" · "}
            {accept > 0 ? (
              <>
                {t.polres.acceptIn} <b className="num">{left(accept)}</b>
              </>
            ) : (
              `⚠ ${t.polres.overdue}`
            )}
          </span>
        ) : card.arrivedAt ? (
          <span className={late ? "alarm" : "good"} data-testid="arrived-in">
            {" · "}
            {t.board.arrivedIn(clock(Date.parse(card.arrivedAt) - ring), !late)}
          </span>
        ) : target ? (
          <span className={late ? "alarm" : rest < target.minutes * 30_000 ? "warned" : ""} data-testid="arrive-left">
            {" · "}
            {late ? "⚠ " : ""}
            {late ? t.board.over : t.board.leftOf} <b className="num">{late ? clock(-rest) : left(rest)}</b>{" "}
            {t.board.of(target.minutes)}
          </span>
        ) : null}
      </div>
      <div className="second">
        <div className="num">{card.placeKnownAt ? clock(end - Date.parse(card.placeKnownAt)) : "–"}</div>
        <span className="dim">{card.placeKnownAt ? t.polres.fromPlace : t.polres.noPlace}</span>
      </div>
    </div>
  );
}

/** How far it has come, with times. Each step has a sign besides its colour. */
export function Track({ card }: { card: IncidentCard }) {
  const t = useTexts();
  const { session } = useDesk();
  const n = t.board.steps;
  const first = (pick: (a: IncidentCard["units"][number]) => string | null) =>
    card.units
      .map(pick)
      .filter((x) => x !== null)
      .sort()[0] ?? null;
  const steps: [string, string | null][] = [
    [n.ring, card.firstRing],
    [n.sent, card.sentAt],
    [n.accepted, card.acceptedAt],
    [n.assigned, first((a) => (a.stacked ? null : a.at))],
    [n.departed, first((a) => a.departedAt)],
    [n.arrived, card.arrivedAt],
  ];
  const last = steps.reduce((m, [, at], i) => (at ? i : m), -1);
  return (
    <div className="track" data-testid="track">
      {steps.map(([name, at], i) => (
        <div key={name} className={at ? "did" : i === last + 1 ? "now" : ""}>
          {at ? "✓ " : i === last + 1 ? "… " : ""}
          {name}
          <br />
          <span className="num">
            {at
              ? timeOfDay(Date.parse(at), session.office.zone)
              : i === 5 && card.target
                ? `${t.board.limit} ${timeOfDay(Date.parse(card.target.by), session.office.zone)}`
                : "–"}
          </span>
        </div>
      ))}
    </div>
  );
}

/** Steps that run, those that are late first, red, and with the name of who was asked. */
export function Running({ card, onCheck }: { card: IncidentCard; onCheck?: (unit: string) => void }) {
  const t = useTexts();
  const now = useNow(500);
  const sign = (u: string) => card.units.find((a) => a.unit === u)?.sign ?? "";
  const due = new Set(checksDue(card, now));
  const steps = card.steps.filter((s) => s.step !== "accept" && !due.has(s) && (s.step !== "check" || s.level));
  return (
    <>
      {[...due].map((s) => (
        <div className="bar check" role="alert" key={`c${s.unit}`} data-testid={`check-due-${s.unit}`}>
          <div className="top">
            <span className="dot ring" />
            <span>
              {t.board.check(sign(s.unit), minutesThere(card, s, now))}
              {s.level && (
                <span className="alarm"> {t.board.upTo(word(t.levels, s.level), s.name || t.board.nobody)}</span>
              )}
            </span>
            {onCheck && (
              <Act look="main" className="push" hint="V" testid={`check-${s.unit}`} onClick={() => onCheck(s.unit)}>
                {t.board.checkYes}
              </Act>
            )}
          </div>
        </div>
      ))}
      {steps.length > 0 && (
        <ul className="running" data-testid="running" aria-label={t.board.clocks}>
          {steps.map((s) => (
            <Clock key={s.step + s.unit} step={s} sign={sign(s.unit)} now={now} />
          ))}
        </ul>
      )}
    </>
  );
}

function Clock({ step, sign, now }: { step: Step; sign: string; now: number }) {
  const t = useTexts();
  const rest = Date.parse(step.by) - now;
  const late = rest <= 0;
  return (
    <li className={late ? "alarm" : "dim"} data-late={late} data-testid={`clock-${step.step}`}>
      <span aria-hidden="true">{late ? "⚠" : "◷"}</span>
      <span>
        {sign && <b>{sign} </b>}
        {late ? word(t.board.missed, step.step) : word(t.board.step, step.step)}
        {step.level && ` · ${t.board.upTo(word(t.levels, step.level), step.name || t.board.nobody)}`}
        {step.phone &&
          ` · ☏ ${step.phone.last === "acknowledged" ? t.board.phoned(step.phone.name) : t.board.phoning(step.phone.name === step.name ? "" : step.phone.name, step.phone.tries)}`}
      </span>
      <span className="num push">{late ? t.board.late(clock(-rest)) : t.board.left(left(rest))}</span>
    </li>
  );
}

function minutesThere(card: IncidentCard, s: Step, now: number): number {
  const at = card.units.find((a) => a.unit === s.unit)?.arrivedAt ?? s.since;
  return Math.floor((now - Date.parse(at)) / 60_000);
}

/** Who holds the ball, in a few words. */
export function useHolder(card: IncidentCard): string {
  const t = useTexts();
  const desk = useDesk();
  const h = card.holder;
  const sign = card.units.find((a) => a.unit === h.unit)?.sign;
  return (
    [sign, h.level && word(t.levels, h.level), !sign && h.name].filter(Boolean).join(" · ") ||
    (h.office ? officeName(desk, h.office) : "")
  );
}
