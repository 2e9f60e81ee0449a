import { useEffect, useRef, useState } from "preact/hooks";
import { ago, hm, useNow } from "./clock";
import { language, speak, texts } from "./i18n";
import { leave, offline } from "./live";
import { items, waiting } from "./outbox";
import { Outbox } from "./parts/outbox";
import { Panic } from "./parts/panic";
import { Work } from "./parts/work";
import { placeState, sentAt, unwatchPlace, watchPlace } from "./place";
import { ask, gone, heardAt, type Job, job, session } from "./server";
import { SignIn } from "./signin";
import { useSignal } from "./store";
import { alarm, lookAtPush, pushState, stayOn, wakeMe } from "./wake";

export function App() {
  useSignal(language);
  const s = useSignal(session);
  if (!s || location.hash.length > 10) return <SignIn />;
  return <Phone />;
}

function Phone() {
  const t = texts();
  const j = useSignal(job);
  const [open, setOpen] = useState<"menu" | "outbox" | null>(null);
  useEffect(() => {
    watchPlace();
    void lookAtPush();
    void stayOn(true);
    const again = () => document.visibilityState === "visible" && void stayOn(true);
    document.addEventListener("visibilitychange", again);
    return () => {
      document.removeEventListener("visibilitychange", again);
      void stayOn(false);
      unwatchPlace();
    };
  }, []);
  useNewJob(j);
  return (
    <div class="page">
      <Head j={j} open={(o) => setOpen(open === o ? null : o)} />
      <main>
        {open === "menu" && <Menu j={j} close={() => setOpen(null)} />}
        {open === "outbox" && <Outbox close={() => setOpen(null)} />}
        {!open && j && <Work key={j.incident?.id} j={j} />}
        {!open && !j && <p class="dim center">{t.net.off}</p>}
      </main>
      <Panic j={j} />
    </div>
  );
}

/** useNewJob sounds when another job comes than the one that was seen last. */
function useNewJob(j: Job | null) {
  const last = useRef<string | undefined>(undefined);
  const id = j?.incident?.id ?? "";
  useEffect(() => {
    if (last.current !== undefined && id && id !== last.current) alarm();
    last.current = id;
  }, [id]);
}

function Head({ j, open }: { j: Job | null; open: (what: "menu" | "outbox") => void }) {
  const t = texts();
  const list = useSignal(items);
  const off = useSignal(offline);
  const heard = useSignal(heardAt);
  const now = useNow();
  const left = waiting(list).length;
  const refused = list.length - left;
  const stale = heard > 0 && now - heard > 45_000;
  const s = session.get()!;
  return (
    <header>
      <button type="button" class="sign" data-testid="menu" aria-haspopup="true" onClick={() => open("menu")}>
        <b>☰ {j?.sign || s.sign}</b>
        {off || stale ? (
          <span class="warn-text" role="status" data-testid="offline">
            ▲ {off ? t.net.off : t.net.stale(ago(now - heard))}
          </span>
        ) : (
          <span class="dim">
            {s.name}
            {j && j.crew.length > 1 ? ` + ${j.crew.length - 1}` : ""}
          </span>
        )}
      </button>
      <button
        type="button"
        class={`chip tap ${refused ? "bad" : left ? "warn" : "ok"}`}
        data-testid="outbox"
        data-count={left}
        aria-live="polite"
        onClick={() => open("outbox")}
      >
        {refused ? `! ${refused}` : left ? t.out.waiting(left) : `✓ ${t.out.none}`}
      </button>
    </header>
  );
}

function Menu({ j, close }: { j: Job | null; close: () => void }) {
  const t = texts();
  const now = useNow();
  const push = useSignal(pushState);
  const place = useSignal(placeState);
  const sent = useSignal(sentAt);
  const [sure, setSure] = useState(false);
  const left = waiting(useSignal(items)).length;
  const s = session.get()!;
  const out = async () => {
    try {
      await ask("DELETE", "/session");
    } catch {
      // the server ends it by itself when the shift is over
    }
    gone.set(false);
    await leave();
  };
  return (
    <section class="panel" data-testid="menu-page">
      <h2>
        {s.sign} · {t.until(hm(s.until))}
      </h2>
      <p>
        {t.crew}: {j?.crew.map((m) => m.name).join(", ") || s.name}
      </p>
      <p class="dim" data-testid="place">
        {place === "off" ? t.place.off : sent ? t.place.at(ago(now - sent)) : t.place.wait}
      </p>
      {push === "off" && (
        <button type="button" class="big" data-testid="push-on" onClick={() => void wakeMe()}>
          {t.push.on}
        </button>
      )}
      {push !== "off" && push !== "no" && (
        <p class="dim" data-testid="push">
          {push === "on" ? `✓ ${t.push.works}` : push === "denied" ? t.push.denied : t.push.failed}
        </p>
      )}
      <button
        type="button"
        class="big"
        data-testid="language"
        onClick={() => speak(language.get() === "id" ? "en" : "id")}
      >
        {t.language}
      </button>
      {!sure && (
        <button type="button" class="big" data-testid="leave" onClick={() => setSure(true)}>
          {t.leave}
        </button>
      )}
      {sure && (
        <>
          <p>{left ? t.leaveKept : t.leaveAsk}</p>
          <div class="pair">
            <button type="button" class="big" onClick={() => setSure(false)}>
              {t.cancel}
            </button>
            <button
              type="button"
              class="big bad"
              data-testid="leave-sure"
              disabled={left > 0}
              onClick={() => void out()}
            >
              {t.leave}
            </button>
          </div>
        </>
      )}
      <button type="button" class="big main" onClick={close}>
        {t.close}
      </button>
    </section>
  );
}
