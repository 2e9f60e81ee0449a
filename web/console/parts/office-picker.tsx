// Chooses the Polres for a transfer: type a few letters, Enter. The presence of people is seen before it is chosen.
import { useState } from "react";
import type { Office, Presence } from "../api/types";
import { targets, useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { Dialog } from "./dialog";

export function presenceText(p: Presence | undefined, t: ReturnType<typeof useTexts>): [string, string] {
  if (!p || p.onDuty === 0) return ["off", t.picker.nobody];
  if (p.ready > 0) return ["", t.picker.ready(p.ready)];
  return p.talking > 0 ? ["talk", t.picker.busy] : ["pause", t.picker.ready(0)];
}

export function OfficePicker({
  proposed,
  onPick,
  onCancel,
}: {
  proposed: string;
  onPick: (o: Office) => void;
  onCancel: () => void;
}) {
  const t = useTexts();
  const { session, live } = useDesk();
  const [text, setText] = useState("");
  const [at, move] = useState(0);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const list = targets(session)
    .filter((o) => words.every((w) => `${o.name} ${o.short} ${o.code} ${o.words.join(" ")}`.toLowerCase().includes(w)))
    .sort((a, b) => Number(b.id === proposed) - Number(a.id === proposed));
  return (
    <Dialog title={t.picker.title} onClose={onCancel} testid="office-picker" size={520}>
      <div className="stack">
        <input
          className="fld"
          data-autofocus
          aria-label={t.picker.search}
          placeholder={t.picker.search}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            move(0);
          }}
          onKeyDown={(e) => {
            if (e.key === "ArrowDown" || e.key === "ArrowUp") {
              e.preventDefault();
              move((n) => Math.max(0, Math.min(list.length - 1, n + (e.key === "ArrowDown" ? 1 : -1))));
            }
            if (e.key === "Enter" && list[at]) onPick(list[at]);
          }}
        />
        <div className="stack" role="listbox" aria-label={t.picker.title}>
          {list.map((o, i) => {
            const [dot, words] = presenceText(live.presence[o.id], t);
            return (
              <button
                type="button"
                key={o.id}
                role="option"
                aria-selected={i === at}
                className={`li ${i === at ? "on" : ""}`}
                data-testid={`transfer-to-${o.id}`}
                onClick={() => onPick(o)}
              >
                <span className={`dot ${dot}`} />
                <b>{o.name}</b>
                {o.id === proposed && <span className="chip blue">{t.picker.proposed}</span>}
                <span className="r">{words}</span>
              </button>
            );
          })}
          {list.length === 0 && <p className="dim">{t.picker.none}</p>}
        </div>
        <p className="dim">{t.picker.hint}</p>
      </div>
    </Dialog>
  );
}
