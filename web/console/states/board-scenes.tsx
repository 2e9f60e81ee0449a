// The dispatch board and the incident's page in each state.
import type { IncidentCard, LiveCall, Unit } from "../api/types";
import type { Acts } from "../desk/acts";
import type { Desk } from "../desk/desk";
import { Choose } from "../dispatch/choose";
import { OpenDialog, OverDialog, SameDialog, UnitDialog } from "../dispatch/dialogs";
import { Positions } from "../live/positions";
import type { Listing } from "../parts/list";
import { phoneOff } from "../phone/line";
import { DispatchPage } from "../screens/dispatch";
import { IncidentsView } from "../screens/incidents";
import { PolresConsole } from "../screens/polres";
import * as b from "./board-fixtures";
import * as fx from "./fixtures";
import type { Scene } from "./scenes";

const nothing = () => {};
const listing = <T,>(data: T): Listing<T> =>
  ({ data, error: null, dataUpdatedAt: fx.moment, isFetching: false, refetch: nothing }) as unknown as Listing<T>;
const up = { ...phoneOff, line: "up" as const };

/** What a board asks the server, answered here. */
export const acts: Partial<Acts> = {
  recommend: () => Promise.resolve(b.advised),
  same: () => Promise.resolve([b.twin]),
  callsOf: () => Promise.resolve([b.callRow]),
  map: () =>
    Promise.resolve({
      kind: "",
      tileType: "",
      url: "",
      hash: "",
      minZoom: 0,
      maxZoom: 0,
      min: { lat: 0, lng: 0 },
      max: { lat: 0, lng: 0 },
    }),
  areas: () => Promise.resolve(b.areas),
};

const desk = (cards: IncidentCard[], units: Unit[], call?: LiveCall): Partial<Desk> => {
  const live = fx.live({ card: null, quiet: true, state: call ? "TALKING" : "READY", ...(call ? { call } : {}) });
  return {
    live: {
      ...live,
      incidents: Object.fromEntries(cards.map((c) => [c.id, c])),
      units: Object.fromEntries(units.map((u) => [u.id, u])),
    },
    positions: new Positions(b.positions),
    phone: call ? { ...up, mic: true } : up,
    seat: fx.polresSeat,
    session: fx.polresSession,
  };
};
const board = (cards: IncidentCard[], units: Unit[] = b.units, more: Partial<Scene> = {}): Scene => ({
  desk: desk(cards, units),
  acts,
  incident: b.full,
  show: () => <PolresConsole />,
  ...more,
});
const talking = fx.call({
  office: "polda-kaltim",
  phase: "TALKING",
  seat: fx.polresSeat,
  person: "p-dwi",
  polresTalked: true,
  leaving: { seat: fx.poldaSeat, until: fx.at(-3) },
});
const chief = {
  ...fx.polresSession,
  person: { ...fx.polresSession.person, role: "chief" as const, rank: "AKP", name: "Budi" },
};
const calm: IncidentCard = { ...b.onScene, steps: [] };
const others = [
  calm,
  {
    ...calm,
    id: "i34",
    no: "KALTIM/2026/11/23/0034",
    kind: "hilang_barang",
    priority: 4,
    units: [],
    state: "ACCEPTED" as const,
    place: "Klandasan Ulu",
    arrivedAt: null,
    target: null,
  },
];

export const boardScenes: Record<string, Scene> = {
  "board-choose": board([b.fresh, ...others], b.units, { incident: fx.incident({ ...b.fresh }) }),
  "board-going": board([b.going, ...others], b.goingUnits),
  "board-late": board([b.silentUnit, b.onScene]),
  "board-check": board([b.onScene]),
  "board-offered": board([b.offered, b.going], b.goingUnits),
  "board-veiled": board([b.veiled, b.going], b.goingUnits),
  "board-sent": board([
    { ...b.fresh, state: "SENT", acceptBy: fx.at(-22), acceptedAt: null, steps: [], same: ["i36"] },
    ...others,
  ]),
  "board-handled": board([
    { ...b.going, state: "HANDLED", arrivedAt: fx.at(20), steps: [], same: [], joined: ["i43"] },
    b.twin,
  ]),
  "board-talk": { ...board([b.fresh, ...others]), desk: desk([b.fresh, ...others], b.units, talking) },
  "board-many": board(
    [b.going, ...others, ...b.many],
    [
      ...b.goingUnits,
      ...Array.from({ length: 16 }, (_, n) => b.unit(`R-${30 + n}`, n % 3 ? "READY" : "PATROL", 200 + n * 60)),
    ],
  ),
  "board-empty": board([]),
  "board-nounits": board([b.fresh], [], {
    acts: { ...acts, recommend: () => Promise.resolve({ ...b.advised, units: [] }) },
  }),
  "board-noplace": board([{ ...b.fresh, at: null, place: "", placeKnownAt: null }], b.units, {
    acts: { ...acts, recommend: () => Promise.resolve({ ...b.advised, known: false, units: [] }) },
  }),
  "board-panic": board(
    [b.going],
    b.goingUnits.map((u) =>
      u.sign === "R-07"
        ? {
            ...u,
            panic: {
              at: fx.at(8),
              by: "p-rahmat",
              via: "phone" as const,
              place: b.plaza,
              seen: "",
              seenBy: "",
              seenAt: null,
            },
          }
        : u,
    ),
  ),
  "board-say": board([b.going, ...others], b.goingUnits, {
    show: () => (
      <>
        <PolresConsole />
        <Choose
          title="Tiba: unit mana?"
          options={[
            { key: "R-07", name: <b>R-07</b>, more: "di jalan · 0042", act: nothing },
            { key: "R-03", name: <b>R-03</b>, more: "belum menjawab · 0038", act: nothing },
          ]}
          onClose={nothing}
        />
      </>
    ),
  }),
  "board-unit": board([b.going, ...others], b.goingUnits, {
    show: () => (
      <>
        <PolresConsole />
        <UnitDialog unit={b.goingUnits[0]!} onSay={nothing} onRelease={nothing} onClose={nothing} />
      </>
    ),
  }),
  "board-same": board([b.going, b.twin], b.goingUnits, {
    show: () => (
      <>
        <PolresConsole />
        <SameDialog card={b.going} onLink={nothing} onClose={nothing} />
      </>
    ),
  }),
  "board-over": board([b.going], b.goingUnits, {
    show: () => (
      <>
        <PolresConsole />
        <OverDialog card={b.going} onClose={nothing} />
      </>
    ),
  }),
  "board-open": board([b.going], b.goingUnits, {
    show: () => (
      <>
        <PolresConsole />
        <OpenDialog onMade={nothing} onClose={nothing} />
      </>
    ),
  }),
  "board-page": board([b.going, ...others], b.goingUnits, {
    show: () => (
      <IncidentsView
        list={listing({ items: [b.going, ...others], next: "" })}
        one={listing(b.full)}
        id="i42"
        filter={{ state: "open", q: "", office: "", class: "", limit: 50 }}
        onFilter={nothing}
      />
    ),
  }),
  "board-chief": {
    ...board([b.going, ...others], b.goingUnits, { show: () => <DispatchPage /> }),
    desk: { ...desk([b.going, ...others], b.goingUnits), seat: "", phone: phoneOff, session: chief },
  },
};
