import { render } from "preact";
import { App } from "./app";
import { language, speak } from "./i18n";
import { load } from "./live";
import { refresh, send } from "./outbox";
import { unlock } from "./wake";
import "./style.css";

speak(language.get());
addEventListener("pointerdown", unlock, { passive: true });
void navigator.storage?.persist?.().catch(() => false); // the outbox must not be the first thing to go on a full phone
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/patroli/sw.js", { scope: "/patroli/" });

await refresh().catch(() => undefined);
const known = await load();
if (known) void send();
render(<App />, document.getElementById("app")!);
