// Listens to the keyboard for whoever is on screen. The innermost listener that handles an act wins.
import { useEffect, useRef } from "react";
import { type Act, actOf, mustPrevent } from "./keymap";

export type Handlers = Partial<Record<Act, () => void>>;
const stack: { current: Handlers; solo: boolean }[] = [];

/** Whether an element takes text. */
export function takesText(el: EventTarget | null): boolean {
  if (!(el instanceof HTMLElement)) return false;
  if (el.isContentEditable || el instanceof HTMLTextAreaElement || el instanceof HTMLSelectElement) return true;
  return el instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(el.type);
}

function onKey(e: KeyboardEvent) {
  if (mustPrevent(e.key)) e.preventDefault();
  const act = actOf({
    // With Alt some layouts give another sign than the letter on the key.
    key: e.altKey && /^(Key[A-Z]|Digit[0-9])$/.test(e.code) ? e.code.slice(-1).toLowerCase() : e.key,
    alt: e.altKey,
    ctrl: e.ctrlKey,
    meta: e.metaKey,
    shift: e.shiftKey,
    typing: takesText(e.target),
    repeat: e.repeat,
  });
  if (!act) return;
  for (let i = stack.length - 1; i >= 0; i--) {
    const layer = stack[i]!;
    const handler = layer.current[act];
    if (handler) {
      e.preventDefault();
      return handler();
    }
    if (layer.solo) return;
  }
}

/** Binds acts while the component is on screen. With solo, layers below hear nothing (a dialog). */
export function useKeys(handlers: Handlers, solo = false) {
  const layer = useRef({ current: handlers, solo });
  layer.current.current = handlers;
  layer.current.solo = solo;
  useEffect(() => {
    const own = layer.current;
    if (stack.length === 0) window.addEventListener("keydown", onKey);
    stack.push(own);
    return () => {
      stack.splice(stack.indexOf(own), 1);
      if (stack.length === 0) window.removeEventListener("keydown", onKey);
    };
  }, []);
}
