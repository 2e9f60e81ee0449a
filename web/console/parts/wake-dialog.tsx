// A leader's own device is woken when they are asked to act (web push), also with the page closed.
import { useEffect, useState } from "react";
import { ask, client, command } from "../api/client";
import { useTexts } from "../i18n";
import { Act } from "./bits";
import { Dialog } from "./dialog";

type State = "cannot" | "denied" | "failed" | "off" | "on";

const bytes = (text: string) => {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
};

const ready = async () => {
  await navigator.serviceWorker.register("/wake.js");
  return navigator.serviceWorker.ready;
};

/** look says how it stands, and tells the server again what the browser has: after 30 days it forgets. */
async function look(): Promise<State> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return "cannot";
  if (Notification.permission === "denied") return "denied";
  const sub = await (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();
  if (!sub) return "off";
  await tell(sub);
  return "on";
}

async function tell(sub: PushSubscription) {
  const { endpoint = "", keys = {} } = sub.toJSON();
  const body = { endpoint, keys: { p256dh: keys.p256dh ?? "", auth: keys.auth ?? "" } };
  await command((headers) => client.PUT("/push", { headers, body }));
}

async function turnOn(): Promise<State> {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const { key } = await ask(() => client.GET("/push"));
  if (!key) return "cannot";
  const reg = await ready();
  const sub = await reg.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  await tell(sub);
  return "on";
}

async function turnOff(): Promise<State> {
  const sub = await (await ready()).pushManager.getSubscription();
  if (sub) {
    await command((headers) => client.POST("/push/end", { headers, body: { endpoint: sub.endpoint } }));
    await sub.unsubscribe();
  }
  return "off";
}

export function WakeDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const [state, set] = useState<State>();
  const run = (f: () => Promise<State>) => void f().then(set, () => set("failed"));
  useEffect(() => {
    look().then(set, () => set("failed"));
  }, []);
  return (
    <Dialog title={t.wake.title} onClose={onClose} size={460}>
      <div className="stack">
        <p className="dim">{t.wake.why}</p>
        <p role="status" data-testid="wake-state">
          {state === "on" && t.wake.isOn}
          {state === "off" && t.wake.isOff}
          {(state === "denied" || state === "cannot" || state === "failed") && t.wake[state]}
        </p>
        {(state === "off" || state === "failed") && (
          <Act look="main" testid="wake-on" onClick={() => run(turnOn)}>
            {t.wake.on}
          </Act>
        )}
        {state === "on" && (
          <Act testid="wake-off" onClick={() => run(turnOff)}>
            {t.wake.off}
          </Act>
        )}
      </div>
    </Dialog>
  );
}
