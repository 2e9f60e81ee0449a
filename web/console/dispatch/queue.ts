// What a dispatcher must look at first, and how an incident stands. Pure: nothing here reads a clock.
import type { IncidentCard, Step } from "../api/types";
import { type Live, openIncidents } from "../live/live";

/** Whether an incident is offered to this office by another, which holds it until it is taken. */
export const offeredTo = (i: IncidentCard, office: string): boolean => i.handover?.to === office;

/** Steps whose time is up, the longest first. */
export function missed(i: IncidentCard, now: number): Step[] {
  return i.steps.filter((s) => Date.parse(s.by) <= now).sort((a, b) => a.by.localeCompare(b.by));
}

/** Safety checks that wait for an answer. */
export function checksDue(i: IncidentCard, now: number): Step[] {
  return missed(i, now).filter((s) => s.step === "check");
}

/** Whether the promised arrival is missed: nobody is there, or the first one came late. */
export function lateArrival(i: IncidentCard, now: number): boolean {
  return i.target !== null && Date.parse(i.target.by) < (i.arrivedAt ? Date.parse(i.arrivedAt) : now);
}

/** How urgent the look of an incident's clock is. */
export function look(i: IncidentCard, now: number): "late" | "soon" | "" {
  if (missed(i, now).length > 0 || i.escalated || (lateArrival(i, now) && !i.arrivedAt)) return "late";
  if (i.state === "SENT") return "soon";
  if (i.target && !i.arrivedAt && Date.parse(i.target.by) - now < i.target.minutes * 30_000) return "soon";
  return "";
}

const rank = (i: IncidentCard, office: string): number =>
  i.state === "SENT" || offeredTo(i, office) ? 0 : i.steps.some((s) => s.level !== "") ? 1 : 2;

/**
 * The incidents of an office and those that are offered to it: first what nobody has taken yet, then what has gone up to
 * somebody, then by priority and by the first ring. The order follows events and never the mere passing of time: rows that
 * jump under a hand are pressed wrongly.
 */
export function queueOf(live: Live, office: string): IncidentCard[] {
  return openIncidents(live)
    .filter((i) => i.office === office || offeredTo(i, office))
    .sort(
      (a, b) =>
        rank(a, office) - rank(b, office) ||
        a.priority - b.priority ||
        a.firstRing.localeCompare(b.firstRing) ||
        a.id.localeCompare(b.id),
    );
}

/** What the board must make heard: each of these once, when it first appears. */
export function calls(queue: readonly IncidentCard[], now: number): Map<string, Heard> {
  const list = new Map<string, Heard>();
  for (const i of queue) {
    list.set(`new ${i.id} ${i.handover?.at ?? ""}`, "report");
    for (const s of missed(i, now)) list.set(`late ${i.id} ${s.step} ${s.unit} ${s.since} ${s.level}`, "alarm");
  }
  return list;
}
export type Heard = "report" | "alarm";
