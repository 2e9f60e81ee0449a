// The Polres console: the telephone and the queue of incidents on the left, the incident with the largest clock in the
// middle, the units that go there on the right.
import { useState } from "react";
import type { LiveCall } from "../api/types";
import { nameOfSeat, officeName, officeOfSeat, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { Board } from "../dispatch/board";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { type Moment, momentOf } from "../live/live";
import { Act } from "../parts/bits";
import { CallPanel } from "../parts/call-panel";
import { Callbacks } from "../parts/callbacks";
import { GuestActs, Guests, useHolding } from "../parts/guests";
import { Frame, SeatActs } from "./frame";

export function PolresConsole() {
  const t = useTexts();
  const { live, seat } = useDesk();
  const moment = momentOf(live, seat);
  const call = moment.kind === "idle" || moment.kind === "ring" ? null : moment.call;
  // One who was only asked in works on the own incidents: the caller's is another office's.
  const ofCall = moment.kind === "guest" ? "" : call?.incident || call?.outbound?.incident || "";
  const [phoning, phone] = useState(false);
  useKeys({ callbacks: () => phone(true) });
  return (
    <Frame look="polres board">
      <Board
        call={call}
        ofCall={live.incidents[ofCall] ? ofCall : ""}
        unfinished={moment.kind === "unfinished"}
        orphan={moment.kind === "orphan"}
        phone={
          call && moment.kind !== "idle" && moment.kind !== "ring" ? (
            <Talk key={call.id} call={call} moment={moment} />
          ) : (
            <CallPanel call={null}>
              <SeatActs />
              <Act className="wide" look="small" hint="B" testid="open-callbacks" onClick={() => phone(true)}>
                {t.callbacks.phone}
              </Act>
            </CallPanel>
          )
        }
        keys={
          call
            ? [
                ["H", t.keys.hold],
                ["F7", t.keys.invite],
                ["F9", t.keys.close],
              ]
            : [
                ["F2", t.keys.answer],
                ["P", t.keys.dial],
                ["F9", t.keys.close],
                ["B", t.keys.phone],
                ["?", t.keys.help],
              ]
        }
      />
      {phoning && <Callbacks onClose={() => phone(false)} />}
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
