// The Polda's console: one call from the ring to its outcome.
import { useEffect, useMemo, useRef, useState } from "react";
import type { Closing, LiveCall } from "../api/types";
import { officeName, officeOf, targets, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useReport } from "../desk/use-report";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { type Moment, momentOf } from "../live/live";
import { Act, Until } from "../parts/bits";
import { Bottom, KeysBar } from "../parts/bottom";
import { CallPanel } from "../parts/call-panel";
import { Callbacks } from "../parts/callbacks";
import { ReportForm } from "../parts/form";
import { GuestActs, Guests, useHolding } from "../parts/guests";
import { OfficePicker } from "../parts/office-picker";
import { OutcomePicker } from "../parts/outcomes";
import { LeavingBar, Sayings, TransferBar } from "../parts/say";
import { Side } from "../parts/side";
import { go } from "../router";
import { proposeOffice } from "../words/match";
import { Frame, OrphanBar, SeatActs } from "./frame";

export function PoldaConsole() {
  const t = useTexts();
  const { live, seat } = useDesk();
  const moment = momentOf(live, seat);
  const open = (id: string) => go(`/laporan/${id}`);
  const [owing, owe] = useState(false);
  useKeys({ callbacks: () => owe(true) });
  const keys = [
    ["/", t.keys.command],
    ["F2", t.keys.answer],
    ["F3", t.keys.invalid],
    ["F4", t.keys.transfer],
    ["F6", t.keys.leave],
    ["F7", t.keys.invite],
    ["H", t.keys.hold],
    ["F8", t.keys.takeBack],
    ["F9", t.keys.close],
    ["B", t.keys.callbacks],
    ["R", t.polda.standing.key],
    ["?", t.keys.help],
  ] as const;
  return (
    <Frame>
      {moment.kind === "idle" || moment.kind === "ring" ? (
        <>
          <CallPanel call={null}>
            <SeatActs />
          </CallPanel>
          <section className="form" id="panel-2" aria-label={t.form.title}>
            <div className="ttl">
              <h2>{t.form.title}</h2>
            </div>
            <p className="dim">{t.form.empty}</p>
          </section>
          <Side proposed="" openOf={[]} onIncident={open} />
        </>
      ) : moment.kind === "guest" ? (
        <>
          <CallPanel call={moment.call} others={<Guests call={moment.call} mine={false} />}>
            <GuestActs call={moment.call} n={moment.n} />
          </CallPanel>
          <section className="form" id="panel-2" aria-label={t.form.title}>
            <div className="ttl">
              <h2>{t.form.title}</h2>
            </div>
            <p className="dim">{t.guests.noForm}</p>
          </section>
          <Side proposed="" openOf={[]} onIncident={open} />
        </>
      ) : (
        <Talk key={moment.call.id} moment={moment} onIncident={open} />
      )}
      <Bottom onCallbacks={() => owe(true)} />
      {owing && <Callbacks onClose={() => owe(false)} />}
      <KeysBar keys={keys} />
    </Frame>
  );
}

type TalkMoment = Exclude<Moment, { kind: "idle" | "ring" | "guest" }>;

function Talk({ moment, onIncident }: { moment: TalkMoment; onIncident: (id: string) => void }) {
  const { call } = moment;
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const report = useReport(call, call.incident);
  const [asking, ask] = useState<"" | "invalid" | "close">("");
  const [picking, pick] = useState(false);
  const offices = useMemo(() => targets(desk.session), [desk.session]);
  const guess = proposeOffice(report.report.place, offices)?.id ?? "";
  // Without any word of the place: where the number, or its last report, belongs.
  const unplaced = report.report.place.trim() === "" && offices.some((o) => o.id === call.history.likely);
  const proposed = report.report.office || guess || (unplaced ? call.history.likely : "");
  const sent = call.sent.length > 0;
  const canFilter = (moment.kind === "talk" || moment.kind === "back") && call.given === 0;
  const holding = useHolding(call, canFilter);
  const live = canFilter || moment.kind === "transfer";

  const transfer = async (office: string) => {
    pick(false);
    if (report.report.office !== office) report.type({ office });
    // The Polres must see the last key, but a slow way must not hold the call back.
    await Promise.race([report.flush(), new Promise((done) => setTimeout(done, 500))]);
    void report.settle();
    await run<unknown>(() =>
      moment.kind === "unfinished"
        ? desk.acts.send(report.incident || call.incident, office)
        : desk.acts.transfer(call.id, office),
    );
  };
  const close = async (closing: Closing) => {
    ask("");
    await Promise.race([report.flush(), new Promise((done) => setTimeout(done, 500))]);
    void report.settle();
    await run(() => desk.acts.closeCall(call.id, closing));
  };
  // Another Polda passed the caller on to us: it counts there, as passed on.
  const theirs = call.office !== desk.session.office.id;
  const onClose = () => {
    if (theirs && live) return void close({});
    if (moment.kind === "leaving" || (call.polresTalked && live))
      return void close(call.polresTalked ? { outcome: "valid_polres" } : {});
    if (moment.kind === "back" && sent) return void close({ outcome: "ditutup_polda_diteruskan" });
    if (call.outbound) return void close({});
    if (live) ask("close");
  };
  const again = () => {
    const to = moment.kind === "back" ? report.report.office || call.chipOffice : proposed;
    if (to) void transfer(to);
    else pick(true);
  };
  const back = () => void run(() => desk.acts.takeBack(call.id));
  const leave = () => void run(() => desk.acts.leave(call.id));
  const canSend = canFilter || moment.kind === "unfinished";
  useKeys({
    ...(canFilter && !theirs ? { invalid: () => ask("invalid") } : {}),
    ...(canSend ? { transfer: again, "transfer-other": () => pick(true) } : {}),
    ...(moment.kind === "transfer" ? { "take-back": back } : {}),
    ...(moment.kind === "leaving" ? { leave } : {}),
    ...(moment.kind !== "unfinished" ? { close: onClose } : {}),
    note: () => document.getElementById("field-note")?.focus(),
  });
  // The caller hung up or the call went on elsewhere while a question was open: the question is over.
  const kind = moment.kind;
  const before = useRef(kind);
  useEffect(() => {
    if (before.current !== kind) {
      ask("");
      pick(false);
    }
    if (before.current !== kind && kind === "back") desk.sound.play("back");
    before.current = kind;
  }, [kind, desk.sound]);

  const no = report.full?.no || desk.live.incidents[call.incident]?.no || "";
  const name = (id: string) => officeOf(desk.session, id)?.name ?? officeName(desk, id);
  const top =
    moment.kind === "transfer" ? (
      <TransferBar call={call} />
    ) : moment.kind === "leaving" ? (
      <LeavingBar call={call} until={moment.until} />
    ) : moment.kind === "back" ? (
      <Sayings call={call} no={no} reporter={report.report.reporter} />
    ) : moment.kind === "orphan" ? (
      <OrphanBar call={call} />
    ) : moment.kind === "unfinished" ? (
      <OutcomePicker call={call} asking="unfinished" onChoose={(c) => void close(c)} onCancel={() => {}} />
    ) : null;
  const foot =
    moment.kind === "talk" ? (
      <div className="decide">
        {theirs ? (
          <span className="dim">{t.decide.theirs(name(call.office))}</span>
        ) : (
          <Act hint="F3" testid="invalid" onClick={() => ask("invalid")}>
            {t.decide.invalid}
          </Act>
        )}
        <Act look="main" hint="F4" testid="transfer" onClick={again}>
          <span className="cut">{proposed ? t.decide.valid(name(proposed)) : t.decide.choose}</span>
        </Act>
      </div>
    ) : null;
  return (
    <>
      <CallPanel call={call} others={<Guests call={call} mine={canFilter} />}>
        <TalkActs
          moment={moment}
          sent={sent}
          call={call}
          onClose={onClose}
          onBack={back}
          onLeave={leave}
          onAgain={again}
          onOther={() => pick(true)}
          onHold={holding.hold}
          onInvite={holding.ask}
        />
      </CallPanel>
      {holding.dialog}
      <ReportForm report={report} no={no} top={top} foot={foot} disabled={moment.kind === "leaving" && !report.full} />
      <Side
        proposed={proposed}
        openOf={call.history.open}
        onPick={canSend ? (office) => report.type({ office }) : undefined}
        onIncident={onIncident}
      />
      {asking !== "" && (
        <OutcomePicker call={call} asking={asking} onChoose={(c) => void close(c)} onCancel={() => ask("")} />
      )}
      {picking && <OfficePicker proposed={proposed} onPick={(o) => void transfer(o.id)} onCancel={() => pick(false)} />}
    </>
  );
}

function TalkActs(p: {
  moment: TalkMoment;
  call: LiveCall;
  sent: boolean;
  onClose: () => void;
  onBack: () => void;
  onLeave: () => void;
  onAgain: () => void;
  onOther: () => void;
  onHold: () => void;
  onInvite: () => void;
}) {
  const t = useTexts();
  switch (p.moment.kind) {
    case "talk":
      return (
        <>
          <Act hint="H" aria-pressed={p.call.onHold} testid="hold" onClick={p.onHold}>
            {p.call.onHold ? t.call.unhold : t.call.hold}
          </Act>
          <Act hint="F7" testid="ask-in" onClick={p.onInvite}>
            {t.call.invite}
          </Act>
          <Act hint="F9" testid="close" onClick={p.onClose}>
            {t.call.close}
          </Act>
        </>
      );
    case "dialling":
      return (
        <Act look="bad" className="wide" hint="F9" testid="close" onClick={p.onClose}>
          {t.call.stopDialling}
        </Act>
      );
    case "transfer":
      return (
        <Act look="warn" className="wide" hint="F8" testid="take-back" onClick={p.onBack}>
          {t.call.takeBack}
        </Act>
      );
    case "leaving":
      return (
        <>
          <Act look="main" className="wide" hint="F6" testid="leave" onClick={p.onLeave}>
            {t.call.leave} · <Until at={p.moment.until} />
          </Act>
          <Act hint="F9" testid="close" onClick={p.onClose}>
            {t.call.close}
          </Act>
        </>
      );
    case "back":
      return (
        <>
          <Act look="main" className="wide" hint="F9" testid="close" onClick={p.onClose}>
            {p.sent ? t.call.closeSent : t.call.close}
          </Act>
          <Act hint="F4" testid="transfer" onClick={p.onAgain}>
            {t.call.again}
          </Act>
          <Act hint="⇧F4" testid="transfer-other" onClick={p.onOther}>
            {t.call.other}
          </Act>
          <Act hint="H" aria-pressed={p.call.onHold} testid="hold" onClick={p.onHold}>
            {p.call.onHold ? t.call.unhold : t.call.hold}
          </Act>
          <Act hint="F7" testid="ask-in" onClick={p.onInvite}>
            {t.call.invite}
          </Act>
        </>
      );
    default:
      return null;
  }
}
