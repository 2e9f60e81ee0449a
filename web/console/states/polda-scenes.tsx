// The Polda's overview, fairness, a report's standing and the results to be told, in each state.
import type { FairGroup, Fairness, Overview, OverviewLine, ReportStanding } from "../api/types";
import type { Desk } from "../desk/desk";
import { Callbacks } from "../parts/callbacks";
import type { Listing } from "../parts/list";
import { StandingDialog } from "../parts/standing";
import { phoneOff } from "../phone/line";
import { FairnessView } from "../screens/fairness";
import { OverviewView } from "../screens/overview";
import { PoldaConsole } from "../screens/polda";
import * as fx from "./fixtures";
import type { Scene } from "./scenes";

const nothing = () => {};
const listing = <T,>(data: T | undefined): Listing<T> =>
  ({ data, error: null, dataUpdatedAt: fx.moment, isFetching: false, refetch: nothing }) as unknown as Listing<T>;
const desk: Partial<Desk> = {
  live: fx.live({ state: "READY" }),
  phone: { ...phoneOff, line: "up" as const },
  seat: fx.poldaSeat,
  session: fx.poldaSession,
};
const chief: Partial<Desk> = { ...desk, seat: "", phone: phoneOff, session: fx.poldaChief };

const office = (i: number, more: Partial<OverviewLine> = {}): OverviewLine => ({
  office: fx.board.perOffice[i]!.office,
  name: fx.board.perOffice[i]!.name,
  kind: "polres",
  open: 0,
  waiting: 0,
  emergencies: 0,
  services: 0,
  information: 0,
  complaints: 0,
  pastTarget: 0,
  oldest: null,
  late: [],
  units: { manned: 4, free: 4, busy: 0, all: 6 },
  planned: null,
  onDuty: 2,
  ready: 2,
  talking: 0,
  chief: "",
  target: { minutes: 10, since: i === 0 ? "2021-05-20" : "" },
  ...more,
});
const overview: Overview = {
  office: "polda-kaltim",
  serverTime: fx.at(0),
  offices: [
    office(0, {
      open: 4,
      waiting: 1,
      emergencies: 3,
      services: 1,
      pastTarget: 1,
      oldest: { incident: "i42", no: "KALTIM/2026/11/23/0042", firstRing: fx.at(755), by: fx.at(155) },
      late: [
        {
          incident: "i42",
          no: "KALTIM/2026/11/23/0042",
          step: "arrive",
          unit: "MACAN-3",
          by: fx.at(155),
          level: "chief",
          person: "p9",
          name: "Iptu Hendra",
        },
        {
          incident: "i44",
          no: "KALTIM/2026/11/23/0044",
          step: "accept",
          unit: "",
          by: fx.at(42),
          level: "",
          person: "",
          name: "",
        },
      ],
      units: { manned: 14, free: 9, busy: 5, all: 22 },
      planned: 18,
      onDuty: 3,
      ready: 1,
      talking: 1,
      chief: "Iptu Hendra",
    }),
    office(1, {
      open: 2,
      emergencies: 1,
      services: 1,
      oldest: { incident: "i51", no: "KALTIM/2026/11/23/0039", firstRing: fx.at(210), by: fx.at(-390) },
      units: { manned: 9, free: 8, busy: 1, all: 15 },
      planned: 9,
      chief: "Akp Rudi",
    }),
    office(2, { open: 1, complaints: 1 }),
    office(3),
    office(4, { onDuty: 0, ready: 0 }),
    office(5, { units: { manned: 0, free: 0, busy: 0, all: 0 } }),
  ],
};

const times = (n: number, p50: number, p90: number, inTime: number, more: Partial<FairGroup["answer"]> = {}) => ({
  n,
  p50Ms: p50 * 1000,
  p90Ms: p90 * 1000,
  judged: n,
  inTime,
  lo: Math.max(0, inTime / Math.max(1, n) - 0.08),
  hi: Math.min(1, inTime / Math.max(1, n) + 0.07),
  verdict: "alike" as FairGroup["answer"]["verdict"],
  placeP50Ms: 0,
  far: 0,
  proved: 0,
  noArrival: 0,
  ...more,
});
const group = (key: string, answer: FairGroup["answer"], arrive: FairGroup["answer"]): FairGroup => ({
  key,
  name: key,
  answer,
  arrive,
});
const few = { verdict: "few" as const };
const fairness: Fairness = {
  office: "polda-kaltim",
  from: "2026-10-25",
  to: "2026-11-23",
  answerMs: 10_000,
  least: 20,
  gap: 0.05,
  all: group(
    "",
    times(612, 4, 9, 571, { verdict: "" }),
    times(301, 440, 760, 252, { verdict: "", placeP50Ms: 402_000, far: 5, proved: 231, noArrival: 12 }),
  ),
  areas: [
    group(
      "Samarinda Seberang",
      times(64, 4, 10, 58),
      times(48, 660, 1260, 26, { verdict: "worse", placeP50Ms: 610_000, far: 3, proved: 30 }),
    ),
    group("Balikpapan Selatan", times(221, 4, 9, 207), times(120, 400, 590, 109, { placeP50Ms: 371_000, proved: 98 })),
    group(
      "Balikpapan Utara",
      times(187, 4, 8, 176),
      times(91, 430, 600, 82, { placeP50Ms: 380_000, far: 2, noArrival: 4 }),
    ),
    group("Mahakam Ulu", times(4, 0, 0, 4, few), times(3, 0, 0, 1, few)),
    group("", times(136, 4, 9, 126, { verdict: "" }), times(39, 450, 800, 34, { verdict: "", noArrival: 8 })),
  ],
  offices: [],
  lines: [
    group("landline", times(58, 8, 21, 39, { verdict: "worse" }), times(31, 430, 700, 27)),
    group("mobile", times(497, 4, 9, 478), times(251, 440, 770, 211)),
    group("withheld", times(21, 4, 9, 19), times(6, 480, 800, 5, few)),
    group("payphone", times(2, 0, 0, 2, few), times(0, 0, 0, 0, { verdict: "" })),
  ],
  languages: [
    group("id", times(300, 4, 9, 281), times(220, 438, 750, 190)),
    group("bjn", times(32, 4, 9, 30), times(25, 450, 800, 21)),
    group("", times(280, 4, 9, 260, { verdict: "" }), times(56, 440, 760, 41, { verdict: "" })),
  ],
};
const empty = times(0, 0, 0, 0, { verdict: "" });
const early: Fairness = {
  ...fairness,
  all: group("", times(11, 4, 9, 10), times(4, 0, 0, 3)),
  areas: [group("Balikpapan Selatan", times(6, 4, 9, 6, few), times(4, 0, 0, 3, few)), group("", empty, empty)],
  lines: [group("mobile", times(11, 4, 9, 10, few), times(4, 0, 0, 3, few))],
  languages: [],
};
const span = { from: "2026-10-25", to: "2026-11-23" };

const standing: ReportStanding = {
  no: "KALTIM/2026/11/23/0042",
  standing: "unit_berangkat",
  office: fx.board.perOffice[0]!.office,
  since: fx.at(755),
  result: "" as ReportStanding["result"],
  tell: false,
  incident: "i42",
};
const over = (found: ReportStanding | null) => () => (
  <>
    <PoldaConsole />
    <StandingDialog onClose={nothing} found={found} />
  </>
);
const closed = (id: string, no: string, more = {}) =>
  fx.card({
    id,
    no,
    state: "CLOSED",
    result: "ditangani",
    closedAt: fx.at(600),
    tell: true,
    reporter: "Ibu Aminah",
    ...more,
  });

export const poldaScenes: Record<string, Scene> = {
  "overview-busy": { desk: chief, show: () => <OverviewView overview={listing(overview)} /> },
  "overview-quiet": {
    desk,
    show: () => <OverviewView overview={listing({ ...overview, offices: [office(0), office(1), office(3)] })} />,
  },
  "fairness-worse": {
    desk: chief,
    show: () => <FairnessView fairness={listing(fairness)} span={span} onSpan={nothing} />,
  },
  "fairness-few": { desk: chief, show: () => <FairnessView fairness={listing(early)} span={span} onSpan={nothing} /> },
  "standing-found": { desk, show: over(standing) },
  "standing-closed": { desk, show: over({ ...standing, standing: "selesai", result: "penangkapan", tell: true }) },
  "standing-guarded": { desk, show: over({ ...standing, standing: "dijaga", office: "", incident: "" }) },
  "standing-none": { desk, show: over(null) },
  "callbacks-tell": {
    desk: {
      ...desk,
      live: {
        ...fx.live({ state: "READY" }),
        owed: { c7: fx.owed({}) },
        incidents: {
          a: closed("a", "KALTIM/2026/11/23/0031"),
          b: closed("b", "KALTIM/2026/11/23/0033", { reporter: "", danger: true }),
          c: closed("c", "KALTIM/2026/11/23/0035", { veiled: true, restricted: true }),
        },
      },
    },
    show: () => (
      <>
        <PoldaConsole />
        <Callbacks onClose={nothing} />
      </>
    ),
  },
};
