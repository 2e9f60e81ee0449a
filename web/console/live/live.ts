// What is happening now, folded from the stream: a snapshot, then numbered changes. Pure.
import type { Alarm, Floor, IncidentCard, LiveCall, Owed, Presence, Seat, Unit } from "../api/types";

/** Everything that the stream has told so far. Values are replaced, never changed. */
export interface Live {
  readonly boot: string;
  readonly n: number;
  readonly ready: boolean;
  readonly seats: Readonly<Record<string, Seat>>;
  readonly calls: Readonly<Record<string, LiveCall>>;
  readonly floors: Readonly<Record<string, Floor>>;
  readonly incidents: Readonly<Record<string, IncidentCard>>;
  readonly alarms: Readonly<Record<string, Alarm>>;
  readonly presence: Readonly<Record<string, Presence>>;
  readonly owed: Readonly<Record<string, Owed>>;
  readonly units: Readonly<Record<string, Unit>>;
}

export type Message =
  | { event: "snapshot"; boot: string; n: number; serverTime: string; items: Record<string, unknown> }
  | { event: "change" | "short"; boot: string; n: number; key: string; value: unknown }
  | { event: "now"; boot: string; key: string; value: unknown };

export const empty: Live = {
  boot: "",
  n: 0,
  ready: false,
  seats: {},
  calls: {},
  floors: {},
  incidents: {},
  alarms: {},
  presence: {},
  owed: {},
  units: {},
};

const shelves = {
  seat: "seats",
  call: "calls",
  floor: "floors",
  incident: "incidents",
  alarm: "alarms",
  presence: "presence",
  owed: "owed",
  unit: "units",
} as const;

/** What isn't known of a call that other seats have: the stream tells such calls in short. */
const unknown: Omit<LiveCall, "id" | "office" | "phase" | "since" | "seat" | "person"> = {
  answeredAt: null,
  blind: false,
  callerHolds: false,
  callerName: "",
  chip: "",
  chipOffice: "",
  dialled: "",
  digits: "",
  firstRing: "",
  given: 0,
  guests: [],
  history: {
    calls: 0,
    pranks: 0,
    lastPrankAt: null,
    last: [],
    open: [],
    danger: false,
    level: "",
    why: [],
    likely: "",
  },
  incident: "",
  leaving: null,
  level: 0,
  low: false,
  mediaLost: false,
  number: "",
  numberText: "",
  offers: [],
  onHold: false,
  orphanUntil: null,
  outbound: null,
  outcome: "",
  place: null,
  polresTalked: false,
  promised: false,
  recording: false,
  sent: [],
  silence: {
    spoke: false,
    speaking: false,
    sound: "",
    since: null,
    prompted: 0,
    askAt: null,
    emergency: false,
    byEar: false,
    muted: false,
    pocketAt: null,
  },
  target: "",
  targetUntil: null,
  trunk: "",
  trust: "",
  try: 0,
  unfinishedUntil: null,
  urgent: false,
  withheld: false,
};

function shelfOf(key: string): [(typeof shelves)[keyof typeof shelves], string] | null {
  const cut = key.indexOf("/");
  const kind = key.slice(0, cut);
  if (cut < 0 || !(kind in shelves)) return null; // a newer server may tell more than we know
  return [shelves[kind as keyof typeof shelves], key.slice(cut + 1)];
}

/**
 * Folds one message. A change that is old, or of another boot, leaves the state as it is. What concerns the own seat
 * comes as "now", ahead of the others' changes, and doesn't count: a change to come tells it again, or what came after.
 * "short" is a change whose value isn't all: what is known beside it stays.
 */
export function fold(live: Live, m: Message): Live {
  if (m.event === "snapshot") {
    const next: Record<string, unknown> = { ...empty, boot: m.boot, n: m.n, ready: true };
    for (const [key, value] of Object.entries(m.items)) {
      const at = shelfOf(key);
      if (!at || value === null) continue;
      next[at[0]] = { ...(next[at[0]] as object), [at[1]]: value };
    }
    return next as unknown as Live;
  }
  if (m.boot !== live.boot) return live;
  const n = m.event === "now" ? live.n : m.n;
  if (m.event !== "now" && n <= live.n) return live;
  const at = shelfOf(m.key);
  if (!at) return { ...live, n };
  const shelf: Record<string, unknown> = { ...live[at[0]] };
  if (m.value === null) delete shelf[at[1]];
  else if (m.event === "short") shelf[at[1]] = { ...unknown, ...(shelf[at[1]] as object), ...(m.value as object) };
  else shelf[at[1]] = m.value;
  return { ...live, n, [at[0]]: shelf };
}

/** The moment a person at a seat is in: what the screen must show them. */
export type Moment =
  | { kind: "idle" }
  | { kind: "ring"; call: LiveCall; offer: number; until: string | null; offerKind: "queue" | "transfer" | "guest" }
  | { kind: "talk"; call: LiveCall }
  | { kind: "dialling"; call: LiveCall }
  | { kind: "guest"; call: LiveCall; n: number }
  | { kind: "transfer"; call: LiveCall }
  | { kind: "back"; call: LiveCall }
  | { kind: "leaving"; call: LiveCall; until: string }
  | { kind: "orphan"; call: LiveCall }
  | { kind: "unfinished"; call: LiveCall };

/** Finds the moment of a seat. A talk comes before a ring. */
export function momentOf(live: Live, seat: string): Moment {
  let ring: Moment | null = null;
  for (const call of Object.values(live.calls)) {
    if (call.leaving?.seat === seat) return { kind: "leaving", call, until: call.leaving.until };
    if (call.seat === seat) {
      switch (call.phase) {
        case "DIALLING":
          return { kind: "dialling", call };
        case "TALKING":
          return { kind: call.chip && live.seats[seat]?.office === call.office ? "back" : "talk", call };
        case "TRANSFERRING":
          return { kind: "transfer", call };
        case "ORPHAN":
        case "RECOVERING":
          return { kind: "orphan", call };
        case "UNFINISHED":
          return { kind: "unfinished", call };
      }
    }
    const guest = call.guests.find((g) => g.in && g.seat === seat);
    if (guest) return { kind: "guest", call, n: guest.n };
    const offer = call.offers.find((o) => o.seat === seat);
    if (offer) ring = { kind: "ring", call, offer: offer.n, until: offer.until, offerKind: offer.kind };
  }
  return ring ?? { kind: "idle" };
}

/** Calls that the gate of an office has answered and not let go yet, longest first. */
export function gated(live: Live, office: string): LiveCall[] {
  return Object.values(live.calls)
    .filter((c) => c.office === office && c.phase === "GATED")
    .sort((a, b) => a.firstRing.localeCompare(b.firstRing));
}

/** Calls that wait at an office, longest first; urgent ones before all, the low lane behind all. */
export function waiting(live: Live, office: string): LiveCall[] {
  return Object.values(live.calls)
    .filter((c) => c.office === office && (c.phase === "QUEUED" || c.phase === "OFFERED"))
    .sort(
      (a, b) =>
        Number(b.urgent) - Number(a.urgent) || Number(a.low) - Number(b.low) || a.firstRing.localeCompare(b.firstRing),
    );
}

const openStates = new Set<IncidentCard["state"]>([
  "SENT",
  "ACCEPTED",
  "ASSIGNED",
  "EN_ROUTE",
  "ON_SCENE",
  "HANDLED",
  "REOPENED",
]);

/** Open incidents, those that nobody accepted first, then by the first ring. */
export function openIncidents(live: Live): IncidentCard[] {
  return Object.values(live.incidents)
    .filter((i) => openStates.has(i.state))
    .sort(
      (a, b) =>
        Number(b.state === "SENT") - Number(a.state === "SENT") ||
        a.firstRing.localeCompare(b.firstRing) ||
        a.id.localeCompare(b.id),
    );
}
