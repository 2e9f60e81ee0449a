// Language and theme, kept on this PC. By itself the console is dark at night (18-06 at the office) and light by day.
import { createContext, useContext } from "react";
import type { Lang } from "./i18n";

export type Theme = "auto" | "dark" | "light";
export interface Look {
  lang: Lang;
  theme: Theme;
  setLang: (l: Lang) => void;
  setTheme: (t: Theme) => void;
}
export const LookContext = createContext<Look>({ lang: "id", theme: "auto", setLang: () => {}, setTheme: () => {} });
export const useLook = () => useContext(LookContext);

export function storedTheme(): Theme {
  const t = localStorage.getItem("siaga.theme");
  return t === "dark" || t === "light" ? t : "auto";
}

/** Paints the page dark or light. */
export function paint(dark: boolean) {
  document.documentElement.classList.toggle("light", !dark);
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
}
