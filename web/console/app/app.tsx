// Who is here, and what they see: sign-in, then the person's screens with everything they share.
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { ApiError, ask, client, setCsrf, whenSignedOut } from "../api/client";
import type { Session } from "../api/types";
import { acts } from "../desk/acts";
import { type Desk, DeskContext } from "../desk/desk";
import { NoticeProvider } from "../desk/notice";
import { TextsContext, storedLang, texts } from "../i18n";
import { Clock } from "../live/clock";
import { Stream } from "../live/stream";
import { Softphone } from "../phone/softphone";
import { Sounds } from "../phone/sounds";
import { ChangePassword, SignIn } from "../screens/sign-in";
import { WallPage } from "../screens/wall";
import { Screens } from "./screens";
import { usePath } from "./path";
import { useTheme } from "./theme";

const cache = new QueryClient({ defaultOptions: { queries: { retry: 2, refetchOnWindowFocus: false, staleTime: 5_000 } } });

/** The whole page. */
export function App() {
  const [lang, setLang] = useState(storedLang);
  useEffect(() => {
    document.documentElement.lang = lang;
    localStorage.setItem("siaga.lang", lang);
  }, [lang]);
  return (
    <QueryClientProvider client={cache}>
      <TextsContext value={texts[lang]}>
        <Door onLang={() => setLang((l) => (l === "id" ? "en" : "id"))} />
      </TextsContext>
    </QueryClientProvider>
  );
}

function Door({ onLang }: { onLang: () => void }) {
  const [path] = usePath();
  const token = /^\/wall\/(.+)$/.exec(path)?.[1];
  if (token) return <WallPage token={decodeURIComponent(token)} />;
  return <House onLang={onLang} />;
}

function House({ onLang }: { onLang: () => void }) {
  const [session, set] = useState<Session | null | undefined>(undefined);
  const enter = useCallback((s: Session | null) => {
    setCsrf(s?.csrf ?? "");
    set(s);
  }, []);
  useEffect(() => {
    whenSignedOut(() => enter(null));
    let again: ReturnType<typeof setTimeout> | undefined;
    const look = () =>
      ask(() => client.GET("/session")).then(enter, (err: unknown) => {
        if (err instanceof ApiError && err.status === 401) return enter(null);
        again = setTimeout(look, 1000); // the server restarts: nobody is signed out for that
      });
    void look();
    return () => clearTimeout(again);
  }, [enter]);
  if (session === undefined) return <div className="center" aria-busy="true" />;
  if (session === null) return <SignIn onSession={enter} onLang={onLang} />;
  if (session.mustChangePassword) return <ChangePassword onDone={() => enter({ ...session, mustChangePassword: false })} />;
  return <Inside key={session.csrf} session={session} onLeave={() => enter(null)} onLang={onLang} />;
}

/** The things that live as long as somebody is signed in. */
function useTools(session: Session, onSignedOut: () => void) {
  return useMemo(() => {
    const clock = new Clock();
    clock.sample(Date.parse(session.serverTime), Date.now(), Date.now());
    const sounds = new Sounds();
    const stream = new Stream(
      clock,
      (tables) => {
        for (const t of tables) void cache.invalidateQueries({ queryKey: [t] });
      },
      onSignedOut,
    );
    return { clock, sounds, stream, phone: new Softphone(clock, sounds) };
  }, [session.serverTime, onSignedOut]);
}

function Inside({ session, onLeave, onLang }: { session: Session; onLeave: () => void; onLang: () => void }) {
  const { clock, sounds, stream, phone } = useTools(session, onLeave);
  useEffect(() => {
    stream.open();
    return () => {
      stream.close();
      phone.close();
      sounds.loop(null);
    };
  }, [stream, phone, sounds]);
  const live = useSyncExternalStore(stream.subscribe, stream.get);
  const line = useSyncExternalStore(phone.subscribe, phone.get);
  const { data: kinds = [] } = useQuery({ queryKey: ["kinds"], queryFn: () => ask(() => client.GET("/kinds")), staleTime: Number.POSITIVE_INFINITY });
  const { data: outcomes = [] } = useQuery({ queryKey: ["outcomes"], queryFn: () => ask(() => client.GET("/outcomes")), staleTime: Number.POSITIVE_INFINITY });
  const sitting = Object.values(live.seats).find((s) => s.person?.id === session.person.id)?.id;
  const seat = live.ready ? (sitting ?? "") : (session.duty?.seat ?? "");
  const theme = useTheme(session.office.zone, clock);

  const now = useCallback(() => clock.now(), [clock]);
  const [volume, setVolume] = useState(sounds.volume);
  const desk = useMemo<Desk>(
    () => ({
      session,
      live,
      phone: line,
      seat,
      kinds,
      outcomes,
      acts,
      now,
      frozen: false,
      age: () => stream.age(),
      levels: () => phone.levels(),
      mute: (on) => phone.mute(on),
      unblock: () => phone.unblock(),
      sound: {
        play: (name) => sounds.play(name),
        volume,
        setVolume: (v) => {
          sounds.setVolume(v);
          setVolume(v);
        },
      },
    }),
    [session, live, line, seat, kinds, outcomes, now, stream, phone, sounds, volume],
  );
  const signOut = async () => {
    try {
      await ask(() => client.DELETE("/session"));
      onLeave();
    } catch (err) {
      if (err instanceof ApiError && err.status === 401) onLeave();
      else throw err;
    }
  };
  return (
    <DeskContext value={desk}>
      <NoticeProvider>
        <Screens softphone={phone} loop={(name) => sounds.loop(name)} theme={theme} onLang={onLang} onSignOut={signOut} />
      </NoticeProvider>
    </DeskContext>
  );
}
