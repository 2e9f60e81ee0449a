// Units and their phones, calls for help, and crews that want to talk with a reporter, in each state.
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import type { NewDevice, PhoneInvite, Position, Unit, UnitPhone } from "../api/types";
import type { Desk } from "../desk/desk";
import { Positions } from "../live/positions";
import type { Listing } from "../parts/list";
import { PhonesView } from "../parts/phones-dialog";
import { phoneOff } from "../phone/line";
import { PolresConsole } from "../screens/polres";
import { UnitsView } from "../screens/units";
import { acts } from "./board-scenes";
import * as fx from "./fixtures";
import type { Scene } from "./scenes";

const nothing = () => {};
const listing = <T,>(data: T | undefined, error: Error | null = null): Listing<T> =>
  ({ data, error, dataUpdatedAt: fx.moment, isFetching: false, refetch: nothing }) as unknown as Listing<T>;

const unit = (i: number, change: Partial<Unit> = {}): Unit => ({
  id: `u${i}`,
  sign: `Beruang ${i}`,
  plate: `KT ${2100 + i} XB`,
  kind: "motor",
  skills: [],
  home: "polresta-balikpapan",
  status: "PATROL",
  since: fx.at(1200),
  via: "phone",
  crew: [
    { person: `r${i}`, name: "Briptu Yoga Pratama", lead: true },
    { person: `s${i}`, name: "Bripda Rini Lestari", lead: false },
  ],
  shift: "pagi",
  until: fx.at(-20_000),
  job: null,
  stack: [],
  panic: null,
  retired: false,
  ...change,
});
const position = (i: number, age: number): Position => ({
  unit: `u${i}`,
  at: { lat: -1.276, lng: 116.84 },
  time: fx.at(age),
  accuracy: 8,
  speed: 4,
  heading: 90,
  battery: 62,
  source: "owntracks",
});
const panic: NonNullable<Unit["panic"]> = {
  at: fx.at(19),
  by: "r7",
  via: "phone",
  place: { lat: -1.276, lng: 116.84 },
  seen: "",
  seenBy: "",
  seenAt: null,
};
const taken = { ...panic, at: fx.at(140), seen: "p-dwi", seenBy: "Bripka Dwi", seenAt: fx.at(100) };
const units = [
  unit(1),
  unit(2, {
    status: "EN_ROUTE",
    job: { incident: "i42", no: "KALTIM/2026/11/23/0042", by: "p-dwi", name: "Bripka Dwi", at: fx.at(60) },
  }),
  unit(3, { status: "OFF", crew: [] }),
  unit(7, { panic }),
];
const positions = new Positions([position(1, 8), position(2, 3), position(7, 21)]);
const desk = (live: Partial<Desk["live"]>): Partial<Desk> => ({
  positions,
  live: { ...fx.live({ state: "READY" }), ...live },
  phone: { ...phoneOff, line: "up" },
  seat: fx.polresSeat,
  session: fx.polresSession,
});
const asking = fx.card({
  state: "EN_ROUTE",
  asks: [
    {
      unit: "u2",
      sign: "Beruang 2",
      by: "r2",
      name: "Briptu Yoga Pratama",
      at: fx.at(25),
      number: "+6281300000001",
      done: null,
    },
  ],
});

// A picture of the right kind; the real one comes from the server.
const path = Array.from({ length: 29 * 29 }, (_, k) => [k % 29, Math.floor(k / 29)] as const)
  .filter(([x, y]) => (x * 7 + y * 11 + x * y) % 3 === 0)
  .map(([x, y]) => `M${x} ${y}h1v1h-1z`)
  .join("");
const invite: PhoneInvite = {
  person: "r1",
  name: "Briptu Yoga Pratama",
  url: "https://siaga.polda.example/patroli/#k3y7wq2m9xh4t8b5n6",
  pin: "482913",
  until: fx.at(-572),
  ends: fx.at(-20_000),
  qr: { size: 29, path },
};
const phones: UnitPhone[] = [
  {
    person: "r1",
    name: "Briptu Yoga Pratama",
    since: fx.at(4000),
    seen: fx.at(6),
    until: fx.at(-20_000),
    aboard: true,
  },
  {
    person: "s1",
    name: "Bripda Rini Lestari",
    since: fx.at(9000),
    seen: fx.at(5000),
    until: fx.at(-20_000),
    aboard: false,
  },
];
const device = { id: "d1", label: "HP Briptu Yoga", since: fx.at(9000), by: "Iptu Hasan" };
const token: NewDevice = {
  ...device,
  token: "qj4xw7m2k9ht5vb8n3yc6rz2pd",
  ownTracks: "https://siaga.polda.example/api/v1/positions/owntracks",
  osmAnd: "https://siaga.polda.example/api/v1/positions/osmand",
};
const page = (data: Unit[] | undefined, error: Error | null = null) => (
  <UnitsView units={listing(data, error)} positions={positions.get()} office="polresta-balikpapan" onOffice={nothing} />
);
/** A dialog lies over its page. */
const over = (dialog: ReactNode) => (
  <>
    {page(units)}
    {dialog}
  </>
);
const broken = new ApiError(500, { status: 500, code: "http_500", title: "", text: { id: "", en: "" } });

export const patrolScenes: Record<string, Scene> = {
  units: { desk: desk({}), show: () => page(units) },
  "units-empty": { desk: desk({}), show: () => page([]) },
  "units-loading": { desk: desk({}), show: () => page(undefined) },
  "units-error": { desk: desk({}), show: () => page(undefined, broken) },
  "phones-code": {
    desk: desk({}),
    show: () => over(<PhonesView unit={unit(1)} phones={[]} devices={[]} shown={invite} onClose={nothing} />),
  },
  "phones-open": {
    desk: desk({}),
    show: () => over(<PhonesView unit={unit(1)} phones={phones} devices={[device]} token={token} onClose={nothing} />),
  },
  "phones-no-crew": {
    desk: desk({}),
    show: () => over(<PhonesView unit={unit(3, { crew: [] })} phones={[]} devices={[]} onClose={nothing} />),
  },
  panic: { desk: desk({ units: { u7: unit(7, { panic }) } }), acts, show: () => <PolresConsole /> },
  "panic-taken": { desk: desk({ units: { u7: unit(7, { panic: taken }) } }), acts, show: () => <PolresConsole /> },
  "panic-elsewhere": {
    desk: desk({ units: { u7: unit(7, { panic, home: "polresta-samarinda" }) } }),
    acts,
    show: () => <PolresConsole />,
  },
  "crew-asks": {
    desk: desk({ incidents: { i42: asking } }),
    incident: fx.incident(asking),
    acts,
    show: () => <PolresConsole />,
  },
};
