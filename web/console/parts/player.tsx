// The recording of a call.
import { useEffect, useState } from "react";
import { useTexts } from "../i18n";
import { clock } from "../words/time";
import { Act } from "./bits";

/** A recording is played for a reason, which is written down with the name of whoever listened. */
export function Player({ id, ms }: { id: string; ms: number }) {
  const t = useTexts();
  const [reason, write] = useState("");
  const [src, play] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another call needs its own reason
  useEffect(() => play(""), [id]);
  if (src) {
    // biome-ignore lint/a11y/useMediaCaption: a recording of a call has no captions
    return <audio className="tape" src={src} controls autoPlay data-testid="tape" />;
  }
  return (
    <form
      className="stack"
      onSubmit={(e) => {
        e.preventDefault();
        if (reason.trim())
          play(`/api/v1/calls/${encodeURIComponent(id)}/tape?reason=${encodeURIComponent(reason.trim())}`);
      }}
    >
      <label className="stack">
        {t.calls.reason}
        <input
          className="fld"
          required
          minLength={3}
          maxLength={200}
          placeholder={t.calls.reasonHint}
          value={reason}
          onChange={(e) => write(e.target.value)}
          data-testid="tape-reason"
        />
      </label>
      <Act look="main" type="submit" testid="tape-play">
        ▶ {t.calls.play} <span className="num push">{clock(ms)}</span>
      </Act>
    </form>
  );
}
