import { useEffect, useState } from "preact/hooks";
import { language, texts } from "./i18n";
import { enter } from "./live";
import { items, waiting } from "./outbox";
import { ask, gone, Refused, type Session } from "./server";
import { useSignal } from "./store";
import { unlock } from "./wake";

const ownNumber = "siaga.nomor";
export const myNumber = () => localStorage.getItem(ownNumber) ?? "";
export const setMyNumber = (n: string) => localStorage.setItem(ownNumber, n.trim());

export function SignIn() {
  const t = texts();
  const ended = useSignal(gone);
  const left = waiting(useSignal(items)).length;
  const [code, setCode] = useState(() => location.hash.slice(1));
  const [pin, setPin] = useState("");
  const [number, setNumber] = useState(myNumber);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const again = () => setCode(location.hash.slice(1)); // another code was scanned while the page was open
    addEventListener("hashchange", again);
    return () => removeEventListener("hashchange", again);
  }, []);
  const open = async (e: Event) => {
    e.preventDefault();
    if (pin.length !== 6 || busy) return;
    unlock();
    setBusy(true);
    try {
      const s = await ask<Session>("POST", "/patrol/session", { code, pin });
      setMyNumber(number);
      history.replaceState(null, "", "/patroli/");
      enter(s);
    } catch (err) {
      setWrong(err instanceof Refused ? (err.problem.text?.[language.get()] ?? err.problem.code) : t.failed);
      setPin("");
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="signin">
      <h1>{t.signIn.title}</h1>
      {ended && <p class="warn-text">{t.signIn.ended}</p>}
      {left > 0 && <p class="warn-text">{t.signIn.kept(left)}</p>}
      <p>{code ? t.signIn.scan : t.signIn.noCode}</p>
      {code && (
        <form onSubmit={open}>
          <label>
            {t.signIn.pin}
            <input
              class="pin"
              data-testid="pin"
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9]{6}"
              maxLength={6}
              value={pin}
              onInput={(e) => setPin(e.currentTarget.value.replace(/\D/g, ""))}
            />
          </label>
          <label>
            {t.signIn.number}
            <input
              data-testid="own-number"
              type="tel"
              autoComplete="tel"
              maxLength={20}
              value={number}
              onInput={(e) => setNumber(e.currentTarget.value)}
            />
            <span class="dim">{t.signIn.numberWhy}</span>
          </label>
          <p role="alert" class="warn-text" data-testid="wrong">
            {wrong}
          </p>
          <button type="submit" class="step" data-testid="open" disabled={pin.length !== 6 || busy}>
            {t.signIn.open}
          </button>
        </form>
      )}
    </main>
  );
}
