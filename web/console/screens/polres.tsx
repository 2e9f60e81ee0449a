// The Polres console: the transferred call on the left, the incident with the largest clock in the middle, all open
// incidents on the right, those that nobody accepted first.
import { useEffect, useRef, useState } from "react";
import type { Closing, IncidentCard, LiveCall } from "../api/types";
import { nameOfSeat, officeName, officeOfSeat, useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useReport } from "../desk/use-report";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { type Moment, momentOf, openIncidents } from "../live/live";
import { Act } from "../parts/bits";
import { KeysBar } from "../parts/bottom";
import { CallPanel } from "../parts/call-panel";
import { CallReporter } from "../parts/call-reporter";
import { Callbacks } from "../parts/callbacks";
import { EndDialog } from "../parts/end-dialog";
import { ReportForm, Saved } from "../parts/form";
import { GuestActs, Guests, useHolding } from "../parts/guests";
import { OutcomePicker } from "../parts/outcomes";
import { shortNumber } from "../words/digits";
import { clock, left, timeOfDay } from "../words/time";
import { Frame, OrphanBar, SeatActs } from "./frame";

export function PolresConsole() {
  const t = useTexts();
  const desk = useDesk();
  const { live, seat, session } = desk;
  const moment = momentOf(live, seat);
  const call = moment.kind === "idle" || moment.kind === "ring" ? null : moment.call;
  const open = openIncidents(live).filter((i) => i.office === session.office.id);
  const [chosen, choose] = useState("");
  const list = open.map((i) => i.id);
  // One who was only asked in works on the own incidents: the caller's is another office's.
  const ofCall = moment.kind === "guest" ? "" : call?.incident || call?.outbound?.incident || "";
  const current = ofCall || (live.incidents[chosen] ? chosen : (list[0] ?? ""));
  const step = (by: number) => {
    const at = list.indexOf(current);
    const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
    if (next) choose(next);
  };
  const [phoning, phone] = useState(false);
  useKeys({ up: () => step(-1), down: () => step(1), callbacks: () => phone(true) });

  // A report that just came is heard, also when no call comes with it.
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const fresh = known.current && list.some((id) => !known.current?.has(id));
    known.current = new Set(list);
    if (fresh && !desk.frozen) desk.sound.play("report");
  });

  const keys = [
    ["/", t.keys.command],
    ["↑↓", t.keys.incident],
    ["F2", t.keys.answer],
    ["A", t.keys.accept],
    ["N", t.keys.note],
    ["P", t.keys.dial],
    ["H", t.keys.hold],
    ["F7", t.keys.invite],
    ["F9", t.keys.close],
    ["B", t.keys.phone],
    ["?", t.keys.help],
  ] as const;
  return (
    <Frame look="polres">
      {call && moment.kind !== "idle" && moment.kind !== "ring" ? (
        <Talk key={call.id} call={call} moment={moment} />
      ) : (
        <CallPanel call={null}>
          <SeatActs />
          <Act className="wide" hint="B" testid="open-callbacks" onClick={() => phone(true)}>
            {t.callbacks.phone}
          </Act>
        </CallPanel>
      )}
      {phoning && <Callbacks onClose={() => phone(false)} />}
      {current ? (
        <IncidentPanel
          key={current}
          id={current}
          call={call}
          unfinished={moment.kind === "unfinished"}
          orphan={moment.kind === "orphan"}
        />
      ) : (
        <section className="form" id="panel-2">
          <div className="empty">
            <span className="sign" aria-hidden="true">
              ✓
            </span>
            <b>{t.polres.none}</b>
            {t.polres.noneHint}
          </div>
        </section>
      )}
      <section className="side one" id="panel-3" tabIndex={-1} aria-label={t.polres.incidents}>
        <div className="box">
          <h2>
            {t.polres.incidents} <span className="num">{open.length}</span>
          </h2>
        </div>
        <div className="scroll flat">
          {open.map((i) => (
            <Job key={i.id} card={i} on={i.id === current} onOpen={() => choose(i.id)} />
          ))}
        </div>
      </section>
      <KeysBar keys={keys} />
    </Frame>
  );
}

type TalkMoment = Exclude<Moment, { kind: "idle" | "ring" }>;

function Talk({ call, moment }: { call: LiveCall; moment: TalkMoment }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const { kind } = moment;
  const has = kind === "talk" || kind === "back"; // the caller is ours: to hold, and to ask others in
  const holding = useHolding(call, has && call.given === 0);
  const close = () =>
    void run(() => desk.acts.closeCall(call.id, call.polresTalked ? { outcome: "valid_polres" } : {}));
  const closes = has || kind === "leaving" || kind === "dialling";
  // F9 closes the talk first; the incident stays open and is closed by F9 when the talk is over.
  useKeys(closes ? { close } : kind === "unfinished" ? {} : { close: () => {} });
  return (
    <CallPanel call={call} others={<Guests call={call} mine={has} />}>
      {call.leaving && call.leaving.seat !== desk.seat && (
        <p className="wide good">
          ● {t.polres.talkWith(officeName(desk, officeOfSeat(call.leaving.seat)))} {nameOfSeat(desk, call.leaving.seat)}
        </p>
      )}
      {kind === "guest" && <GuestActs call={call} n={moment.n} />}
      {closes && (
        <Act look={kind === "dialling" ? "bad" : "main"} className="wide" hint="F9" testid="close" onClick={close}>
          {kind === "dialling" ? t.call.stopDialling : t.call.closePolres}
        </Act>
      )}
      {has && (
        <>
          <Act hint="H" aria-pressed={call.onHold} testid="hold" onClick={holding.hold}>
            {call.onHold ? t.call.unhold : t.call.hold}
          </Act>
          <Act hint="F7" testid="ask-in" onClick={holding.ask}>
            {t.call.invite}
          </Act>
        </>
      )}
      {holding.dialog}
    </CallPanel>
  );
}

function Job({ card, on, onOpen }: { card: IncidentCard; on: boolean; onOpen: () => void }) {
  const t = useTexts();
  const { kinds } = useDesk();
  const now = useNow(500);
  const kind = kinds.find((k) => k.code === card.kind);
  const waits = card.state === "SENT";
  const rest = card.acceptBy ? Date.parse(card.acceptBy) - now : 0;
  const age = now - Date.parse(card.firstRing);
  const look = waits ? (rest <= 0 || card.escalated ? "late" : "soon") : age > 600_000 ? "late" : "";
  return (
    <button
      type="button"
      className={`job ${on ? "on" : ""}`}
      aria-pressed={on}
      onClick={onOpen}
      data-testid={`job-${card.id}`}
    >
      <span className={`t num ${look}`}>{waits && rest > 0 ? left(rest) : clock(age)}</span>
      <b>
        {kind ? (t.lang === "en" ? kind.en : kind.id) : card.kind || t.polres.noKind} · P{card.priority}
      </b>
      <span className="dim num">{shortNumber(card.no)}</span>
      <span className="dim w">
        {card.place || t.polres.noPlace}
        {waits && (
          <span className={rest <= 0 ? "alarm" : "warned"}>
            {" "}
            ·{" "}
            {card.escalated
              ? `⚠ ${t.polres.escalated(t.levels[card.escalated])}`
              : rest <= 0
                ? `⚠ ${t.polres.overdue}`
                : `▲ ${t.side.notAccepted}`}
          </span>
        )}
        {card.unsure && ` · ${t.polres.unsure}`}
      </span>
    </button>
  );
}

function IncidentPanel({
  id,
  call,
  unfinished,
  orphan,
}: {
  id: string;
  call: LiveCall | null;
  unfinished: boolean;
  orphan: boolean;
}) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const report = useReport(null, id);
  const [ending, end] = useState(false);
  const card = desk.live.incidents[id] ?? report.full;
  const mine = card?.office === desk.session.office.id;
  const canAccept = mine && card?.state === "SENT";
  const canEnd = mine && card?.state === "ACCEPTED" && !call;
  const accept = () => void run(() => desk.acts.accept(id));
  useKeys({
    ...(canAccept ? { accept } : {}),
    ...(canEnd ? { close: () => end(true) } : {}),
    note: () => document.getElementById("field-note")?.focus(),
  });
  if (!card) return <section className="form" aria-busy="true" />;
  const closeCall = (c: Closing) => call && void run(() => desk.acts.closeCall(call.id, c));
  const top = (
    <>
      {unfinished && call && <OutcomePicker call={call} asking="unfinished" onChoose={closeCall} onCancel={() => {}} />}
      {orphan && call && <OrphanBar call={call} />}
      {!unfinished && <Clocks card={card} />}
      {!unfinished && <Track card={card} />}
    </>
  );
  const foot = (canAccept || canEnd) && (
    <div className="decide">
      <Act hint="N" onClick={() => document.getElementById("field-note")?.focus()}>
        {t.polres.note}
      </Act>
      {!call && <CallReporter id={id} number={report.report.reporterNumber} danger={card.danger} />}
      {canAccept ? (
        <Act look="main" hint="A" testid="accept" onClick={accept}>
          {t.polres.accept}
        </Act>
      ) : (
        <Act look="main" hint="F9" testid="incident-close" onClick={() => end(true)}>
          {t.polres.close}
        </Act>
      )}
    </div>
  );
  return (
    <>
      <ReportForm
        report={report}
        no={card.no}
        disabled={card.state === "CLOSED"}
        top={top}
        foot={foot}
        head={
          <div className="ttl">
            <h2>{t.polres.incidents}</h2>
            <span className="no num" data-testid="report-no">
              {card.no || t.form.draft}
            </span>
            <span className="chip warn">P{card.priority}</span>
            {card.unsure && <span className="chip warn">{t.polres.unsure}</span>}
            {report.report.protect && <span className="chip">{t.polres.protected}</span>}
            {card.danger && <span className="chip bad">▲ {t.form.dangers.danger}</span>}
            <Saved report={report} />
          </div>
        }
      />
      {ending && <EndDialog id={id} onClose={() => end(false)} flush={report.flush} />}
    </>
  );
}

/** Two honest clocks: from the first ring, and from the moment the place was known. */
function Clocks({ card }: { card: IncidentCard }) {
  const t = useTexts();
  const now = useNow(250);
  const rest = card.acceptBy ? Date.parse(card.acceptBy) - now : 0;
  return (
    <div className="big-clock">
      <div>
        <div className="v num" data-testid="clock-ring">
          {clock((card.closedAt ? Date.parse(card.closedAt) : now) - Date.parse(card.firstRing))}
        </div>
        <span className="dim">{t.polres.fromRing}</span>
        {card.state === "SENT" && (
          <span className={rest > 0 ? "warned" : "alarm"} data-testid="accept-left">
            {" · "}
            {rest > 0 ? (
              <>
                {t.polres.acceptIn} <b className="num">{left(rest)}</b>
              </>
            ) : (
              `⚠ ${t.polres.overdue}`
            )}
            {card.escalated && ` · ${t.polres.escalated(t.levels[card.escalated])}`}
          </span>
        )}
      </div>
      <div className="second">
        <div className="num">{card.placeKnownAt ? clock(now - Date.parse(card.placeKnownAt)) : "–"}</div>
        <span className="dim">{card.placeKnownAt ? t.polres.fromPlace : t.polres.noPlace}</span>
      </div>
    </div>
  );
}

function Track({ card }: { card: IncidentCard }) {
  const t = useTexts();
  const { session } = useDesk();
  const steps: [string, string | null][] = [
    [t.polres.steps.ring, card.firstRing],
    [t.polres.steps.sent, card.sentAt],
    [t.polres.steps.accepted, card.acceptedAt],
    [t.polres.steps.closed, card.closedAt],
  ];
  const next = steps.findIndex(([, at]) => !at);
  return (
    <div className="track">
      {steps.map(([name, at], i) => (
        <div key={name} className={at ? "did" : i === next ? "now" : ""}>
          {at ? "✓ " : i === next ? "… " : ""}
          {name}
          <br />
          <span className="num">{at ? timeOfDay(Date.parse(at), session.office.zone) : "–"}</span>
        </div>
      ))}
    </div>
  );
}
