// How a report stands, for a caller who gives its number: one key, the number, and plain words to read out. Nothing of
// what was reported is on it, and the look-up goes on record.
import { type FormEvent, useState } from "react";
import { ApiError, ask, client } from "../api/client";
import type { ReportStanding } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { go } from "../router";
import { dayTime } from "../words/time";
import { Act } from "./bits";
import { Dialog } from "./dialog";

export function StandingDialog({ onClose, found }: { onClose: () => void; found?: ReportStanding | null }) {
  const t = useTexts();
  const s = t.polda.standing;
  const [no, set] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [standing, show] = useState<ReportStanding | null | undefined>(found);
  const look = async (e: FormEvent) => {
    e.preventDefault();
    if (no.trim() === "" || busy) return;
    setBusy(true);
    setTrouble("");
    try {
      show(await ask(() => client.GET("/standing", { params: { query: { no: no.trim() } } })));
    } catch (err) {
      if (err instanceof ApiError && err.status === 404) show(null);
      else setTrouble(err instanceof ApiError ? t.errors.unreachable : String(err));
    }
    setBusy(false);
  };
  return (
    <Dialog title={s.title} onClose={onClose} testid="standing" size={640}>
      <div className="stack">
        <form className="row" onSubmit={(e) => void look(e)}>
          <input
            className="fld grow num"
            data-autofocus
            data-testid="standing-no"
            aria-label={s.no}
            placeholder={s.no}
            autoComplete="off"
            maxLength={60}
            value={no}
            onChange={(e) => set(e.target.value)}
          />
          <Act look="main" type="submit" disabled={busy || no.trim() === ""} testid="standing-look">
            {s.look}
          </Act>
        </form>
        <p className="dim">{s.hint}</p>
        <div className="stack" role="status" aria-live="polite">
          {trouble && <p className="alarm">⚠ {trouble}</p>}
          {standing === null && (
            <>
              <p className="warned" data-testid="standing-none">
                ▲ {s.none}
              </p>
              <p className="sayout">{s.noneSay}</p>
            </>
          )}
          {standing && <Found of={standing} onClose={onClose} />}
        </div>
        {standing !== undefined && <p className="dim">{s.noted}</p>}
      </div>
    </Dialog>
  );
}

function Found({ of: x, onClose }: { of: ReportStanding; onClose: () => void }) {
  const t = useTexts();
  const s = t.polda.standing;
  const desk = useDesk();
  const result = word(t.results, x.result).toLowerCase();
  return (
    <>
      <div className="row">
        <b className="num">{x.no}</b>
        <span className="dim num">{s.reported(dayTime(Date.parse(x.since), desk.session.office.zone))}</span>
      </div>
      {x.standing === "dijaga" && (
        <p className="alarm" data-testid="standing-guarded">
          ▲ {s.dijaga}
        </p>
      )}
      <h3>{s.say}</h3>
      <p className="sayout" data-testid="standing-say">
        {s.say2[x.standing](x.office ? officeName(desk, x.office) : "", result)}
      </p>
      {x.tell && <p className="warned">▲ {s.owed}</p>}
      {x.incident && (
        <div className="row">
          <Act
            look="small"
            testid="standing-open"
            onClick={() => {
              onClose();
              go(`/laporan/${x.incident}`);
            }}
          >
            {s.open}
          </Act>
        </div>
      )}
    </>
  );
}
