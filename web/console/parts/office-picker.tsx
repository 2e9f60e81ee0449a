// Chooses the office for a transfer: type a few letters, Enter. The own Polres come first, then the other Polda. The
// presence of people is seen before it is chosen.
import { useEffect, useRef, useState } from "react";
import type { Presence } from "../api/types";
import { poldas, targets, useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { Dialog } from "./dialog";

/** The dot and the words for who is there. Of an office that tells us nothing we say nothing. */
export function presenceText(p: Presence | undefined, t: ReturnType<typeof useTexts>, told = true): [string, string] {
  if (!p && !told) return ["off", ""];
  if (!p || p.onDuty === 0) return ["off", t.picker.nobody];
  if (p.ready > 0) return ["", t.picker.ready(p.ready)];
  return p.talking > 0 ? ["talk", t.picker.busy] : ["pause", t.picker.ready(0)];
}

interface Choice {
  id: string;
  name: string;
  other: boolean;
}

export function OfficePicker({
  proposed,
  onPick,
  onCancel,
}: {
  proposed: string;
  onPick: (o: Choice) => void;
  onCancel: () => void;
}) {
  const t = useTexts();
  const { session, live } = useDesk();
  const [text, setText] = useState("");
  const [at, move] = useState(0);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (s: string) => words.every((w) => s.toLowerCase().includes(w));
  const own: Choice[] = targets(session)
    .filter((o) => fits(`${o.name} ${o.short} ${o.code} ${o.words.join(" ")}`))
    .sort((a, b) => Number(b.id === proposed) - Number(a.id === proposed))
    .map((o) => ({ id: o.id, name: o.name, other: false }));
  const others: Choice[] = poldas(session)
    .filter((o) => fits(`${o.name} ${o.short}`))
    .map((o) => ({ id: o.id, name: o.name, other: true }));
  const list = [...own, ...others];
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (at > 0) chosen.current?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const row = (o: Choice, i: number) => {
    const [dot, said] = presenceText(live.presence[o.id], t, !o.other);
    return (
      <button
        type="button"
        key={o.id}
        role="option"
        aria-selected={i === at}
        ref={i === at ? chosen : undefined}
        className={`li ${i === at ? "on" : ""}`}
        data-testid={`transfer-to-${o.id}`}
        onClick={() => onPick(o)}
      >
        <span className={`dot ${dot}`} />
        <b>{o.name}</b>
        {o.id === proposed && <span className="chip blue">{t.picker.proposed}</span>}
        <span className="r">{said}</span>
      </button>
    );
  };
  return (
    <Dialog
      title={poldas(session).length > 0 ? t.picker.titleAny : t.picker.title}
      onClose={onCancel}
      testid="office-picker"
      size={520}
    >
      <div className="stack">
        <input
          className="fld"
          data-autofocus
          data-testid="office-search"
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
        <div className="stack picker" role="listbox" aria-label={t.picker.title}>
          {own.length > 0 && (
            // biome-ignore lint/a11y/useSemanticElements: a group within a listbox (ARIA 1.2), not of form fields
            <div role="group" className="stack" aria-label={t.picker.own}>
              {others.length > 0 && (
                <div className="group-name" aria-hidden="true">
                  {t.picker.own}
                </div>
              )}
              {own.map(row)}
            </div>
          )}
          {others.length > 0 && (
            // biome-ignore lint/a11y/useSemanticElements: a group within a listbox (ARIA 1.2), not of form fields
            <div role="group" className="stack" aria-label={t.picker.others}>
              <div className="group-name" aria-hidden="true">
                {t.picker.others}
              </div>
              {others.map((o, i) => row(o, own.length + i))}
            </div>
          )}
        </div>
        {list.length === 0 && <p className="dim">{t.picker.none}</p>}
        <p className="dim">{t.picker.hint}</p>
      </div>
    </Dialog>
  );
}
