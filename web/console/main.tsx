import "./theme/all.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, Suspense, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { App } from "./app";
import { type Lang, storedLang, TextsContext, texts } from "./i18n";
import { type Look, LookContext, paint, storedTheme, type Theme } from "./look";
import { usePath } from "./router";
import { theme as mantine } from "./theme/theme";

const StatePage = lazy(() => import("./states/page"));
const Wall = lazy(() => import("./screens/wall-page"));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (n, err) => n < 2 && err instanceof ApiError && (err.status === 0 || err.status >= 500),
      retryDelay: (n) => 400 * 2 ** n,
    },
  },
});

function Root() {
  const path = usePath();
  const [lang, setLang] = useState<Lang>(storedLang);
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const look = useMemo<Look>(
    () => ({
      lang,
      theme,
      setLang: (l) => {
        localStorage.setItem("siaga.lang", l);
        setLang(l);
      },
      setTheme: (t) => {
        localStorage.setItem("siaga.theme", t);
        setTheme(t);
      },
    }),
    [lang, theme],
  );
  document.documentElement.lang = lang;
  if (theme !== "auto") paint(theme === "dark");
  const page = path.startsWith("/states") ? <StatePage /> : path.startsWith("/wall/") ? <Wall /> : <App />;
  return (
    // Without its own style elements Mantine lives under a strict CSP: the variables are in tokens.css.
    <MantineProvider theme={mantine} forceColorScheme={undefined} withCssVariables={false} withGlobalClasses={false}>
      <LookContext value={look}>
        <TextsContext value={texts[lang]}>
          <Suspense fallback={null}>{page}</Suspense>
        </TextsContext>
      </LookContext>
    </MantineProvider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Root />
    </QueryClientProvider>
  </StrictMode>,
);
