// What is asked before a dispatcher's rarer acts: why, to whom, which.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { IncidentCard, NewIncident, Report, Unit } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { begin } from "../desk/draft";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";
import { KindField } from "../parts/kind-field";
import { PhonesDialog } from "../parts/phones-dialog";
import { PlaceField } from "../parts/place-field";
import { Readers } from "../parts/restrict";
import { WhyDialog } from "../screens/sift-menu";
import { shortNumber } from "../words/digits";
import { clock } from "../words/time";
import { Choose, type Option } from "./choose";
import { useFull } from "./story";
import { bySign, canSay, otherSaid, type Said, saidKeys } from "./unit-state";

/** Offers the incident to another office, which must take it. */
export function OverDialog({ card, onClose }: { card: IncidentCard; onClose: () => void }) {
  const t = useTexts();
  const { session, acts } = useDesk();
  const run = useRun();
  const near = session.others
    .filter((o) => o.id === session.office.parent || (o.kind === "polres" && o.parent === session.office.parent))
    .sort((a, b) => Number(a.kind !== "polres") - Number(b.kind !== "polres") || a.name.localeCompare(b.name));
  const list = [...session.offices.filter((o) => o.id !== session.office.id && o.kind !== "polsek"), ...near];
  const [to, choose] = useState(list[0]?.id ?? "");
  return (
    <WhyDialog
      title={t.board.overTitle}
      hint={t.board.overHint}
      act={t.board.overSend}
      onClose={onClose}
      onSave={(why) => void run(() => acts.handOver(card.id, to, why)).then((ok) => ok && onClose())}
    >
      <label className="above">
        {t.board.overTo}
        <select
          className="fld"
          data-autofocus
          data-testid="over-to"
          value={to}
          onChange={(e) => choose(e.target.value)}
        >
          {list.map((o) => (
            <option key={o.id} value={o.id}>
              {o.name}
            </option>
          ))}
        </select>
      </label>
    </WhyDialog>
  );
}

/** Who may read the incident. */
export function RestrictDialog({ card, onClose }: { card: IncidentCard; onClose: () => void }) {
  const { data: full } = useFull(card.id, card);
  return full ? <Readers incident={full} onClose={onClose} /> : null;
}

const radius = 6371008.8; // metres
/** Metres through the air. */
export function apart(a: IncidentCard["at"], b: IncidentCard["at"]): number | null {
  if (!a || !b) return null;
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * radius * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Reports that may be the same thing; one key links. */
export function SameDialog({
  card,
  onLink,
  onClose,
}: {
  card: IncidentCard;
  onLink: (other: IncidentCard) => void;
  onClose: () => void;
}) {
  const t = useTexts();
  const { acts, kinds } = useDesk();
  const { data } = useQuery({
    queryKey: ["same", card.id, card.same.join()],
    queryFn: () => acts.same(card.id),
    staleTime: 0,
  });
  const options: Option[] = (data ?? []).map((o) => {
    const m = apart(card.at, o.at);
    const min = Math.round(Math.abs(Date.parse(o.firstRing) - Date.parse(card.firstRing)) / 60_000);
    const kind = kinds.find((k) => k.code === o.kind);
    return {
      key: o.id,
      name: `${shortNumber(o.no)} · ${kind ? (t.lang === "en" ? kind.en : kind.id) : o.kind} · ${o.place}`,
      more: t.board.sameRow(m === null ? "" : `${Math.round(m)} m`, min),
      act: () => onLink(o),
    };
  });
  return (
    <Choose
      title={t.board.sameTitle}
      hint={data?.length === 0 ? t.board.noSame : t.board.sameHint}
      options={options}
      onClose={onClose}
      testid="same-dialog"
    />
  );
}

/** Finds a unit by its call sign. */
export function FindDialog({
  units,
  onPick,
  onClose,
}: {
  units: readonly Unit[];
  onPick: (u: Unit) => void;
  onClose: () => void;
}) {
  const t = useTexts();
  const [text, set] = useState("");
  const [at, move] = useState(0);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = [...units]
    .filter((u) =>
      words.every((w) => `${u.sign} ${u.plate} ${u.crew.map((m) => m.name).join(" ")}`.toLowerCase().includes(w)),
    )
    .sort(bySign)
    .slice(0, 9);
  const pick = (u: Unit | undefined) => {
    if (!u) return;
    onClose();
    onPick(u);
  };
  return (
    <Dialog title={t.board.find} onClose={onClose} size={520} testid="find-unit">
      <div className="stack">
        <input
          className="fld"
          data-autofocus
          data-testid="find-unit-input"
          aria-label={t.board.find}
          placeholder={t.board.findHint}
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
            if (e.key === "Enter") pick(hits[at]);
          }}
        />
        <div role="listbox" aria-label={t.board.units} className="stack">
          {hits.map((u, i) => (
            <button
              type="button"
              role="option"
              aria-selected={i === at}
              key={u.id}
              className={`li ${i === at ? "on" : ""}`}
              onClick={() => pick(u)}
            >
              <b>{u.sign}</b>
              <span className="r">{t.board.status[u.status]}</span>
            </button>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

/** One unit: who is aboard, what it does, and all that can be said of it, each by its number. */
export function UnitDialog({
  unit: u,
  onSay,
  onRelease,
  onClose,
}: {
  unit: Unit;
  onSay: (said: Said) => void;
  onRelease?: () => void;
  onClose: () => void;
}) {
  const t = useTexts();
  const { acts } = useDesk();
  const run = useRun();
  const now = useNow(1000);
  const said = [...saidKeys.map(([, s]) => s), ...otherSaid].filter((s) => canSay(u, s));
  const [phones, openPhones] = useState(false);
  const options: Option[] = said.map((s) => ({ key: s, name: t.board.say[s], act: () => onSay(s) }));
  if (onRelease) options.push({ key: "release", name: t.board.release, act: onRelease });
  if (u.panic && !u.panic.seen)
    options.unshift({ key: "panic", name: t.board.panicSee, act: () => void run(() => acts.seePanic(u.id)) });
  if (phones) return <PhonesDialog unit={u} onClose={onClose} />;
  return (
    <Choose title={u.sign} options={options} onClose={onClose} testid="unit-dialog">
      <dl className="facts">
        <dt>{t.board.units}</dt>
        <dd>{[t.board.kinds[u.kind], u.plate, u.skills.join(", ").toUpperCase()].filter(Boolean).join(" · ")}</dd>
        <dt>{t.board.crew(u.crew.length)}</dt>
        <dd>{u.crew.map((m) => (m.lead ? `★ ${m.name}` : m.name)).join(", ") || "–"}</dd>
        <dt>{t.board.status[u.status]}</dt>
        <dd className="num">
          {clock(now - Date.parse(u.since))}
          {u.job && ` · ${u.job.no}`}
          {u.stack.map((j) => ` · ${t.board.next} ${shortNumber(j.no)}`)}
        </dd>
      </dl>
      <Act look="small" testid="unit-phones" onClick={() => openPhones(true)}>
        {t.patrol.phones.title(u.sign)}
      </Act>
    </Choose>
  );
}

/** A report that no call brought: somebody came in, or an officer saw it. */
export function OpenDialog({ onMade, onClose }: { onMade: (id: string) => void; onClose: () => void }) {
  const t = useTexts();
  const { acts, kinds } = useDesk();
  const run = useRun();
  const [source, from] = useState<NewIncident["source"]>("walk_in");
  const [kind, choose] = useState({ code: "", priority: 0 });
  const [where, go] = useState<Pick<Report, "place" | "at">>({ place: "", at: null });
  const [summary, what] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    const report = { ...begin(null).report, kind: kind.code, priority: kind.priority, ...where, summary };
    const made = await run(() => acts.open({ source, report }));
    setBusy(false);
    if (made) onMade(made.id);
  };
  return (
    <Dialog title={t.board.newTitle} onClose={onClose} size={560} testid="open-dialog">
      <form className="stack" onSubmit={(e) => void submit(e)}>
        <p className="dim">{t.board.newHint}</p>
        <fieldset className="seg">
          <legend className="hidden">{t.board.newTitle}</legend>
          {(["walk_in", "radio", "callback"] as const).map((s) => (
            <label key={s} className={s === source ? "on" : ""}>
              <input type="radio" name="source" checked={s === source} onChange={() => from(s)} />
              {t.board.source[s]}
            </label>
          ))}
        </fieldset>
        <label className="above" htmlFor="field-kind">
          {t.form.kind}
        </label>
        <KindField
          value={kind.code}
          onChange={(k) => choose({ code: k.code, priority: kinds.find((x) => x.code === k.code)?.priority ?? 3 })}
          disabled={false}
        />
        <label className="above" htmlFor="field-place">
          {t.form.place}
        </label>
        <PlaceField report={where} type={(c) => go({ ...where, ...c })} disabled={false} />
        <label className="above">
          {t.form.notes}
          <textarea
            className="fld"
            rows={3}
            maxLength={4000}
            value={summary}
            onChange={(e) => what(e.target.value)}
            data-testid="new-summary"
          />
        </label>
        <Act look="main" type="submit" disabled={busy || !kind.code} testid="new-save">
          {t.board.newMake}
        </Act>
      </form>
    </Dialog>
  );
}
