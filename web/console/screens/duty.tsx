// Starting duty in one gesture: a seat, the microphone, the standing line, a test tone, and READY by choice.
import { useState } from "react";
import { nameOfSeat, seatNumber, useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act, Dot } from "../parts/bits";
import { Meter } from "../parts/meter";
import { go } from "../router";
import { leads } from "./sift-menu";
import { Plain } from "./signin";

/** Choosing a seat. */
export function ChooseSeat({
  onStart,
  busy,
  error,
  onOut,
}: {
  onStart: (seat: string) => void;
  busy: boolean;
  error: string;
  onOut: () => void;
}) {
  const t = useTexts();
  const desk = useDesk();
  const { session, live } = desk;
  const taken = (id: string) => {
    const p = live.seats[id]?.person;
    return Boolean(p && p.id !== session.person.id && live.seats[id]?.state !== "OFF");
  };
  const [chosen, choose] = useState(
    () =>
      session.office.seats.find((s) => live.seats[s]?.person?.id === session.person.id) ??
      session.office.seats.find((s) => !taken(s)) ??
      "",
  );
  return (
    <Plain wide>
      <div className="row">
        <h1>{t.duty.title}</h1>
        <span className="dim push">
          {session.person.rank} {session.person.name} · {session.office.name}
        </span>
      </div>
      <p>{t.duty.choose}</p>
      {session.office.seats.length === 0 && <p className="warned">▲ {t.duty.noSeats}</p>}
      <div className="seats" role="radiogroup" aria-label={t.header.seat}>
        {session.office.seats.map((s) => (
          // biome-ignore lint/a11y/useSemanticElements: a seat is a large button, and one of several
          <button
            type="button"
            role="radio"
            key={s}
            className="b"
            aria-checked={s === chosen}
            disabled={taken(s)}
            onClick={() => choose(s)}
            data-testid={`seat-${s}`}
          >
            <b>
              {t.header.seat} {seatNumber(s)}
            </b>
            <span className="dim row">
              <Dot state={live.seats[s]?.state ?? "OFF"} />
              {taken(s)
                ? nameOfSeat(desk, s)
                : live.seats[s]?.person?.id === session.person.id
                  ? t.duty.mine
                  : t.duty.free}
            </span>
          </button>
        ))}
      </div>
      <div role="alert">{error && <p className="alarm">⚠ {error}</p>}</div>
      <Act look="main" className="big" disabled={!chosen || busy} testid="start-duty" onClick={() => onStart(chosen)}>
        {busy ? t.duty.asking : t.duty.start}
      </Act>
      {leads(session) && (
        <Act testid="pages-without-seat" onClick={() => go("/laporan")}>
          {t.duty.pages}
        </Act>
      )}
      <Act look="quiet" onClick={onOut}>
        {t.signIn.out}
      </Act>
    </Plain>
  );
}

/** The line is opening or open; the person says when they are ready. */
export function SoundCheck({
  onReady,
  onAgain,
  onSkip,
  onOut,
}: {
  onReady: () => void;
  onAgain: () => void;
  onSkip: () => void;
  onOut: () => void;
}) {
  const t = useTexts();
  const { phone, seat, unblock } = useDesk();
  const up = phone.line === "up";
  useKeys(up ? { ready: onReady } : {});
  return (
    <Plain wide>
      <h1>
        {t.duty.title} · {t.header.seat} {seatNumber(seat)}
      </h1>
      <div aria-live="polite" data-testid="line" data-line={phone.line}>
        {up && <p className="good">● {t.duty.up}</p>}
        {phone.line === "asking" && <p className="warned">▲ {t.duty.asking}</p>}
        {(phone.line === "opening" || phone.line === "off") && <p className="warned">▲ {t.duty.opening}</p>}
        {phone.line === "lost" && <p className="alarm">⚠ {t.duty.lost}</p>}
        {phone.line === "no-mic" && <p className="alarm">⚠ {t.duty.noMic}</p>}
      </div>
      {phone.blocked && (
        <Act look="warn" className="big" onClick={unblock} testid="unblock">
          {t.duty.here}
        </Act>
      )}
      {up && (
        <>
          <p>{t.duty.tone}</p>
          <div className="row">
            <Meter whose="mine" label={t.duty.mine2} /> <span className="dim">{t.duty.mine2}</span>
            <Meter whose="theirs" label={t.duty.theirs} /> <span className="dim">{t.duty.theirs}</span>
          </div>
        </>
      )}
      {phone.line === "no-mic" ? (
        <Act look="main" className="big" onClick={onAgain} testid="mic-again">
          {t.duty.again}
        </Act>
      ) : (
        <Act look="main" className="big" hint="S" disabled={!up} onClick={onReady} testid="ready">
          {t.duty.ready}
        </Act>
      )}
      <div className="row">
        {up && (
          <Act look="quiet" onClick={onSkip} testid="not-ready">
            {t.duty.notYet}
          </Act>
        )}
        <Act look="quiet" className="push" onClick={onOut}>
          {t.header.endDuty}
        </Act>
      </div>
    </Plain>
  );
}

/** The seat is served by another window. */
export function Moved({
  seat,
  elsewhere,
  onMove,
  onOut,
}: {
  seat: string;
  elsewhere: boolean;
  onMove: () => void;
  onOut: () => void;
}) {
  const t = useTexts();
  const name = `${t.header.seat} ${seatNumber(seat)}`;
  return (
    <Plain>
      <h1>{t.duty.movedTitle}</h1>
      <p data-testid="moved">{elsewhere ? t.duty.elsewhere(name) : t.duty.moved(name)}</p>
      <Act look="main" className="big" onClick={onMove} testid="move-here">
        {t.duty.move}
      </Act>
      <Act look="quiet" onClick={onOut}>
        {t.signIn.out}
      </Act>
    </Plain>
  );
}
