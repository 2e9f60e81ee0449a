// What a dispatcher does, with the words that tell how it went. Each act is one call; the screen follows the stream.
import { useMemo } from "react";
import { ApiError } from "../api/client";
import type { IncidentCard, Unit } from "../api/types";
import { useDesk } from "../desk/desk";
import { sentence, useNotice, useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { shortNumber } from "../words/digits";
import type { Said } from "./unit-state";

export interface Dispatching {
  /** Sends a unit. What nobody has accepted yet is accepted first: who sends a unit has taken the report. */
  assign(card: IncidentCard, unit: Pick<Unit, "id" | "sign">, how?: "stack" | "move"): Promise<boolean>;
  release(card: IncidentCard, unit: Pick<Unit, "id" | "sign">): Promise<boolean>;
  say(unit: Unit, said: Said): Promise<boolean>;
  check(card: IncidentCard, unit: Pick<Unit, "id" | "sign">): Promise<boolean>;
  /** Links the later of two to the earlier; gives the id of the one that goes on. */
  link(a: IncidentCard, b: IncidentCard): Promise<string>;
}

const steps = { ACKNOWLEDGED: "acknowledge", EN_ROUTE: "depart", ON_SCENE: "arrive", DONE: "done" } as const;

export function useDispatch(): Dispatching {
  const t = useTexts();
  const { acts, live } = useDesk();
  const run = useRun();
  const tell = useNotice();
  const incidents = live.incidents;
  return useMemo<Dispatching>(
    () => ({
      async assign(card, unit, how) {
        try {
          if (card.state === "SENT") await acts.accept(card.id);
          await acts.assign(card.id, [unit.id], how);
          tell(t.board.assigned(unit.sign, shortNumber(card.no)));
          return true;
        } catch (err) {
          if (err instanceof ApiError && err.code === "unit_taken") {
            const by = err.problem.by;
            const no = incidents[err.problem.stands ?? ""]?.no ?? "";
            tell(t.board.taken(unit.sign, by ? `${by.rank} ${by.name}`.trim() : "", shortNumber(no)));
          } else tell(sentence(err, t));
          return false;
        }
      },
      async release(card, unit) {
        const ok = await run(() => acts.release(card.id, unit.id));
        if (ok) tell(t.board.released(unit.sign));
        return ok !== undefined;
      },
      async say(unit, said) {
        const ok = await run<unknown>(() =>
          (said === "ACKNOWLEDGED" || said === "EN_ROUTE" || said === "ON_SCENE" || said === "DONE") && unit.job
            ? acts.step(unit.job.incident, unit.id, steps[said])
            : acts.unitStatus(unit.id, said as Exclude<Said, "DONE">),
        );
        if (ok) tell(t.board.said(unit.sign, t.board.say[said]));
        return ok !== undefined;
      },
      async check(card, unit) {
        const ok = await run(() => acts.check(card.id, unit.id));
        if (ok) tell(t.board.checked(unit.sign));
        return ok !== undefined;
      },
      async link(a, b) {
        const [later, earlier] =
          a.firstRing > b.firstRing || (a.firstRing === b.firstRing && a.id > b.id) ? [a, b] : [b, a];
        // Units keep their incident: then it is the other that is linked.
        const busy = (i: IncidentCard) => i.units.some((u) => !u.endedAt) || i.joined.length > 0;
        const [from, into] = busy(later) && !busy(earlier) ? [earlier, later] : [later, earlier];
        const ok = await run(() => acts.link(from.id, into.id));
        if (ok) tell(t.board.linked(shortNumber(from.no), shortNumber(into.no)));
        return ok ? into.id : "";
      },
    }),
    [acts, incidents, run, tell, t],
  );
}
