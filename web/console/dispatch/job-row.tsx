// One incident in the queue: its clock, what and where, who holds the ball, and what is late by name. Units are dropped on it.
import { useState } from "react";
import type { IncidentCard } from "../api/types";
import { officeName, useDesk, useNow } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { shortNumber } from "../words/digits";
import { clock, left } from "../words/time";
import { useHolder } from "./clocks";
import { look, missed, offeredTo } from "./queue";
import { dragType } from "./unit-list";

export function JobRow({
  card,
  on,
  onOpen,
  onDrop,
}: {
  card: IncidentCard;
  on: boolean;
  onOpen: () => void;
  onDrop?: (unit: string) => void;
}) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(500);
  const [over, hover] = useState(false);
  const holder = useHolder(card);
  const kind = desk.kinds.find((k) => k.code === card.kind);
  const waits = card.state === "SENT";
  const rest = card.acceptBy ? Date.parse(card.acceptBy) - now : 0;
  const age = now - Date.parse(card.firstRing);
  const late = missed(card, now)[0];
  const sign = (u: string) => card.units.find((a) => a.unit === u)?.sign;
  const offered = offeredTo(card, desk.session.office.id);
  const name = card.veiled
    ? t.board.restricted
    : kind
      ? t.lang === "en"
        ? kind.en
        : kind.id
      : card.kind || t.polres.noKind;
  return (
    <button
      type="button"
      className={`job ${on ? "on" : ""} ${over ? "over" : ""}`}
      aria-pressed={on}
      onClick={onOpen}
      data-testid={`job-${card.id}`}
      data-look={look(card, now)}
      onDragOver={(e) => {
        if (!onDrop || !e.dataTransfer.types.includes(dragType)) return;
        e.preventDefault();
        hover(true);
      }}
      onDragLeave={() => hover(false)}
      onDrop={(e) => {
        hover(false);
        const unit = e.dataTransfer.getData(dragType);
        if (unit) onDrop?.(unit);
      }}
    >
      <span className={`t num ${look(card, now)}`}>{waits && rest > 0 ? left(rest) : clock(age)}</span>
      <b className="cut">
        P{card.priority} · {name}
      </b>
      <span className="dim num">{shortNumber(card.no)}</span>
      <span className="dim w cut">
        {card.place || (card.veiled ? "" : t.polres.noPlace)}
        {card.unsure && ` · ${t.polres.unsure}`}
      </span>
      <span className="w">
        {offered ? (
          <span className="warned">▲ {t.board.offer(officeName(desk, card.office))}</span>
        ) : waits ? (
          <span className={rest <= 0 ? "alarm" : "warned"}>
            {card.escalated
              ? `⚠ ${t.polres.escalated(card.holder.name || t.levels[card.escalated])}`
              : rest <= 0
                ? `⚠ ${t.polres.overdue}`
                : `▲ ${t.side.notAccepted}`}
          </span>
        ) : late ? (
          <span className="alarm">
            ⚠ {sign(late.unit) ? `${sign(late.unit)} ` : ""}
            {word(t.board.missed, late.step)}
            {late.level && ` → ${late.name || word(t.levels, late.level)}`}
          </span>
        ) : (
          <span className="dim cut calm">
            {holder}
            {" · "}
            {card.waitingSince
              ? t.board.waiting(clock(now - Date.parse(card.waitingSince)))
              : t.incidentStates[card.state]}
            {card.target && !card.arrivedAt && ` · ${t.board.band(card.target.minutes)}`}
          </span>
        )}
      </span>
      {card.same.length > 0 && <span className="warned w">≈ {t.board.same(card.same.length)}</span>}
    </button>
  );
}
