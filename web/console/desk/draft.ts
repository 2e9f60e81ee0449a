// The form as it is typed: what differs from the server, what is on its way, when it was last saved. Pure.
import type { Incident, LiveCall, Report } from "../api/types";

export const blank: Report = {
  kind: "",
  priority: 0,
  place: "",
  at: null,
  reporter: "",
  reporterNumber: "",
  protect: false,
  danger: null,
  weapons: "",
  injured: "",
  suspectPresent: null,
  people: 0,
  vehicle: "",
  office: "",
  summary: "",
  against: "",
  language: "",
};

export interface Draft {
  report: Report;
  rev: number;
  incident: string;
  /** Fields typed since the last save was sent. */
  dirty: ReadonlySet<keyof Report>;
  /** Fields that are on their way to the server. */
  flying: ReadonlySet<keyof Report>;
  savedAt: number | null;
  failed: boolean;
}

const none: ReadonlySet<keyof Report> = new Set();

/** A form at the start of a call: what the network told is filled in, but nothing counts as typed. */
export function begin(call: LiveCall | null): Draft {
  const report = call
    ? { ...blank, reporterNumber: call.withheld ? "" : call.numberText || call.number, reporter: call.callerName }
    : blank;
  return { report, rev: 0, incident: call?.incident ?? "", dirty: none, flying: none, savedAt: null, failed: false };
}

export type Step =
  | { t: "type"; change: Partial<Report> }
  | { t: "send" }
  | { t: "saved"; incident: Incident; at: number }
  | { t: "failed" }
  | { t: "seen"; incident: Incident };

/** Folds one step. What a person has typed is never overwritten by what the server has. */
export function fold(d: Draft, s: Step): Draft {
  switch (s.t) {
    case "type": {
      const keys = (Object.keys(s.change) as (keyof Report)[]).filter((k) => s.change[k] !== d.report[k]);
      if (keys.length === 0) return d;
      return { ...d, report: { ...d.report, ...s.change }, dirty: new Set([...d.dirty, ...keys]) };
    }
    case "send":
      return { ...d, flying: d.dirty, dirty: none };
    case "saved":
      return {
        ...d,
        ...merge(d, s.incident, d.dirty),
        flying: none,
        savedAt: s.at,
        failed: false,
      };
    case "failed":
      return { ...d, dirty: new Set([...d.dirty, ...d.flying]), flying: none, failed: true };
    case "seen":
      return { ...d, ...merge(d, s.incident, new Set([...d.dirty, ...d.flying])) };
  }
}

function merge(d: Draft, i: Incident, mine: ReadonlySet<keyof Report>): Pick<Draft, "report" | "rev" | "incident"> {
  const own: Partial<Report> = {};
  for (const k of mine) Object.assign(own, { [k]: d.report[k] });
  if (i.rev < d.rev) return { report: d.report, rev: d.rev, incident: i.id }; // an older picture came late
  return { report: { ...blank, ...i.report, ...own }, rev: i.rev, incident: i.id };
}

export function unsaved(d: Draft): boolean {
  return d.dirty.size > 0 || d.flying.size > 0;
}

/** What is being written and is no note yet: it travels in the summary, so that nobody sees less than its writer. */
export function pendingNote(report: Report, full: Incident | null): string {
  const text = report.summary.trim();
  const known = full?.timeline.some((l) => l.what === "noted" && l.text.trim() === text) ?? false;
  return known ? "" : report.summary;
}
