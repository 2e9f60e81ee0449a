// A number's past in words: a chip whose shape and colour say how much, and the Polres that the caller probably needs.
import type { LiveCall } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { shortNumber } from "../words/digits";

type Past = LiveCall["history"];

/** Shape and colour of a level: triangle, diamond, square. Never the colour alone. */
export const levelSigns = { chip: ["△", "warn"], gate: ["◆", "warn"], low: ["■", "bad"] } as const;

/** What must be seen before all else: danger, then what is open. */
export function Alerts({ past }: { past: Past }) {
  const t = useTexts();
  return (
    <>
      {past.danger && <span className="chip bad">⚠ {t.call.inDanger}</span>}
      {past.open.map((o) => (
        <span className="chip blue" key={o.id} title={t.history.open}>
          ● {shortNumber(o.no)}
        </span>
      ))}
    </>
  );
}

/** The past as words, one chip each; the first carries the level. */
export function PastChips({ past }: { past: Past }) {
  const t = useTexts();
  const say = (w: { id: string; en: string }) => (t.lang === "en" ? w.en : w.id);
  const sign = past.level ? levelSigns[past.level] : null;
  if (past.why.length === 0)
    return <span className="chip">{past.calls === 0 ? t.history.first : t.history.calls(past.calls)}</span>;
  return (
    <>
      {past.why.map((w, i) => (
        <span
          className={`chip past ${i === 0 && sign ? sign[1] : ""}`}
          key={w.id}
          data-testid={i === 0 ? "past" : undefined}
          data-level={past.level}
        >
          {i === 0 && sign && <span aria-hidden="true">{sign[0]} </span>}
          {say(w)}
          {i === 0 && past.level && <span className="hidden"> ({t.sift.levels[past.level]})</span>}
        </span>
      ))}
    </>
  );
}

/** The Polres that the call is probably about, when nobody has named a place yet. */
export function Likely({ past }: { past: Past }) {
  const t = useTexts();
  const desk = useDesk();
  if (!past.likely || past.likely === desk.session.office.id) return null;
  return <span className="chip">→ {t.sift.likely(officeName(desk, past.likely))}</span>;
}
