// Plain letters and digits for a picker that is open. They don't act while somebody types in a field. The handler says whether the key was meant for it.
import { useEffect, useRef } from "react";
import { takesText } from "./use-keys";

export function useLetter(on: (key: string) => boolean) {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const listen = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || takesText(e.target)) return;
      if (!/^[a-z0-9]$/i.test(e.key)) return;
      if (!latest.current(e.key.toLowerCase())) return;
      e.preventDefault();
      e.stopImmediatePropagation();
    };
    // Capture: the picker is above whatever else listens.
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, []);
}
