// The picker of outcomes: one key each. A prank needs its kind, another agency its name.
import { useState } from "react";
import type { Closing, LiveCall, Outcome } from "../api/types";
import { useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { useLetter } from "../keys/use-letter";
import { Act, Until } from "./bits";
import { Dialog } from "./dialog";
import { choices } from "./outcome-keys";

const pranks = ["anak_anak", "menggoda", "melecehkan", "palsu"] as const;
const agencies = ["112", "113", "115", "118", "119", "pln"] as const;

/** Which question is asked: F3 "not valid", F9 without an outcome, or after the caller hung up. */
export type Asking = "invalid" | "close" | "unfinished";

export function OutcomePicker({
  call,
  asking,
  onChoose,
  onCancel,
}: {
  call: LiveCall;
  asking: Asking;
  onChoose: (c: Closing) => void;
  onCancel: () => void;
}) {
  const t = useTexts();
  const { outcomes } = useDesk();
  const [more, ask] = useState<"" | "prank" | "agency">("");
  const list = choices(outcomes, call, asking);

  const choose = (o: Outcome) => {
    if (o.code === "iseng") ask("prank");
    else if (o.code === "dialihkan_instansi") ask("agency");
    else onChoose({ outcome: o.code });
  };
  useLetter((key) => {
    if (more === "prank") {
      const prank = pranks[Number(key) - 1];
      if (prank) onChoose({ outcome: "iseng", prank });
    } else if (more === "agency") {
      const agency = agencies[Number(key) - 1];
      if (agency) onChoose({ outcome: "dialihkan_instansi", agency });
    } else if (asking === "unfinished" && key === "b") onChoose({ outcome: "putus_penelepon", callback: true });
    else if (asking === "unfinished" && key === "h") onChoose({ outcome: "putus_penelepon", danger: true });
    else {
      const hit = list.find((c) => c.key === key);
      if (hit) choose(hit.outcome);
    }
  });

  const title = more === "prank" ? t.outcomes.prank : more === "agency" ? t.outcomes.agency : asking === "unfinished" ? t.outcomes.unfinished : asking === "close" ? t.outcomes.closing : t.outcomes.title;
  const name = (o: Outcome) => (t.lang === "en" ? o.en : o.id);
  return (
    <Dialog title={title} onClose={onCancel} testid="outcomes" stays={asking === "unfinished"} size={620}>
      <div className="stack">
        {asking === "unfinished" && call.unfinishedUntil && (
          <div className="bar" role="timer">
            <div className="top">
              <span className="dot ring" />
              <span className="dim">{t.outcomes.unfinishedLeft("…").replace("…", "")}</span>
              <Until at={call.unfinishedUntil} className="num left" />
            </div>
          </div>
        )}
        {more === "" && (
          <>
            <div className="picks">
              {asking === "unfinished" && (
                <>
                  <Act look="main" hint="B" testid="outcome-callback" onClick={() => onChoose({ outcome: "putus_penelepon", callback: true })}>
                    <span>
                      {t.outcomes.callback}
                      <br />
                      <small>{t.outcomes.callbackHint}</small>
                    </span>
                  </Act>
                  <Act look="bad" hint="H" testid="outcome-danger" onClick={() => onChoose({ outcome: "putus_penelepon", danger: true })}>
                    <span>
                      {t.outcomes.danger}
                      <br />
                      <small>{t.outcomes.dangerHint}</small>
                    </span>
                  </Act>
                </>
              )}
              {list.map((c, i) => (
                <Act
                  key={c.outcome.code}
                  hint={c.key.toUpperCase()}
                  testid={`outcome-${c.outcome.code}`}
                  look={i === 0 && asking !== "unfinished" && c.outcome.valid ? "main" : ""}
                  onClick={() => choose(c.outcome)}
                  data-autofocus={i === 0 ? true : undefined}
                >
                  {name(c.outcome)}
                </Act>
              ))}
            </div>
            {asking !== "unfinished" && <p className="dim">{t.outcomes.stays}</p>}
          </>
        )}
        {more === "prank" && (
          <div className="picks">
            {pranks.map((p, i) => (
              <Act key={p} hint={String(i + 1)} testid={`prank-${p}`} onClick={() => onChoose({ outcome: "iseng", prank: p })}>
                {t.outcomes.pranks[p]}
              </Act>
            ))}
          </div>
        )}
        {more === "agency" && (
          <div className="picks">
            {agencies.map((a, i) => (
              <Act key={a} hint={String(i + 1)} testid={`agency-${a}`} onClick={() => onChoose({ outcome: "dialihkan_instansi", agency: a })}>
                {t.outcomes.agencies[a]}
              </Act>
            ))}
          </div>
        )}
        {more !== "" && (
          <div className="row">
            <Act look="quiet" onClick={() => ask("")}>
              ← {t.outcomes.back}
            </Act>
          </div>
        )}
      </div>
    </Dialog>
  );
}
