// Plain letters and digits for a picker that is open. They don't act while somebody types in a field.
import { useEffect, useRef } from "react";
import { takesText } from "./use-keys";

export function useLetter(on: (key: string) => void) {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const listen = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || takesText(e.target)) return;
      if (!/^[a-z0-9]$/i.test(e.key)) return;
      e.preventDefault();
      latest.current(e.key.toLowerCase());
    };
    // Capture: the picker is above whatever else listens.
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, []);
}
