// How an incident stands, as a sign and a word.
import type { IncidentCard } from "../api/types";
import { useTexts, word } from "../i18n";

const stateSigns: Record<IncidentCard["state"], string> = {
  DRAFT: "○",
  VALID: "▲",
  SENT: "▲",
  ACCEPTED: "■",
  ASSIGNED: "■",
  EN_ROUTE: "■",
  ON_SCENE: "■",
  HANDLED: "■",
  CLOSED: "✓",
  REOPENED: "▲",
  CANCELLED: "✕",
  LINKED: "⇒",
  NOT_VALID: "✕",
};

export function StateChip({ card }: { card: IncidentCard }) {
  const t = useTexts();
  const waits = card.state === "SENT" || card.state === "VALID" || card.state === "REOPENED";
  const works = ["ACCEPTED", "ASSIGNED", "EN_ROUTE", "ON_SCENE", "HANDLED"].includes(card.state);
  const look = waits ? (card.escalated ? "bad" : "warn") : works ? "blue" : card.state === "CLOSED" ? "ok" : "";
  const sign = stateSigns[card.state];
  return (
    <span className={`chip ${look}`}>
      {sign} {card.state === "CLOSED" ? word(t.results, card.result) : t.incidentStates[card.state]}
      {card.escalated && ` · ${t.levels[card.escalated]}`}
      {card.restricted && ` · ${t.polda.restricted}`}
    </span>
  );
}
