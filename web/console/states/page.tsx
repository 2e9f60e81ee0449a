// /states: each screen in each state without a running call. /states?s=console-takeback&theme=dark&lang=id shows one;
// without s it lists them all. Screenshots and accessibility tests look here.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Acts, acts as real } from "../desk/acts";
import { type Desk, DeskContext } from "../desk/desk";
import { NoticeProvider } from "../desk/notice";
import { TextsContext, texts } from "../i18n";
import { Positions } from "../live/positions";
import { LookContext, paint } from "../look";
import { phoneOff } from "../phone/line";
import { Rings } from "../screens/frame";
import { incident, kinds, live, moment, outcomes, poldaSession } from "./fixtures";
import { scenes } from "./scenes";

const nowhere = new Positions();
const never = () => new Promise<never>(() => {});

export default function StatePage() {
  const query = new URLSearchParams(location.search);
  const name = query.get("s") ?? "";
  const scene = scenes[name];
  const lang = query.get("lang") === "en" ? "en" : "id";
  const theme = query.get("theme") === "light" ? "light" : "dark";
  paint(theme === "dark");
  document.documentElement.lang = lang;
  const queries = useMemo(
    () => new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } }),
    [],
  );
  const desk = useMemo<Desk>(() => {
    const acts = Object.fromEntries(Object.keys(real).map((k) => [k, never])) as unknown as Acts;
    acts.incident = (id) => Promise.resolve({ ...(scene?.incident ?? incident()), id });
    Object.assign(acts, scene?.acts);
    return {
      session: poldaSession,
      live: live({}),
      positions: nowhere,
      phone: phoneOff,
      seat: "",
      kinds,
      outcomes,
      now: () => moment,
      frozen: true,
      age: () => scene?.age ?? 0,
      levels: () => ({ mine: 0.4, theirs: 0.5 }),
      mute: () => {},
      unblock: () => {},
      sound: { play: () => {}, volume: 0.6, setVolume: () => {} },
      ...scene?.desk,
      acts,
    };
  }, [scene]);
  if (!scene) {
    return (
      <main className="states">
        <h1>Siaga · states</h1>
        <ul>
          {Object.keys(scenes).map((s) => (
            <li key={s}>
              {s}:{" "}
              {(["id", "en"] as const).flatMap((l) =>
                (["dark", "light"] as const).map((th) => (
                  <a key={l + th} href={`/states?s=${s}&theme=${th}&lang=${l}`}>
                    {l}-{th}{" "}
                  </a>
                )),
              )}
            </li>
          ))}
        </ul>
      </main>
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <LookContext value={{ lang, theme, setLang: () => {}, setTheme: () => {} }}>
        <TextsContext value={texts[lang]}>
          <NoticeProvider first={scene.notice ?? ""}>
            <DeskContext value={desk}>
              {scene.show()}
              <Rings />
            </DeskContext>
          </NoticeProvider>
        </TextsContext>
      </LookContext>
    </QueryClientProvider>
  );
}
