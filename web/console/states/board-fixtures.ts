// A made-up quarter of an hour in Balikpapan for the dispatch board: incidents, units, where they are.
import type { Advised, Assignment, CallRow, Incident, IncidentCard, Position, Unit, UnitStatus } from "../api/types";
import { at, card, incident } from "./fixtures";

export const bpn = "polresta-balikpapan";
export const plaza = { lat: -1.2761, lng: 116.8367 };

const crew = (...names: string[]) =>
  names.map((name, i) => ({ person: `p-${name.toLowerCase()}`, name: `Bripka ${name}`, lead: i === 0 }));

export const unit = (sign: string, status: UnitStatus, since: number, more: Partial<Unit> = {}): Unit => ({
  id: `u-${sign}`,
  sign,
  plate: `KT ${1000 + Number(sign.slice(2))} BP`,
  kind: sign.startsWith("R") ? "motor" : "mobil",
  skills: [],
  home: bpn,
  status,
  since: at(since),
  via: "radio",
  crew: crew("Hadi", "Yusuf"),
  shift: "pagi",
  until: at(-6 * 3600),
  job: null,
  stack: [],
  panic: null,
  retired: false,
  ...more,
});

const job = (id: string, no: string, ago: number) => ({
  incident: id,
  no,
  by: "p-dwi",
  name: "Aipda Dwi",
  at: at(ago),
});

export const units: Unit[] = [
  unit("R-07", "READY", 760, { crew: crew("Rahmat", "Anton") }),
  unit("M-02", "PATROL", 1400, { crew: crew("Joko", "Bayu", "Iwan") }),
  unit("R-11", "READY", 300),
  unit("R-03", "ASSIGNED", 51, { job: job("i38", "KALTIM/2026/11/23/0038", 51) }),
  unit("M-01", "ON_SCENE", 640, { job: job("i36", "KALTIM/2026/11/23/0036", 1100), crew: crew("Slamet", "Dedi") }),
  unit("M-05", "RETURNING", 95, { skills: ["lantas"] }),
  unit("M-04", "BUSY", 1250),
  unit("R-09", "BROKEN", 9000, { crew: [] }),
  unit("M-08", "OFF", 30_000, { crew: [] }),
];

const fix = (sign: string, lat: number, lng: number, ago: number): Position => ({
  unit: `u-${sign}`,
  at: { lat, lng },
  time: at(ago),
  accuracy: 12,
  speed: 8,
  heading: 90,
  battery: 80,
  source: "owntracks",
});
export const positions: Position[] = [
  fix("R-07", -1.2693, 116.8291, 4),
  fix("M-02", -1.2602, 116.851, 9),
  fix("R-11", -1.2898, 116.8204, 260),
  fix("R-03", -1.2402, 116.8611, 3),
  fix("M-01", -1.2441, 116.8742, 11),
  fix("M-05", -1.2822, 116.8466, 7),
];

export const assigned = (sign: string, ago: number, more: Partial<Assignment> = {}): Assignment => ({
  unit: `u-${sign}`,
  sign,
  lead: "p-rahmat",
  by: "p-dwi",
  at: at(ago),
  stacked: false,
  ackedAt: null,
  departedAt: null,
  arrivedAt: null,
  endedAt: null,
  released: "",
  far: false,
  metres: null,
  proved: false,
  skipped: [],
  ...more,
});

const target = (firstRing: number, minutes = 10) => ({
  by: at(firstRing - minutes * 60),
  minutes,
  distance: 2100,
  known: true,
  from: bpn,
  since: "2021-05-20",
});
const step = (
  name: IncidentCard["steps"][number]["step"],
  since: number,
  left: number,
  more: Partial<IncidentCard["steps"][number]> = {},
): IncidentCard["steps"][number] => ({
  step: name,
  unit: "",
  since: at(since),
  by: at(-left),
  level: "",
  person: "",
  name: "",
  phone: null,
  ...more,
});

/** Accepted a moment ago: which unit? */
export const fresh = card({
  state: "ACCEPTED",
  firstRing: at(118),
  sentAt: at(62),
  acceptedAt: at(24),
  acceptedBy: "p-dwi",
  acceptBy: null,
  at: plaza,
  placeKnownAt: at(80),
  target: target(118),
  steps: [step("assign", 24, 36), step("arrive", 118, 482)],
  holder: { office: bpn, person: "p-dwi", name: "Aipda Dwi", unit: "", level: "" },
});

/** A unit is on the way, a second one has it next. */
export const going = card({
  state: "EN_ROUTE",
  firstRing: at(312),
  sentAt: at(250),
  acceptedAt: at(231),
  acceptedBy: "p-dwi",
  acceptBy: null,
  at: plaza,
  placeKnownAt: at(244),
  target: target(312),
  units: [assigned("R-07", 200, { ackedAt: at(188), departedAt: at(160) })],
  steps: [step("arrive", 312, 288)],
  holder: { office: bpn, person: "p-rahmat", name: "Bripka Rahmat", unit: "u-R-07", level: "" },
  same: ["i43"],
});
export const goingUnits: Unit[] = units.map((u) =>
  u.sign === "R-07" ? { ...u, status: "EN_ROUTE", since: at(160), job: job("i42", going.no, 200) } : u,
);

/** Steps that were missed, with who was asked. */
export const silentUnit = card({
  id: "i38",
  no: "KALTIM/2026/11/23/0038",
  kind: "laka",
  state: "ASSIGNED",
  place: "Km 5, Soekarno-Hatta, depan SPBU",
  at: { lat: -1.2352, lng: 116.859 },
  firstRing: at(700),
  sentAt: at(640),
  acceptedAt: at(610),
  acceptedBy: "p-dwi",
  acceptBy: null,
  target: target(700),
  escalated: "chief",
  units: [assigned("R-03", 51)],
  steps: [
    step("acknowledge", 51, -21, { unit: "u-R-03", level: "dispatcher", person: "p-dwi", name: "Aipda Dwi" }),
    step("arrive", 700, -100, {
      level: "chief",
      person: "p-budi",
      name: "AKP Budi Santoso",
      phone: { at: null, last: "no_answer", level: "chief", name: "AKP Budi Santoso", since: at(70), tries: 2 },
    }),
  ],
  holder: { office: bpn, person: "p-budi", name: "AKP Budi Santoso", unit: "", level: "chief" },
  skill: "lantas",
});

/** A unit on the scene that has to be asked whether it is well. */
export const onScene = card({
  id: "i36",
  no: "KALTIM/2026/11/23/0036",
  kind: "ribut",
  priority: 3,
  state: "ON_SCENE",
  place: "Pasar Klandasan, pintu timur",
  at: { lat: -1.2441, lng: 116.8742 },
  firstRing: at(1180),
  sentAt: at(1150),
  acceptedAt: at(1130),
  acceptedBy: "p-dwi",
  acceptBy: null,
  target: target(1180),
  arrivedAt: at(640),
  units: [assigned("M-01", 1100, { ackedAt: at(1090), departedAt: at(1050), arrivedAt: at(640), proved: true })],
  steps: [step("check", 640, -40, { unit: "u-M-01" })],
  holder: { office: bpn, person: "p-slamet", name: "Bripka Slamet", unit: "u-M-01", level: "" },
});

/** Another Polres offers this one. */
export const offered = card({
  id: "i40",
  no: "KALTIM/2026/11/23/0040",
  kind: "curas",
  state: "ACCEPTED",
  office: "polres-ppu",
  place: "Pelabuhan feri Kariangau",
  at: { lat: -1.204, lng: 116.81 },
  firstRing: at(260),
  sentAt: at(230),
  acceptedAt: at(210),
  acceptBy: null,
  target: target(260, 20),
  handover: { to: bpn, by: "p-anwar", at: at(18), why: "tempatnya di sisi Balikpapan" },
  steps: [step("handover", 18, 42)],
});

/** Domestic violence, not accepted yet: nothing of it is shown. */
export const veiled = card({
  id: "i44",
  no: "KALTIM/2026/11/23/0044",
  kind: "",
  priority: 1,
  place: "",
  reporter: "",
  firstRing: at(66),
  sentAt: at(20),
  acceptBy: at(-10),
  restricted: true,
  veiled: true,
});

export const twin = card({
  id: "i43",
  no: "KALTIM/2026/11/23/0043",
  state: "SENT",
  firstRing: at(95),
  sentAt: at(30),
  acceptBy: at(-30),
  place: "Plaza Balikpapan, pintu samping",
  at: { lat: -1.2769, lng: 116.8375 },
  same: ["i42"],
});

export const many: IncidentCard[] = Array.from({ length: 12 }, (_, n) =>
  card({
    id: `m${n}`,
    no: `KALTIM/2026/11/23/00${20 + n}`,
    kind: ["laka", "hilang_barang", "curas"][n % 3]!,
    priority: 2 + (n % 3),
    state: "ASSIGNED",
    place: `Jl. MT Haryono no. ${n * 7 + 3}`,
    firstRing: at(500 + n * 130),
    acceptedAt: at(400),
    acceptBy: null,
    units: [assigned("R-11", 300)],
    holder: { office: bpn, person: "p-hadi", name: "Bripka Hadi", unit: "u-R-11", level: "" },
  }),
);

const why = (id: string, en: string) => ({ id, en });
export const advised: Advised = {
  known: true,
  router: "",
  units: [
    [
      "R-07",
      172,
      "3 mnt, motor, tercepat; Bpp Kota tinggal 1 unit",
      "3 min, motorcycle, soonest; leaves 1 unit in Bpp Kota",
    ],
    ["M-05", 240, "4 mnt, mobil, punya LANTAS", "4 min, car, has LANTAS"],
    ["M-02", 295, "5 mnt, mobil", "5 min, car"],
    ["R-11", 430, "7 mnt, motor, posisi 4 mnt lalu", "7 min, motorcycle, seen 4 min ago"],
    ["R-03", 1500, "25 mnt, motor, masih bertugas", "25 min, motorcycle, on another job"],
  ].map(([sign, s, id, en]) => ({
    unit: `u-${sign}`,
    sign: String(sign),
    arriveS: Number(s),
    byRoad: false,
    metres: 2100,
    seenS: 5,
    sure: true,
    busy: sign === "R-03",
    area: "Bpp Kota",
    leftThere: 1,
    why: why(String(id), String(en)),
    lacks: [],
  })),
};

const line = (ago: number, who: string, name: string, what: string, text: string) => ({
  at: at(ago),
  who,
  name,
  what,
  text,
});
export const full: Incident = incident({
  ...going,
  timeline: [
    line(290, "p-sari", "Bripka Sari", "typed", "Laporan mulai diisi."),
    line(270, "p-sari", "Bripka Sari", "noted", "Dua orang naik motor hitam, satu membawa parang."),
    line(250, "p-sari", "Bripka Sari", "sent", "Dikirim ke Polresta Balikpapan."),
    line(
      250,
      "system",
      "system",
      "target",
      "Target tiba 10 menit sejak dering pertama (2.1 km dari Polresta Balikpapan).",
    ),
    line(231, "p-dwi", "Aipda Dwi", "accepted", "Diterima Polresta Balikpapan."),
    line(200, "p-dwi", "Aipda Dwi", "assigned", "R-07 ditugaskan (Bripka Rahmat)."),
    line(188, "p-rahmat", "Bripka Rahmat", "advanced", "Unit u-R-07 menerima tugas."),
    line(160, "p-rahmat", "Bripka Rahmat", "advanced", "Unit u-R-07 berangkat (radio)."),
    line(60, "p-dwi", "Aipda Dwi", "noted", "Lari ke arah Pelabuhan Semayang."),
  ],
});

export const callRow: CallRow = {
  id: "c1",
  agency: "",
  answeredAt: at(308),
  callback: "",
  callerName: "",
  chip: "",
  chipOffice: "",
  endedAt: at(150),
  firstRing: at(312),
  incident: "i42",
  incidentNo: going.no,
  number: "",
  numberText: "0812-3456-7890",
  office: "polda-kaltim",
  operator: "p-sari",
  operatorName: "Bripka Sari",
  outcome: "valid_polres",
  polres: bpn,
  polresTalked: true,
  prank: "",
  tape: true,
  tapeMs: 158_000,
  talkMs: 158_000,
  waitMs: 4000,
  withheld: false,
};

const ring = (lat: number, lng: number, r: number) =>
  Array.from({ length: 25 }, (_, i) => [
    lng + r * Math.cos((i * Math.PI) / 12) * (1 + 0.15 * Math.sin(i * 1.9)),
    lat + r * Math.sin((i * Math.PI) / 12) * (1 + 0.1 * Math.cos(i * 1.3)),
  ]).map((p, i, all) => (i === 24 ? all[0]! : p));
export const areas = {
  type: "FeatureCollection",
  features: [
    { office: bpn, lat: -1.243, lng: 116.85, r: 0.075 },
    { office: "polres-ppu", lat: -1.26, lng: 116.7, r: 0.06 },
  ].map((a) => ({
    type: "Feature",
    properties: { office: a.office, name: a.office },
    geometry: { type: "MultiPolygon", coordinates: [[ring(a.lat, a.lng, a.r)]] },
  })),
};
