// The picker of outcomes: one key each. A prank needs its kind, another agency its name. It is a dialog while the
// caller is on the line, and part of the page after they hung up, so that the form can still be finished.
import { useState } from "react";
import type { Closing, LiveCall, Outcome } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useTexts } from "../i18n";
import { useLetter } from "../keys/use-letter";
import { left } from "../words/time";
import { Act } from "./bits";
import { Dialog } from "./dialog";
import { choices } from "./outcome-keys";

const pranks = ["anak_anak", "menggoda", "melecehkan", "palsu"] as const;
const agencies = ["112", "113", "115", "118", "119", "pln"] as const;

/** Which question is asked: F3 "not valid", F9 without an outcome, or after the caller hung up. */
export type Asking = "invalid" | "close" | "unfinished";

interface Props {
  call: LiveCall;
  asking: Asking;
  /** Begins with this question: the state page shows it so. */
  first?: "agency";
  onChoose: (c: Closing) => void;
  onCancel: () => void;
}

export function OutcomePicker(props: Props) {
  const { call, asking, onChoose, onCancel } = props;
  const t = useTexts();
  const { outcomes } = useDesk();
  const [more, ask] = useState<"" | "prank" | "agency">(props.first ?? "");
  const list = choices(outcomes, call, asking);

  const choose = (o: Outcome) => {
    if (o.code === "iseng") ask("prank");
    else if (o.code === "dialihkan_instansi") ask("agency");
    else onChoose({ outcome: o.code });
  };
  useLetter((key) => {
    if (more !== "") {
      const prank = more === "prank" ? pranks[Number(key) - 1] : undefined;
      const agency = more === "agency" ? agencies[Number(key) - 1] : undefined;
      if (prank) onChoose({ outcome: "iseng", prank });
      if (agency) onChoose({ outcome: "dialihkan_instansi", agency });
      return Boolean(prank || agency);
    }
    const quick = pranks[Number(key) - 1];
    if (quick && list.some((c) => c.outcome.code === "iseng")) {
      onChoose({ outcome: "iseng", prank: quick });
      return true;
    }
    if (asking === "unfinished" && (key === "h" || (key === "b" && !call.silence.emergency))) {
      onChoose({ outcome: "putus_penelepon", ...(key === "b" ? { callback: true } : { danger: true }) });
      return true;
    }
    const hit = list.find((c) => c.key === key);
    if (hit) choose(hit.outcome);
    return hit !== undefined;
  });

  const body = (
    <div className="stack">
      {more === "" && (
        <div className={asking === "unfinished" ? "picks three" : "picks"}>
          {asking === "unfinished" && (
            <>
              {!call.silence.emergency && (
                <Act
                  look="main"
                  hint="B"
                  testid="outcome-callback"
                  onClick={() => onChoose({ outcome: "putus_penelepon", callback: true })}
                >
                  <span>
                    {t.outcomes.callback} · <small>{t.outcomes.callbackHint}</small>
                  </span>
                </Act>
              )}
              <Act
                look="bad"
                hint="H"
                testid="outcome-danger"
                onClick={() => onChoose({ outcome: "putus_penelepon", danger: true })}
              >
                <span>
                  {t.outcomes.danger} · <small>{t.outcomes.dangerHint}</small>
                </span>
              </Act>
            </>
          )}
          {list.map((c, i) => (
            <Act
              key={c.outcome.code}
              hint={c.key.toUpperCase()}
              testid={`outcome-${c.outcome.code}`}
              onClick={() => choose(c.outcome)}
              data-autofocus={i === 0 ? true : undefined}
            >
              {t.lang === "en" ? c.outcome.en : c.outcome.id}
            </Act>
          ))}
        </div>
      )}
      {more === "" && list.some((c) => c.outcome.code === "iseng") && (
        <div className="stack">
          <span className="dim">{t.sift.pranks1}</span>
          <div className="picks four">
            {pranks.map((p, i) => (
              <Act
                key={p}
                look="small"
                hint={String(i + 1)}
                testid={`quick-${p}`}
                onClick={() => onChoose({ outcome: "iseng", prank: p })}
              >
                {t.outcomes.pranks[p]}
              </Act>
            ))}
          </div>
        </div>
      )}
      {more === "prank" && (
        <div className="picks">
          {pranks.map((p, i) => (
            <Act
              key={p}
              hint={String(i + 1)}
              testid={`prank-${p}`}
              onClick={() => onChoose({ outcome: "iseng", prank: p })}
            >
              {t.outcomes.pranks[p]}
            </Act>
          ))}
        </div>
      )}
      {more === "agency" && (
        <div className="picks">
          {agencies.map((a, i) => (
            <Act
              key={a}
              hint={String(i + 1)}
              testid={`agency-${a}`}
              onClick={() => onChoose({ outcome: "dialihkan_instansi", agency: a })}
            >
              {t.outcomes.agencies[a]}
            </Act>
          ))}
        </div>
      )}
      {more === "agency" && call.guests.length === 0 && <p className="dim">{t.sift.agencyHint}</p>}
      {more !== "" && (
        <Act look="quiet" onClick={() => ask("")}>
          ← {t.outcomes.back}
        </Act>
      )}
      {more === "" && asking !== "unfinished" && <p className="dim">{t.outcomes.stays}</p>}
    </div>
  );
  if (asking === "unfinished") {
    return (
      <section className="bar" data-testid="outcomes" aria-label={t.outcomes.unfinished}>
        <UnfinishedHead call={call} more={more} />
        {body}
      </section>
    );
  }
  const title =
    more === "prank"
      ? t.outcomes.prank
      : more === "agency"
        ? t.outcomes.agency
        : asking === "close"
          ? t.outcomes.closing
          : t.outcomes.title;
  return (
    <Dialog title={title} onClose={onCancel} testid="outcomes" size={620}>
      {body}
    </Dialog>
  );
}

function UnfinishedHead({ call, more }: { call: LiveCall; more: string }) {
  const t = useTexts();
  const now = useNow(200);
  const rest = call.unfinishedUntil ? left(Date.parse(call.unfinishedUntil) - now) : "";
  return (
    <>
      <div className="top">
        <span className="dot ring" />
        <span role="alert">
          {more === "prank" ? t.outcomes.prank : more === "agency" ? t.outcomes.agency : t.outcomes.unfinished}
        </span>
        <span className="num left">{rest}</span>
      </div>
      <div className="dim">{t.outcomes.unfinishedLeft(rest)}</div>
    </>
  );
}
