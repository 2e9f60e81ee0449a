// The right of the Polda's console: which Polres can take a call now, and the reports that are open.
import type { IncidentCard } from "../api/types";
import { officeName, targets, useDesk, useNow } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { openIncidents } from "../live/live";
import { shortNumber } from "../words/digits";
import { clock, left } from "../words/time";
import { presenceText } from "./office-picker";

export function Side({
  proposed,
  openOf,
  onPick,
  onIncident,
}: {
  proposed: string;
  openOf: readonly { id: string; no: string; kind: string; office: string }[];
  onPick?: (office: string) => void;
  onIncident: (id: string) => void;
}) {
  const t = useTexts();
  const desk = useDesk();
  const open = openIncidents(desk.live);
  return (
    <section className="side" id="panel-3" tabIndex={-1} aria-label={t.side.offices}>
      <div className="box">
        <h2>{t.side.offices}</h2>
        <div className="offices">
          {targets(desk.session).map((o) => {
            const [dot, text] = presenceText(desk.live.presence[o.id], t);
            return (
              <button
                type="button"
                key={o.id}
                className={`li ${o.id === proposed ? "on" : ""}`}
                disabled={!onPick}
                aria-pressed={o.id === proposed}
                onClick={() => onPick?.(o.id)}
                data-testid={`propose-${o.id}`}
              >
                <span className={`dot ${dot}`} />
                <span className="cut">{o.short || o.name}</span>
                <span className="r">{text}</span>
              </button>
            );
          })}
        </div>
      </div>
      <div className="box scroll">
        <h2>
          {t.side.open} <span className="num">{open.length}</span>
        </h2>
        {open.length === 0 && <span className="dim">{t.side.none}</span>}
        {open.slice(0, 40).map((i) => (
          <Row key={i.id} card={i} onOpen={() => onIncident(i.id)} />
        ))}
      </div>
      {openOf.length > 0 && (
        <div className="box">
          <h2>{t.history.open}</h2>
          {openOf.map((o) => (
            <button type="button" className="li" key={o.id} onClick={() => onIncident(o.id)}>
              <b className="num">{shortNumber(o.no)}</b>
              <span className="cut">{word({}, o.kind)}</span>
              <span className="r">{officeName(desk, o.office)}</span>
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

function Row({ card, onOpen }: { card: IncidentCard; onOpen: () => void }) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(500);
  const kind = desk.kinds.find((k) => k.code === card.kind);
  const until = card.acceptBy ? Date.parse(card.acceptBy) - now : 0;
  return (
    <button type="button" className="li two" onClick={onOpen} data-testid={`open-${card.id}`}>
      <b className="num">{shortNumber(card.no)}</b>
      <span className="cut">
        {kind ? (t.lang === "en" ? kind.en : kind.id) : card.kind} · P{card.priority}
        <br />
        <span className="dim">
          {officeName(desk, card.office)}
          {card.place && ` · ${card.place}`}
        </span>
      </span>
      <span className={`r num ${card.state === "SENT" ? (until <= 0 || card.escalated ? "alarm" : "warned") : ""}`}>
        {card.state === "SENT"
          ? until > 0
            ? `▲ ${left(until)}`
            : `⚠ ${t.side.overdue}`
          : `✓ ${clock(now - Date.parse(card.firstRing))}`}
      </span>
    </button>
  );
}
