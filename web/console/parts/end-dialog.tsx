// Closing an incident: what came of it, and what was done. Both are required.
import { useState } from "react";
import type { Result } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useLetter } from "../keys/use-letter";
import { Act } from "./bits";
import { Dialog } from "./dialog";

const results: readonly Result[] = [
  "ditangani",
  "penangkapan",
  "didamaikan",
  "laporan_polisi",
  "tidak_ditemukan",
  "tidak_benar",
  "informasi_diberikan",
  "dirujuk",
];

export function EndDialog({
  id,
  onClose,
  flush,
  hint = "",
}: {
  id: string;
  onClose: () => void;
  flush?: () => Promise<void>;
  hint?: string;
}) {
  const t = useTexts();
  const { acts, live } = useDesk();
  // Who is in danger is never called.
  const danger = live.incidents[id]?.danger ?? false;
  const [tell, promise] = useState(false);
  const run = useRun();
  const [result, choose] = useState<Result | "">("");
  const [done, write] = useState("");
  const [busy, setBusy] = useState(false);
  useLetter((key) => {
    const r = results[Number(key) - 1];
    if (r) {
      choose(r);
      document.getElementById("done")?.focus();
    }
    return r !== undefined;
  });
  const ok = result !== "" && done.trim() !== "";
  const save = async () => {
    if (result === "" || done.trim() === "" || busy) return;
    setBusy(true);
    await flush?.();
    const closed = await run(() => acts.closeIncident(id, result, done.trim(), tell && !danger));
    setBusy(false);
    if (closed) onClose();
  };
  return (
    <Dialog title={t.polres.closeTitle} onClose={onClose} size={600} testid="end">
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <div className="picks">
          {results.map((r, i) => (
            <Act
              key={r}
              hint={String(i + 1)}
              aria-pressed={r === result}
              testid={`result-${r}`}
              onClick={() => choose(r)}
            >
              {r === result ? "● " : ""}
              {t.results[r]}
            </Act>
          ))}
        </div>
        <label className="stack">
          {t.polres.done}
          <textarea
            id="done"
            className="fld"
            data-testid="done"
            rows={3}
            maxLength={4000}
            required
            value={done}
            onChange={(e) => write(e.target.value)}
          />
        </label>
        {danger ? (
          <p className="alarm">✕ {t.callbacks.danger}</p>
        ) : (
          <label className="check">
            <input type="checkbox" checked={tell} onChange={(e) => promise(e.target.checked)} data-testid="end-tell" />
            {t.polda.tell.offer} <span className="dim">({t.polda.tell.offerHint})</span>
          </label>
        )}
        {hint && <p className="warned">△ {hint}</p>}
        <p className="dim">{t.polres.closeHint}</p>
        <Act look="main" type="submit" disabled={!ok || busy} testid="end-save">
          {t.polres.save}
        </Act>
      </form>
    </Dialog>
  );
}
