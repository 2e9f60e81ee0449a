// What every screen needs, in one place. The running console fills it from the server, the state page from fixtures.
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Kind, LiveCall, Office, Other, Outcome, Position, Session } from "../api/types";
import type { Live } from "../live/live";
import type { Positions } from "../live/positions";
import type { PhoneState } from "../phone/line";
import type { SoundName } from "../phone/sounds";
import type { Acts } from "./acts";

export interface Desk {
  session: Session;
  live: Live;
  /** Where units are now; see usePositions. */
  positions: Positions;
  phone: PhoneState;
  /** The person's seat, empty when off duty. */
  seat: string;
  kinds: readonly Kind[];
  outcomes: readonly Outcome[];
  acts: Acts;
  /** Server time in milliseconds of the epoch. */
  now: () => number;
  /** True on the state page: clocks stand still. */
  frozen: boolean;
  /** Milliseconds since the stream was last heard. */
  age: () => number;
  levels: () => { mine: number; theirs: number };
  mute: (on: boolean) => void;
  unblock: () => void;
  sound: { play: (name: SoundName) => void; volume: number; setVolume: (v: number) => void };
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("useDesk outside a DeskContext");
  return desk;
}

/** Server time, refreshed each `every` milliseconds. */
export function useNow(every = 250): number {
  const { now, frozen } = useDesk();
  const [at, set] = useState(now);
  useEffect(() => {
    if (frozen) return;
    set(now());
    const timer = setInterval(() => set(now()), every);
    return () => clearInterval(timer);
  }, [now, frozen, every]);
  return at;
}

/** Where units are, refreshed at most twice a second. */
export function usePositions(): ReadonlyMap<string, Position> {
  const { positions } = useDesk();
  return useSyncExternalStore(positions.subscribe, positions.get);
}

/** The office with this id, when the session may know it. */
export function officeOf(session: Session, id: string): Office | undefined {
  return id === session.office.id ? session.office : session.offices.find((o) => o.id === id);
}

/** An office's name for people. */
export function officeName(desk: Desk, id: string): string {
  const known =
    officeOf(desk.session, id)?.name ??
    desk.session.others.find((o) => o.id === id)?.name ??
    desk.live.presence[id]?.name;
  return known ?? id.replace(/(^|-)([a-z])/g, (_, dash: string, c: string) => (dash ? " " : "") + c.toUpperCase());
}

/** "polda-kaltim/2" is "2" in a name of a seat. */
export function seatNumber(seat: string): string {
  return /(\d+)$/.exec(seat)?.[1] ?? seat;
}

/** Polres that a call can be passed to. */
export function targets(session: Session): Office[] {
  return session.offices.filter((o) => o.kind === "polres" && o.id !== session.office.id);
}

/** Other Polda, to whom a Polda can pass a call and its report. */
export function poldas(session: Session): Other[] {
  return session.office.kind === "polda" ? session.others.filter((o) => o.kind === "polda") : [];
}

/**
 * Every office that can be asked into a talk: those below, then the one above, then the others. For advice the own one
 * comes first: a colleague at the next desk.
 */
export function askable(session: Session, aside: boolean): Pick<Other, "id" | "kind" | "name" | "short">[] {
  const near = (o: Other) => (o.id === session.office.parent ? 0 : o.parent === session.office.parent ? 1 : 2);
  return [
    ...(aside ? [session.office] : []),
    ...session.offices.filter((o) => o.id !== session.office.id),
    ...[...session.others].sort((a, b) => near(a) - near(b)),
  ];
}

/** "polda-kaltim/2" is of "polda-kaltim". */
export function officeOfSeat(seat: string): string {
  return seat.slice(0, Math.max(0, seat.lastIndexOf("/")));
}

/** The caller's number as people read it. */
export function numberOf(call: LiveCall, t: { call: { withheld: string; unknown: string } }): string {
  if (call.withheld && !call.number) return t.call.withheld;
  return call.numberText || call.number || t.call.unknown;
}

export function nameOfSeat(desk: Desk, seat: string): string {
  const p = desk.live.seats[seat]?.person;
  return p ? `${p.rank} ${p.name}`.trim() : "";
}
