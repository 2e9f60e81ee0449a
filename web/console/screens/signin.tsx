// Signing in. The page names no office: whoever passes by learns nothing.
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError, ask, client, command } from "../api/client";
import type { Session } from "../api/types";
import { sentence } from "../desk/notice";
import { useTexts } from "../i18n";
import { useLook } from "../look";
import { Act } from "../parts/bits";
import { clock } from "../words/time";

export function Plain({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <main className="center">
      <div className={`card ${wide ? "wide" : ""}`}>{children}</div>
    </main>
  );
}

export function SignIn({
  onSession,
  first = {},
}: {
  onSession: (s: Session) => void;
  first?: { error?: string; lockedS?: number };
}) {
  const t = useTexts();
  const { lang, setLang } = useLook();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState(first.error ?? "");
  const [locked, lock] = useState(first.lockedS ?? 0);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (locked <= 0 || first.lockedS) return;
    const timer = setTimeout(() => lock((n) => n - 1), 1000);
    return () => clearTimeout(timer);
  }, [locked, first.lockedS]);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy || locked > 0) return;
    setBusy(true);
    setError("");
    try {
      onSession(await ask(() => client.POST("/session", { body: { user: user.trim(), password } })));
    } catch (err) {
      setPassword("");
      if (err instanceof ApiError && err.status === 429) lock(Math.ceil(err.problem.retryAfterS ?? 60));
      else setError(err instanceof ApiError && err.status === 401 ? t.signIn.wrong : sentence(err, t));
      document.getElementById("password")?.focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Plain>
      <div className="row">
        <h1>{t.app}</h1>
        <Act
          look="quiet"
          className="push"
          onClick={() => setLang(lang === "id" ? "en" : "id")}
          lang={lang === "id" ? "en" : "id"}
        >
          {t.header.language}
        </Act>
      </div>
      <form className="stack" onSubmit={(e) => void submit(e)} aria-label={t.signIn.title}>
        <label className="above">
          {t.signIn.user}
          <input
            className="fld"
            data-testid="signin-user"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={user}
            onChange={(e) => setUser(e.target.value)}
          />
        </label>
        <label className="above">
          {t.signIn.password}
          <input
            id="password"
            className="fld"
            data-testid="signin-password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </label>
        <div role="alert" data-testid="signin-error">
          {locked > 0 ? (
            <p className="warned">▲ {t.signIn.locked(clock(locked * 1000))}</p>
          ) : (
            error && <p className="alarm">⚠ {error}</p>
          )}
        </div>
        <Act look="main" className="big" type="submit" disabled={busy || locked > 0} testid="signin">
          {busy ? t.signIn.working : t.signIn.submit}
        </Act>
      </form>
      <p className="dim">{t.signIn.hint}</p>
    </Plain>
  );
}

/** A one-time password must be changed before anything else. */
export function ChangePassword({ onDone, onOut }: { onDone: () => void; onOut: () => void }) {
  const t = useTexts();
  const [old, setOld] = useState("");
  const [new1, set1] = useState("");
  const [new2, set2] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if ([...new1].length < 10) return setError(t.signIn.short);
    if (new1 !== new2) return setError(t.signIn.differ);
    setBusy(true);
    try {
      await command((headers) => client.POST("/session/password", { body: { old, new: new1 }, headers }));
      onDone();
    } catch (err) {
      setError(err instanceof ApiError && err.code === "wrong_password" ? t.signIn.wrong : sentence(err, t));
    } finally {
      setBusy(false);
    }
  };
  const field = (label: string, value: string, set: (s: string) => void, kind: string, id: string) => (
    <label className="above">
      {label}
      <input
        className="fld"
        type="password"
        autoComplete={kind}
        required
        value={value}
        onChange={(e) => set(e.target.value)}
        data-testid={id}
      />
    </label>
  );
  return (
    <Plain>
      <h1>{t.signIn.change}</h1>
      <p className="dim">{t.signIn.changeWhy}</p>
      <form className="stack" onSubmit={(e) => void submit(e)}>
        <input type="text" autoComplete="username" hidden readOnly value="" />
        {field(t.signIn.old, old, setOld, "current-password", "password-old")}
        {field(t.signIn.new1, new1, set1, "new-password", "password-new")}
        {field(t.signIn.new2, new2, set2, "new-password", "password-again")}
        <div role="alert">{error && <p className="alarm">⚠ {error}</p>}</div>
        <Act look="main" className="big" type="submit" disabled={busy} testid="password-save">
          {t.signIn.save}
        </Act>
        <Act look="quiet" onClick={onOut}>
          {t.signIn.out}
        </Act>
      </form>
    </Plain>
  );
}
