// The softphone's words with the server (one WebSocket per seat), and how long to wait before trying again. Pure.

export type FromServer =
  | { t: "answer"; sdp: string }
  | { t: "error"; code: string; text: string | { id: string; en: string } }
  | { t: "beat"; at: string }
  | { t: "ring"; call: string; offer: number; kind: "queue" | "transfer"; until: string | null }
  | { t: "stop"; call: string; offer: number; why: string }
  | { t: "mic"; on: boolean }
  | { t: "moved" }
  | { t: "tone" };

export type ToServer =
  | { t: "offer"; sdp: string }
  | { t: "beat"; level: number; loss: number; jitterMs: number }
  | { t: "rang"; call: string; offer: number };

/** Milliseconds before the n-th try (from 0): 100, 200, 400 … up to 2 s, for as long as the duty lasts. */
export function backoff(tries: number): number {
  return Math.min(2000, 100 * 2 ** Math.min(tries, 10));
}

export interface Ring {
  call: string;
  offer: number;
  kind: "queue" | "transfer";
  until: string | null;
}

/** How the line stands, for the screen. */
export interface PhoneState {
  line: "off" | "asking" | "opening" | "up" | "lost" | "moved" | "no-mic" | "refused";
  /** The browser holds the sound back until somebody touches the page. */
  blocked: boolean;
  mic: boolean;
  muted: boolean;
  tone: boolean;
  ring: Ring | null;
  error: string;
}

export const phoneOff: PhoneState = {
  line: "off",
  blocked: false,
  mic: false,
  muted: false,
  tone: false,
  ring: null,
  error: "",
};

/** Folds what the server says into the phone's state. */
export function hear(s: PhoneState, m: FromServer): PhoneState {
  switch (m.t) {
    case "ring":
      return { ...s, ring: { call: m.call, offer: m.offer, kind: m.kind, until: m.until } };
    case "stop":
      return s.ring?.call === m.call && s.ring.offer === m.offer ? { ...s, ring: null } : s;
    case "mic":
      return { ...s, mic: m.on, muted: m.on ? s.muted : false, ring: m.on ? null : s.ring };
    case "moved":
      return { ...s, line: "moved", mic: false, ring: null };
    case "tone":
      return { ...s, tone: true };
    case "error":
      return { ...s, error: m.code };
    default:
      return s;
  }
}
