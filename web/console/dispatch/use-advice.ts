// Units that could go to the chosen incident, the best first. The numbers 1 to 9 are bound to what is on screen: when the order
// has just changed they wait a moment, so that no hand that is already on its way sends another unit.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Advised, IncidentCard, Unit } from "../api/types";
import { useDesk } from "../desk/desk";

const settle = 700; // ms

export interface Advice {
  advised: Advised | undefined;
  /** Whether the order has stood long enough to be pressed. */
  settled: () => boolean;
}

export function useAdvice(card: IncidentCard | undefined, units: readonly Unit[]): Advice {
  const { acts } = useDesk();
  // Asked again when a unit's duties change, or the place; and now and then, since units move.
  const key = card ? `${card.at?.lat} ${card.at?.lng} ${card.kind} ${card.state === "SENT"} ${fingerprint(units)}` : "";
  const { data } = useQuery({
    queryKey: ["recommend", card?.id ?? "", key],
    queryFn: () => acts.recommend(card!.id),
    enabled: card !== undefined && !card.veiled,
    refetchInterval: 15_000,
    staleTime: 0,
    placeholderData: (old, query) => (query?.queryKey[1] === card?.id ? keepPreviousData(old) : undefined),
  });
  const order = `${card?.id} ${data?.units.slice(0, 9).map((u) => u.unit)}`;
  const seen = useRef({ order, at: 0, id: card?.id });
  useEffect(() => {
    // Another incident, or the first answer: the person waited for it and has seen nothing else.
    const fresh = seen.current.id !== card?.id || seen.current.order.split(" ")[1] === "undefined";
    if (seen.current.order !== order) seen.current = { order, at: fresh ? 0 : performance.now(), id: card?.id };
  }, [order, card?.id]);
  return { advised: data, settled: () => seen.current.at === 0 || performance.now() - seen.current.at > settle };
}

function fingerprint(units: readonly Unit[]): string {
  let sum = 0;
  for (const u of units) {
    for (const c of `${u.id}${u.status}${u.job?.incident ?? ""}${u.stack.length}`)
      sum = (sum * 31 + c.charCodeAt(0)) | 0;
  }
  return String(sum);
}
