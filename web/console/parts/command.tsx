// "/" opens it: go to a report by its number, to an office, a person, a page, or change the own state.
import { useState } from "react";
import { officeName, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { go } from "../router";
import { rosterPages } from "../screens/roster-menu";
import { leads, siftPages } from "../screens/sift-menu";
import { Dialog } from "./dialog";
import { reasons } from "./header";

interface Hit {
  key: string;
  name: string;
  what: string;
  act: () => void;
}

export function CommandBar({ onClose, onIncident }: { onClose: () => void; onIncident: (id: string) => void }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const [text, set] = useState("");
  const [at, move] = useState(0);
  const all: Hit[] = [
    ...Object.values(desk.live.incidents)
      .filter((i) => i.no)
      .map((i) => ({
        key: i.id,
        name: `${i.no} ${i.place}`,
        what: `${t.command.incident} · ${officeName(desk, i.office)}`,
        act: () => onIncident(i.id),
      })),
    { key: "ready", name: t.header.ready, what: t.command.state, act: () => void run(() => desk.acts.ready()) },
    ...reasons.map((r) => ({
      key: r,
      name: t.reasons[r],
      what: t.command.state,
      act: () => void run(() => desk.acts.pause(r)),
    })),
    ...desk.session.offices.map((o) => ({
      key: o.id,
      name: `${o.name} ${o.code}`,
      what: t.command.office,
      act: () => go(`/laporan?office=${encodeURIComponent(o.id)}`),
    })),
    ...Object.values(desk.live.seats).flatMap((s) =>
      s.person
        ? [
            {
              key: s.id,
              name: `${s.person.rank} ${s.person.name}`,
              what: `${t.command.person} · ${t.seatStates[s.state]}`,
              act: () => go("/"),
            },
          ]
        : [],
    ),
    { key: "p1", name: t.header.nav.incidents, what: t.command.page, act: () => go("/laporan") },
    { key: "p2", name: t.header.nav.calls, what: t.command.page, act: () => go("/panggilan") },
    ...(desk.session.person.role === "administrator"
      ? []
      : [{ key: "p4", name: t.polda.nav.overview, what: t.command.page, act: () => go("/ikhtisar") }]),
    ...(leads(desk.session)
      ? [{ key: "p5", name: t.polda.nav.fairness, what: t.command.page, act: () => go("/pemerataan") }]
      : []),
    { key: "p3", name: t.header.nav.wall, what: t.command.page, act: () => go("/wallboard") },
    ...[
      ...(desk.session.person.role === "administrator" ? [] : rosterPages(t, desk.session)),
      ...(leads(desk.session) ? siftPages(t) : []),
    ].map(([href, name]) => ({
      key: href,
      name,
      what: t.command.page,
      act: () => go(href),
    })),
  ];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = all.filter((h) => words.every((w) => h.name.toLowerCase().includes(w))).slice(0, 9);
  const choose = (h: Hit | undefined) => {
    if (!h) return;
    onClose();
    h.act();
  };
  return (
    <Dialog title={t.command.title} onClose={onClose} testid="command" size={620}>
      <div className="stack">
        <input
          className="fld"
          data-autofocus
          data-testid="command-input"
          aria-label={t.command.title}
          placeholder={t.command.hint}
          value={text}
          onChange={(e) => {
            set(e.target.value);
            move(0);
          }}
          onKeyDown={(e) => {
            if (e.key === "ArrowDown" || e.key === "ArrowUp") {
              e.preventDefault();
              move((n) => Math.max(0, Math.min(hits.length - 1, n + (e.key === "ArrowDown" ? 1 : -1))));
            }
            if (e.key === "Enter") choose(hits[at]);
          }}
        />
        <div role="listbox" aria-label={t.command.title} className="stack">
          {hits.map((h, i) => (
            <button
              type="button"
              role="option"
              aria-selected={i === at}
              key={h.key}
              className={`li ${i === at ? "on" : ""}`}
              onClick={() => choose(h)}
            >
              <span className="cut">{h.name}</span>
              <span className="r">{h.what}</span>
            </button>
          ))}
          {hits.length === 0 && <p className="dim">{t.command.none}</p>}
        </div>
      </div>
    </Dialog>
  );
}
