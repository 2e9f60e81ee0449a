// What the board makes heard: a new incident, a step that was missed. A crew that calls for help has a
// voice of its own on every page (parts/panic-alarm.tsx).
import { useEffect, useRef } from "react";
import type { IncidentCard } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { calls } from "./queue";

export function useBoardSounds(queue: readonly IncidentCard[]) {
  const { sound, frozen } = useDesk();
  const now = useNow(1000);
  const known = useRef<Map<string, unknown> | null>(null);
  useEffect(() => {
    if (frozen) return;
    const list = calls(queue, now);
    const before = known.current;
    known.current = list;
    if (!before) return; // what was there when the page came up is seen, not heard
    const fresh = [...list].filter(([key]) => !before.has(key)).map(([, what]) => what);
    if (fresh.includes("alarm")) sound.play("alarm");
    else if (fresh.includes("report")) sound.play("report");
  }, [queue, now, sound, frozen]);
}
