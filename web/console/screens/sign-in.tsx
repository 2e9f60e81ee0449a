// The door: user and password, and a new password when the present one was given only once.
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError, ask, client } from "../api/client";
import type { Session } from "../api/types";
import { useTexts } from "../i18n";
import { sentence } from "../desk/notice";
import { left } from "../words/time";

export function SignIn(p: { onSession: (s: Session) => void; onLang: () => void; first?: { error?: string; lockedMs?: number } }) {
  const t = useTexts();
  const [error, setError] = useState(p.first?.error ?? "");
  const [busy, setBusy] = useState(false);
  const [locked, setLocked] = useState(p.first?.lockedMs ?? 0);
  useEffect(() => {
    if (locked <= 0) return;
    const timer = setTimeout(() => setLocked((ms) => ms - 1000), 1000);
    return () => clearTimeout(timer);
  }, [locked]);
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    setBusy(true);
    setError("");
    try {
      const body = { user: String(form.get("user")), password: String(form.get("password")) };
      p.onSession(await ask(() => client.POST("/session", { body })));
    } catch (err) {
      const wait = err instanceof ApiError && err.status === 429 ? Number(err.problem.retryAfterS ?? 0) : 0;
      if (wait > 0) setLocked(wait * 1000);
      setError(err instanceof ApiError && err.code === "wrong_password" ? t.signIn.wrong : wait > 0 ? "" : sentence(err, t));
      setBusy(false);
    }
  };
  return (
    <Card title={t.signIn.title} onSubmit={submit}>
      <p className="dim">{t.signIn.hint}</p>
      <label className="above">
        {t.signIn.user}
        <input className="fld" name="user" data-testid="signin-user" autoComplete="username" autoFocus required maxLength={80} />
      </label>
      <label className="above">
        {t.signIn.password}
        <input className="fld" name="password" type="password" data-testid="signin-password" autoComplete="current-password" required maxLength={200} />
      </label>
      <p role="alert" className="alarm" data-testid="signin-error">
        {locked > 0 ? t.signIn.locked(left(locked)) : error}
      </p>
      <button type="submit" className="b main big" data-testid="signin" disabled={busy || locked > 0}>
        {busy ? t.signIn.working : t.signIn.submit}
        <kbd>Enter</kbd>
      </button>
      <button type="button" className="b quiet" onClick={p.onLang}>
        {t.header.language}
      </button>
    </Card>
  );
}

function Card({ title, onSubmit, children }: { title: string; onSubmit: (e: FormEvent<HTMLFormElement>) => void; children: ReactNode }) {
  return (
    <main className="center">
      <form className="card" onSubmit={onSubmit}>
        <div className="row">
          <b>Siaga</b>
          <span className="dim">110</span>
        </div>
        <h1>{title}</h1>
        {children}
      </form>
    </main>
  );
}

const shortest = 10;

export function ChangePassword({ onDone }: { onDone: () => void }) {
  const t = useTexts();
  const [error, setError] = useState("");
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    const [old, one, two] = ["old", "one", "two"].map((k) => String(form.get(k) ?? ""));
    if (!old || !one) return;
    if (one !== two) return setError(t.signIn.differ);
    if (one.length < shortest) return setError(t.signIn.short);
    try {
      await ask(() => client.POST("/session/password", { body: { old, new: one } }));
      onDone();
    } catch (err) {
      setError(err instanceof ApiError && err.code === "wrong_password" ? t.signIn.wrong : sentence(err, t));
    }
  };
  return (
    <Card title={t.signIn.change} onSubmit={submit}>
      <p className="dim">{t.signIn.changeWhy}</p>
      {(["old", "one", "two"] as const).map((name) => (
        <label className="above" key={name}>
          {{ old: t.signIn.old, one: t.signIn.new1, two: t.signIn.new2 }[name]}
          <input
            className="fld"
            name={name}
            type="password"
            required
            maxLength={200}
            data-testid={`password-${name}`}
            autoComplete={name === "old" ? "current-password" : "new-password"}
          />
        </label>
      ))}
      <p role="alert" className="alarm">
        {error}
      </p>
      <button type="submit" className="b main big" data-testid="password-save">
        {t.signIn.save}
        <kbd>Enter</kbd>
      </button>
    </Card>
  );
}
