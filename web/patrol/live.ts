// The job as it is now: told by the server's stream within a moment, asked for each 15 s in case the stream is stuck.
import { heard, now } from "./clock";
import { forget, keep, kept } from "./kept";
import { send } from "./outbox";
import { ask, begin, gone, heardAt, type Job, job, Refused, type Session, session } from "./server";
import { signal } from "./store";

export const kinds = signal<Record<string, { id: string; en: string }>>({});
/** offline: the last try to reach the server failed. */
export const offline = signal(false);

const every = 15_000;
let stream: EventSource | undefined;
let asking: Promise<void> | undefined;
let again = false;

/** load reads what is kept, then asks who we are. False: nobody is signed in here. */
export async function load(): Promise<boolean> {
  const [s, j, k] = await Promise.all([
    kept<Session>("session"),
    kept<Job>("job"),
    kept<Record<string, { id: string; en: string }>>("kinds"),
  ]);
  if (s) begin(s);
  if (j) job.set(j);
  if (k) kinds.set(k);
  try {
    const fresh = await ask<Session>("GET", "/patrol/session");
    if (!fresh.unit) return false;
    enter(fresh);
    return true;
  } catch (e) {
    if (e instanceof Refused && e.status < 500) {
      await leave();
      return false;
    }
    if (s) start();
    return !!s; // no signal: go on with what is kept
  }
}

/** enter begins with a new session. */
export function enter(s: Session) {
  begin(s);
  void keep("session", s);
  start();
  void send();
}

/** leave forgets who we were, and what was reported. What wasn't sent stays. */
export async function leave() {
  stop();
  session.set(null);
  job.set(null);
  await forget();
}

let poll: ReturnType<typeof setInterval> | undefined;

function start() {
  stop();
  poll = setInterval(() => void fetchJob(), every);
  void fetchJob();
  void fetchKinds();
  listen();
}

function stop() {
  clearInterval(poll);
  stream?.close();
  stream = undefined;
}

function listen() {
  stream?.close();
  stream = new EventSource("/api/v1/stream");
  const told = () => void fetchJob();
  stream.addEventListener("snapshot", (e) => {
    const at = JSON.parse((e as MessageEvent<string>).data).serverTime;
    if (typeof at === "string") heard(Date.parse(at), Date.now(), Date.now() + 1); // one way only: an upper bound for a first guess
    told();
  });
  for (const name of ["change", "now"]) stream.addEventListener(name, told);
  stream.onerror = () => {
    if (stream?.readyState === EventSource.CLOSED) setTimeout(() => session.get() && !gone.get() && listen(), 3000);
  };
}

/** fetchJob asks for the job; calls that come meanwhile are answered by one more. */
export function fetchJob(): Promise<void> {
  if (asking) {
    again = true;
    return asking;
  }
  asking = (async () => {
    do {
      again = false;
      try {
        const j = await ask<Job>("GET", "/job", undefined, undefined, 10_000);
        job.set(j);
        if (offline.get()) void send();
        offline.set(false);
        void keep("job", j);
      } catch (e) {
        if (!(e instanceof Refused)) offline.set(true);
      }
    } while (again);
  })().finally(() => {
    asking = undefined;
  });
  return asking;
}

async function fetchKinds() {
  try {
    const list = await ask<{ code: string; id: string; en: string }[]>("GET", "/kinds");
    const by = Object.fromEntries(list.map((k) => [k.code, { id: k.id, en: k.en }]));
    kinds.set(by);
    void keep("kinds", by);
  } catch {
    // the codes are shown until there is a signal
  }
}

gone.watch(() => {
  if (gone.get()) void leave();
});
addEventListener("online", () => {
  offline.set(false);
  if (session.get()) {
    listen();
    void fetchJob();
  }
});
addEventListener("offline", () => offline.set(true));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && session.get()) {
    if (now() - heardAt.get() > every) listen(); // a sleeping phone's stream is often dead without knowing it
    void fetchJob();
    void send();
  }
});
