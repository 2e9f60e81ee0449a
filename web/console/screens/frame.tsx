// What every console has around its panels: header, ring, troubles of the line, command bar, help.
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { LiveCall } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { momentOf } from "../live/live";
import { Act, Until } from "../parts/bits";
import { CallAsks, useCallAsks } from "../parts/call-asks";
import { CommandBar } from "../parts/command";
import { Header } from "../parts/header";
import { Help } from "../parts/help";
import { PanicAlarms, usePanics } from "../parts/panic-alarm";
import { type Ringing, RingPop } from "../parts/ring";
import { Shields } from "../parts/shields";
import { StandingDialog } from "../parts/standing";
import { go, usePath } from "../router";

/** How a person signs out; the state page has no session to end. */
export const SignOutContext = createContext<(() => void) | undefined>(undefined);

export function Frame({ children, look = "" }: { children: ReactNode; look?: string }) {
  const signOut = useContext(SignOutContext);
  const { session } = useDesk();
  const [open, show] = useState<"" | "command" | "help" | "standing">("");
  const panel = (n: number) => () => document.getElementById(`panel-${n}`)?.focus();
  useKeys({
    command: () => show("command"),
    help: () => show("help"),
    ...(session.person.role === "administrator" ? {} : { standing: () => show("standing") }),
    "panel-1": panel(1),
    "panel-2": panel(2),
    "panel-3": panel(3),
    "panel-4": panel(4),
  });
  return (
    <div className={`screen ${look}`}>
      <Header onSignOut={signOut} />
      <Bars />
      {children}
      <LineTrouble />
      {open === "command" && <CommandBar onClose={() => show("")} onIncident={(id) => go(`/laporan/${id}`)} />}
      {open === "help" && <Help onClose={() => show("")} />}
      {open === "standing" && <StandingDialog onClose={() => show("")} />}
    </div>
  );
}

/** What must be seen whatever page is open: crews that call for help or want to talk, and floods. One row, or none. */
function Bars() {
  const { live, session } = useDesk();
  const panics = usePanics();
  const asks = useCallAsks();
  const shields = live.floors[session.office.id]?.shields ?? [];
  if (panics.length + asks.length + shields.length === 0) return null;
  return (
    <div className="bars">
      {panics.length > 0 && <PanicAlarms list={panics} />}
      {asks.length > 0 && <CallAsks list={asks} keyed={panics.every((u) => u.panic?.seen)} />}
      <Shields shields={shields} />
    </div>
  );
}

/** The ring of this seat, if any: from the socket or from the stream, whichever is faster. It shows on every page. */
export function Rings() {
  const { live, seat, phone, sound, frozen } = useDesk();
  const moment = momentOf(live, seat);
  let ring: Ringing | null = null;
  if (moment.kind === "ring")
    ring = {
      id: moment.call.id,
      call: moment.call,
      offer: moment.offer,
      until: moment.until,
      kind: moment.offerKind,
    };
  else if (moment.kind === "idle" && phone.ring) {
    const { call, offer, until, kind } = phone.ring;
    ring = { id: call, call: live.calls[call] ?? null, offer, until, kind };
  }
  const tune = ring ? (ring.call?.urgent ? "priority" : "offer") : null;
  useEffect(() => {
    if (frozen || !tune) return;
    sound.play(tune);
    const timer = setInterval(() => sound.play(tune), tune === "priority" ? 800 : 1200);
    return () => clearInterval(timer);
  }, [tune, sound, frozen]);
  if (ring) return <RingPop key={`${ring.id} ${ring.offer}`} ring={ring} />;
  return moment.kind === "idle" ? null : <BackToCall />;
}

/** While a call is at this seat, every other page shows the way back to it. */
function BackToCall() {
  const t = useTexts();
  const away = usePath() !== "/" && !useDesk().frozen;
  const back = () => go("/");
  useKeys(away ? { answer: back, close: back, transfer: back, invalid: back, "take-back": back, leave: back } : {});
  if (!away) return null;
  return (
    <div className="notice" role="alert" data-testid="back-to-call">
      <span className="dot talk" />
      <b>{t.call.here}</b>
      <Act look="main" hint="F2" onClick={back}>
        {t.call.backHere}
      </Act>
    </div>
  );
}

/** The own acts between calls: ready again after a pause, a miss or a wrap-up. */
export function SeatActs() {
  const t = useTexts();
  const { live, seat, acts } = useDesk();
  const run = useRun();
  const me = live.seats[seat];
  const ready = () => void run(() => acts.ready());
  const can = me?.state === "NOT_READY" || me?.state === "WRAP_UP";
  useKeys(can ? { ready } : {});
  if (!me || !can) return null;
  const missed = me.reason === "tidak_menjawab" || me.reason === "layar_tidak_berdering";
  return (
    <>
      {missed && <p className="wide warned">▲ {t.duty.missed}</p>}
      {me.state === "WRAP_UP" && me.until && (
        <p className="wide dim">
          {t.call.wrap("").replace(/\s*$/, " ")}
          <Until at={me.until} />
        </p>
      )}
      <Act look="main" className={`wide ${missed ? "big" : ""}`} hint="S" testid="ready" onClick={ready}>
        {missed ? t.duty.imHere : t.call.ready}
      </Act>
    </>
  );
}

export function OrphanBar({ call }: { call: LiveCall }) {
  const t = useTexts();
  return (
    <div className="bar bad" data-testid="orphan" role="alert">
      <div className="top">
        <span className="dot ring" />
        {t.orphan.title}
        {call.orphanUntil && <Until at={call.orphanUntil} className="num left" />}
      </div>
      <div>{t.orphan.text}</div>
    </div>
  );
}

function LineTrouble() {
  const t = useTexts();
  const { phone, unblock, seat } = useDesk();
  if (!seat) return null;
  if (phone.blocked) {
    return (
      <div className="pop" role="alertdialog" aria-label={t.line.blocked}>
        <p>{t.line.blocked}</p>
        <Act look="main" className="big" onClick={unblock} testid="unblock">
          {t.duty.here}
        </Act>
      </div>
    );
  }
  if (phone.line === "lost" || phone.line === "no-mic" || phone.line === "opening") {
    return (
      <div className="notice bad" role="alert" data-testid="line-lost">
        <span className="dot ring" />
        <b>{phone.line === "no-mic" ? t.duty.noMic : phone.line === "lost" ? t.line.lost : t.duty.opening}</b>
      </div>
    );
  }
  return null;
}
