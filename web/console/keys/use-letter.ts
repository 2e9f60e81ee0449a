// Letters and digits for a picker that is open; with Alt while somebody types in a field. The handler says whether the key was meant for it.
import { useEffect, useRef } from "react";
import { takesText } from "./use-keys";

export function useLetter(on: (key: string) => boolean) {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const listen = (e: KeyboardEvent) => {
      // While somebody types in a field the same keys act with Alt, as all others do (keymap.ts).
      if (e.ctrlKey || e.metaKey || e.repeat || e.altKey !== takesText(e.target)) return;
      const key = e.altKey && /^(Key[A-Z]|Digit[0-9])$/.test(e.code) ? e.code.slice(-1) : e.key;
      if (!/^[a-z0-9]$/i.test(key) || (e.altKey && /^[0-9]$/.test(key))) return; // Alt and a digit is a panel
      if (!latest.current(key.toLowerCase())) return;
      e.preventDefault();
      e.stopImmediatePropagation();
    };
    // Capture: the picker is above whatever else listens.
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, []);
}
