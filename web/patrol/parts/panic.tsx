import { useEffect, useRef, useState } from "preact/hooks";
import { hm } from "../clock";
import { texts } from "../i18n";
import { items, press } from "../outbox";
import { where } from "../place";
import type { Job } from "../server";
import { useSignal } from "../store";

const holdFor = 1000;

/** Panic calls for help when it is held for a second: by finger, or by the space bar. */
export function Panic({ j }: { j: Job | null }) {
  const t = texts();
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const kept = useSignal(items).some((i) => i.kind === "panic" && !i.refused);
  const stop = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    if (timer.current) return;
    setHolding(true);
    navigator.vibrate?.(100);
    timer.current = setTimeout(() => {
      stop();
      navigator.vibrate?.([200, 100, 200, 100, 600]);
      const w = where.get();
      void press({
        kind: "panic",
        path: "/job/panic",
        body: w ? { at: { lat: w.lat, lng: w.lng } } : {},
        label: "",
        incident: j?.incident?.id ?? "",
      });
    }, holdFor);
  };
  if (kept || j?.panic) {
    return (
      <footer class="asked">
        <div role="alert" data-testid="panic-asked" data-sent={!kept}>
          <b>{t.panic.asked}</b>
          <p>
            {kept
              ? t.panic.sending
              : j?.panic?.seen
                ? t.panic.seen(j.panic.seenBy)
                : t.panic.sent(hm(j?.panic?.at ?? 0, true))}
          </p>
        </div>
      </footer>
    );
  }
  return (
    <footer>
      <button
        type="button"
        class={holding ? "panic holding" : "panic"}
        data-testid="panic"
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          start();
        }}
        onPointerUp={stop}
        onPointerCancel={stop}
        onContextMenu={(e) => e.preventDefault()}
        onKeyDown={(e) => (e.key === " " || e.key === "Enter") && start()}
        onKeyUp={stop}
        onBlur={stop}
      >
        {holding ? t.panic.holding : t.panic.hold}
      </button>
    </footer>
  );
}
