// The timeline of an incident: who did what and when, with its calls, pictures and tapes where they belong.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CallRow, Incident, IncidentCard } from "../api/types";
import { useDesk } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { Player } from "../parts/player";
import { dayTime, isoDay, timeOfDay } from "../words/time";
import { withSigns } from "./unit-state";

/** What of an incident is not in its card: the form, the timeline. Read again whenever the card says that something happened. */
export function useFull(id: string, card: IncidentCard | undefined) {
  const { acts } = useDesk();
  return useQuery({
    queryKey: ["incidents", "one", id, card ? fingerprint(card) : ""],
    queryFn: () => acts.incident(id),
    enabled: id !== "" && !card?.veiled,
    placeholderData: (old) => (old?.id === id ? keepPreviousData(old) : undefined),
  });
}

function fingerprint(c: IncidentCard): string {
  return JSON.stringify([
    c.rev,
    c.state,
    c.office,
    c.units.map((u) => [u.unit, u.ackedAt, u.departedAt, u.arrivedAt, u.endedAt, u.proved, u.stacked]),
    c.steps.map((s) => [s.step, s.unit, s.level]),
    c.handover,
    c.joined,
    c.calls,
    c.summary,
    c.restricted,
    c.waitingSince,
  ]);
}

interface Row {
  at: string;
  what: string;
  name: string;
  text: string;
  call?: CallRow;
  picture?: Incident["pictures"][number];
}

/** Signs of what a row is about: shape besides words. */
const signs: Record<string, string> = {
  noted: "✎",
  escalated: "⚠",
  step_missed: "⚠",
  call: "☏",
  pictured: "▣",
  assigned: "→",
  advanced: "●",
  proved: "◎",
  unit_taken: "←",
  checked: "✓",
  handover_offered: "⇄",
  handover_taken: "⇄",
  handover_ended: "⇄",
  linked: "≈",
  joined: "≈",
};

export function Story({
  full,
  calls = [],
  newest = false,
}: {
  full: Incident;
  calls?: readonly CallRow[];
  newest?: boolean;
}) {
  const t = useTexts();
  const { session } = useDesk();
  const zone = session.office.zone;
  const names = new Map(full.units.map((u) => [u.unit, u.sign]));
  const rows: Row[] = full.timeline.map((l) => ({ ...l, text: withSigns(l.text, names) }));
  const pictures = [...full.pictures];
  for (const r of rows) {
    if (r.what !== "pictured") continue;
    const i = pictures.findIndex((p) => p.at === r.at);
    if (i >= 0) r.picture = pictures.splice(i, 1)[0]!;
  }
  for (const c of calls) rows.push({ at: c.firstRing, what: "call", name: "", text: "", call: c });
  rows.sort((a, b) => a.at.localeCompare(b.at));
  if (newest) rows.reverse();
  const today = rows[0] && isoDay(Date.parse(full.firstRing), zone);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it with the arrows
    <ol className="timeline story" data-testid="story" tabIndex={0}>
      {rows.length === 0 && <li>{t.lists.noTimeline}</li>}
      {rows.map((r) => {
        const ms = Date.parse(r.at);
        return (
          <li key={r.at + r.what + r.text + (r.call?.id ?? "")} className={`row-${r.what}`} data-what={r.what}>
            <time className="num" dateTime={r.at}>
              {isoDay(ms, zone) === today ? timeOfDay(ms, zone) : dayTime(ms, zone)}
            </time>
            <span className="sign" aria-hidden="true">
              {signs[r.what] ?? "·"}
            </span>
            <span>
              {r.call ? (
                <Call call={r.call} />
              ) : (
                <>
                  {r.name && r.name !== "system" && <b>{r.name}: </b>}
                  {r.text || word({}, r.what)}
                  {r.picture && <Photo id={full.id} picture={r.picture} />}
                </>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Call({ call: c }: { call: CallRow }) {
  const t = useTexts();
  const { outcomes } = useDesk();
  const o = outcomes.find((x) => x.code === c.outcome);
  const [open, play] = useState(false);
  return (
    <>
      <a href={`/panggilan/${encodeURIComponent(c.id)}`}>{t.board.story.call(c.numberText || c.callerName || "–")}</a>
      {c.operatorName && ` · ${c.operatorName}`}
      {c.outcome && ` · ${o ? (t.lang === "en" ? o.en : o.id) : word({}, c.outcome)}`}
      {c.tape ? (
        open ? (
          <Player id={c.id} ms={c.tapeMs} />
        ) : (
          <button type="button" className="chip" data-testid={`tape-${c.id}`} onClick={() => play(true)}>
            ▶ {t.board.story.tape}
          </button>
        )
      ) : (
        <span className="dim"> · {t.board.story.noTape}</span>
      )}
    </>
  );
}

/** A picture with its fingerprint: what was taken is what is seen. */
function Photo({ id, picture: p }: { id: string; picture: Incident["pictures"][number] }) {
  const t = useTexts();
  const [broken, fail] = useState(false);
  const src = `/api/v1/incidents/${encodeURIComponent(id)}/pictures/${p.hash}`;
  return (
    <span className="photo">
      {broken ? (
        <span className="warned">{t.board.story.photoFail}</span>
      ) : (
        <a href={src} target="_blank" rel="noreferrer">
          <img src={src} alt={p.caption || t.board.story.photo} loading="lazy" onError={() => fail(true)} />
        </a>
      )}
      <span className="dim num">
        {t.board.story.hash} {p.hash.slice(0, 12)}…
      </span>
    </span>
  );
}
