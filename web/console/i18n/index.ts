// Texts in two languages, as plain typed objects: a key that one of them lacks fails the build.
import { createContext, useContext } from "react";
import { en } from "./en";
import { id } from "./id";

type Widen<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends string
    ? string
    : { readonly [K in keyof T]: Widen<T[K]> };

/** The shape that each language must fill. */
export type Texts = Widen<typeof id>;
export type Lang = "id" | "en";

export const texts: Record<Lang, Texts> = { id, en };
export const TextsContext = createContext<Texts>(id);

/** The texts of the chosen language. */
export function useTexts(): Texts {
  return useContext(TextsContext);
}

export function langOf(t: Texts): Lang {
  return t.lang === "en" ? "en" : "id";
}

/** The stored language; Indonesian when none was chosen. */
export function storedLang(): Lang {
  return localStorage.getItem("siaga.lang") === "en" ? "en" : "id";
}

/** Looks a code up among texts, and shows the code itself when a newer server knows more than we do. */
export function word(table: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(table, code) ? table[code]! : code.replaceAll("_", " ");
}
