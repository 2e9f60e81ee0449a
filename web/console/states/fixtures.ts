// Made-up people and calls for the state page: no call runs, no clock moves.
import type {
  Chip,
  Incident,
  IncidentCard,
  Kind,
  LiveCall,
  Office,
  Other,
  Outcome,
  Owed,
  Presence,
  Seat,
  Session,
  Wallboard,
} from "../api/types";
import { empty, type Live } from "../live/live";

/** The moment at which all pictures are taken: 23 November 2026, 14:32:08 WITA. */
export const moment = Date.parse("2026-11-23T06:32:08Z");
export const at = (secondsAgo: number) => new Date(moment - secondsAgo * 1000).toISOString();

const zone = { zone: "Asia/Makassar", zoneName: "WITA", at: { lat: -1.2654, lng: 116.8312 } };
const polres = (id: string, name: string, short: string, code: string, words: string[]): Office => ({
  id,
  kind: "polres",
  parent: "polda-kaltim",
  name,
  short,
  code,
  seats: [`${id}/1`, `${id}/2`, `${id}/3`],
  words,
  ...zone,
});

const under: Office[] = [
  polres("polresta-balikpapan", "Polresta Balikpapan", "Polresta Bpp", "BPN", ["balikpapan", "klandasan", "sudirman"]),
  polres("polresta-samarinda", "Polresta Samarinda", "Polresta Smd", "SMD", ["samarinda"]),
  polres("polres-kukar", "Polres Kutai Kartanegara", "Polres Kukar", "KKR", ["tenggarong", "kukar"]),
  polres("polres-bontang", "Polres Bontang", "Polres Bontang", "BTG", ["bontang"]),
  polres("polres-kutim", "Polres Kutai Timur", "Polres Kutim", "KTM", ["sangatta"]),
  polres("polres-berau", "Polres Berau", "Polres Berau", "BRU", ["berau", "tanjung redeb"]),
  polres("polres-paser", "Polres Paser", "Polres Paser", "PSR", ["paser"]),
  polres("polres-ppu", "Polres Penajam Paser Utara", "Polres PPU", "PPU", ["penajam"]),
  polres("polres-kubar", "Polres Kutai Barat", "Polres Kubar", "KBR", ["sendawar"]),
  polres("polres-mahulu", "Polres Mahakam Ulu", "Polres Mahulu", "MHL", ["ujoh bilang"]),
];
const polda: Office = {
  id: "polda-kaltim",
  kind: "polda",
  parent: "",
  name: "Polda Kaltim",
  short: "Kaltim",
  code: "KALTIM",
  seats: ["polda-kaltim/1", "polda-kaltim/2", "polda-kaltim/3", "polda-kaltim/4", "polda-kaltim/5"],
  words: [],
  ...zone,
};

const other = (id: string, kind: Other["kind"], parent: string, name: string, short: string): Other => ({
  id,
  kind,
  parent,
  name,
  short,
});
const all: Other[] = [
  ...[polda, ...under].map((o) => other(o.id, o.kind, o.parent, o.name, o.short)),
  other("polda-kalsel", "polda", "mabes", "Polda Kalimantan Selatan", "Polda Kalsel"),
  other("polda-kaltara", "polda", "mabes", "Polda Kalimantan Utara", "Polda Kaltara"),
  other("polda-sulteng", "polda", "mabes", "Polda Sulawesi Tengah", "Polda Sulteng"),
  other("polresta-banjarmasin", "polres", "polda-kalsel", "Polresta Banjarmasin", "Polresta Bjm"),
  other("mabes", "mabes", "", "Mabes Polri", "Mabes"),
];

const session = (
  office: Office,
  offices: Office[],
  rank: string,
  name: string,
  role: Session["person"]["role"],
): Session => ({
  person: {
    id: `p-${name.toLowerCase()}`,
    name,
    rank,
    office: office.id,
    role,
    user: name.toLowerCase(),
    active: true,
  },
  office,
  offices,
  others: all.filter((o) => !offices.some((x) => x.id === o.id)),
  csrf: "",
  mustChangePassword: false,
  duty: null,
  serverTime: at(0),
  until: at(-3600),
  boot: "b",
  version: "0",
});
export const poldaSession = session(polda, [polda, ...under], "Bripka", "Sari", "operator");
export const poldaChief = session(polda, [polda, ...under], "AKBP", "Wibowo", "chief");
export const poldaAdmin = session(polda, [polda, ...under], "Penda", "Ratna", "administrator");
export const polresSession = session(under[0]!, [under[0]!], "Aipda", "Dwi", "operator");
export const poldaSeat = "polda-kaltim/2";
export const polresSeat = "polresta-balikpapan/1";

const seat = (id: string, rank: string, name: string, state: Seat["state"], reason = "", since = 12): Seat => ({
  id,
  office: id.split("/")[0]!,
  state,
  reason,
  since: at(since),
  until: state === "WRAP_UP" ? at(-14) : null,
  person: name ? { id: `p-${name.toLowerCase()}`, name, rank } : null,
  call: "",
  phone: false,
  line: "up",
});

const presence = (office: Office, ready: number, talking: number): Presence => ({
  office: office.id,
  name: office.name,
  short: office.short,
  ready,
  talking,
  onDuty: ready + talking,
});

export const kinds: Kind[] = [
  { code: "curas", id: "Pencurian dengan kekerasan", en: "Robbery", class: "emergency", priority: 1, quick: "crs" },
  { code: "laka", id: "Kecelakaan lalu lintas", en: "Traffic accident", class: "emergency", priority: 2, quick: "lak" },
  {
    code: "kdrt",
    id: "Kekerasan dalam rumah tangga",
    en: "Domestic violence",
    class: "emergency",
    priority: 1,
    quick: "kdr",
  },
  { code: "ribut", id: "Keributan", en: "Disturbance", class: "emergency", priority: 3, quick: "rbt" },
  {
    code: "hilang_barang",
    id: "Kehilangan barang atau surat",
    en: "Lost property",
    class: "service",
    priority: 4,
    quick: "hlg",
  },
];
const outcome = (code: string, id: string, en: string, valid: boolean, by: Outcome["by"] = "operator"): Outcome => ({
  code,
  id,
  en,
  by,
  valid,
});
export const outcomes: Outcome[] = [
  outcome("valid_polres", "Valid, ditangani Polres", "Valid, with the Polres", true),
  outcome("valid_polda", "Valid, ditangani Polda", "Valid, handled by the Polda", true),
  outcome("informasi", "Informasi", "Information", true),
  outcome("salah_sambung", "Salah sambung", "Wrong number", false),
  outcome("kosong", "Kosong (tanpa suara)", "Empty (nobody speaks)", false),
  outcome("putus_awal", "Putus awal", "Broke off early", false),
  outcome("iseng", "Iseng", "Prank", false),
  outcome("laporan_palsu", "Laporan palsu", "False report", false),
  outcome("tes", "Panggilan uji", "Test call", false),
  outcome("putus_penelepon", "Penelepon terputus", "Caller broke off", false),
  outcome("dialihkan_instansi", "Dialihkan ke instansi lain", "Passed to another agency", true),
  outcome("dialihkan_polda_lain", "Dialihkan ke Polda lain", "Passed to another Polda", true),
  outcome("duplikat", "Duplikat", "Duplicate", true),
  outcome(
    "ditutup_polda_diteruskan",
    "Ditutup Polda, diteruskan ke Polres",
    "Closed by the Polda, sent to the Polres",
    true,
  ),
];

/** Nobody has spoken yet. */
export const quiet: LiveCall["silence"] = {
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
};

export const call = (change: Partial<LiveCall> = {}): LiveCall => ({
  id: "c1",
  office: "polda-kaltim",
  phase: "TALKING",
  since: at(20),
  firstRing: at(133),
  answeredAt: at(129),
  number: "+6281234567890",
  numberText: "0812-3456-7890",
  withheld: false,
  callerName: "",
  place: { lat: -1.27, lng: 116.83, radius: 300 },
  trunk: "a",
  urgent: false,
  low: false,
  level: 0,
  offers: [],
  seat: poldaSeat,
  person: "p-sari",
  leaving: null,
  target: "",
  targetUntil: null,
  try: 0,
  sent: [],
  polresTalked: false,
  chip: "",
  chipOffice: "",
  orphanUntil: null,
  unfinishedUntil: null,
  incident: "i42",
  recording: true,
  trust: "",
  dialled: "110",
  onHold: false,
  guests: [],
  given: 0,
  blind: false,
  promised: false,
  silence: {
    spoke: true,
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
  digits: "",
  callerHolds: false,
  mediaLost: false,
  outbound: null,
  outcome: "",
  history: {
    calls: 3,
    pranks: 1,
    lastPrankAt: "2026-09-19T17:15:00Z",
    last: [
      { at: "2026-11-12T13:04:00Z", outcome: "informasi", prank: "", kind: "tanya", summary: "tanya SIM" },
      { at: "2026-09-19T17:15:00Z", outcome: "iseng", prank: "anak_anak", kind: "", summary: "" },
    ],
    open: [],
    danger: false,
    level: "",
    why: [
      { id: "1 kali iseng, 20 Sep", en: "1 prank, 20 Sep" },
      { id: "1 panggilan benar, 12 Nov", en: "1 true call, 12 Nov" },
    ],
    likely: "polresta-balikpapan",
  },
  ...change,
});

export const card = (change: Partial<IncidentCard> = {}): IncidentCard => ({
  id: "i42",
  no: "KALTIM/2026/11/23/0042",
  state: "SENT",
  office: "polresta-balikpapan",
  origin: "polda-kaltim",
  call: "c1",
  kind: "curas",
  priority: 2,
  place: "dpn Plaza Balikpapan, Jl. Jend. Sudirman",
  at: null,
  reporter: "Andi Rahman",
  firstRing: at(133),
  placeKnownAt: at(90),
  sentAt: at(20),
  acceptBy: at(-41),
  acceptedAt: null,
  acceptedBy: "",
  escalated: "",
  unsure: false,
  closedAt: null,
  result: "",
  rev: 7,
  summary: "",
  danger: false,
  source: "",
  asks: [],
  calls: 1,
  class: "emergency",
  arrivedAt: null,
  holder: { office: "polresta-balikpapan", person: "", name: "", unit: "", level: "" },
  steps: [],
  target: null,
  units: [],
  skill: "",
  waitingSince: null,
  handover: null,
  linked: "",
  joined: [],
  same: [],
  restricted: false,
  veiled: false,
  tell: false,
  ...change,
});

export const incident = (change: Partial<Incident> = {}): Incident => ({
  ...card(change),
  report: {
    kind: "curas",
    priority: 2,
    place: card().place,
    at: null,
    reporter: "Andi Rahman",
    reporterNumber: "0812-3456-7890",
    protect: false,
    danger: null,
    weapons: "parang",
    injured: "",
    suspectPresent: true,
    people: 2,
    vehicle: "motor hitam",
    office: "polresta-balikpapan",
    summary: "Lari ke arah Pelabuhan Semayang.",
  },
  done: "",
  pictures: [],
  timeline: [
    { at: at(100), who: "p-sari", name: "", what: "noted", text: "Dua orang naik motor hitam, satu membawa parang." },
    { at: at(60), who: "p-sari", name: "", what: "noted", text: "Lari ke arah Pelabuhan Semayang." },
  ],
  ...change,
});

const openCards: IncidentCard[] = [
  card({
    id: "i44",
    no: "KALTIM/2026/11/23/0044",
    kind: "kdrt",
    priority: 1,
    place: "Gn. Sari Ilir",
    firstRing: at(66),
    sentAt: at(40),
    acceptBy: at(4),
    escalated: "chief",
    danger: true,
  }),
  card({
    id: "i38",
    no: "KALTIM/2026/11/23/0038",
    kind: "laka",
    state: "ACCEPTED",
    place: "Km 5, Soekarno-Hatta",
    firstRing: at(700),
    acceptedAt: at(600),
  }),
  card({
    id: "i35",
    no: "KALTIM/2026/11/23/0035",
    kind: "hilang_barang",
    priority: 4,
    state: "ACCEPTED",
    place: "Klandasan Ulu",
    firstRing: at(1450),
    acceptedAt: at(1300),
    office: "polresta-samarinda",
  }),
];
export const cards: IncidentCard[] = [card(), ...openCards];

const keyed = <T extends { id: string }>(list: T[]) => Object.fromEntries(list.map((x) => [x.id, x]));

interface World {
  state?: Seat["state"];
  reason?: string;
  call?: LiveCall;
  card?: IncidentCard | null;
  quiet?: boolean;
}

/** What the stream would have told at this moment. */
export function live(w: World): Live {
  const queued = w.quiet
    ? []
    : [
        call({
          id: "q1",
          phase: "QUEUED",
          seat: "",
          firstRing: at(7),
          numberText: "0852-1111-2222",
          answeredAt: null,
          incident: "",
        }),
        call({ id: "q2", phase: "QUEUED", seat: "", firstRing: at(3), withheld: true, answeredAt: null, incident: "" }),
      ];
  const state = w.state ?? "READY";
  return {
    ...empty,
    boot: "b",
    n: 1,
    ready: true,
    seats: keyed([
      seat(poldaSeat, "Bripka", "Sari", state, w.reason ?? "", 12),
      seat("polda-kaltim/1", "Briptu", "Budi", "READY"),
      seat("polda-kaltim/3", "Bripka", "Rina", "TALKING"),
      seat("polda-kaltim/4", "Brigpol", "Joko", "NOT_READY", "salat", 250),
      seat(polresSeat, "Aipda", "Dwi", state, w.reason ?? "", 12),
      seat("polresta-balikpapan/2", "Bripka", "Hasan", "READY"),
      seat("polresta-balikpapan/3", "Brigpol", "Lestari", "READY"),
    ]),
    calls: keyed([...queued, ...(w.call ? [w.call] : [])]),
    floors: {
      "polda-kaltim": {
        ...board,
        office: "polda-kaltim",
        queue: queued.length,
        longestSince: queued.length > 0 ? at(7) : null,
      },
      "polresta-balikpapan": { ...board, office: "polresta-balikpapan", queue: 0, longestSince: null },
    },
    incidents: keyed([...(w.card === null ? [] : [w.card ?? card()]), ...openCards]),
    alarms: w.quiet
      ? {}
      : {
          trunk_b: {
            name: "trunk_b",
            level: "bad",
            since: at(300),
            text: { id: "Trunk B putus", en: "Trunk B is down" },
            todo: {
              id: "Hubungi operator jaringan; panggilan lewat trunk A tetap masuk.",
              en: "Call the carrier; calls by trunk A still come in.",
            },
          },
        },
    presence: Object.fromEntries(
      under
        .map((o, i) => [o.id, presence(o, i < 5 ? 3 - (i % 3) : i === 6 ? 0 : 1, i === 3 || i === 6 ? 2 : 0)])
        .concat([
          ["polda-kalsel", { ...presence(polda, 2, 1), office: "polda-kalsel", name: "Polda Kalimantan Selatan" }],
        ])
        .map(([id, p], i) => [id, i === 8 ? { ...(p as Presence), ready: 0, talking: 0, onDuty: 0 } : p]),
    ) as Record<string, Presence>,
  };
}

const step = (i: number, n: number[], p50: number[], p90: number[]) => ({
  n: n[i] ?? 0,
  p50Ms: (p50[i] ?? 0) * 1000,
  p90Ms: (p90[i] ?? 0) * 1000,
});

export const board: Wallboard = {
  office: "polda-kaltim",
  name: "Polda Kaltim",
  serverTime: at(0),
  queue: 2,
  longestSince: at(7),
  live: 5,
  ready: 1,
  talking: 3,
  onDuty: 4,
  shields: [],
  today: {
    in: 489,
    answered: 470,
    answered10s: 442,
    outcomes: {
      valid_polres: 7,
      ditutup_polda_diteruskan: 2,
      informasi: 21,
      kosong: 312,
      iseng: 131,
      laporan_palsu: 3,
      putus_penelepon: 4,
      ditinggal_antrean: 2,
      salah_sambung: 2,
      tes: 1,
    },
    callbacks: 3,
  },
  conservation: { in: 489, outcomes: 484, live: 5, balanced: true },
  perOffice: under.map((o, i) => ({
    office: o.id,
    name: o.name,
    open: [3, 2, 1, 0, 0, 1, 0, 0, 0, 0][i] ?? 0,
    waiting: i === 0 ? 1 : 0,
    accepted: i < 6 ? 4 : 0,
    acceptMedianMs: [22, 31, 44, 19, 27, 112][i] ? [22, 31, 44, 19, 27, 112][i]! * 1000 : 0,
    pastTarget: i === 0 ? 1 : 0,
    oldestSince: [at(755), at(210), at(480)][i] ?? null,
    target: { minutes: 10, since: i === 0 ? "2021-05-20" : "" },
    pace: {
      accept: step(i, [61, 38, 22, 9, 14, 17, 3], [22, 31, 44, 19, 27, 112], [41, 58, 95, 40, 66, 240]),
      assign: step(i, [58, 35, 20, 9, 13, 15, 2], [35, 48, 61, 30, 52, 140], [80, 95, 130, 66, 110, 300]),
      arrive: step(i, [55, 34, 19, 9, 13, 14, 2], [400, 485, 680, 350, 610, 840], [550, 760, 1170, 495, 940, 1450]),
      judged: [57, 36, 20, 9, 13, 14, 2][i] ?? 0,
      inTime: [53, 29, 17, 9, 11, 8, 1][i] ?? 0,
      far: i === 1 ? 2 : 0,
    },
  })),
};

export const chips: Exclude<Chip, "">[] = [
  "sibuk",
  "tidak_menjawab",
  "menolak",
  "tidak_ada_petugas",
  "sambungan_putus",
  "diambil_kembali",
  "minta_pengawas",
];

export const owed = (change: Partial<Owed> = {}): Owed => ({
  call: "c7",
  office: "polda-kaltim",
  number: "+6281300000007",
  numberText: "0813-0000-0007",
  name: "",
  since: at(410),
  outcome: "ditinggal_antrean",
  first: false,
  danger: false,
  pranks: 0,
  tries: 0,
  triedAt: null,
  by: "",
  seat: "",
  incident: "",
  ...change,
});

export const shields: Wallboard["shields"] = [{ kind: "range", since: at(70), text: "+628123456xxx" }];

/** A flood: the shield is up, some calls are at the gate, one waits in the low lane. */
export function flooded(now: Live): Live {
  const waits = (i: number, phase: LiveCall["phase"], low = false): LiveCall =>
    call({
      id: `f${i}`,
      phase,
      low,
      seat: "",
      incident: "",
      answeredAt: null,
      firstRing: at(6 + 3 * i),
      numberText: `0812-3456-70${10 + i}`,
    });
  const calls = [waits(1, "GATED"), waits(2, "GATED"), waits(3, "GATED"), waits(4, "QUEUED", true)];
  const floor = now.floors["polda-kaltim"]!;
  return {
    ...now,
    calls: Object.fromEntries(calls.map((c) => [c.id, c])),
    floors: { ...now.floors, "polda-kaltim": { ...floor, queue: 1, longestSince: calls[3]!.firstRing, shields } },
  };
}
