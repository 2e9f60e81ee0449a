// Enters a sheet that was written on paper while the system was down: its number, its times, what was said, who took it.
import { useState } from "react";
import type { Paper, Report } from "../api/types";
import { targets, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { hourMinute, isoDay, timeAt } from "../words/time";
import { Act, Field } from "./bits";
import { Dialog } from "./dialog";
import { KindField } from "./kind-field";

const empty: Report = {
  kind: "",
  priority: 0,
  place: "",
  at: null,
  reporter: "",
  reporterNumber: "",
  protect: false,
  danger: null,
  weapons: "",
  injured: "",
  suspectPresent: null,
  people: 0,
  vehicle: "",
  office: "",
  summary: "",
};
const moments = ["rang", "answered", "told", "accepted"] as const;

export function PaperDialog({ onClose, onDone }: { onClose: () => void; onDone: (id: string) => void }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const { office } = desk.session;
  const [day, setDay] = useState(() => isoDay(desk.now(), office.zone));
  const [n, setN] = useState("");
  const [typed, setTimes] = useState({ rang: "", answered: "", told: "", accepted: "" });
  const [by, setBy] = useState("");
  const [to, setTo] = useState(office.kind === "polda" ? "" : office.id);
  const [report, set] = useState<Report>(empty);
  const [busy, wait] = useState(false);
  const times = {
    rang: hourMinute(typed.rang),
    answered: hourMinute(typed.answered),
    told: hourMinute(typed.told),
    accepted: hourMinute(typed.accepted),
  };
  const wrong = moments.some((m) => typed[m].trim() !== "" && times[m] === "");
  const change = (c: Partial<Report>) => set((r) => ({ ...r, ...c }));
  const full =
    !wrong &&
    n !== "" &&
    times.rang !== "" &&
    to !== "" &&
    report.kind !== "" &&
    (report.place + report.summary).trim() !== "";
  // A time that is earlier than the first ring is past midnight.
  const at = (m: (typeof moments)[number]) =>
    times[m] === "" ? null : timeAt(day, times[m], office.zone, times[m] < times.rang ? 1 : 0);
  const save = async () => {
    const rang = at("rang");
    if (!full || busy || rang === null) return;
    wait(true);
    const paper: Paper = {
      no: `${office.code}/${day.replaceAll("-", "/")}/K-${n.padStart(2, "0")}`,
      rang,
      answered: at("answered"),
      told: at("told"),
      accepted: at("accepted"),
      acceptedBy: by.trim(),
      office: to,
      report: { ...report, office: to },
    };
    const made = await run(() => desk.acts.fromPaper(paper));
    wait(false);
    if (made) onDone(made.id);
  };
  return (
    <Dialog title={t.paper.title} onClose={onClose} testid="paper" size={680}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <p className="dim">{t.paper.hint}</p>
        <Field label={t.paper.no} id="paper-n">
          <div className="row">
            <span className="num">{office.code} /</span>
            <input
              className="fld field-s num"
              type="date"
              aria-label={t.paper.day}
              data-testid="paper-day"
              value={day}
              max={isoDay(desk.now(), office.zone)}
              onChange={(e) => setDay(e.target.value)}
            />
            <span className="num">/ K-</span>
            <input
              id="paper-n"
              className="fld field-s num"
              data-autofocus
              data-testid="paper-n"
              inputMode="numeric"
              maxLength={3}
              value={n}
              onChange={(e) => setN(e.target.value.replace(/\D/g, ""))}
            />
          </div>
        </Field>
        <Field label={t.paper.times}>
          <div className="row">
            {moments.map((m) => (
              <label key={m} className="paper-time">
                <span className="dim">{t.paper.moments[m]}</span>
                <input
                  className="fld num"
                  inputMode="numeric"
                  placeholder="14.32"
                  maxLength={5}
                  aria-invalid={typed[m].trim() !== "" && times[m] === ""}
                  data-testid={`paper-${m}`}
                  value={typed[m]}
                  onChange={(e) => setTimes({ ...typed, [m]: e.target.value })}
                />
              </label>
            ))}
          </div>
        </Field>
        <Field label={t.form.kind} id="field-kind">
          <KindField
            value={report.kind}
            onChange={(k) => change({ kind: k.code, priority: k.priority })}
            disabled={false}
          />
        </Field>
        <Text
          label={t.form.place}
          id="paper-place"
          max={500}
          value={report.place}
          onChange={(place) => change({ place })}
        />
        <Field label={t.form.reporter} id="paper-reporter">
          <div className="row">
            <input
              id="paper-reporter"
              className="fld grow"
              maxLength={200}
              value={report.reporter}
              onChange={(e) => change({ reporter: e.target.value })}
            />
            <input
              className="fld field-s num"
              aria-label={t.form.number}
              placeholder={t.form.number}
              maxLength={40}
              value={report.reporterNumber}
              onChange={(e) => change({ reporterNumber: e.target.value })}
            />
            <label className="check">
              <input
                type="checkbox"
                checked={report.danger === true}
                onChange={(e) => change({ danger: e.target.checked ? true : null })}
              />
              {t.form.dangers.danger}
            </label>
          </div>
        </Field>
        <Text
          label={t.paper.happened}
          id="paper-summary"
          max={4000}
          value={report.summary}
          onChange={(summary) => change({ summary })}
        />
        <Field label={t.paper.to} id="paper-to">
          <div className="row">
            <select
              id="paper-to"
              className="fld w220"
              data-testid="paper-to"
              value={to}
              onChange={(e) => setTo(e.target.value)}
            >
              <option value="">{t.paper.choose}</option>
              {[office, ...targets(desk.session)].map((o) => (
                <option key={o.id} value={o.id}>
                  {o.name}
                </option>
              ))}
            </select>
            <input
              className="fld grow"
              data-testid="paper-by"
              aria-label={t.paper.by}
              placeholder={t.paper.by}
              maxLength={200}
              value={by}
              onChange={(e) => setBy(e.target.value)}
            />
          </div>
        </Field>
        <p className={wrong ? "warned" : "dim"}>
          {wrong ? t.paper.wrong : times.accepted === "" ? t.paper.open : t.paper.taken}
        </p>
        <Act look="main" type="submit" disabled={!full || busy} testid="paper-save">
          {t.paper.save}
        </Act>
      </form>
    </Dialog>
  );
}

function Text(p: { label: string; id: string; max: number; value: string; onChange: (v: string) => void }) {
  return (
    <Field label={p.label} id={p.id}>
      <input
        id={p.id}
        className="fld"
        data-testid={p.id}
        maxLength={p.max}
        value={p.value}
        onChange={(e) => p.onChange(e.target.value)}
      />
    </Field>
  );
}
