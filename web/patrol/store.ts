// A value that tells who looks at it when it changes. Preact's hooks need nothing more here.
import { useEffect, useState } from "preact/hooks";

export type Signal<T> = { get: () => T; set: (v: T) => void; watch: (f: () => void) => () => void };

export function signal<T>(value: T): Signal<T> {
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set: (v) => {
      if (Object.is(v, value)) return;
      value = v;
      for (const w of [...watchers]) w();
    },
    watch: (f) => {
      watchers.add(f);
      return () => watchers.delete(f);
    },
  };
}

export function useSignal<T>(s: Signal<T>): T {
  const [, again] = useState(0);
  useEffect(() => s.watch(() => again((n) => n + 1)), [s]);
  return s.get();
}
