// The pages of the roster in each state.
import { ApiError } from "../api/client";
import type { HandoverRecord, HandoverState, RosterPerson, RosterPreview, Shift, Unit } from "../api/types";
import type { Desk } from "../desk/desk";
import type { Listing } from "../parts/list";
import { phoneOff } from "../phone/line";
import { HandoverView } from "../screens/handover";
import { RosterView } from "../screens/roster";
import { ImportDialog } from "../screens/roster-import";
import { MoveDialog, PersonDialog } from "../screens/roster-person";
import { ShiftsView } from "../screens/shifts";
import * as fx from "./fixtures";
import type { Scene } from "./scenes";

const nothing = () => {};
const listing = <T,>(data: T | undefined, error: Error | null = null): Listing<T> =>
  ({ data, error, dataUpdatedAt: fx.moment, isFetching: false, refetch: nothing }) as unknown as Listing<T>;
const broken = new ApiError(500, { status: 500, code: "http_500", title: "", text: { id: "", en: "" } });
const boss = { ...fx.poldaChief, person: { ...fx.poldaChief.person, role: "supervisor" as const } };
const supervisor: Partial<Desk> = { live: fx.live({ state: "READY" }), phone: phoneOff, seat: "", session: boss };
const operator: Partial<Desk> = {
  live: fx.live({ state: "READY" }),
  phone: phoneOff,
  seat: fx.poldaSeat,
  session: fx.poldaSession,
};
const office = boss.office.id;
const polresta = boss.offices[1]?.id ?? office;

const names = ["Adi Pratama", "Bagas Saputra", "Citra Wibowo", "Dewi Anggraini", "Eko Hidayat", "Farhan Kusuma"];
const ranks = ["Ipda", "Aiptu", "Aipda", "Bripka", "Brigadir", "Bripda"];
const person = (i: number, more: Partial<RosterPerson> = {}): RosterPerson => ({
  id: `r${i}`,
  name: names[i % names.length]!,
  rank: ranks[i % ranks.length]!,
  nrp: `8${i % 10}05${1200 + i}`,
  phone: `+62811540010${i % 10}`,
  skills: i % 2 === 0 ? ["lantas", "medis"] : ["ppa"],
  sprin: [{ no: "Sprin/904/XI/2026", on: "2026-11-03" }],
  marks: [],
  user: i === 0 ? "polda1" : "",
  accountOffice: office,
  office,
  next: null,
  moves: [],
  ...more,
});
const moving = { from: office, to: polresta, on: "2026-12-01", order: "Sprin/1010/XI/2026" };
const people: RosterPerson[] = [
  person(0, { marks: [{ what: "Pertolongan pertama", until: "2026-12-14", state: "soon" }] }),
  person(1, { marks: [{ what: "Pengawalan", until: "2026-11-11", state: "over" }] }),
  person(2, { next: moving, moves: [moving] }),
  ...[3, 4, 5].map((i) => person(i, { marks: [{ what: "Olah TKP", until: "2028-02-01", state: "ok" }] })),
];
const unit = (i: number, kind: Unit["kind"], status: Unit["status"], crew: string[]): Unit =>
  ({
    id: `u${i}`,
    sign: `${kind === "motor" ? "Beruang" : kind === "mobil" ? "Elang" : "Rajawali"} ${i}`,
    plate: kind === "jalan_kaki" ? "" : `KT ${2200 + i * 3} BP`,
    kind,
    skills: i % 2 ? ["lantas"] : [],
    home: office,
    status,
    since: fx.at(600),
    via: "screen",
    crew: crew.map((name, k) => ({ person: `r${k}`, name, lead: k === 0 })),
    shift: "",
    until: null,
    job: null,
    stack: [],
    panic: null,
    retired: false,
  }) as Unit;
const units = [
  unit(1, "motor", "READY", ["Aiptu Bagas Saputra", "Bripda Farhan Kusuma"]),
  unit(2, "motor", "OFF", []),
  unit(3, "mobil", "EN_ROUTE", ["Ipda Adi Pratama"]),
  unit(4, "mobil", "BROKEN", []),
  unit(5, "jalan_kaki", "PATROL", ["Brigadir Eko Hidayat"]),
];

const faults: RosterPreview = {
  applied: false,
  people: 67,
  known: 0,
  vehicles: 0,
  cut: false,
  faults: [
    [7, "nrp", "NRP 87051234 sudah ada di baris 3", "the NRP 87051234 stands in line 3 already"],
    [
      12,
      "pangkat",
      'pangkat "Jendral" tidak dikenal: tulis misalnya Bripda, Bripka, Aipda, Ipda, AKP',
      "the rank isn't known",
    ],
    [
      31,
      "tanggal_sprin",
      "tanggal 2027-01-01 ada di masa depan (hari ini 2026-11-23): periksa",
      "the date lies in the future",
    ],
  ].map(([line, column, id, en]) => ({
    sheet: "Personel",
    line: Number(line),
    column: String(column),
    text: { id: String(id), en: String(en) },
  })),
  notes: [
    {
      sheet: "",
      line: 0,
      column: "",
      text: { id: "berkas bukan UTF-8: dibaca sebagai Windows-1252", en: "read as Windows-1252" },
    },
  ],
  rows: [],
};
const good: RosterPreview = {
  ...faults,
  people: 70,
  vehicles: 2,
  faults: [],
  rows: [
    ...people.map((p, i) => ({
      line: i + 2,
      what: "person" as const,
      known: false,
      title: `${p.rank} ${p.name}`,
      detail: p.nrp,
      kind: "" as const,
      office,
      move: i === 2 ? moving : null,
    })),
    {
      line: 2,
      what: "vehicle",
      known: false,
      title: "Beruang 1",
      detail: "KT 2201 BP",
      kind: "motor",
      office,
      move: null,
    },
  ],
};

const mate = (i: number, here: boolean, how: "written" | "seen" | "unseen", why = "", lead = false) => ({
  id: `r${i}`,
  name: `${ranks[i % 6]} ${names[i % 6]}`,
  lead,
  here,
  how,
  why,
});
const shift = (name: string, day: string, hours: number, more: Partial<Shift>): Shift => ({
  office,
  day,
  name,
  from: fx.at(-hours * 3600),
  to: fx.at(-(hours + 8) * 3600),
  now: false,
  planned: 6,
  present: 0,
  unitsPlanned: 2,
  unitsManned: 0,
  posts: [
    { unit: "", sign: "", kind: "", manned: false, people: [mate(0, true, "seen"), mate(1, false, "unseen")] },
    {
      unit: "u1",
      sign: "Beruang 1",
      kind: "motor",
      manned: true,
      people: [mate(2, true, "seen", "", true), mate(3, false, "written", "sakit")],
    },
    {
      unit: "u3",
      sign: "Elang 3",
      kind: "mobil",
      manned: true,
      people: [mate(4, true, "written", "", true), mate(5, true, "seen")],
    },
  ],
  ...more,
});
const shifts = [
  shift("pagi", "2026-11-23", -6, { now: true, present: 4, unitsManned: 2 }),
  shift("siang", "2026-11-23", 2, {}),
  shift("malam", "2026-11-23", 10, {}),
];

const items: HandoverState["items"] = [
  {
    kind: "incident",
    ref: "i1",
    no: "KALTIM/2026/11/23/0042",
    text: "P2 Pencurian, Plaza Balikpapan (unit berangkat)",
  },
  { kind: "incident", ref: "i2", no: "KALTIM/2026/11/23/0044", text: "P1 laporan terbatas (diterima)" },
  { kind: "callback", ref: "c1", no: "0812-3456-7890", text: "panggilan balik, dicoba 1 kali" },
  { kind: "unit", ref: "u3", no: "Elang 3", text: "berangkat, laporan KALTIM/2026/11/23/0042" },
];
const record = (more: Partial<HandoverRecord> = {}): HandoverRecord => ({
  id: "h1",
  office,
  day: "2026-11-23",
  shift: "pagi",
  note: "Plaza Balikpapan: pelaku belum tertangkap.\nElang 4 di bengkel sampai Kamis.",
  items,
  more: 0,
  hash: "5f2c8a1b9d3e4f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd",
  leftBy: "p9",
  leftByName: "Aipda Dwi",
  leftAt: fx.at(300),
  takenBy: "",
  takenByName: "",
  takenAt: null,
  reply: "",
  withdrawn: false,
  ...more,
});
const past = [
  record({
    id: "h0",
    shift: "malam",
    takenBy: "p2",
    takenByName: "Bripka Sari",
    takenAt: fx.at(20_000),
    leftAt: fx.at(20_400),
    reply: "siap",
  }),
  record({ id: "h00", shift: "siang", withdrawn: true, leftAt: fx.at(50_000), items: [] }),
];
const handover = (more: Partial<HandoverState>): HandoverState => ({
  office,
  shift: "pagi",
  items,
  open: null,
  past,
  ...more,
});

const theRoster =
  (p: Listing<RosterPerson[]>, tab: "people" | "units" = "people", first: RosterPerson | null = null) =>
  () => <RosterView people={p} units={listing(units)} office={office} onOffice={nothing} tab={tab} first={first} />;
const theShifts =
  (l: Listing<Shift[]>, planning: Shift | "new" | null = null) =>
  () => (
    <ShiftsView
      shifts={l}
      people={people}
      units={units}
      office={office}
      onOffice={nothing}
      from="2026-11-22"
      onFrom={nothing}
      planning={planning}
    />
  );
const theHandover = (l: Listing<HandoverState>) => () => <HandoverView state={l} office={office} onOffice={nothing} />;
const over = (dialog: React.ReactNode) => () => (
  <>
    {theRoster(listing(people), "people", people[2]!)()}
    {dialog}
  </>
);

export const rosterScenes: Record<string, Scene> = {
  "roster-people": { desk: supervisor, show: theRoster(listing(people), "people", people[2]!) },
  "roster-units": { desk: supervisor, show: theRoster(listing(people), "units") },
  "roster-empty": { desk: supervisor, show: theRoster(listing([] as RosterPerson[])) },
  "roster-error": { desk: supervisor, show: theRoster(listing<RosterPerson[]>(undefined, broken)) },
  "roster-import": { desk: supervisor, show: over(<ImportDialog onClose={nothing} onDone={nothing} />) },
  "roster-import-faults": {
    desk: supervisor,
    show: over(<ImportDialog onClose={nothing} onDone={nothing} first={faults} />),
  },
  "roster-import-good": {
    desk: supervisor,
    show: over(<ImportDialog onClose={nothing} onDone={nothing} first={good} />),
  },
  "roster-person": {
    desk: supervisor,
    show: over(<PersonDialog office={office} of={people[0]!} onClose={nothing} onDone={nothing} />),
  },
  "roster-move": { desk: supervisor, show: over(<MoveDialog of={people[0]!} onClose={nothing} onDone={nothing} />) },
  "shifts-now": { desk: supervisor, show: theShifts(listing(shifts)) },
  "shifts-operator": { desk: operator, show: theShifts(listing(shifts)) },
  "shifts-empty": { desk: supervisor, show: theShifts(listing([] as Shift[])) },
  "shifts-plan": { desk: supervisor, show: theShifts(listing(shifts), "new") },
  "handover-leave": { desk: operator, show: theHandover(listing(handover({}))) },
  "handover-nothing": { desk: operator, show: theHandover(listing(handover({ items: [], past: [] }))) },
  "handover-take": { desk: operator, show: theHandover(listing(handover({ open: record() }))) },
  "handover-own": {
    desk: operator,
    show: theHandover(listing(handover({ open: record({ leftBy: fx.poldaSession.person.id }) }))),
  },
};
