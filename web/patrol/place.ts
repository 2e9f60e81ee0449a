// Where this phone is, as long as the page is open: sent each 10 s while it moves, each 30 s while it stands.
import { now } from "./clock";
import { ask, session } from "./server";
import { signal } from "./store";

export type Where = {
  lat: number;
  lng: number;
  accuracy: number;
  speed: number | null;
  heading: number | null;
  at: number;
};

export const where = signal<Where | null>(null);
export const sentAt = signal(0);
export const placeState = signal<"wait" | "on" | "off">("wait");

let watching: number | undefined;
let last: Where | null = null;
let sending = false;

export function watchPlace() {
  if (watching !== undefined || !navigator.geolocation) return;
  watching = navigator.geolocation.watchPosition(
    (p) => {
      const c = p.coords;
      // The receiver's own time is the phone's clock: what counts is how old the fix is.
      const at = now() - Math.max(0, Date.now() - p.timestamp);
      where.set({ lat: c.latitude, lng: c.longitude, accuracy: c.accuracy, speed: c.speed, heading: c.heading, at });
      placeState.set("on");
      void tell();
    },
    (e) => placeState.set(e.code === e.PERMISSION_DENIED ? "off" : "wait"),
    { enableHighAccuracy: true, maximumAge: 5000, timeout: 30_000 },
  );
}

export function unwatchPlace() {
  if (watching !== undefined) navigator.geolocation.clearWatch(watching);
  watching = undefined;
}

/** position is the body of a place, as the server wants it; undefined when it isn't fresh. */
export function position(w = where.get()) {
  if (!w || now() - w.at > 60_000) return undefined;
  return {
    at: { lat: w.lat, lng: w.lng },
    time: new Date(w.at).toISOString(),
    accuracy: Math.round(w.accuracy),
    ...(w.speed !== null && w.speed >= 0 ? { speed: w.speed } : {}),
    ...(w.heading !== null && w.heading >= 0 ? { heading: w.heading } : {}),
  };
}

/** metres between two places, good for a town. */
export function metres(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const k = Math.PI / 180;
  const x = (b.lng - a.lng) * k * Math.cos(((a.lat + b.lat) / 2) * k);
  const y = (b.lat - a.lat) * k;
  return 6371e3 * Math.hypot(x, y);
}

async function tell() {
  const w = where.get();
  if (!w || sending || !session.get()) return;
  const pace = last && metres(last, w) > Math.max(15, w.accuracy) ? 10_000 : 30_000;
  if (last && now() - sentAt.get() < pace && metres(last, w) < 50) return;
  sending = true;
  try {
    await ask("POST", "/job/position", position(w), undefined, 10_000);
    last = w;
    sentAt.set(now());
  } catch {
    // the next one says where we are; an old place is of no use
  } finally {
    sending = false;
  }
}
