// The address bar as state: a handful of pages need no router.
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const tell = () => {
  for (const f of listeners) f();
};
window.addEventListener("popstate", tell);

function subscribe(f: () => void) {
  listeners.add(f);
  return () => void listeners.delete(f);
}

/** Goes to a page without loading it anew: a load would cut the audio line. */
export function go(path: string) {
  if (path === location.pathname + location.search) return;
  history.pushState(null, "", path);
  tell();
}

/** The path, and the way to another. */
export function usePath(): [string, (path: string) => void] {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return [path, useCallback(go, [])];
}
