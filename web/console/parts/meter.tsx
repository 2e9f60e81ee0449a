// A level meter: the last two seconds of loudness. It says that a voice is there, not what it says.
import { useEffect, useState } from "react";
import { useDesk } from "../desk/desk";

const bars = 20;
const still = [3, 4, 6, 4, 5, 8, 5, 3, 0, 0, 2, 4, 7, 5, 3, 1, 0, 0, 3, 5];

export function Meter({ whose, label }: { whose: "mine" | "theirs"; label: string }) {
  const { levels, frozen } = useDesk();
  const [past, set] = useState<number[]>(() => (frozen ? still : Array(bars).fill(0)));
  useEffect(() => {
    if (frozen) return;
    const timer = setInterval(() => {
      const step = Math.round(levels()[whose] * 8);
      set((p) => [...p.slice(1), step]);
    }, 100);
    return () => clearInterval(timer);
  }, [levels, whose, frozen]);
  return (
    <span className="meter" role="img" aria-label={label} data-testid={`meter-${whose}`} data-level={past.at(-1)}>
      {past.map((h, i) => (
        <i key={i} className={`h${h} ${h < 1 ? "q" : ""}`} />
      ))}
    </span>
  );
}
