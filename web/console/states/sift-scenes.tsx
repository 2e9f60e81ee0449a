// The pages of the filter in each state.
import { ApiError } from "../api/client";
import type { GateView as Gate, GateFigures, PrankNumber, Sheet, Standing, Tried, Weights } from "../api/types";
import type { Desk } from "../desk/desk";
import type { Listing } from "../parts/list";
import { phoneOff } from "../phone/line";
import { GateView } from "../screens/gate";
import { NoticeDialog, NumbersView } from "../screens/numbers";
import { NotYours } from "../screens/pages";
import { PranksView } from "../screens/pranks";
import { SheetView } from "../screens/sheet";
import { WeightsView } from "../screens/weights";
import * as fx from "./fixtures";
import type { Scene } from "./scenes";

const nothing = () => {};
const listing = <T,>(data: T | undefined, error: Error | null = null): Listing<T> =>
  ({ data, error, dataUpdatedAt: fx.moment, isFetching: false, refetch: nothing }) as unknown as Listing<T>;
const broken = new ApiError(500, { status: 500, code: "http_500", title: "", text: { id: "", en: "" } });
const chief: Partial<Desk> = {
  live: fx.live({ state: "READY" }),
  phone: phoneOff,
  seat: "",
  session: fx.poldaChief,
};
const boss = { ...fx.poldaChief, person: { ...fx.poldaChief.person, role: "supervisor" as const } };
const supervisor: Partial<Desk> = { ...chief, session: boss };

const standing = (i: number, level: Standing["level"], score: number, more: Partial<Standing> = {}): Standing => ({
  number: `+62812345670${i}`,
  numberText: `0812-3456-70${i}`,
  level,
  score,
  shared: false,
  block: null,
  notice: null,
  why: [
    {
      id: `${Math.round(score / 3)} kali iseng dalam 2 bulan, terakhir 12 Nov`,
      en: `${Math.round(score / 3)} pranks in 2 months, last 12 Nov`,
    },
  ],
  steps: [1, 2, 3].map((k) => ({
    at: fx.at(86_400 * 8 * k),
    call: `s${i}${k}`,
    kind: k === 3 ? "laporan_palsu" : "iseng",
    prank: k === 3 ? "" : "anak_anak",
    points: k === 3 ? 5 : 3,
    left: score / 3,
  })),
  ...more,
});
const noticeText =
  "Polri 110: nomor Anda berulang kali menelepon 110 tanpa keperluan. 110 untuk keadaan darurat. " +
  "Panggilan iseng dapat dipidana. Bila Anda butuh polisi, tetap telepon 110.";
const numbers = [
  standing(1, "low", 17.2, {
    block: { at: fx.at(600), until: fx.at(-7200), by: "p2", reason: "mengganggu terus-menerus malam ini" },
  }),
  standing(2, "gate", 9.4, { notice: { text: noticeText, not: "", last: null } }),
  standing(3, "gate", 8.1, { shared: true }),
  standing(4, "chip", 3.2),
];

const weights: Weights = {
  prank: 3,
  falseReport: 5,
  empty: 0.3,
  valid: -5,
  halfLifeDays: 30,
  goneDays: 90,
  chip: 3,
  gate: 8,
  low: 15,
  emptyCap: 2.4,
  sharedCap: 7,
  sample: 0.01,
  silenceSeconds: 4,
  heldSeconds: 20,
  speechSeconds: 1.5,
  againSeconds: 60,
  blockMaxHours: 24,
  floodRange: 8,
  floodPrefix: 20,
  floodTrunk: 60,
};
const tally = (gate: number, trueGate: number): Tried["before"] => ({
  chip: gate + 90,
  gate,
  low: Math.round(gate / 6),
  heldMinutes: gate * 0.6,
  trueChip: trueGate + 2,
  trueGate,
  trueLow: 0,
});
const tried: Tried = {
  from: fx.at(30 * 86_400),
  to: fx.at(0),
  calls: 14_870,
  true: 302,
  before: tally(1210, 1),
  after: tally(2044, 4),
  newly: [1, 2, 3].map((i) => ({
    at: fx.at(86_400 * i),
    call: `n${i}`,
    before: "chip",
    after: "gate",
    outcome: i === 1 ? "valid_polres" : "iseng",
    true: i === 1,
  })),
  noMore: [],
};

const figures = (week: number, more: Partial<GateFigures> = {}): GateFigures => ({
  from: fx.at(86_400 * 7 * (week + 1)),
  to: fx.at(86_400 * 7 * week),
  calls: 210 - 9 * week,
  held: 180 - 9 * week,
  through: { key8: 30, speech: 12, silence_low_lane: 21, hung_up: 110, silent_help: 1 },
  escaped: { second_call: 8, open_incident: 2, known: 3 },
  sampled: 4,
  sampledTrue: 0,
  share: 0,
  lo: 0,
  hi: 0.49,
  heldTrue: 1,
  savedMinutes: 96,
  ...more,
});
const gate = (more: Partial<GateFigures> = {}): Gate => ({
  all: figures(0, {
    calls: 2110,
    held: 1890,
    sampled: 410,
    sampledTrue: 4,
    share: 4 / 410,
    lo: 0.004,
    hi: 0.025,
    savedMinutes: 1134,
    heldTrue: 7,
    ...more,
  }),
  weeks: [3, 2, 1, 0].map((w) => figures(w)),
});

const sheet = (more: Partial<Sheet> = {}): Sheet => ({
  office: "polda-kaltim",
  day: "2026-11-23",
  ...fx.board.today,
  waitMaxMs: 31_000,
  ended: 484,
  live: 5,
  balanced: true,
  unbalanced: [],
  ...more,
});

const prank = (i: number, count: number, more: Partial<PrankNumber> = {}): PrankNumber => ({
  number: `+62812345670${i}`,
  numberText: `0812-3456-70${i}`,
  withheld: false,
  count,
  kinds: { anak_anak: count - 1, laporan_palsu: 1 },
  calls: Array.from({ length: count }, (_, k) => `k${i}${k}`),
  first: fx.at(7 * 3600),
  last: fx.at(600 * i),
  talkMs: count * 41_000,
  ...more,
});
const pranks = [prank(1, 7), prank(2, 4), prank(3, 2), prank(4, 2, { number: "", numberText: "", withheld: true })];
const time = { span: "8" as const, from: fx.at(8 * 3600), to: fx.at(0) };

const theNumbers =
  (l: Listing<Standing[]>, first: Standing | null = null) =>
  () => <NumbersView list={l} level="chip" onLevel={nothing} first={first} />;
const thePranks = (l: Listing<PrankNumber[]>) => () => <PranksView list={l} time={time} onSpan={nothing} />;
const theSheet = (l: Listing<Sheet>) => () => <SheetView sheet={l} day="2026-11-23" onDay={nothing} />;

export const siftScenes: Record<string, Scene> = {
  "numbers-list": { desk: supervisor, show: theNumbers(listing(numbers), numbers[0]!) },
  "numbers-notice": {
    desk: supervisor,
    show: () => (
      <>
        {theNumbers(listing(numbers), numbers[1]!)()}
        <NoticeDialog of={numbers[1]!} text={noticeText} onClose={nothing} onDone={nothing} />
      </>
    ),
  },
  "numbers-empty": { desk: supervisor, show: theNumbers(listing([] as Standing[])) },
  "numbers-loading": { desk: supervisor, show: theNumbers(listing<Standing[]>(undefined)) },
  "numbers-error": { desk: supervisor, show: theNumbers(listing<Standing[]>(undefined, broken)) },
  "numbers-noright": { desk: { ...chief, session: fx.poldaSession }, show: () => <NotYours /> },
  "weights-form": { desk: chief, show: () => <WeightsView query={listing({ rev: 3, weights })} /> },
  "weights-tried": { desk: chief, show: () => <WeightsView query={listing({ rev: 3, weights })} tried={tried} /> },
  "weights-wrong": {
    desk: chief,
    show: () => (
      <WeightsView
        query={listing({ rev: 3, weights: { ...weights, chip: 9 } })}
        wrong={{ chip: "tanda (9) harus datang sebelum gerbang (8)" }}
      />
    ),
  },
  "weights-supervisor": { desk: supervisor, show: () => <WeightsView query={listing({ rev: 3, weights })} /> },
  "gate-figures": { desk: chief, show: () => <GateView gate={listing(gate())} /> },
  "gate-few": {
    desk: chief,
    show: () => <GateView gate={listing(gate({ sampled: 21, sampledTrue: 0, share: 0, lo: 0, hi: 0.155 }))} />,
  },
  "gate-bad": {
    desk: chief,
    show: () => <GateView gate={listing(gate({ sampled: 90, sampledTrue: 14, share: 0.156, lo: 0.09, hi: 0.25 }))} />,
  },
  "gate-empty": { desk: chief, show: () => <GateView gate={listing(gate({ calls: 0 }))} /> },
  "gate-loading": { desk: chief, show: () => <GateView gate={listing<Gate>(undefined)} /> },
  "gate-error": { desk: chief, show: () => <GateView gate={listing<Gate>(undefined, broken)} /> },
  "sheet-balanced": { desk: supervisor, show: theSheet(listing(sheet())) },
  "sheet-unbalanced": {
    desk: supervisor,
    show: theSheet(listing(sheet({ balanced: false, ended: 483, unbalanced: [{ call: "c913", began: 1, ended: 0 }] }))),
  },
  "sheet-empty": { desk: supervisor, show: theSheet(listing(sheet({ in: 0 }))) },
  "sheet-error": { desk: supervisor, show: theSheet(listing<Sheet>(undefined, broken)) },
  "pranks-list": { desk: supervisor, show: thePranks(listing(pranks)) },
  "pranks-empty": { desk: supervisor, show: thePranks(listing([] as PrankNumber[])) },
  "pranks-loading": { desk: supervisor, show: thePranks(listing<PrankNumber[]>(undefined)) },
  "pranks-error": { desk: supervisor, show: thePranks(listing<PrankNumber[]>(undefined, broken)) },
};
