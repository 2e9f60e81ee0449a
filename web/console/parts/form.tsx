// The report as the caller tells it, in the order people talk: what, where, who, danger, and what else. It is saved
// while it is typed.
import { type ReactNode, useState } from "react";
import type { Incident, Report } from "../api/types";
import { officeName, useDesk, useNow } from "../desk/desk";
import { pendingNote, unsaved } from "../desk/draft";
import { useRun } from "../desk/notice";
import type { ReportState } from "../desk/use-report";
import { useTexts } from "../i18n";
import { timeOfDay } from "../words/time";
import { Field } from "./bits";
import { AboutField, LanguageField } from "./form-more";
import { KindField } from "./kind-field";
import { PlaceField } from "./place-field";

export function ReportForm(props: {
  report: ReportState;
  no: string;
  top?: ReactNode;
  foot?: ReactNode;
  disabled?: boolean;
  head?: ReactNode;
}) {
  const { report: r, no, disabled = false } = props;
  const t = useTexts();
  return (
    <section className="form" aria-label={t.form.title} id="panel-2" tabIndex={-1}>
      {props.head ?? (
        <div className="ttl">
          <h2>{t.form.title}</h2>
          <span className="no num" data-testid="report-no">
            {no || t.form.draft}
          </span>
          <Saved report={r} />
        </div>
      )}
      {props.top}
      <Fields report={r.report} type={r.type} disabled={disabled} />
      <Notes state={r} />
      {props.foot}
    </section>
  );
}

/** Whether what was typed is safe. */
export function Saved({ report: r }: { report: ReportState }) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(500);
  const sent =
    r.full && r.full.state !== "DRAFT" && r.full.office !== desk.session.office.id
      ? t.form.sentTo(officeName(desk, r.full.office))
      : "";
  const state =
    r.flying.size > 0 ? "saving" : unsaved(r) ? (r.failed ? "failed" : "unsaved") : r.savedAt !== null ? "saved" : "";
  const text =
    state === "saved" && r.savedAt !== null
      ? t.form.saved((now - r.savedAt) / 1000)
      : state === ""
        ? ""
        : t.form[state as "saving" | "failed" | "unsaved"];
  return (
    <span
      className={state === "failed" ? "alarm" : "dim"}
      data-testid="saved"
      data-saved={state === "saved"}
      data-state={state}
      aria-live="off"
    >
      {[text, sent].filter(Boolean).join(" · ")}
    </span>
  );
}

const flags = ["danger", "suspectPresent"] as const;

function Fields({ report, type, disabled }: { report: Report; type: (c: Partial<Report>) => void; disabled: boolean }) {
  const t = useTexts();
  const { kinds } = useDesk();
  const proposed = kinds.find((k) => k.code === report.kind)?.priority ?? 0;
  const priority = report.priority || proposed;
  const next = (v: boolean | null | undefined) => (v === true ? false : v === false ? null : true);
  return (
    <>
      <Field label={t.form.kind} id="field-kind">
        <div className="row">
          <KindField
            value={report.kind}
            onChange={(k) => type({ kind: k.code, priority: k.priority })}
            disabled={disabled}
          />
          <fieldset className="seg" disabled={disabled}>
            <legend className="hidden">{t.form.priority}</legend>
            {[1, 2, 3, 4].map((p) => (
              <label key={p} className={p === priority ? "on" : ""}>
                <input
                  type="radio"
                  name="priority"
                  value={p}
                  checked={p === priority}
                  onChange={() => type({ priority: p })}
                  data-testid={`priority-${p}`}
                />
                P{p}
              </label>
            ))}
          </fieldset>
        </div>
      </Field>
      <AboutField report={report} type={type} disabled={disabled} />
      <Field label={t.form.place} id="field-place">
        <PlaceField report={report} type={type} disabled={disabled} />
      </Field>
      <Field label={t.form.reporter} id="field-reporter">
        <div className="row">
          <input
            id="field-reporter"
            className="fld grow"
            data-testid="field-reporter"
            autoComplete="off"
            maxLength={200}
            readOnly={disabled}
            placeholder={t.form.reporterHint}
            value={report.reporter}
            onChange={(e) => type({ reporter: e.target.value })}
          />
          <input
            className="fld field-s num"
            data-testid="field-number"
            aria-label={t.form.number}
            autoComplete="off"
            maxLength={40}
            readOnly={disabled}
            value={report.reporterNumber}
            onChange={(e) => type({ reporterNumber: e.target.value })}
          />
          <label className="check">
            <input
              type="checkbox"
              data-testid="field-protect"
              checked={report.protect}
              disabled={disabled}
              onChange={(e) => type({ protect: e.target.checked })}
            />
            {t.form.protect}
          </label>
          <LanguageField report={report} type={type} disabled={disabled} />
        </div>
      </Field>
      <Field label={t.form.danger}>
        <div className="row wraps">
          {flags.map((f) => {
            const v = report[f];
            const name = t.form.dangers[f === "danger" ? "danger" : "suspect"];
            return (
              <button
                type="button"
                key={f}
                className={`chip ${v ? "bad" : ""}`}
                data-testid={`field-${f}`}
                disabled={disabled}
                onClick={() => type({ [f]: next(v) })}
              >
                {v ? "▲ " : ""}
                {name}: {v === true ? t.form.yes : v === false ? t.form.no : t.form.unknown}
              </button>
            );
          })}
          <Small name="weapons" label={t.form.dangers.weapons} value={report.weapons} type={type} disabled={disabled} />
          <Small name="injured" label={t.form.dangers.injured} value={report.injured} type={type} disabled={disabled} />
          <Small name="vehicle" label={t.form.vehicle} value={report.vehicle} type={type} disabled={disabled} />
          <label className="small-field tiny">
            <span className="hidden">{t.form.people}</span>
            <input
              inputMode="numeric"
              className="fld num"
              data-testid="field-people"
              readOnly={disabled}
              placeholder={t.form.people}
              value={report.people || ""}
              onChange={(e) => type({ people: Math.min(100000, Number(e.target.value.replace(/\D/g, "")) || 0) })}
            />
          </label>
        </div>
      </Field>
    </>
  );
}

function Small({
  name,
  label,
  value,
  type,
  disabled,
}: {
  name: "weapons" | "injured" | "vehicle";
  label: string;
  value: string;
  type: (c: Partial<Report>) => void;
  disabled: boolean;
}) {
  return (
    <label className="small-field">
      <span className="hidden">{label}</span>
      <input
        className={`fld ${value ? "filled" : ""}`}
        data-testid={`field-${name}`}
        autoComplete="off"
        maxLength={200}
        readOnly={disabled}
        placeholder={label}
        value={value}
        onChange={(e) => type({ [name]: e.target.value })}
      />
    </label>
  );
}

/**
 * Notes with their times. What is being typed travels in the report's summary until Enter makes it a note: nobody who
 * takes over sees less than the writer does.
 */
function Notes({ state }: { state: ReportState }) {
  const t = useTexts();
  const run = useRun();
  const { session } = useDesk();
  const notes = notesOf(state.full);
  const [busy, setBusy] = useState(false);
  const pending = pendingNote(state.report, state.full);
  const write = async () => {
    const text = pending.trim();
    if (text === "" || busy) return;
    setBusy(true);
    await run(() => state.note(text));
    setBusy(false);
  };
  return (
    <div className="note">
      <ol aria-label={t.form.notes} data-testid="notes">
        {notes.map((n) => (
          <li key={n.at + n.text}>
            <time className="num">{timeOfDay(Date.parse(n.at), session.office.zone)}</time>
            {n.label && <b>{n.label} </b>}
            {n.text}
          </li>
        ))}
      </ol>
      <textarea
        id="field-note"
        data-testid="field-note"
        aria-label={t.form.notes}
        rows={2}
        maxLength={4000}
        placeholder={t.form.noteHint}
        value={pending}
        onChange={(e) => state.type({ summary: e.target.value })}
        onKeyDown={(e) => {
          if (e.key !== "Enter" || e.shiftKey) return;
          e.preventDefault();
          void write();
        }}
      />
    </div>
  );
}

/** The notes of an incident, oldest first. */
export function notesOf(i: Incident | null): { at: string; text: string; label: string }[] {
  return (i?.timeline ?? []).filter((l) => l.what === "noted").map((l) => ({ at: l.at, text: l.text, label: "" }));
}
