// Follows GET /stream: connects, folds, resumes after the last number, and says how old the picture is.

import type { Clock } from "./clock";
import { empty, fold, type Live, type Message } from "./live";
import { Positions } from "./positions";
import { sseParser } from "./sse";

const silence = 15_000; // the server pings each 10 s
const known = ["snapshot", "change", "short", "now"] as const;
const waits = [100, 200, 400, 800, 1600, 2000];

export class Stream {
  private live: Live = empty;
  private lastId = "";
  private heard = 0;
  /** Where units are: told far more often than all else, and looked at by few. */
  readonly positions = new Positions();
  private listeners = new Set<() => void>();
  private stop: AbortController | null = null;
  private readonly clock: Clock;
  private readonly onRows: (tables: string[]) => void;
  private readonly onSignedOut: () => void;

  constructor(clock: Clock, onRows: (tables: string[]) => void, onSignedOut: () => void) {
    this.clock = clock;
    this.onRows = onRows;
    this.onSignedOut = onSignedOut;
  }

  readonly get = () => this.live;
  readonly subscribe = (f: () => void) => {
    this.listeners.add(f);
    return () => void this.listeners.delete(f);
  };

  /** Milliseconds since the server was last heard. */
  age(): number {
    return this.heard === 0 ? 0 : performance.now() - this.heard;
  }

  open() {
    if (this.stop) return;
    const stop = new AbortController();
    this.stop = stop;
    void this.run(stop.signal);
  }

  close() {
    this.stop?.abort();
    this.stop = null;
  }

  private async run(signal: AbortSignal) {
    for (let tries = 0; !signal.aborted; tries++) {
      const before = this.heard;
      try {
        await this.once(signal);
      } catch {
        // Broken or silent: the picture's age is shown, and we try again.
      }
      if (this.heard !== before) tries = 0;
      if (signal.aborted) return;
      await new Promise((done) => setTimeout(done, waits[Math.min(tries, waits.length - 1)]));
    }
  }

  private async once(signal: AbortSignal) {
    const way = new AbortController();
    const abort = () => way.abort();
    signal.addEventListener("abort", abort);
    let watchdog = setTimeout(abort, silence);
    const alive = () => {
      this.heard = performance.now();
      clearTimeout(watchdog);
      watchdog = setTimeout(abort, silence);
    };
    try {
      const sent = Date.now();
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.lastId) headers["Last-Event-ID"] = this.lastId;
      const res = await fetch("/api/v1/stream", {
        headers,
        signal: way.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
      if (res.status === 401) this.onSignedOut();
      if (!res.ok || !res.body) throw new Error(`stream: HTTP ${res.status}`);
      alive();
      let dirty = false;
      const feed = sseParser((e) => {
        alive();
        if (e.id) this.lastId = e.id;
        const data = JSON.parse(e.data);
        if (e.event === "rows") return this.onRows(data.tables ?? []);
        if (!(known as readonly string[]).includes(e.event)) return;
        if (e.event === "snapshot") {
          this.clock.sample(Date.parse(data.serverTime), sent, Date.now());
          if (!e.id) this.lastId = `${data.boot}:${data.n}`;
        }
        const boot = data.boot ?? (e.event === "now" ? this.live.boot : e.id.slice(0, e.id.lastIndexOf(":")));
        const message = { event: e.event, ...data, boot } as Message;
        const moved = this.positions.take(message, this.live.boot);
        this.live = fold(this.live, message);
        if (!moved) dirty = true; // a move alone redraws the map, not the console
      }, alive);
      const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        feed(value);
        if (dirty) for (const f of this.listeners) f(); // one screen update for a burst of changes
        dirty = false;
      }
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", abort);
      way.abort();
    }
  }
}
