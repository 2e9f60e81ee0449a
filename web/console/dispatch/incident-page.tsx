// One incident as its page shows it: number, open clocks on top, what was reported, and one timeline of calls, notes, units,
// steps, tapes, pictures, hand-overs and escalations, with who did it and when.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Incident } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useNotice, useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { CallReporter } from "../parts/call-reporter";
import { EndDialog } from "../parts/end-dialog";
import { Link } from "../parts/link";
import { OfficePicker } from "../parts/office-picker";
import { Restricted } from "../parts/restrict";
import { StateChip } from "../parts/state-chip";
import { WhyDialog } from "../screens/sift-menu";
import { shortNumber } from "../words/digits";
import { BigClocks, Running, Track, useHolder } from "./clocks";
import { Title } from "./panel";
import { offeredTo } from "./queue";
import { Story } from "./story";

const open = ["SENT", "ACCEPTED", "ASSIGNED", "EN_ROUTE", "ON_SCENE", "HANDLED", "REOPENED"];

export function IncidentPage({ incident: i }: { incident: Incident }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const tell = useNotice();
  const { acts, session } = desk;
  const [asks, ask] = useState<"" | "end" | "send" | "reopen" | "told" | "cancel">("");
  const [note, write] = useState("");
  const holder = useHolder(i);
  const calls = useQuery({
    queryKey: ["calls", "of", i.id, i.calls],
    queryFn: () => acts.callsOf(i.id),
    staleTime: 10_000,
  });
  const own = session.office.id;
  const role = session.person.role;
  const mine = i.office === own;
  const works = role === "operator" || role === "supervisor";
  const part = works || role === "chief";
  const isOpen = open.includes(i.state);
  const offered = offeredTo(i, own);
  const r = i.report;
  const rows: [string, string][] = [
    [t.incidents.place, i.place || t.polres.noPlace],
    [
      t.form.reporter,
      r.protect && !works ? t.polres.protected : [r.reporter, r.reporterNumber].filter(Boolean).join(" · "),
    ],
    [
      t.form.danger,
      [r.danger && t.form.dangers.danger, r.suspectPresent && t.form.dangers.suspect, r.weapons, r.injured, r.vehicle]
        .filter(Boolean)
        .join(" · "),
    ],
    [t.incidents.holder, [...new Set([officeName(desk, i.office), isOpen && holder])].filter(Boolean).join(" · ")],
    [t.incidents.result, i.result ? word(t.results, i.result) : ""],
    [t.incidents.done, i.done],
  ];
  return (
    <article className="incident-page" data-testid="incident">
      <Title card={i} protect={r.protect}>
        <StateChip card={{ ...i, restricted: false }} />
      </Title>
      {isOpen && <BigClocks card={i} />}
      {i.state !== "DRAFT" && <Track card={i} />}
      {isOpen && (
        <Running
          card={i}
          onCheck={
            works && mine
              ? (u) => void run(() => acts.check(i.id, u)).then((ok) => ok && tell(t.board.checked(sign(i, u))))
              : undefined
          }
        />
      )}
      <dl className="facts">
        {rows
          .filter(([, v]) => v)
          .map(([k, v]) => (
            <div className="pair-row" key={k}>
              <dt>{k}</dt>
              <dd>{v}</dd>
            </div>
          ))}
        {(i.joined.length > 0 || i.linked) && (
          <div className="pair-row">
            <dt>{t.board.linkedInto}</dt>
            <dd className="row wrap num">
              {[...i.joined, ...(i.linked ? [i.linked] : [])].map((id) => (
                <Link key={id} href={`/laporan/${id}`}>
                  {shortNumber(desk.live.incidents[id]?.no ?? "") || "→"}
                </Link>
              ))}
            </dd>
          </div>
        )}
      </dl>
      {part && (
        <div className="row wrap">
          {works && (offered || (mine && i.state === "SENT")) && (
            <Act
              look="main"
              testid="accept"
              onClick={() => void run(() => (offered ? acts.takeOver(i.id) : acts.accept(i.id)))}
            >
              {offered ? t.board.take : t.polres.accept}
            </Act>
          )}
          {works && mine && isOpen && i.state !== "SENT" && (
            <Act look={i.state === "HANDLED" ? "main" : ""} testid="incident-close" onClick={() => ask("end")}>
              {t.polres.close}
            </Act>
          )}
          {works && session.office.kind === "polda" && (i.state === "DRAFT" || i.state === "SENT") && (
            <Act onClick={() => ask("send")} testid="incident-send">
              {t.incidents.send}
            </Act>
          )}
          {works && isOpen && <CallReporter id={i.id} number={r.reporterNumber} danger={i.danger} />}
          {isOpen && (mine || i.origin === own) && (
            <Act testid="cancel" onClick={() => ask("cancel")}>
              {t.board.menu.cancel}
            </Act>
          )}
          {(i.state === "CLOSED" || i.state === "CANCELLED") && (mine || i.origin === own) && (
            <Act testid="reopen" onClick={() => ask("reopen")}>
              {t.board.reopen}
            </Act>
          )}
          {i.tell && (mine || i.origin === own) && (
            <Act testid="told" onClick={() => ask("told")}>
              {t.board.told}
            </Act>
          )}
        </div>
      )}
      {part && i.state !== "DRAFT" && <Restricted incident={i} />}
      <h2>
        {t.board.story.title} · {session.office.zoneName}
      </h2>
      {part && (isOpen || i.state === "DRAFT") && (
        <form
          className="row"
          onSubmit={(e) => {
            e.preventDefault();
            if (note.trim()) void run(() => acts.note(i.id, note.trim())).then((ok) => ok && write(""));
          }}
        >
          <input
            id="field-note"
            className="fld grow"
            data-testid="field-note"
            aria-label={t.polres.note}
            placeholder={t.form.noteHint}
            maxLength={4000}
            value={note}
            onChange={(e) => write(e.target.value)}
          />
        </form>
      )}
      <Story full={i} calls={calls.data ?? []} />
      {asks === "end" && (
        <EndDialog id={i.id} onClose={() => ask("")} hint={i.units.some((u) => !u.endedAt) ? t.board.unitsWork : ""} />
      )}
      {asks === "send" && (
        <OfficePicker
          proposed={r.office}
          onCancel={() => ask("")}
          onPick={(o) => {
            ask("");
            void run(() => acts.send(i.id, o.id));
          }}
        />
      )}
      {(asks === "reopen" || asks === "told" || asks === "cancel") && (
        <WhyDialog
          title={(asks === "reopen" ? t.board.reopen : asks === "told" ? t.board.told : t.board.menu.cancel).replace(
            "…",
            "",
          )}
          hint={asks === "reopen" ? t.board.reopenHint : asks === "told" ? t.board.toldHint : t.board.cancelHint}
          act={(asks === "reopen" ? t.board.reopen : asks === "told" ? t.board.told : t.board.menu.cancel).replace(
            "…",
            "",
          )}
          onClose={() => ask("")}
          onSave={(why) => {
            const act = asks === "reopen" ? acts.reopen : asks === "told" ? acts.told : acts.cancel;
            void run(() => act(i.id, why)).then((ok) => ok && ask(""));
          }}
        />
      )}
    </article>
  );
}

function sign(i: Incident, unit: string): string {
  return i.units.find((a) => a.unit === unit)?.sign ?? unit;
}
