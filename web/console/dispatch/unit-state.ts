// Which unit can be told what. Pure.
import type { IncidentCard, Unit, UnitStatus } from "../api/types";

/** The statuses of a job, in order. */
const stages: readonly UnitStatus[] = ["ASSIGNED", "ACKNOWLEDGED", "EN_ROUTE", "ON_SCENE"];

/** What a radio call can say of a unit: a status, or that its job is done. */
export type Said = Exclude<UnitStatus, "ASSIGNED"> | "DONE";

/** The key of each. Those of a job first, in the order of a job. */
export const saidKeys: readonly [string, Said][] = [
  ["d", "ACKNOWLEDGED"],
  ["g", "EN_ROUTE"],
  ["i", "ON_SCENE"],
  ["e", "DONE"],
  ["r", "READY"],
  ["w", "PATROL"],
];

/** What can be said of a unit besides, in its own dialog. */
export const otherSaid: readonly Said[] = ["RETURNING", "BUSY", "BROKEN", "OFF"];

/** Whether this can be said of the unit now. */
export function canSay(u: Unit, said: Said): boolean {
  const stage = stages.indexOf(u.status);
  switch (said) {
    case "DONE":
      return u.job !== null;
    case "ACKNOWLEDGED":
    case "EN_ROUTE":
    case "ON_SCENE":
      return u.job !== null && stage < stages.indexOf(said);
    case "OFF":
      return u.job === null && u.status !== "OFF";
    case "BROKEN":
      return u.status !== "BROKEN";
    default:
      return u.job === null && u.status !== said && (u.crew.length > 0 || u.status !== "OFF");
  }
}

/** Whether a unit can be given a job at once. */
export const isFree = (u: Unit): boolean => u.status === "READY" || u.status === "PATROL" || u.status === "RETURNING";

/** Whether a crew is aboard, or somebody said that it works. */
export const onDuty = (u: Unit): boolean => u.status !== "OFF" && u.status !== "BROKEN";

/** The units of which something can be said: those of the chosen incident first, then by call sign. */
export function whoCan(units: readonly Unit[], said: Said, incident: string): Unit[] {
  const mine = (u: Unit) => Number(u.job?.incident !== incident);
  return units.filter((u) => canSay(u, said)).sort((a, b) => mine(a) - mine(b) || bySign(a, b));
}

export const bySign = (a: Pick<Unit, "sign" | "id">, b: Pick<Unit, "sign" | "id">): number =>
  a.sign.localeCompare(b.sign, undefined, { numeric: true }) || a.id.localeCompare(b.id);

/** Units that work on an incident now, or have it next. */
export function unitsOf(units: readonly Unit[], i: IncidentCard): Unit[] {
  return units
    .filter((u) => u.job?.incident === i.id || u.stack.some((j) => j.incident === i.id))
    .sort((a, b) => Number(b.job?.incident === i.id) - Number(a.job?.incident === i.id) || bySign(a, b));
}

/** Sentences of the server name a unit by its id; people know its call sign. */
export function withSigns(text: string, signs: ReadonlyMap<string, string>): string {
  let out = text;
  for (const [id, sign] of signs) {
    if (!out.includes(id)) continue;
    out = out.replaceAll(`Unit ${id}`, sign).replaceAll(`unit ${id}`, sign).replaceAll(id, sign);
  }
  return out;
}
