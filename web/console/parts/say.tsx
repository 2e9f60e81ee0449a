// Where the eye is during a transfer: the bar while the Polres rings, who answered, and after a take-back why and
// what to say to the caller.
import type { LiveCall } from "../api/types";
import { nameOfSeat, officeName, useDesk, useNow } from "../desk/desk";
import { langOf, useTexts } from "../i18n";
import { reportNumber } from "../words/digits";
import { left, tenths } from "../words/time";

export function TransferBar({ call }: { call: LiveCall }) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(100);
  const until = call.targetUntil ? Date.parse(call.targetUntil) : now;
  const ringing = call.offers.filter((o) => o.kind === "transfer");
  const start = ringing[0] ? Date.parse(ringing[0].at) : Date.parse(call.since);
  const rest = Math.max(0, until - now);
  const names = ringing
    .map((o) => desk.live.seats[o.seat]?.person?.name)
    .filter(Boolean)
    .join(", ");
  return (
    <div className="bar" data-testid="transfer-bar">
      <div className="top">
        <span className="dot ring" />
        <span aria-live="polite">{t.transfer.rings(officeName(desk, call.target))}</span>
        <span className="dim">
          {ringing.length > 0 && t.transfer.seats(ringing.length)}
          {names && `: ${names}`}
        </span>
        <span className="num left" data-testid="transfer-left">
          {tenths(rest, langOf(t))}
        </span>
      </div>
      <progress
        className="drain"
        max={Math.max(1, until - start)}
        value={rest}
        aria-label={t.transfer.rings(officeName(desk, call.target))}
      />
      <div className="dim">{t.transfer.hears}</div>
    </div>
  );
}

export function LeavingBar({ call, until }: { call: LiveCall; until: string }) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(100);
  // Seats of another office aren't told to us: the last office that it was sent to has it.
  const office = call.sent.at(-1) ?? call.target;
  return (
    <div className="bar ok" data-testid="leaving-bar">
      <div className="top">
        <span className="dot talk" />
        <span aria-live="assertive">{t.transfer.answered(officeName(desk, office))}</span>
        <span className="dim">{nameOfSeat(desk, call.seat)}</span>
        <span className="num left">{tenths(Date.parse(until) - now, langOf(t))}</span>
      </div>
      <div className="dim">{t.transfer.leaving.replace(/ (dalam|in)$/, "")}.</div>
    </div>
  );
}

/** The words to say at a take-back (PROMPTS.md, last paragraph), with the number as it is read out. */
export function Sayings({ call, no, reporter }: { call: LiveCall; no: string; reporter: string }) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(500);
  const office = officeName(desk, call.chipOffice);
  const card = desk.live.incidents[call.incident];
  const [before, after] = t.say.text(reporter, office);
  return (
    <div className="say" data-testid="say">
      <div className="top" role="alert">
        <span>↩ {t.say.title}</span>
        <span className="chip warn" data-testid="chip" data-chip={call.chip}>
          {call.chip ? t.say.because(office, t.chips[call.chip]) : ""}
        </span>
      </div>
      {no ? (
        <q>
          {before}
          <b className="num">{reportNumber(no, langOf(t))}</b>
          {after}
        </q>
      ) : (
        <q>{t.say.textNoNumber(reporter, office)}</q>
      )}
      {card?.state === "SENT" && (
        <div className="dim">
          {card.escalated ? (
            `${t.say.escalated} ${t.levels[card.escalated]}.`
          ) : card.acceptBy ? (
            <>
              {t.say.accept(office)} <b className="num">{left(Date.parse(card.acceptBy) - now)}</b>, {t.say.acceptThen}
            </>
          ) : null}
        </div>
      )}
      {card?.state === "ACCEPTED" && <div className="good">{t.say.accepted(office)}</div>}
    </div>
  );
}
