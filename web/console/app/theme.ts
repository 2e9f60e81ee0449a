// Dark by night, light by day, unless the person has chosen. The choice stays on this PC.
import { useCallback, useEffect, useState } from "react";
import type { Clock } from "../live/clock";
import { isNight } from "../words/time";

export type Choice = "auto" | "dark" | "light";
const choices: readonly Choice[] = ["auto", "dark", "light"];

export interface Theme {
  choice: Choice;
  next: () => void;
}

/** Puts a theme on the page. */
export function paint(light: boolean) {
  document.documentElement.classList.toggle("light", light);
}

function stored(): Choice {
  const v = localStorage.getItem("siaga.theme");
  return v === "dark" || v === "light" || v === "auto" ? v : "dark";
}

export function useTheme(zone: string, clock: Clock): Theme {
  const [choice, set] = useState<Choice>(stored);
  useEffect(() => {
    localStorage.setItem("siaga.theme", choice);
    const look = () => paint(choice === "light" || (choice === "auto" && !isNight(clock.now(), zone)));
    look();
    const timer = setInterval(look, 60_000);
    return () => clearInterval(timer);
  }, [choice, zone, clock]);
  const next = useCallback(() => set((c) => choices[(choices.indexOf(c) + 1) % choices.length]!), []);
  return { choice, next };
}
