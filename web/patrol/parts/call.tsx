import { useState } from "preact/hooks";
import { hm } from "../clock";
import { texts } from "../i18n";
import { items, press } from "../outbox";
import type { Job } from "../server";
import { myNumber, setMyNumber } from "../signin";
import { useSignal } from "../store";

/** CallPanel asks an operator to call this phone and the reporter, and join them: the reporter's number stays hidden. */
export function CallPanel({ i }: { i: NonNullable<Job["incident"]> }) {
  const t = texts();
  const [number, setNumber] = useState(myNumber);
  const [bad, setBad] = useState(false);
  const kept = useSignal(items).some((o) => o.kind === "call" && !o.refused && o.incident === i.id);
  const ask = (e: Event) => {
    e.preventDefault();
    const plain = number.replace(/[^\d+]/g, "");
    setBad(plain.length < 8);
    if (plain.length < 8) return;
    setMyNumber(number);
    void press({ kind: "call", path: "/job/call", body: { incident: i.id, number: plain }, label: "", incident: i.id });
  };
  if (!i.canCall) return <p class="panel warn-text">{i.danger ? t.call.danger : t.call.none}</p>;
  const waits = kept || (i.ask && !i.ask.done);
  return (
    <form class="panel" data-testid="call-panel" onSubmit={ask}>
      <p>{t.call.how}</p>
      <p role="status" class="warn-text" data-testid="call-state">
        {waits ? t.call.waits : i.ask?.done ? t.call.seen(hm(i.ask.done)) : ""}
      </p>
      {!waits && (
        <>
          <label>
            {t.call.number}
            <input
              data-testid="call-number"
              type="tel"
              autoComplete="tel"
              value={number}
              aria-invalid={bad}
              onInput={(e) => setNumber(e.currentTarget.value)}
            />
            {bad && <span class="warn-text">{t.call.bad}</span>}
          </label>
          <button type="submit" class="big main" data-testid="call-ask">
            {t.call.ask}
          </button>
        </>
      )}
    </form>
  );
}
