// A crew wants to talk with the reporter of its job: one key calls the reporter from this seat, and as soon as they are there
// the crew's own phone is called and joined. Neither sees the other's number.
import { useEffect } from "react";
import { client, command } from "../api/client";
import type { CallAsk } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { momentOf } from "../live/live";
import { go } from "../router";
import { clock } from "../words/time";
import { Act } from "./bits";

/** What was asked for already, in this tab: pages come and go while a call lives. */
const asked = new Set<string>();

type Ask = { incident: string; no: string; ask: CallAsk };

/** Crews that wait, the longest first; none for who sits at no seat. */
export function useCallAsks(): Ask[] {
  const { live, session, seat } = useDesk();
  if (!seat) return [];
  return Object.values(live.incidents)
    .filter((i) => i.office === session.office.id && !i.danger)
    .flatMap((i) => i.asks.map((ask) => ({ incident: i.id, no: i.no, ask })))
    .sort((a, b) => a.ask.at.localeCompare(b.ask.at));
}

/** keyed: F10 is theirs, when no crew calls for help. */
export function CallAsks({ list, keyed }: { list: readonly Ask[]; keyed: boolean }) {
  return (
    <div role="status" className="asks">
      {list.map((a, i) => (
        <AskBar key={`${a.incident} ${a.ask.unit}`} a={a} first={keyed && i === 0} />
      ))}
    </div>
  );
}

function AskBar({ a, first }: { a: Ask; first: boolean }) {
  const t = useTexts();
  const p = t.patrol.ask;
  const desk = useDesk();
  const run = useRun();
  const now = useNow(1000);
  const moment = momentOf(desk.live, desk.seat);
  const call = moment.kind === "idle" || moment.kind === "ring" ? null : moment.call;
  const ours = call?.seat === desk.seat && call.outbound?.incident === a.incident ? call : null;
  const joined = !!ours && ours.guests.some((g) => g.in && g.number !== "");
  const settle = (how: string) =>
    run(() =>
      command((headers) =>
        client.POST("/incidents/{id}/asked-call", {
          params: { path: { id: a.incident } },
          body: { unit: a.ask.unit, how },
          headers,
        }),
      ),
    );
  const connect = () =>
    void run(() => desk.acts.callOut({ incident: a.incident })).then((c) => {
      if (c && !desk.frozen) go("/");
    });
  const talks = ours?.phase === "TALKING";
  useEffect(() => {
    const key = `${ours?.id} ${a.ask.unit}`;
    if (!ours || !talks || asked.has(key)) return;
    asked.add(key);
    void run(() => desk.acts.invite(ours.id, { number: a.ask.number, name: a.ask.sign }));
  });
  useEffect(() => {
    const key = `${ours?.id} ${a.ask.unit} done`;
    if (!joined || asked.has(key)) return;
    asked.add(key);
    void settle(p.done);
  });
  const can = moment.kind === "idle";
  useKeys(first && can ? { urgent: connect } : {});
  return (
    <section className="ask-bar" data-testid={`ask-${a.ask.unit}`}>
      <b>☎ {p.title(a.ask.sign)}</b>
      <span className="num dim">
        {a.no} · {a.ask.name} · {clock(now - Date.parse(a.ask.at))}
      </span>
      {ours ? (
        <span>{talks ? p.joining : p.dialling}</span>
      ) : (
        <>
          <Act
            look="main"
            hint={first && can ? "F10" : undefined}
            disabled={!can}
            testid={`connect-${a.ask.unit}`}
            onClick={connect}
          >
            {p.connect}
          </Act>
          <Act testid={`refuse-${a.ask.unit}`} onClick={() => void settle(p.no)}>
            {p.cannot}
          </Act>
        </>
      )}
    </section>
  );
}
