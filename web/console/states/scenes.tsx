// Every screen in every state, from fixtures. The names are the `s` of /states?s=…
import { type ReactNode, useState } from "react";
import { ApiError } from "../api/client";
import type { CallPage, CallRow, Incident, LiveCall, Person, Session } from "../api/types";
import type { Acts } from "../desk/acts";
import type { Desk } from "../desk/desk";
import { Callbacks } from "../parts/callbacks";
import { InviteDialog } from "../parts/guests";
import type { Listing } from "../parts/list";
import { OfficePicker } from "../parts/office-picker";
import { OutcomePicker } from "../parts/outcomes";
import { PaperDialog } from "../parts/paper-dialog";
import { phoneOff } from "../phone/line";
import { CallsView } from "../screens/calls";
import { ChooseSeat, Moved, SoundCheck } from "../screens/duty";
import { IncidentsView } from "../screens/incidents";
import { PeopleView } from "../screens/people";
import { PoldaConsole } from "../screens/polda";
import { PolresConsole } from "../screens/polres";
import { SettingsView } from "../screens/settings";
import { ChangePassword, SignIn } from "../screens/signin";
import { WallboardView } from "../screens/wallboard";
import { boardScenes } from "./board-scenes";
import * as fx from "./fixtures";
import { patrolScenes } from "./patrol-scenes";
import { poldaScenes } from "./polda-scenes";
import { rosterScenes } from "./roster-scenes";
import { siftScenes } from "./sift-scenes";

export interface Scene {
  desk?: Partial<Desk>;
  acts?: Partial<Acts>;
  incident?: Incident;
  notice?: string;
  age?: number;
  show: () => ReactNode;
}

const nothing = () => {};
const up = { ...phoneOff, line: "up" as const };
const talking = { ...up, mic: true };

const polda = (
  call: LiveCall | undefined,
  more: Partial<Parameters<typeof fx.live>[0]> = {},
  desk: Partial<Desk> = {},
): Partial<Desk> => ({
  live: fx.live({ call, state: call ? "TALKING" : "READY", ...more }),
  phone: call ? talking : up,
  seat: fx.poldaSeat,
  session: fx.poldaSession,
  ...desk,
});
const polres = (call: LiveCall | undefined, more: Partial<Parameters<typeof fx.live>[0]> = {}): Partial<Desk> => ({
  ...polda(call, more),
  seat: fx.polresSeat,
  session: fx.polresSession,
});
const guest = (g: Partial<LiveCall["guests"][number]>): LiveCall["guests"][number] => ({
  n: 1,
  office: "",
  number: "",
  name: "",
  aside: false,
  in: false,
  seat: "",
  person: "",
  at: fx.at(10),
  until: fx.at(-9),
  ...g,
});
const consolePolda = () => <PoldaConsole />;
const consolePolres = () => <PolresConsole />;

const ringing = (kind: "queue" | "transfer", seat: string, urgent = false) =>
  fx.call({
    phase: kind === "queue" ? "OFFERED" : "TRANSFERRING",
    seat: kind === "queue" ? "" : fx.poldaSeat,
    firstRing: fx.at(kind === "queue" ? 3 : 133),
    urgent,
    incident: kind === "queue" ? "" : "i42",
    offers: [
      { n: 1, kind, piket: false, office: seat.split("/")[0]!, seat, person: "", at: fx.at(1), until: fx.at(-3.6) },
    ],
  });
/** A number with a past rings: what its chips look like at each level. */
const troubled = (level: "chip" | "gate" | "low"): LiveCall => {
  const ring = ringing("queue", fx.poldaSeat);
  const why = {
    chip: [{ id: "1 kali iseng, 20 Sep", en: "1 prank, 20 Sep" }],
    gate: [
      { id: "3 kali iseng dalam 2 bulan, terakhir 12 Nov", en: "3 pranks in 2 months, last 12 Nov" },
      { id: "4 kali kosong dalam 3 minggu, terakhir 20 Nov", en: "4 empty calls in 3 weeks, last 20 Nov" },
    ],
    low: [
      { id: "2 kali laporan palsu dalam 3 minggu, terakhir 20 Nov", en: "2 false reports in 3 weeks, last 20 Nov" },
      { id: "6 kali iseng dalam 2 bulan, terakhir 22 Nov", en: "6 pranks in 2 months, last 22 Nov" },
    ],
  }[level];
  const open =
    level === "chip" ? [{ id: "i42", no: "KALTIM/2026/11/23/0042", kind: "curas", office: "polresta-balikpapan" }] : [];
  return {
    ...ring,
    low: level === "low",
    place: null,
    history: { ...ring.history, level, why, open, danger: level === "chip", calls: 9 },
  };
};
const draft = fx.incident({ no: "", state: "DRAFT", office: "polda-kaltim", sentAt: null, acceptBy: null });
const draftCard = fx.card({ no: "", state: "DRAFT", office: "polda-kaltim", sentAt: null, acceptBy: null });
const offers = ["Dwi", "Hasan", "Lestari"].map((_, i) => ({
  n: i + 1,
  kind: "transfer" as const,
  piket: false,
  office: "polresta-balikpapan",
  seat: `polresta-balikpapan/${i + 1}`,
  person: "",
  at: fx.at(1.7),
  until: fx.at(-2.3),
}));
const back = (chip: (typeof fx.chips)[number]) =>
  fx.call({ chip, chipOffice: "polresta-balikpapan", sent: ["polresta-balikpapan"], try: 1 });

const listing = <T,>(data: T | undefined, error: Error | null = null): Listing<T> =>
  ({ data, error, dataUpdatedAt: fx.moment, isFetching: false, refetch: nothing }) as unknown as Listing<T>;
const broken = new ApiError(500, { status: 500, code: "http_500", title: "", text: { id: "", en: "" } });
const forbidden = new ApiError(403, { status: 403, code: "not_allowed", title: "", text: { id: "", en: "" } });

const rows: CallRow[] = [0, 1, 2, 3].map((i) => ({
  id: `c${i}`,
  agency: "",
  answeredAt: fx.at(600 * i + 596),
  callback: "",
  callerName: "",
  chip: i === 0 ? "tidak_menjawab" : "",
  chipOffice: i === 0 ? "polresta-balikpapan" : "",
  endedAt: fx.at(600 * i + 400),
  firstRing: fx.at(600 * (i + 1)),
  incident: i === 0 ? "i42" : "",
  incidentNo: i === 0 ? "KALTIM/2026/11/23/0042" : "",
  number: "",
  numberText: `0812-3456-78${90 + i}`,
  office: "polda-kaltim",
  operator: "p-sari",
  operatorName: "Bripka Sari",
  outcome: ["ditutup_polda_diteruskan", "iseng", "kosong", "informasi"][i]!,
  polres: "",
  polresTalked: false,
  prank: i === 1 ? "anak_anak" : "",
  talkMs: 196_000 - i * 40_000,
  tape: i !== 2,
  tapeMs: 196_000,
  waitMs: 4000,
  withheld: false,
}));
const callPage: CallPage = {
  ...rows[0]!,
  tapeHash: "",
  tapeId: "t",
  timeline: [
    { at: fx.at(600), who: "", name: "", what: "dialled", text: "Panggilan masuk." },
    { at: fx.at(596), who: "p-sari", name: "Bripka Sari", what: "answered", text: "Dijawab di meja 2." },
    {
      at: fx.at(450),
      who: "p-sari",
      name: "Bripka Sari",
      what: "transferred",
      text: "Dialihkan ke Polresta Balikpapan.",
    },
    { at: fx.at(446), who: "", name: "", what: "taken_back", text: "Diambil kembali: tidak menjawab." },
  ],
};
const people: Person[] = [
  fx.poldaSession.person,
  { ...fx.poldaSession.person, id: "p2", name: "Budi", rank: "Briptu", user: "budi", role: "supervisor" },
  { ...fx.poldaSession.person, id: "p3", name: "Joko", rank: "Brigpol", user: "joko", active: false },
];

const incidentFilter = { state: "open" as const, q: "", office: "", limit: 50 };
const callFilter = { day: "2026-11-23", outcome: "", q: "", office: "", limit: 50 };
const incidents =
  (list: Listing<{ items: typeof fx.cards; next: string }>, one: Listing<Incident> | null = null) =>
  () => <IncidentsView list={list} one={one} id={one ? "i42" : ""} filter={incidentFilter} onFilter={nothing} />;
const calls =
  (list: Listing<{ items: CallRow[]; next: string }>, one: Listing<CallPage> | null = null) =>
  () => <CallsView list={list} one={one} id={one ? "c0" : ""} filter={callFilter} onFilter={nothing} />;
const page = (session: Session = fx.poldaSession): Partial<Desk> =>
  polda(undefined, {}, { session, ...(session === fx.poldaSession ? {} : { seat: "", phone: phoneOff }) });

function Asking({ asking }: { asking: "invalid" | "close" }) {
  const [open, set] = useState(true);
  return (
    <>
      <PoldaConsole />
      {open && <OutcomePicker call={fx.call()} asking={asking} onChoose={nothing} onCancel={() => set(false)} />}
    </>
  );
}

export const scenes: Record<string, Scene> = {
  signin: { show: () => <SignIn onSession={nothing} /> },
  "signin-error": {
    show: () => <SignIn onSession={nothing} first={{ error: "Nama pengguna atau kata sandi salah." }} />,
  },
  "signin-locked": { show: () => <SignIn onSession={nothing} first={{ lockedS: 287 }} /> },
  "signin-change": { show: () => <ChangePassword onDone={nothing} onOut={nothing} /> },
  "duty-seats": {
    desk: polda(undefined, {}, { seat: "", phone: phoneOff }),
    show: () => <ChooseSeat onStart={nothing} busy={false} error="" onOut={nothing} />,
  },
  "duty-nomic": {
    desk: polda(undefined, {}, { phone: { ...phoneOff, line: "no-mic" } }),
    show: () => <SoundCheck onReady={nothing} onAgain={nothing} onSkip={nothing} onOut={nothing} />,
  },
  "duty-check": {
    desk: polda(undefined),
    show: () => <SoundCheck onReady={nothing} onAgain={nothing} onSkip={nothing} onOut={nothing} />,
  },
  "duty-moved": {
    desk: polda(undefined),
    show: () => <Moved seat={fx.poldaSeat} elsewhere={false} onMove={nothing} onOut={nothing} />,
  },
  "console-idle": { desk: polda(undefined, { quiet: true }), show: consolePolda },
  "console-missed": { desk: polda(undefined, { state: "NOT_READY", reason: "tidak_menjawab" }), show: consolePolda },
  "console-ring": { desk: polda(ringing("queue", fx.poldaSeat), { state: "OFFERED", card: null }), show: consolePolda },
  "console-ring-priority": {
    desk: polda(ringing("queue", fx.poldaSeat, true), { state: "OFFERED", card: null }),
    show: consolePolda,
  },
  "console-ring-chip": { desk: polda(troubled("chip"), { state: "OFFERED", card: null }), show: consolePolda },
  "console-ring-gate": { desk: polda(troubled("gate"), { state: "OFFERED", card: null }), show: consolePolda },
  "console-ring-low": { desk: polda(troubled("low"), { state: "OFFERED", card: null }), show: consolePolda },
  "console-talk-gate": {
    desk: polda({ ...troubled("gate"), phase: "TALKING", seat: fx.poldaSeat, offers: [] }, { card: draftCard }),
    incident: draft,
    show: consolePolda,
  },
  "console-flood": {
    desk: polda(undefined, {}, { live: fx.flooded(fx.live({ state: "READY" })) }),
    show: consolePolda,
  },
  "console-agency": {
    desk: polda(fx.call(), { card: draftCard }),
    incident: draft,
    show: () => (
      <>
        <PoldaConsole />
        <OutcomePicker call={fx.call()} asking="invalid" first="agency" onChoose={nothing} onCancel={nothing} />
      </>
    ),
  },
  "console-silent": {
    desk: polda(fx.call({ silence: { ...fx.quiet, since: fx.at(9), prompted: 1, sound: "breath" } }), {
      card: draftCard,
    }),
    show: consolePolda,
  },
  "console-pocket": {
    desk: polda(
      fx.call({ silence: { ...fx.quiet, since: fx.at(32), prompted: 2, sound: "rustle", pocketAt: fx.at(4) } }),
      { card: draftCard },
    ),
    show: consolePolda,
  },
  "console-senyap": {
    desk: polda(
      fx.call({
        urgent: true,
        digits: "55",
        silence: { ...fx.quiet, prompted: 1, emergency: true, muted: true, sound: "breath" },
      }),
      { card: draftCard },
    ),
    show: consolePolda,
  },
  "console-talk": { desk: polda(fx.call(), { card: draftCard }), incident: draft, show: consolePolda },
  "console-filter": {
    desk: polda(fx.call(), { card: draftCard }),
    incident: draft,
    show: () => <Asking asking="invalid" />,
  },
  "console-close": {
    desk: polda(fx.call(), { card: draftCard }),
    incident: draft,
    show: () => <Asking asking="close" />,
  },
  "console-taken": { desk: polda(undefined), notice: "Sudah diambil Bripka Rina.", show: consolePolda },
  "console-guests": {
    desk: polda(
      fx.call({
        digits: "55",
        guests: [
          {
            n: 1,
            office: "",
            number: "113",
            name: "Pemadam 113",
            aside: false,
            in: true,
            seat: "",
            person: "",
            at: fx.at(20),
            until: fx.at(-5),
          },
          {
            n: 2,
            office: "polresta-balikpapan",
            number: "",
            name: "",
            aside: false,
            in: false,
            seat: "",
            person: "",
            at: fx.at(2),
            until: fx.at(-13),
          },
        ],
      }),
      { card: draftCard },
    ),
    incident: draft,
    show: consolePolda,
  },
  "console-hold": {
    desk: polda(fx.call({ onHold: true, trust: "claimed" }), { card: draftCard }),
    incident: draft,
    show: consolePolda,
  },
  "console-dialling": {
    desk: polda(
      fx.call({ phase: "DIALLING", answeredAt: null, outbound: { returns: "c7", incident: "", until: fx.at(-30) } }),
    ),
    show: consolePolda,
  },
  "console-invite": {
    desk: polda(fx.call(), { card: draftCard }),
    incident: draft,
    show: () => (
      <>
        <PoldaConsole />
        <InviteDialog call={fx.call()} onDone={nothing} />
      </>
    ),
  },
  "console-picker": {
    desk: polda(fx.call(), { card: draftCard }),
    incident: draft,
    show: () => (
      <>
        <PoldaConsole />
        <OfficePicker proposed="polresta-balikpapan" onPick={nothing} onCancel={nothing} />
      </>
    ),
  },
  "console-transfer-polda": {
    desk: polda(
      fx.call({
        phase: "TRANSFERRING",
        target: "polda-kalsel",
        targetUntil: fx.at(-2.3),
        offers: [
          {
            n: 1,
            kind: "transfer",
            piket: false,
            office: "polda-kalsel",
            seat: "polda-kalsel/1",
            person: "",
            at: fx.at(1.7),
            until: fx.at(-2.3),
          },
        ],
        sent: ["polda-kalsel"],
        try: 1,
      }),
      { state: "RESERVED", card: fx.card({ office: "polda-kalsel" }) },
    ),
    show: consolePolda,
  },
  "console-takeback-polda": {
    desk: polda(fx.call({ chip: "tidak_menjawab", chipOffice: "polda-kalsel", sent: ["polda-kalsel"], try: 1 }), {
      card: fx.card({ office: "polda-kalsel" }),
    }),
    incident: fx.incident({ office: "polda-kalsel" }),
    show: consolePolda,
  },
  "console-from-polda": {
    desk: polda(fx.call({ office: "polda-kalsel", sent: ["polda-kaltim"] }), {
      card: fx.card({
        origin: "polda-kalsel",
        office: "polda-kaltim",
        state: "ACCEPTED",
        acceptBy: null,
        acceptedAt: fx.at(9),
      }),
    }),
    incident: fx.incident({ origin: "polda-kalsel", office: "polda-kaltim", state: "ACCEPTED" }),
    show: consolePolda,
  },
  "console-as-guest": {
    desk: polda(
      fx.call({
        office: "polda-kalsel",
        seat: "polda-kalsel/1",
        incident: "",
        guests: [guest({ n: 1, office: "polda-kaltim", in: true, seat: fx.poldaSeat })],
      }),
    ),
    show: consolePolda,
  },
  "console-callbacks": {
    desk: {
      ...polda(undefined),
      live: {
        ...fx.live({}),
        owed: {
          c7: fx.owed({ first: true, outcome: "terputus_sistem", tries: 1 }),
          c8: fx.owed({ call: "c8", danger: true }),
          c9: fx.owed({ call: "c9", pranks: 3, numberText: "0813-0000-0009" }),
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
  "console-transfer": {
    desk: polda(
      fx.call({
        phase: "TRANSFERRING",
        target: "polresta-balikpapan",
        targetUntil: fx.at(-2.3),
        offers,
        sent: ["polresta-balikpapan"],
        try: 1,
      }),
      { state: "RESERVED" },
    ),
    show: consolePolda,
  },
  "console-leaving": {
    desk: polda(
      fx.call({
        seat: fx.polresSeat,
        leaving: { seat: fx.poldaSeat, until: fx.at(-3.4) },
        polresTalked: true,
        sent: ["polresta-balikpapan"],
      }),
      { card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(2) }) },
    ),
    show: consolePolda,
  },
  ...Object.fromEntries(
    fx.chips.map((chip) => [
      chip === "tidak_menjawab" ? "console-takeback" : `console-takeback-${chip}`,
      { desk: polda(back(chip)), show: consolePolda } satisfies Scene,
    ]),
  ),
  "console-takeback-escalated": {
    desk: polda(back("tidak_menjawab"), { card: fx.card({ acceptBy: fx.at(5), escalated: "chief" }) }),
    show: consolePolda,
  },
  "console-unfinished": {
    desk: polda(fx.call({ phase: "UNFINISHED", unfinishedUntil: fx.at(-44) }), { card: draftCard }),
    incident: draft,
    show: consolePolda,
  },
  "console-orphan": {
    desk: polda(
      fx.call({ phase: "ORPHAN", orphanUntil: fx.at(-3) }),
      { card: draftCard },
      { phone: { ...phoneOff, line: "lost" } },
    ),
    incident: draft,
    show: consolePolda,
  },
  "console-lost-line": { desk: polda(undefined, {}, { phone: { ...phoneOff, line: "lost" } }), show: consolePolda },
  "console-blocked": { desk: polda(undefined, {}, { phone: { ...up, blocked: true } }), show: consolePolda },
  "console-muted": {
    desk: polda(fx.call(), { card: draftCard }, { phone: { ...talking, muted: true } }),
    incident: draft,
    show: consolePolda,
  },
  "console-wrapup": { desk: polda(undefined, { state: "WRAP_UP" }), show: consolePolda },
  "console-stale": { desk: polda(undefined), age: 12_000, show: consolePolda },
  "polres-idle": { desk: polres(undefined, { card: null, quiet: true }), show: consolePolres },
  "polres-offer": { desk: polres(ringing("transfer", fx.polresSeat), { state: "OFFERED" }), show: consolePolres },
  "polres-talk": {
    desk: polres(
      fx.call({ seat: fx.polresSeat, leaving: { seat: fx.poldaSeat, until: fx.at(-3) }, polresTalked: true }),
      { card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(2) }) },
    ),
    incident: fx.incident({ state: "ACCEPTED" }),
    show: consolePolres,
  },
  "polres-hold": {
    desk: polres(fx.call({ seat: fx.polresSeat, polresTalked: true, onHold: true }), {
      card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(20) }),
    }),
    incident: fx.incident({ state: "ACCEPTED" }),
    show: consolePolres,
  },
  "polres-guests": {
    desk: polres(
      fx.call({
        seat: fx.polresSeat,
        polresTalked: true,
        guests: [
          guest({ n: 1, number: "119", name: "Ambulans 119", in: true }),
          guest({ n: 2, number: "+62811220033", name: "", aside: true, in: true }),
          guest({ n: 3, office: "polda-kaltim" }),
        ],
      }),
      { card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(20) }) },
    ),
    incident: fx.incident({ state: "ACCEPTED" }),
    show: consolePolres,
  },
  "polres-invite": {
    desk: polres(fx.call({ seat: fx.polresSeat, polresTalked: true }), {
      card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(20) }),
    }),
    incident: fx.incident({ state: "ACCEPTED" }),
    show: () => (
      <>
        <PolresConsole />
        <InviteDialog call={fx.call({ seat: fx.polresSeat })} onDone={nothing} />
      </>
    ),
  },
  "polres-asked-in": {
    desk: polres(
      fx.call({
        guests: [guest({ n: 1, office: "polresta-balikpapan", aside: true })],
        offers: [
          {
            n: 4,
            kind: "guest",
            piket: false,
            office: "polresta-balikpapan",
            seat: fx.polresSeat,
            person: "",
            at: fx.at(1),
            until: fx.at(-14),
          },
        ],
      }),
      { state: "OFFERED", card: null },
    ),
    show: consolePolres,
  },
  "polres-as-guest": {
    desk: polres(
      fx.call({ guests: [guest({ n: 1, office: "polresta-balikpapan", in: true, aside: true, seat: fx.polresSeat })] }),
      { card: null },
    ),
    show: consolePolres,
  },
  "polres-left-alone": {
    desk: polres(
      fx.call({
        seat: "",
        given: 1,
        guests: [guest({ n: 1, office: "polresta-balikpapan", in: true, seat: fx.polresSeat })],
      }),
      { card: null },
    ),
    show: consolePolres,
  },
  "polres-dialling": {
    desk: polres(
      fx.call({
        office: "polresta-balikpapan",
        phase: "DIALLING",
        seat: fx.polresSeat,
        answeredAt: null,
        outbound: { returns: "", incident: "i42", until: fx.at(-30) },
      }),
      { card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(20) }) },
    ),
    incident: fx.incident({ state: "ACCEPTED" }),
    show: consolePolres,
  },
  "polres-call-out": {
    desk: polres(undefined, { card: null, quiet: true }),
    show: () => (
      <>
        <PolresConsole />
        <Callbacks onClose={nothing} />
      </>
    ),
  },
  "polres-incident": { desk: polres(undefined), show: consolePolres },
  "polres-accepted": {
    desk: polres(undefined, {
      card: fx.card({ state: "ACCEPTED", acceptBy: null, acceptedAt: fx.at(8), firstRing: fx.at(1500) }),
    }),
    incident: fx.incident({ state: "ACCEPTED" }),
    show: consolePolres,
  },
  "incidents-list": { desk: page(), show: incidents(listing({ items: fx.cards, next: "x" }), listing(fx.incident())) },
  "incidents-paper": {
    desk: page(),
    show: () => (
      <>
        {incidents(listing({ items: fx.cards, next: "" }))()}
        <PaperDialog onClose={nothing} onDone={nothing} />
      </>
    ),
  },
  "incidents-empty": { desk: page(), show: incidents(listing({ items: [] as typeof fx.cards, next: "" })) },
  "incidents-loading": { desk: page(), show: incidents(listing<{ items: typeof fx.cards; next: string }>(undefined)) },
  "incidents-error": {
    desk: page(),
    show: incidents(listing<{ items: typeof fx.cards; next: string }>(undefined, broken)),
  },
  "incidents-noright": {
    desk: page(),
    show: incidents(listing<{ items: typeof fx.cards; next: string }>(undefined, forbidden)),
  },
  "incidents-stale": { desk: page(), age: 72_000, show: incidents(listing({ items: fx.cards, next: "" })) },
  "calls-list": { desk: page(), show: calls(listing({ items: rows, next: "" }), listing(callPage)) },
  "calls-empty": { desk: page(), show: calls(listing({ items: [] as CallRow[], next: "" })) },
  "calls-loading": { desk: page(), show: calls(listing<{ items: CallRow[]; next: string }>(undefined)) },
  "calls-error": { desk: page(), show: calls(listing<{ items: CallRow[]; next: string }>(undefined, broken)) },
  "calls-noright": { desk: page(), show: calls(listing<{ items: CallRow[]; next: string }>(undefined, forbidden)) },
  "calls-stale": { desk: page(), age: 72_000, show: calls(listing({ items: rows, next: "" })) },
  "people-list": {
    desk: page(fx.poldaAdmin),
    show: () => <PeopleView list={listing(people)} office="" onOffice={nothing} />,
  },
  "people-empty": {
    desk: page(fx.poldaAdmin),
    show: () => <PeopleView list={listing([] as Person[])} office="" onOffice={nothing} />,
  },
  "people-noright": {
    desk: page(),
    show: () => <PeopleView list={listing<Person[]>(undefined, forbidden)} office="" onOffice={nothing} />,
  },
  settings: {
    desk: page(fx.poldaChief),
    show: () => (
      <SettingsView
        query={listing({
          tOfferMs: 5000,
          tLevelMs: 10000,
          tTransferMs: 4000,
          tOrphanMs: 5000,
          tUnfinishedMs: 60000,
          tWrapMs: 20000,
          tLeaveMs: 5000,
          tPiketMs: 15000,
          tSilentMs: 8000,
          piket: "+62542421110",
          blind: false,
        })}
      />
    ),
  },
  ...patrolScenes,
  ...poldaScenes,
  ...rosterScenes,
  ...boardScenes,
  ...siftScenes,
  wallboard: { show: () => <WallboardView board={fx.board} now={fx.moment} age={1000} zone="Asia/Makassar" /> },
  "wallboard-flood": {
    show: () => (
      <WallboardView board={{ ...fx.board, shields: fx.shields }} now={fx.moment} age={1000} zone="Asia/Makassar" />
    ),
  },
  "wallboard-stale": {
    show: () => <WallboardView board={fx.board} now={fx.moment} age={94_000} zone="Asia/Makassar" />,
  },
};
