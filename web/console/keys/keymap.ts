// Which key means what. Pure: the keyboard is told here, screens only name acts.

export type Act =
  | "answer"
  | "decline"
  | "invalid"
  | "transfer"
  | "transfer-other"
  | "leave"
  | "take-back"
  | "close"
  | "ready"
  | "mute"
  | "hold"
  | "silent"
  | "empty"
  | "invite"
  | "callbacks"
  | "dial"
  | "accept"
  | "note"
  | "standing"
  | "urgent"
  | "language"
  | "help"
  | "command"
  | "up"
  | "down"
  | "panel-1"
  | "panel-2"
  | "panel-3"
  | "panel-4";

export interface KeyPress {
  key: string;
  alt: boolean;
  ctrl: boolean;
  meta: boolean;
  shift: boolean;
  /** Whether an input field has the focus. */
  typing: boolean;
  repeat: boolean;
}

const functionKeys: Record<string, Act> = {
  F2: "answer",
  F3: "invalid",
  F4: "transfer",
  F6: "leave",
  F7: "invite",
  F8: "take-back",
  F9: "close",
  F10: "urgent",
};

/** Letters act when no field has the focus, with Alt when one has: some keyboards have no F keys at hand. */
const letters: Record<string, Act> = {
  j: "answer",
  t: "invalid",
  l: "leave",
  s: "ready",
  m: "mute",
  h: "hold",
  y: "silent",
  k: "empty",
  b: "callbacks",
  p: "dial",
  a: "accept",
  n: "note",
  x: "decline",
  r: "standing",
  g: "language",
  "1": "panel-1",
  "2": "panel-2",
  "3": "panel-3",
  "4": "panel-4",
};

/**
 * The act of a key press, or null. Null also for F5, F1, F11, F12 and Alt+F4, which are the browser's and the
 * system's, and for Esc, which never ends a call. A held key acts once.
 */
export function actOf(k: KeyPress): Act | null {
  if (k.repeat && k.key !== "ArrowUp" && k.key !== "ArrowDown") return null;
  const fn = functionKeys[k.key];
  if (fn) {
    if (k.alt || k.ctrl || k.meta) return null;
    return fn === "transfer" && k.shift ? "transfer-other" : k.shift ? null : fn;
  }
  if (k.ctrl || k.meta) return null;
  if (k.alt && /^[1-4]$/.test(k.key)) return letters[k.key] ?? null; // plain digits belong to pickers
  if (k.alt !== k.typing) return null;
  if (!k.typing) {
    if (k.key === "/") return "command";
    if (k.key === "?") return "help";
    if (k.key === "ArrowUp") return "up";
    if (k.key === "ArrowDown") return "down";
  }
  if (k.shift) return null;
  return /^[0-9]$/.test(k.key) ? null : (letters[k.key.toLowerCase()] ?? null);
}

/** Keys that the browser would act on by itself and must not: F3 searches, F6 goes to the address, F7 sets a caret, F10 opens the menu. */
export function mustPrevent(key: string): boolean {
  return key === "F3" || key === "F6" || key === "F7" || key === "F10";
}
