// Who is owed a call: the broken and promised ones first, numbers with pranks last. One key calls; never into danger.
import { useState } from "react";
import type { Owed } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { clock } from "../words/time";
import { Act } from "./bits";
import { Dialog } from "./dialog";
import { TellList } from "./tell";

/** The list in the order of urgency, as the server sorts it too. */
export function owedInOrder(all: Readonly<Record<string, Owed>>): Owed[] {
  const rank = (o: Owed) => (o.first ? 0 : o.pranks > 0 ? 2 : 1);
  return Object.values(all).sort(
    (a, b) => rank(a) - rank(b) || a.since.localeCompare(b.since) || a.call.localeCompare(b.call),
  );
}

export function Callbacks({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const now = useNow(1000);
  const [noting, note] = useState<Owed | null>(null);
  const [text, setText] = useState("");
  const [number, setNumber] = useState("");
  const list = owedInOrder(desk.live.owed);
  const reason = (o: Owed) => {
    const found = desk.outcomes.find((x) => x.code === o.outcome);
    return t.callbacks.reasons[o.outcome as keyof typeof t.callbacks.reasons] ?? found?.id ?? o.outcome;
  };
  const dial = async (o: Owed) => {
    if (await run(() => desk.acts.callOut({ returns: o.call }))) onClose();
  };
  const dialNumber = async () => {
    if (number.trim().length < 3) return;
    if (await run(() => desk.acts.callOut({ number: number.trim() }))) onClose();
  };
  const settle = async (o: Owed, how: "dua_kali" | "diselesaikan" | "bahaya") => {
    await run(() => desk.acts.settle(o.call, how, text));
    note(null);
    setText("");
  };
  return (
    <Dialog
      title={list.length === 0 ? t.callbacks.phone : t.callbacks.title}
      onClose={onClose}
      testid="callbacks-list"
      size={680}
    >
      <div className="stack">
        {list.length === 0 && <p className="dim">{t.callbacks.none}</p>}
        {list.slice(0, 30).map((o, i) => (
          <div key={o.call} className="stack" data-testid={`owed-${o.call}`}>
            <div className="row">
              <b className="num">{o.numberText || o.number}</b>
              {o.first && <span className="chip warn">▲ {t.callbacks.first}</span>}
              {o.danger && <span className="chip bad">✕ {t.callbacks.danger}</span>}
              {o.pranks > 0 && <span className="chip">{t.callbacks.pranks(o.pranks)}</span>}
              <span className="grow dim">
                {reason(o)} · {t.callbacks.tries(o.tries)}
              </span>
              <span className="num">{clock(now - Date.parse(o.since))}</span>
              {!o.danger && (
                <Act
                  look={i === 0 ? "main" : "small"}
                  testid="call-back"
                  data-autofocus={i === 0 ? true : undefined}
                  onClick={() => void dial(o)}
                >
                  {t.callbacks.call}
                </Act>
              )}
              <Act look="small" testid="settle" onClick={() => note(noting === o ? null : o)}>
                {t.callbacks.settle}
              </Act>
            </div>
            {noting?.call === o.call && (
              <div className="stack">
                <input
                  className="fld"
                  aria-label={t.callbacks.note}
                  placeholder={t.callbacks.note}
                  value={text}
                  onChange={(e) => setText(e.target.value)}
                  data-testid="settle-note"
                />
                <div className="row">
                  <Act
                    look="small"
                    disabled={text.trim() === ""}
                    testid="settle-done"
                    onClick={() => void settle(o, o.tries >= 2 ? "dua_kali" : "diselesaikan")}
                  >
                    {o.tries >= 2 ? t.callbacks.gaveUp : t.callbacks.done}
                  </Act>
                  <Act look="bad" testid="settle-danger" onClick={() => void settle(o, "bahaya")}>
                    {t.callbacks.markDanger}
                  </Act>
                </div>
              </div>
            )}
          </div>
        ))}
        <TellList onClose={onClose} first={list.length === 0} />
        <div className="row">
          <input
            className="fld grow"
            inputMode="tel"
            aria-label={t.callbacks.other}
            placeholder={t.callbacks.other}
            data-autofocus={list.length === 0 ? true : undefined}
            value={number}
            onKeyDown={(e) => {
              if (e.key === "Enter") void dialNumber();
            }}
            onChange={(e) => setNumber(e.target.value)}
            data-testid="call-number"
          />
          <Act disabled={number.trim().length < 3} testid="call-out" onClick={() => void dialNumber()}>
            {t.callbacks.call}
          </Act>
        </div>
      </div>
    </Dialog>
  );
}
