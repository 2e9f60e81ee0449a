// Keeps the telephone of the person's seat: opens it by a gesture, opens it again after a reload without one, and
// closes it when the duty ends. It runs on every page, so that a call rings wherever the person looks.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTexts } from "../i18n";
import { useDesk } from "./desk";
import { useRun } from "./notice";
import { holdSeat, phone, stream } from "./runtime";

const mark = "siaga.seat"; // sessionStorage: this window served that seat before its reload

export interface Line {
  busy: boolean;
  error: string;
  /** Another window or PC serves the seat. */
  elsewhere: boolean;
  start: (seat: string, steal: boolean) => Promise<void>;
}

export function useLine(): Line {
  const t = useTexts();
  const run = useRun();
  const { seat, acts } = useDesk();
  const line = useSyncExternalStore(phone.subscribe, phone.get).line;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [elsewhere, setElsewhere] = useState(false);

  const start = useCallback(
    async (chosen: string, steal: boolean) => {
      setBusy(true);
      setError("");
      if (await phone.askMicrophone()) {
        const begun = await run(() => acts.beginDuty(chosen));
        if (begun && (await holdSeat(steal))) {
          sessionStorage.setItem(mark, chosen);
          setElsewhere(false);
          phone.open();
        } else phone.close();
      } else setError(t.duty.noMic);
      setBusy(false);
    },
    [acts, run, t],
  );

  // After a reload, or a browser that came back: the duty goes on, so the line opens at once.
  useEffect(() => {
    if (!seat || line !== "off" || busy || elsewhere) return;
    let gone = false;
    void (async () => {
      const ours = sessionStorage.getItem(mark) === seat;
      const idle = stream.get().seats[seat]?.line !== "up";
      const mine = (ours || idle) && (await holdSeat(false));
      if (gone) return;
      if (!mine) return setElsewhere(true);
      sessionStorage.setItem(mark, seat);
      if (await phone.askMicrophone()) phone.open();
    })();
    return () => {
      gone = true;
    };
  }, [seat, line, busy, elsewhere]);

  // The duty ended, by this person or by the supervisor. Only a seat that the stream has shown can end: just after the
  // start, the answer to the command may be here before the stream tells of the seat.
  const had = useRef(false);
  useEffect(() => {
    if (seat) {
      had.current = true;
      return;
    }
    if (!had.current || busy) return;
    had.current = false;
    setElsewhere(false);
    phone.close();
    sessionStorage.removeItem(mark);
  }, [seat, busy]);

  return { busy, error, elsewhere, start };
}
