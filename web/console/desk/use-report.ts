// Saves the form while it is typed (at most 1 s behind), keeps what was typed when the way to the server breaks,
// and follows what others write into the same report.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { ApiError } from "../api/client";
import type { Incident, LiveCall, Report } from "../api/types";
import { useDesk } from "./desk";
import { begin, type Draft, fold, pendingNote, type Step, unsaved } from "./draft";

const quiet = 350; // ms after the last key
const longest = 900; // ms after the first unsaved key

export interface ReportState extends Draft {
  full: Incident | null;
  type: (change: Partial<Report>) => void;
  /** Sends what is unsaved now. Ends when the server has it, or when it failed. */
  flush: () => Promise<void>;
  /** Sends what is unsaved, and makes a note of what is being written. For the moment when others take over. */
  settle: () => Promise<void>;
  /** Writes a note; makes the draft first when there is none. */
  note: (text: string) => Promise<boolean>;
}

/** The report of a call, or of an incident when there is no call. */
export function useReport(call: LiveCall | null, incidentId: string): ReportState {
  const { acts, live, now } = useDesk();
  const cache = useQueryClient();
  const [draft, dispatch] = useReducer(fold, call, begin);
  const latest = useRef(draft);
  latest.current = draft;
  // The ref follows at once: a key that is pressed right after must find what was typed and saved before it.
  const step = useCallback((s: Step) => {
    latest.current = fold(latest.current, s);
    dispatch(s);
  }, []);
  const running = useRef<Promise<void> | null>(null);
  const firstKey = useRef(0);

  const id = draft.incident || call?.incident || incidentId;
  const rev = id ? (live.incidents[id]?.rev ?? 0) : 0;
  const state = id ? (live.incidents[id]?.state ?? "") : "";
  const { data: full } = useQuery({
    queryKey: ["incident", id, rev, state],
    queryFn: () => acts.incident(id),
    enabled: id !== "",
    placeholderData: (old) => (old?.id === id ? old : undefined),
  });
  useEffect(() => {
    if (full) step({ t: "seen", incident: full });
  }, [full, step]);

  const save = useCallback(async () => {
    const d = latest.current;
    step({ t: "send" });
    const callId = call?.id;
    const target = d.incident || incidentId;
    const send = (at: number) =>
      callId ? acts.saveForCall(callId, at, d.report) : acts.saveIncident(target, at, d.report);
    try {
      let saved: Incident;
      try {
        saved = await send(d.rev);
      } catch (err) {
        if (!(err instanceof ApiError) || err.code !== "changed" || !target) throw err;
        const theirs = await acts.incident(target);
        step({ t: "seen", incident: theirs });
        saved = await send(theirs.rev); // what this person typed is laid on top
      }
      step({ t: "saved", incident: saved, at: now() });
      cache.setQueryData(["incident", saved.id, saved.rev, saved.state], saved);
      firstKey.current = 0;
    } catch {
      step({ t: "failed" });
    }
  }, [acts, cache, call?.id, incidentId, now, step]);

  const flush = useCallback(async () => {
    // One save at a time, so that they arrive in the order they were typed.
    while (running.current) await running.current;
    if (latest.current.dirty.size === 0) return;
    running.current = save().finally(() => {
      running.current = null;
    });
    await running.current;
  }, [save]);

  useEffect(() => {
    if (draft.dirty.size === 0) return;
    const at = performance.now();
    if (firstKey.current === 0) firstKey.current = at;
    const wait = draft.failed ? 1000 : Math.max(0, Math.min(quiet, firstKey.current + longest - at));
    const timer = setTimeout(() => void flush(), wait);
    return () => clearTimeout(timer);
  }, [draft, flush]);

  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => {
      if (unsaved(latest.current)) e.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      if (latest.current.dirty.size > 0) void save(); // the screen changes: nothing typed is left behind
    };
  }, [save]);

  const type = useCallback((change: Partial<Report>) => step({ t: "type", change }), [step]);

  const note = useCallback(
    async (text: string) => {
      if (!latest.current.incident) {
        type({ summary: text });
        await flush();
      }
      const target = latest.current.incident || incidentId;
      if (!target) return false;
      const i = await acts.note(target, text);
      cache.setQueryData(["incident", i.id, i.rev, i.state], i);
      await cache.invalidateQueries({ queryKey: ["incident", i.id] });
      return true;
    },
    [acts, cache, flush, incidentId, type],
  );

  const settle = useCallback(async () => {
    await flush();
    const text = pendingNote(latest.current.report, full ?? null).trim();
    if (text !== "") await note(text).catch(() => false); // the summary has it all the same
  }, [flush, full, note]);

  return useMemo(
    () => ({ ...draft, full: full ?? null, type, flush, settle, note }),
    [draft, full, type, flush, settle, note],
  );
}
