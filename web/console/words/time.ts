// Times as screens show them. Nothing here reads a clock.

const two = (n: number) => String(n).padStart(2, "0");

/** mm:ss, or h:mm:ss from an hour on. Never negative. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return s >= 3600
    ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${two(Math.floor(s / 60))}:${two(s % 60)}`;
}

/** What is left, rounded up, so that 00:00 is shown only when it is over. */
export function left(ms: number): string {
  return clock(Math.ceil(Math.max(0, ms) / 1000) * 1000);
}

/** Seconds with one decimal, as the language writes it. */
export function tenths(ms: number, lang: "id" | "en"): string {
  const text = (Math.max(0, ms) / 1000).toFixed(1);
  return lang === "id" ? text.replace(".", ",") : text;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions, lang: string): Intl.DateTimeFormat {
  const key = `${zone} ${lang} ${JSON.stringify(options)}`;
  let f = formats.get(key);
  if (!f) {
    f = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    formats.set(key, f);
  }
  return f;
}

/** Parts of a moment in an office's zone. */
function parts(ms: number, zone: string, options: Intl.DateTimeFormatOptions, lang = "id"): Record<string, string> {
  return Object.fromEntries(
    format(zone, options, lang)
      .formatToParts(ms)
      .map((p) => [p.type, p.value]),
  );
}

/** 14:32:08 */
export function timeOfDay(ms: number, zone: string): string {
  const p = parts(ms, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** 23.11 14:32 */
export function dayTime(ms: number, zone: string): string {
  const p = parts(ms, zone, { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
  return `${p.day}.${p.month} ${p.hour}:${p.minute}`;
}

/** Sen 23.11 · 14:32:08 */
export function header(ms: number, zone: string, lang: string): string {
  const p = parts(ms, zone, { weekday: "short", day: "2-digit", month: "2-digit" }, lang);
  return `${p.weekday} ${p.day}.${p.month} · ${timeOfDay(ms, zone)}`;
}

/** 2026-11-23, the day in the office's zone. */
export function isoDay(ms: number, zone: string): string {
  const p = parts(ms, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${p.year}-${p.month}-${p.day}`;
}

/** "14.32", "1432" or "9:05" as "14:32" or "09:05"; empty when it is no time of day. */
export function hourMinute(text: string): string {
  const m = /^([01]?\d|2[0-3])[.:]?([0-5]\d)$/.exec(text.trim());
  return m ? `${m[1]!.padStart(2, "0")}:${m[2]}` : "";
}

/** The moment of a wall clock's "14:32" on a day in the office's zone, `later` days after it. Zones of ours have no summer time. */
export function timeAt(day: string, time: string, zone: string, later = 0): string {
  const asUtc = Date.parse(`${day}T${time}:00Z`) + later * 86_400_000;
  const p = parts(asUtc, zone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const shown = Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:00Z`);
  return new Date(asUtc - (shown - asUtc)).toISOString();
}

/** Whether it is night at the office: the console is dark then. */
export function isNight(ms: number, zone: string): boolean {
  const hour = Number(parts(ms, zone, { hour: "2-digit" }).hour);
  return hour >= 18 || hour < 6;
}
