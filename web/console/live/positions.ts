// Where units are now. A thousand of them that move every few seconds must not redraw the console each time: whoever draws
// them is told at most twice a second.
import type { Position } from "../api/types";
import type { Message } from "./live";

const prefix = "position/";
const pace = 500; // ms

export class Positions {
  private all = new Map<string, Position>();
  private shown: ReadonlyMap<string, Position> = this.all;
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dirty = false;

  constructor(first: readonly Position[] = []) {
    for (const p of first) this.all.set(p.unit, p);
  }

  /** What was last shown: a new map whenever something moved. */
  readonly get = () => this.shown;
  readonly subscribe = (f: () => void) => {
    this.listeners.add(f);
    return () => void this.listeners.delete(f);
  };

  /** Takes a message in. True when it was about a position and nothing else. */
  take(m: Message, boot: string): boolean {
    if (m.event === "snapshot") {
      this.all.clear();
      for (const [key, value] of Object.entries(m.items)) {
        if (key.startsWith(prefix) && value) this.all.set(key.slice(prefix.length), value as Position);
      }
      this.tell();
      return false;
    }
    if (!m.key.startsWith(prefix)) return false;
    if (m.boot !== boot) return true;
    if (m.value === null) this.all.delete(m.key.slice(prefix.length));
    else this.all.set(m.key.slice(prefix.length), m.value as Position);
    this.tell();
    return true;
  }

  private tell() {
    this.dirty = true;
    if (this.timer !== undefined) return;
    const show = () => {
      this.timer = undefined;
      if (!this.dirty) return;
      this.dirty = false;
      this.shown = new Map(this.all);
      for (const f of this.listeners) f();
      this.timer = setTimeout(show, pace);
    };
    this.timer = setTimeout(show, 0);
  }
}
