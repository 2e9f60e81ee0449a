// What must outlive a reload, a dead battery and a day without a signal lies in IndexedDB: the outbox, and the last job
// that was seen.

export type Item = {
  seq?: number; // order of pressing, made by the store
  key: string; // made here, once: the server takes each key once
  kind: "step" | "note" | "panic" | "call" | "picture";
  path: string;
  body?: Record<string, unknown>;
  blob?: Blob;
  label: string; // for the list
  incident: string;
  step?: string;
  at: number; // of the press, by the server's clock (ms)
  refused?: string; // the server's sentence
};

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((ok, fail) => {
    const r = indexedDB.open("siaga-patroli", 1);
    r.onupgradeneeded = () => {
      r.result.createObjectStore("out", { keyPath: "seq", autoIncrement: true });
      r.result.createObjectStore("seen");
    };
    r.onsuccess = () => ok(r.result);
    r.onerror = () => fail(r.error);
  });
  opening.catch(() => {
    opening = undefined;
  });
  return opening;
}

async function run<T>(
  store: "out" | "seen",
  mode: IDBTransactionMode,
  f: (s: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await open();
  return new Promise((ok, fail) => {
    const tx = db.transaction(store, mode, { durability: mode === "readwrite" ? "strict" : "default" });
    const r = f(tx.objectStore(store));
    tx.oncomplete = () => ok(r.result);
    tx.onerror = tx.onabort = () => fail(tx.error ?? r.error);
  });
}

export const addItem = (i: Item) => run("out", "readwrite", (s) => s.add(i));
export const putItem = (i: Item) => run("out", "readwrite", (s) => s.put(i));
export const dropItem = (seq: number) => run("out", "readwrite", (s) => s.delete(seq));
export const allItems = (): Promise<Item[]> => run("out", "readonly", (s) => s.getAll() as IDBRequest<Item[]>);

export const keep = (name: string, value: unknown) => run("seen", "readwrite", (s) => s.put(value, name));
export const kept = <T>(name: string): Promise<T | undefined> =>
  run("seen", "readonly", (s) => s.get(name) as IDBRequest<T | undefined>);
export const forget = () => run("seen", "readwrite", (s) => s.clear());
