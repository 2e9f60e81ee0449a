// Floods: which source meets the gate now. Everybody else is answered as ever.
import type { Floor } from "../api/types";
import { useTexts } from "../i18n";

export function Shields({ shields, className = "" }: { shields: Floor["shields"]; className?: string }) {
  const t = useTexts();
  if (shields.length === 0) return null;
  return (
    <div className={`banner warn shields ${className}`} role="status" data-testid="shields">
      <span aria-hidden="true">◆</span>
      <span>{t.sift.shield(shields.map((s) => s.text).join(", "))}</span>
      <span className="dim">{t.sift.shieldTodo}</span>
    </div>
  );
}
