// What tells a crew that is not looking: sound, vibration, the screen that stays on, and web push when the page sleeps.
import { ask, session } from "./server";
import { signal } from "./store";

let audio: AudioContext | undefined;

/** unlock lets sounds be played: browsers want a touch first. */
export function unlock() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

/** alarm is three rising tones, and vibration. */
export function alarm() {
  navigator.vibrate?.([400, 150, 400, 150, 800]);
  if (audio?.state !== "running") return;
  const t = audio.currentTime;
  for (const [i, f] of [660, 880, 1100, 660, 880, 1100].entries()) {
    const o = audio.createOscillator();
    const g = audio.createGain();
    o.frequency.value = f;
    g.gain.setValueAtTime(0.4, t + i * 0.22);
    g.gain.exponentialRampToValueAtTime(0.001, t + i * 0.22 + 0.2);
    o.connect(g).connect(audio.destination);
    o.start(t + i * 0.22);
    o.stop(t + i * 0.22 + 0.2);
  }
}

let lock: WakeLockSentinel | undefined;

/** stayOn keeps the screen on while on is true. */
export async function stayOn(on: boolean) {
  try {
    if (!on) await lock?.release();
    if (!on) lock = undefined;
    else if (!lock || lock.released) lock = await navigator.wakeLock?.request("screen");
  } catch {
    // saving of battery forbids it
  }
}

export const pushState = signal<"no" | "off" | "on" | "denied" | "failed">("no");

export async function lookAtPush() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !session.get()?.pushKey) return;
  if (Notification.permission === "denied") return pushState.set("denied");
  const reg = await navigator.serviceWorker.ready;
  const sub = await reg.pushManager.getSubscription();
  if (!sub) return pushState.set("off");
  await tell(sub);
}

/** wakeMe asks for the permission: it needs a touch. */
export async function wakeMe() {
  try {
    if ((await Notification.requestPermission()) !== "granted") return pushState.set("denied");
    const reg = await navigator.serviceWorker.ready;
    const sub = await reg.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: session.get()!.pushKey,
    });
    await tell(sub);
  } catch {
    pushState.set("failed");
  }
}

async function tell(sub: PushSubscription) {
  const { endpoint, keys } = sub.toJSON();
  try {
    await ask("PUT", "/patrol/push", { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } });
    pushState.set("on");
  } catch {
    pushState.set("failed");
  }
}
