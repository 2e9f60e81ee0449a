// Which page is shown: the address bar, and nothing else.
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const tell = () => {
  for (const f of listeners) f();
};
if (typeof window !== "undefined") window.addEventListener("popstate", tell);

export function go(path: string) {
  if (path === location.pathname + location.search) return;
  history.pushState(null, "", path);
  tell();
}

export function usePath(): string {
  return useSyncExternalStore(
    (f) => {
      listeners.add(f);
      return () => void listeners.delete(f);
    },
    () => location.pathname,
  );
}
