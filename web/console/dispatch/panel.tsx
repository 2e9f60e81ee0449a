// The middle of the board: one incident. Its clocks, what runs and what waits for a word, then its story or its form, and
// the one act that is next.
import { type ReactNode, useState } from "react";
import type { Closing, IncidentCard, LiveCall } from "../api/types";
import { officeName, useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useReport } from "../desk/use-report";
import { type Texts, useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act } from "../parts/bits";
import { CallReporter } from "../parts/call-reporter";
import { EndDialog } from "../parts/end-dialog";
import { ReportForm, Saved } from "../parts/form";
import { OutcomePicker } from "../parts/outcomes";
import { OrphanBar } from "../screens/frame";
import { shortNumber } from "../words/digits";
import { clock } from "../words/time";
import { BigClocks, Running, Track } from "./clocks";
import { offeredTo } from "./queue";
import { Story, useFull } from "./story";
import { unitsOf } from "./unit-state";

export interface PanelProps {
  card: IncidentCard;
  call: LiveCall | null;
  unfinished: boolean;
  orphan: boolean;
  /** Whether the person may act on it. */
  works: boolean;
  form: boolean;
  onForm: () => void;
  onCheck: (unit: string) => void;
  onSame: () => void;
  onMore: () => void;
  onRefuse: () => void;
  onUnlink: (id: string) => void;
  /** The unit that 1 would send, with its minutes. */
  best: { sign: string; minutes: string; send: () => void } | null;
}

export function IncidentPanel(p: PanelProps) {
  return p.form && p.works && !p.card.veiled ? <FormPanel {...p} /> : <StoryPanel {...p} />;
}

function useActs({ card, call, works }: PanelProps) {
  const desk = useDesk();
  const run = useRun();
  const own = desk.session.office.id;
  const offered = offeredTo(card, own);
  const canAccept = works && (offered || (card.office === own && card.state === "SENT"));
  const canEnd =
    works &&
    !call &&
    card.office === own &&
    !offered &&
    !["SENT", "CLOSED", "CANCELLED", "LINKED"].includes(card.state);
  const accept = () => void run(() => (offered ? desk.acts.takeOver(card.id) : desk.acts.accept(card.id)));
  return { canAccept, canEnd, accept, offered };
}

const toNote = () => document.getElementById("field-note")?.focus();

function FormPanel(p: PanelProps) {
  const { card } = p;
  const t = useTexts();
  const report = useReport(null, card.id);
  const { canAccept, canEnd, accept } = useActs(p);
  const [ending, end] = useState(false);
  useKeys({ ...(canAccept ? { accept } : {}), ...(canEnd ? { close: () => end(true) } : {}), note: toNote });
  return (
    <>
      <ReportForm
        report={report}
        no={card.no}
        disabled={card.state === "CLOSED"}
        top={<Top {...p} brief />}
        foot={
          <Foot
            {...p}
            number={report.report.reporterNumber}
            accept={accept}
            canAccept={canAccept}
            onEnd={canEnd ? () => end(true) : undefined}
          />
        }
        head={
          <Title card={card} protect={report.report.protect}>
            <Saved report={report} />
            <FormKey {...p} />
          </Title>
        }
      />
      {ending && <EndDialog id={card.id} onClose={() => end(false)} flush={report.flush} hint={endHint(card, t)} />}
    </>
  );
}

/** Changes between the summary and the form. */
function FormKey({ form, onForm }: PanelProps) {
  const t = useTexts();
  return (
    <Act look="small" className="push" hint="F" testid="toggle-form" onClick={onForm}>
      {form ? t.board.tabs.story : t.board.tabs.form}
    </Act>
  );
}

function endHint(card: IncidentCard, t: Texts): string {
  return card.units.some((u) => !u.endedAt) ? t.board.unitsWork : "";
}

function StoryPanel(p: PanelProps) {
  const { card, works } = p;
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const { data: full } = useFull(card.id, card);
  const { canAccept, canEnd, accept } = useActs(p);
  const [ending, end] = useState(false);
  const [note, write] = useState("");
  useKeys({ ...(canAccept ? { accept } : {}), ...(canEnd ? { close: () => end(true) } : {}), note: toNote });
  const r = full?.report;
  const chips: [string, string][] = r
    ? [
        ...((r.danger ? [[t.form.dangers.danger, "bad"]] : []) as [string, string][]),
        ...((r.suspectPresent ? [[t.form.dangers.suspect, "bad"]] : []) as [string, string][]),
        ...([
          [r.weapons, "warn"],
          [r.injured, "warn"],
          [r.vehicle, ""],
          [r.people ? `${r.people} ${t.form.people}` : "", ""],
        ].filter(([v]) => v) as [string, string][]),
      ]
    : [];
  return (
    <section className="form incident" aria-label={t.board.title} id="panel-2" tabIndex={-1}>
      <Title card={card} protect={r?.protect ?? false}>
        {works && !card.veiled && <FormKey {...p} />}
      </Title>
      <Top {...p} />
      {card.veiled ? (
        <p className="bar warn">{t.board.veiled}</p>
      ) : (
        <>
          <div className="gist">
            <div className="place">
              <span aria-hidden="true">◎</span> {card.place || <span className="warned">{t.polres.noPlace}</span>}
            </div>
            <div className="row wrap">
              {chips.map(([text, look]) => (
                <span key={text} className={`chip ${look}`}>
                  {look === "bad" ? "▲ " : ""}
                  {text}
                </span>
              ))}
              {r && (r.reporter || r.reporterNumber) && (
                <span className="dim">
                  {t.board.story.person}: {[r.reporter, r.reporterNumber].filter(Boolean).join(" · ")}
                </span>
              )}
            </div>
          </div>
          <div className="note">
            {full && <Story full={full} newest />}
            {works && (
              <form
                onSubmit={(e) => {
                  e.preventDefault();
                  const text = note.trim();
                  if (text === "") return;
                  void run(() => desk.acts.note(card.id, text)).then((ok) => {
                    if (!ok) return;
                    write("");
                    (document.activeElement as HTMLElement | null)?.blur(); // the keys are the board's again
                  });
                }}
              >
                <input
                  id="field-note"
                  data-testid="field-note"
                  className="fld bare"
                  aria-label={t.form.notes}
                  autoComplete="off"
                  maxLength={4000}
                  placeholder={t.form.noteHint}
                  value={note}
                  onChange={(e) => write(e.target.value)}
                  onKeyDown={(e) => {
                    if (e.key === "Escape") e.currentTarget.blur();
                  }}
                />
              </form>
            )}
          </div>
        </>
      )}
      <Foot
        {...p}
        number={r?.reporterNumber ?? ""}
        accept={accept}
        canAccept={canAccept}
        onEnd={canEnd ? () => end(true) : undefined}
      />
      {ending && <EndDialog id={card.id} onClose={() => end(false)} hint={endHint(card, t)} />}
    </section>
  );
}

/** Number, kind and marks of an incident; what else is said of it comes after. */
export function Title({ card, protect, children }: { card: IncidentCard; protect: boolean; children?: ReactNode }) {
  const t = useTexts();
  const { kinds } = useDesk();
  const kind = kinds.find((k) => k.code === card.kind);
  return (
    <div className="ttl">
      <span className="no num" data-testid="report-no">
        {card.no || t.form.draft}
      </span>
      <span className="chip warn">P{card.priority}</span>
      <b className="cut">{kind ? (t.lang === "en" ? kind.en : kind.id) : ""}</b>
      {card.unsure && <span className="chip warn">{t.polres.unsure}</span>}
      {card.restricted && <span className="chip warn">■ {t.board.restricted}</span>}
      {protect && <span className="chip">{t.polres.protected}</span>}
      {card.danger && <span className="chip bad">▲ {t.form.dangers.danger}</span>}
      {card.skill && <span className="chip warn">{t.board.skill(card.skill)}</span>}
      {children}
    </div>
  );
}

function Top(p: PanelProps & { brief?: boolean }) {
  const { card, call, unfinished, orphan, works } = p;
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const now = useNow(1000);
  if (unfinished && call) {
    const close = (c: Closing) => void run(() => desk.acts.closeCall(call.id, c));
    return <OutcomePicker call={call} asking="unfinished" onChoose={close} onCancel={() => {}} />;
  }
  const own = desk.session.office.id;
  return (
    <>
      {orphan && call && <OrphanBar call={call} />}
      <BigClocks card={card} />
      {!(p.brief && call) && <Track card={card} />}
      {card.handover && (
        <div className="bar" data-testid="handover">
          <div className="top">
            <span className="dot ring" />
            <span>
              {offeredTo(card, own)
                ? t.board.offer(officeName(desk, card.office))
                : t.board.offered(officeName(desk, card.handover.to))}
              {card.handover.why && `: ${card.handover.why}`}
            </span>
            {works && (
              <Act className="push" look="small" testid="refuse-over" onClick={p.onRefuse}>
                {offeredTo(card, own) ? t.board.refuse : t.board.takeBack}
              </Act>
            )}
          </div>
        </div>
      )}
      <Running card={card} onCheck={works ? p.onCheck : undefined} />
      {(card.same.length > 0 || card.joined.length > 0 || card.waitingSince) && (
        <div className="row wrap">
          {card.waitingSince && (
            <span className="chip warn">△ {t.board.waiting(clock(now - Date.parse(card.waitingSince)))}</span>
          )}
          {card.same.length > 0 && works && (
            <Act look="small" hint="C" testid="same" onClick={p.onSame}>
              ≈ {t.board.same(card.same.length)}
            </Act>
          )}
          {card.joined.length > 0 && <span className="dim">≈ {t.board.joined(card.joined.length)}</span>}
          {works &&
            card.joined.map((id) => (
              <Act key={id} look="small" testid={`unlink-${id}`} onClick={() => p.onUnlink(id)}>
                {t.board.unlink} {shortNumber(desk.live.incidents[id]?.no ?? "")}
              </Act>
            ))}
        </div>
      )}
    </>
  );
}

function Foot(p: PanelProps & { number: string; accept: () => void; canAccept: boolean; onEnd?: () => void }) {
  const { card, call, works, best } = p;
  const t = useTexts();
  const { live, session } = useDesk();
  if (!works) return null;
  const units = unitsOf(Object.values(live.units), card);
  const wants = card.office === session.office.id && units.length === 0 && best && !card.veiled && !card.handover;
  const handled = card.state === "HANDLED";
  return (
    <div className="decide board">
      {!call && !card.veiled && <CallReporter id={card.id} number={p.number} danger={card.danger} />}
      <Act hint="O" testid="more" onClick={p.onMore}>
        {t.board.more2}…
      </Act>
      {p.onEnd && (
        <Act look={handled ? "main" : ""} hint="F9" testid="incident-close" onClick={p.onEnd}>
          {handled ? t.polres.close : t.board.close}
        </Act>
      )}
      {p.canAccept ? (
        <Act look="main" hint="A" testid="accept" onClick={p.accept}>
          {card.handover ? t.board.take : t.polres.accept}
        </Act>
      ) : (
        wants && (
          <Act look="main" hint="1" testid="send-best" onClick={best.send}>
            {best.minutes ? t.board.send(best.sign, best.minutes) : t.board.sendOnly(best.sign)}
          </Act>
        )
      )}
    </div>
  );
}
