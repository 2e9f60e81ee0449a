// From signing in to the console: who is here, at which seat, and which page they look at.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { ask, client, command, setCsrf, whenSignedOut } from "./api/client";
import type { Session } from "./api/types";
import { acts } from "./desk/acts";
import { type Desk, DeskContext, useDesk } from "./desk/desk";
import { NoticeProvider, useRun } from "./desk/notice";
import { clock, onStream, phone, sounds, stream } from "./desk/runtime";
import { type Line, useLine } from "./desk/use-line";
import { useTexts } from "./i18n";
import { paint, useLook } from "./look";
import { usePath } from "./router";
import { ChooseSeat, Moved, SoundCheck } from "./screens/duty";
import { Rings, SignOutContext } from "./screens/frame";
import { PoldaConsole } from "./screens/polda";
import { PolresConsole } from "./screens/polres";
import { ChangePassword, Plain, SignIn } from "./screens/signin";
import { isNight } from "./words/time";

const Pages = lazy(() => import("./screens/pages"));

export function App() {
  const t = useTexts();
  const cache = useQueryClient();
  const [session, set] = useState<Session | null | undefined>(undefined);
  const [trouble, setTrouble] = useState(false);

  const take = useCallback((s: Session | null) => {
    if (s) {
      setCsrf(s.csrf);
      clock.sample(Date.parse(s.serverTime), Date.now() - 200, Date.now());
    }
    set(s);
  }, []);
  const out = useCallback(() => {
    phone.close();
    stream.close();
    sessionStorage.removeItem("siaga.seat");
    cache.clear();
    take(null);
  }, [cache, take]);

  useEffect(() => {
    let gone = false;
    whenSignedOut(out);
    const read = async () => {
      try {
        const s = await client.GET("/session");
        if (gone) return;
        setTrouble(false);
        if (s.response.ok && s.data) take(s.data);
        else take(null);
      } catch {
        if (gone) return;
        setTrouble(true);
        setTimeout(() => void read(), 2000);
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [out, take]);

  const night = session ? isNight(clock.now(), session.office.zone) : true;
  const { theme } = useLook();
  useEffect(() => {
    if (theme === "auto") paint(night);
  }, [theme, night]);

  if (session === undefined) return trouble ? <Plain>{t.errors.unreachable}</Plain> : null;
  if (session === null) return <SignIn onSession={take} />;
  const signOut = () => void command((headers) => client.DELETE("/session", { headers })).then(out, out);
  if (session.mustChangePassword) {
    return <ChangePassword onOut={signOut} onDone={() => void ask(() => client.GET("/session")).then(take, out)} />;
  }
  return (
    <NoticeProvider>
      <SignedIn session={session} onOut={out} signOut={signOut} />
    </NoticeProvider>
  );
}

function SignedIn({ session, onOut, signOut }: { session: Session; onOut: () => void; signOut: () => void }) {
  const cache = useQueryClient();
  useEffect(() => {
    onStream((tables) => {
      for (const name of tables) void cache.invalidateQueries({ queryKey: [name] });
    }, onOut);
    stream.open();
    return () => stream.close();
  }, [cache, onOut]);
  useEffect(() => {
    // A page that was reloaded may be heard again from the first touch on.
    const wake = () => void sounds.wake();
    for (const e of ["pointerdown", "keydown"]) window.addEventListener(e, wake);
    return () => {
      for (const e of ["pointerdown", "keydown"]) window.removeEventListener(e, wake);
    };
  }, []);
  const live = useSyncExternalStore(stream.subscribe, stream.get);
  const state = useSyncExternalStore(phone.subscribe, phone.get);
  const { data: kinds = [] } = useQuery({
    queryKey: ["kinds"],
    queryFn: () => ask(() => client.GET("/kinds")),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: outcomes = [] } = useQuery({
    queryKey: ["outcomes"],
    queryFn: () => ask(() => client.GET("/outcomes")),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const seat = Object.values(live.seats).find((s) => s.person?.id === session.person.id && s.state !== "OFF")?.id ?? "";
  const desk = useMemo<Desk>(
    () => ({
      session,
      live,
      positions: stream.positions,
      phone: state,
      seat,
      kinds,
      outcomes,
      acts,
      now: runtimeNow,
      frozen: false,
      age: runtimeAge,
      levels: runtimeLevels,
      mute: (on) => phone.mute(on),
      unblock: () => phone.unblock(),
      sound,
    }),
    [session, live, state, seat, kinds, outcomes],
  );
  if (!live.ready) return <main className="center" aria-busy="true" />;
  return (
    <DeskContext value={desk}>
      <SignOutContext value={signOut}>
        <Place signOut={signOut} />
        <Rings />
      </SignOutContext>
    </DeskContext>
  );
}

const runtimeNow = () => clock.now();
const runtimeAge = () => stream.age();
const runtimeLevels = () => phone.levels();
const sound: Desk["sound"] = {
  play: (n) => sounds.play(n),
  get volume() {
    return sounds.volume;
  },
  setVolume: (v) => sounds.setVolume(v),
};

/** The page of the address; the desk needs a seat with a line first. */
function Place({ signOut }: { signOut: () => void }) {
  const path = usePath();
  const desk = useDesk();
  const line = useLine();
  const works = desk.session.person.role === "operator" || desk.session.person.role === "supervisor";
  if (path !== "/" || !works) {
    return (
      <Suspense fallback={null}>
        <Pages />
      </Suspense>
    );
  }
  return <SeatGate line={line} signOut={signOut} />;
}

function SeatGate({ line, signOut }: { line: Line; signOut: () => void }) {
  const run = useRun();
  const { session, seat, phone: state, live } = useDesk();
  const [skipped, skip] = useState("");
  if (!seat) {
    return <ChooseSeat onStart={(s) => void line.start(s, true)} busy={line.busy} error={line.error} onOut={signOut} />;
  }
  if (state.line === "moved" || line.elsewhere) {
    return <Moved seat={seat} elsewhere={line.elsewhere} onMove={() => void line.start(seat, true)} onOut={signOut} />;
  }
  const me = live.seats[seat];
  if (me?.state === "NOT_READY" && me.reason === "mulai_dinas" && skipped !== seat) {
    return (
      <SoundCheck
        onReady={() => void run(() => acts.ready())}
        onAgain={() => void line.start(seat, false)}
        onSkip={() => skip(seat)}
        onOut={() => void run(() => acts.endDuty())}
      />
    );
  }
  return session.office.kind === "polres" || session.office.kind === "polsek" ? <PolresConsole /> : <PoldaConsole />;
}
