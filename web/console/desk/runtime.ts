// The parts that live as long as the page: the clock, the stream, the telephone, the sounds. React only looks at them.
import { Clock } from "../live/clock";
import { Stream } from "../live/stream";
import { Softphone } from "../phone/softphone";
import { Sounds } from "../phone/sounds";

export const clock = new Clock();
export const sounds = new Sounds();
export const phone = new Softphone(clock, sounds);

let rows: (tables: string[]) => void = () => {};
let signedOut: () => void = () => {};

/** Names who is told when lists change, and when the session ends. */
export function onStream(onRows: (tables: string[]) => void, onSignedOut: () => void) {
  rows = onRows;
  signedOut = onSignedOut;
}

export const stream = new Stream(
  clock,
  (tables) => rows(tables),
  () => signedOut(),
);

/** Whether this window may serve the seat: one window of a browser holds the lock for as long as it lives. */
export async function holdSeat(take: boolean): Promise<boolean> {
  if (!("locks" in navigator)) return true;
  return new Promise((answer) => {
    void navigator.locks
      .request("siaga-seat", take ? { steal: true } : { ifAvailable: true }, (lock) => {
        answer(lock !== null);
        return lock ? new Promise<void>(() => {}) : undefined;
      })
      .catch(() => answer(false)); // stolen by another window: the server tells us with "moved"
  });
}
