// A caller who says nothing: how long, what was asked of them, what can be done; and the silent emergency, in which
// they hear nothing of us.
import { useEffect, useState } from "react";
import type { LiveCall } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act, Since } from "./bits";

const talking = ["TALKING", "TRANSFERRING"];

export function Silence({ call }: { call: LiveCall }) {
  const desk = useDesk();
  const mine = call.seat === desk.seat || call.leaving?.seat === desk.seat;
  if (call.outbound || call.phase === "ENDED") return null;
  if (call.silence.emergency) return <Emergency call={call} mine={mine && talking.includes(call.phase)} />;
  if (!talking.includes(call.phase)) return null;
  return <Quiet call={call} mine={mine} />;
}

/** Nobody has spoken yet. Whoever has the caller may mark a silent emergency at any time of the talk, by Y. */
function Quiet({ call, mine }: { call: LiveCall; mine: boolean }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const now = useNow(500);
  const s = call.silence;
  const pocket = s.pocketAt !== null && now >= Date.parse(s.pocketAt);
  const mark = () => void run(() => desk.acts.silent(call.id));
  const empty = () => void run(() => desk.acts.closeCall(call.id, { outcome: "kosong" }));
  useKeys({ ...(mine ? { silent: mark } : {}), ...(mine && pocket ? { empty } : {}) });
  return (
    <div className="silence" data-testid="silence">
      {s.since && (
        <span className={`chip ${s.prompted > 0 ? "warn" : ""}`} data-testid="silence-chip">
          {t.silence.quiet} <Since at={s.since} />
          {s.prompted > 0 && ` — ${t.silence.asked(s.prompted)}`}
          {s.sound && s.sound !== "silence" && s.sound !== "speech" && ` · ${t.silence.sounds[s.sound]}`}
        </span>
      )}
      {pocket && <p className="dim">{t.silence.pocket}</p>}
      {mine && (
        <div className="acts">
          {pocket && (
            <Act look="warn" className="wide" hint="K" testid="empty" onClick={empty}>
              {t.silence.empty}
            </Act>
          )}
          <Act hint="Y" testid="mark-silent" onClick={mark}>
            {t.silence.mark}
          </Act>
          {s.since && (
            <Act testid="ask-silent" onClick={() => void run(() => desk.acts.askSilent(call.id))}>
              {t.silence.ask}
            </Act>
          )}
        </div>
      )}
    </div>
  );
}

/** The silent emergency. To let the caller hear us again takes two presses: a voice in the room may cost a life. */
function Emergency({ call, mine }: { call: LiveCall; mine: boolean }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const [sure, ask] = useState(false);
  const { muted } = call.silence;
  const left = call.phase === "UNFINISHED";
  // biome-ignore lint/correctness/useExhaustiveDependencies: a question about the old state is over
  useEffect(() => ask(false), [muted]);
  const set = (on: boolean) => {
    ask(false);
    void run(() => desk.acts.muteCaller(call.id, on));
  };
  return (
    <div className={`silence emergency ${muted ? "" : "open"}`} role="alert" data-testid="silent-emergency">
      <b>■ {left ? t.silence.left : t.silence.emergency}</b>
      {!left && (
        <span className="big" data-testid="silent-muted">
          {muted ? t.silence.muted : t.silence.heard}
        </span>
      )}
      <span>{t.silence.why(call.silence.byEar)}</span>
      <ol>
        {t.silence.todo.slice(left ? 1 : 0).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      {mine && (
        <div className="acts">
          {!muted ? (
            <Act look="bad" className="wide" testid="mute-caller" onClick={() => set(true)}>
              {t.silence.muteAgain}
            </Act>
          ) : sure ? (
            <>
              <span className="wide">{t.silence.sure}</span>
              <Act look="bad" testid="lift-sure" onClick={() => set(false)}>
                {t.silence.lift}
              </Act>
              <Act testid="lift-no" onClick={() => ask(false)}>
                {t.silence.keep}
              </Act>
            </>
          ) : (
            <Act className="wide" testid="lift" onClick={() => ask(true)}>
              {t.silence.lift}…
            </Act>
          )}
        </div>
      )}
    </div>
  );
}
