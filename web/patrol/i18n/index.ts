import { signal } from "../store";
import { en } from "./en";
import { id, type Texts } from "./id";

export type Language = "id" | "en";

export const language = signal<Language>(localStorage.getItem("siaga.bahasa") === "en" ? "en" : "id");

export function speak(l: Language) {
  localStorage.setItem("siaga.bahasa", l);
  document.documentElement.lang = l;
  language.set(l);
}

export const texts = (): Texts => (language.get() === "en" ? en : id);
