// One line that tells a person what was refused and why. It leaves by itself; the next one replaces it.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { type Texts, useTexts } from "../i18n";

const NoticeContext = createContext<(text: string) => void>(() => {});

/** The sentence for a failure: our own words for known codes, else the server's. */
export function sentence(err: unknown, t: Texts): string {
  if (!(err instanceof ApiError)) return t.errors.other(err instanceof Error ? err.message : String(err));
  const by = err.problem.by;
  const who = typeof by === "string" ? by : by ? `${by.rank} ${by.name}`.trim() : "";
  const known: Record<string, unknown> = t.errors;
  const text = err.code === "other" ? undefined : known[err.code];
  if (typeof text === "string") return text;
  if (err.code === "taken" || err.code === "seat_taken") return t.errors[err.code](who);
  return err.problem.text?.[t.lang === "en" ? "en" : "id"] ?? err.problem.detail ?? t.errors.other(err.code);
}

export function NoticeProvider({ children, first = "" }: { children: ReactNode; first?: string }) {
  const [text, set] = useState({ text: first, n: 0 });
  const show = useCallback((s: string) => set((old) => ({ text: s, n: old.n + 1 })), []);
  useEffect(() => {
    if (text.n === 0) return;
    const timer = setTimeout(() => set((now) => (now.n === text.n ? { text: "", n: 0 } : now)), 8000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <NoticeContext value={show}>
      {children}
      <div aria-live="assertive" role="alert">
        {text.text && (
          <div className="notice" data-testid="notice">
            <span className="dot ring" />
            {text.text}
          </div>
        )}
      </div>
    </NoticeContext>
  );
}

/** Says one line to the person. */
export function useNotice(): (text: string) => void {
  return useContext(NoticeContext);
}

/** Runs a command and tells the person when it is refused. Undefined means refused. */
export function useRun() {
  const show = useContext(NoticeContext);
  const t = useTexts();
  return useCallback(
    async <T,>(f: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await f();
      } catch (err) {
        show(sentence(err, t));
        return undefined;
      }
    },
    [show, t],
  );
}
