// A phone's clock may be wrong; every time that counts is the server's, as far as this phone knows it.
import { useEffect, useState } from "preact/hooks";

let offset = Number(localStorage.getItem("siaga.selisih") ?? 0) || 0;
let best = Number.POSITIVE_INFINITY; // round trip of the measurement that offset comes from
let measured = 0;

/** heard measures the server's clock: it was server when a request from sent to got was answered (ms). */
export function heard(server: number, sent: number, got: number) {
  const trip = got - sent;
  if (trip > best && got - measured < 10 * 60_000) return; // a slow answer knows less; but clocks drift
  best = trip;
  measured = got;
  offset = server - (sent + got) / 2;
  localStorage.setItem("siaga.selisih", String(Math.round(offset)));
}

export const now = () => Date.now() + offset;

/** useNow is the server's time, anew each second. */
export function useNow(): number {
  const [at, set] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => set(now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return at;
}

export const two = (n: number) => String(Math.floor(n)).padStart(2, "0");

/** span is "04:48", or "1:04:48". */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(Math.abs(ms) / 1000));
  const head = s >= 3600 ? `${Math.floor(s / 3600)}:${two((s % 3600) / 60)}` : two(s / 60);
  return `${head}:${two(s % 60)}`;
}

/** ago is "12 d", "3 mnt" in few letters. */
export function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  return s < 90 ? `${s} dtk` : s < 5400 ? `${Math.round(s / 60)} mnt` : `${Math.round(s / 3600)} jam`;
}

let zone: string | undefined;
export function inZone(z: string) {
  zone = z || undefined;
}

/** hm is the time of day at the office. */
export function hm(at: string | number, seconds = false): string {
  return new Intl.DateTimeFormat("id-ID", {
    hour: "2-digit",
    minute: "2-digit",
    second: seconds ? "2-digit" : undefined,
    hourCycle: "h23",
    timeZone: zone,
  })
    .format(new Date(at))
    .replaceAll(".", ":");
}
