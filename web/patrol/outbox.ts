// Every press goes through the outbox: it is kept before it is sent, sent in order, and dropped when the server has it.
// A call for help overtakes everything; files have a lane of their own, so that a photo never holds a press back.
import { now } from "./clock";
import { language } from "./i18n";
import { addItem, allItems, dropItem, type Item, putItem } from "./kept";
import { ask, type Job, job, Refused, session } from "./server";
import { signal } from "./store";

export const items = signal<Item[]>([]);

export const waiting = (list: Item[]) => list.filter((i) => !i.refused);

export async function refresh() {
  items.set(await allItems());
}

/** press keeps something and sends it. It returns when it is kept. */
export async function press(i: Omit<Item, "key" | "at" | "seq"> & { at?: number }) {
  const item: Item = { at: now(), ...i, key: crypto.randomUUID() };
  await addItem(item);
  await refresh();
  void send();
}

type Lane = "quick" | "files";
const lane = (i: Item): Lane => (i.kind === "picture" ? "files" : "quick");

const pause: Record<Lane, number> = { quick: 0, files: 0 };
const busy: Record<Lane, boolean> = { quick: false, files: false };
let timer: ReturnType<typeof setTimeout> | undefined;

/** send tries to empty the outbox. Several tabs take turns. */
export async function send() {
  if (!session.get()) return;
  await Promise.all([empty("quick"), empty("files")]);
}

async function empty(l: Lane) {
  if (busy[l]) return;
  busy[l] = true;
  try {
    const work = () => drain(l);
    await (navigator.locks ? navigator.locks.request(`siaga-kirim-${l}`, work) : work());
    pause[l] = 0;
  } catch {
    pause[l] = Math.min(15_000, Math.max(1000, pause[l] * 2));
    clearTimeout(timer);
    timer = setTimeout(send, Math.min(...Object.values(pause).filter((p) => p > 0)));
  } finally {
    busy[l] = false;
  }
  const left = waiting(items.get()).some((i) => lane(i) === l);
  if (left && pause[l] === 0) void empty(l); // it was pressed while the lane was being closed
}

async function drain(l: Lane) {
  for (;;) {
    await refresh();
    const mine = waiting(items.get()).filter((i) => lane(i) === l);
    const next = mine.find((i) => i.kind === "panic") ?? mine[0];
    if (!next) return;
    await deliver(next);
  }
}

/** deliver sends one; it throws when that is to be tried again. */
async function deliver(i: Item) {
  try {
    const at = new Date(i.at).toISOString();
    const answer = i.blob
      ? await ask<Job>("POST", `${i.path}&key=${i.key}&takenAt=${encodeURIComponent(at)}`, i.blob, i.key, 180_000)
      : await ask<Job>("POST", i.path, { ...i.body, key: i.key, pressedAt: at }, i.key);
    await dropItem(i.seq!);
    job.set(answer);
  } catch (e) {
    // What the server understood and refused will never be taken; all else is tried again.
    const final =
      e instanceof Refused && [400, 404, 409, 413, 415, 422].includes(e.status) && e.problem.code !== "closing";
    if (!final) throw e;
    const say = e.problem.text?.[language.get()] ?? e.problem.code;
    await putItem({ ...i, blob: undefined, refused: say });
  }
  await refresh();
}

/** forgetRefused takes those out that were read. */
export async function forgetRefused() {
  for (const i of items.get()) if (i.refused) await dropItem(i.seq!);
  await refresh();
}

addEventListener("online", () => {
  pause.quick = pause.files = 0;
  void send();
});
