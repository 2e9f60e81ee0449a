// Others in a talk: who was asked in, and asking somebody: another agency, an office, a number; to talk or to advise.
import { useState } from "react";
import type { GivingAway, LiveCall } from "../api/types";
import { askable, nameOfSeat, officeName, officeOfSeat, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Act, Until } from "./bits";
import { Dialog } from "./dialog";

/** Agencies that can be asked in by one key, with the number to dial and how the report counts them. */
const agencies = [
  { number: "112", agency: "112" },
  { number: "113", agency: "113" },
  { number: "115", agency: "115" },
  { number: "118", agency: "118" },
  { number: "119", agency: "119" },
  { number: "123", agency: "pln" },
] as const;

type Guest = LiveCall["guests"][number];

/** How the call counts when the caller is left to this guest; null when it can't be left to them. */
export function givingTo(call: LiveCall, g: Guest, kindOf: (office: string) => string): GivingAway | null {
  const agency = agencies.find((a) => a.number === g.number)?.agency;
  if (!g.in || g.aside || call.leaving || call.outbound) return null;
  if (agency) return { outcome: "dialihkan_instansi", agency };
  if (g.office !== "" && g.office !== call.office && kindOf(g.office) === "polda")
    return { outcome: "dialihkan_polda_lain" };
  return call.polresTalked ? { outcome: "valid_polres" } : null;
}

export function Guests({ call, mine }: { call: LiveCall; mine: boolean }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  if (call.guests.length === 0) return null;
  const kindOf = (id: string) => [...desk.session.offices, ...desk.session.others].find((o) => o.id === id)?.kind ?? "";
  return (
    <section className="stack" data-testid="guests" aria-label={t.guests.title}>
      <h2>{t.guests.title}</h2>
      {call.guests.map((g) => {
        const name = g.name || (g.office ? officeName(desk, g.office) : g.number);
        const giving = givingTo(call, g, kindOf);
        return (
          <div key={g.n} className="stack" data-testid={`guest-${g.n}`}>
            <div className="row">
              <span className={`dot ${g.in ? "talk" : "ring"}`} aria-hidden="true" />
              <b className="grow cut">{name}</b>
              <span className="dim num">
                {call.given === g.n
                  ? t.guests.has
                  : g.in
                    ? g.aside
                      ? t.guests.advises
                      : t.guests.talks
                    : t.guests.rings}
                {!g.in && (
                  <>
                    {" "}
                    <Until at={g.until} />
                  </>
                )}
              </span>
            </div>
            {mine && call.given !== g.n && (
              <div className="row">
                {g.in && g.aside && (
                  <Act look="small" testid="merge" onClick={() => void run(() => desk.acts.merge(call.id, g.n))}>
                    {t.guests.merge}
                  </Act>
                )}
                <Act look="small" testid="dismiss" onClick={() => void run(() => desk.acts.dismiss(call.id, g.n))}>
                  {g.in ? t.guests.dismiss : t.guests.stop}
                </Act>
                {giving && (
                  <Act look="small" testid="give" onClick={() => void run(() => desk.acts.give(call.id, g.n, giving))}>
                    {t.guests.give}
                  </Act>
                )}
              </div>
            )}
          </div>
        );
      })}
    </section>
  );
}

/** Asks whom to call in. ↑↓ chooses, Enter takes. */
export function InviteDialog({ call, onDone }: { call: LiveCall; onDone: () => void }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const [text, setText] = useState("");
  const [at, move] = useState(0);
  const [aside, setAside] = useState(false);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const offices = askable(desk.session, aside)
    .filter((o) => words.every((w) => `${o.name} ${o.short}`.toLowerCase().includes(w)))
    .slice(0, 6);
  const isNumber = /^[+0-9][0-9 -]{2,}$/.test(text.trim());
  const invite = (who: { number?: string; office?: string; name?: string }) => {
    onDone();
    void run(() => desk.acts.invite(call.id, { ...who, aside }));
  };
  return (
    <Dialog title={t.guests.ask} onClose={onDone} testid="invite" size={520}>
      <div className="stack">
        <div className="row">
          <Act look={aside ? "" : "main"} aria-pressed={!aside} onClick={() => setAside(false)} testid="invite-talk">
            {t.guests.toTalk}
          </Act>
          <Act look={aside ? "main" : ""} aria-pressed={aside} onClick={() => setAside(true)} testid="invite-aside">
            {t.guests.toAdvise}
          </Act>
        </div>
        <p className="dim">{aside ? t.guests.asideHint : t.guests.talkHint}</p>
        <div className="row">
          {agencies.map((a) => (
            <Act
              key={a.number}
              testid={`invite-${a.number}`}
              onClick={() => invite({ number: a.number, name: `${word(t.guests.agencies, a.number)} ${a.number}` })}
            >
              {word(t.guests.agencies, a.number)} <b className="num">{a.number}</b>
            </Act>
          ))}
        </div>
        <input
          className="fld"
          data-autofocus
          aria-label={t.guests.search}
          placeholder={t.guests.search}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            move(0);
          }}
          onKeyDown={(e) => {
            if (e.key === "ArrowDown" || e.key === "ArrowUp") {
              e.preventDefault();
              move((n) => Math.max(0, Math.min(offices.length - 1, n + (e.key === "ArrowDown" ? 1 : -1))));
            }
            if (e.key !== "Enter") return;
            if (isNumber) invite({ number: text.trim() });
            else if (offices[at]) invite({ office: offices[at].id });
          }}
          data-testid="invite-field"
        />
        {isNumber && (
          <Act testid="invite-number" onClick={() => invite({ number: text.trim() })}>
            {t.guests.number(text.trim())}
          </Act>
        )}
        {!isNumber && (
          <div role="listbox" aria-label={t.guests.offices} className="stack">
            {offices.map((o, i) => (
              <button
                type="button"
                role="option"
                aria-selected={i === at}
                className={`li ${i === at ? "on" : ""}`}
                key={o.id}
                data-testid={`invite-${o.id}`}
                onClick={() => invite({ office: o.id })}
              >
                <b>{o.name}</b>
              </button>
            ))}
            {offices.length === 0 && <p className="dim">{t.guests.none}</p>}
          </div>
        )}
      </div>
    </Dialog>
  );
}

/** What one who was asked in sees: who asked, that they are in the talk, and the way out. */
export function GuestActs({ call, n }: { call: LiveCall; n: number }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const g = call.guests.find((x) => x.n === n);
  const alone = call.given === n;
  const leave = () => void run(() => desk.acts.dismiss(call.id, n));
  const close = () => void run(() => desk.acts.closeCall(call.id, {}));
  useKeys(alone ? { close } : { leave, close: leave });
  if (!g) return null;
  const host = call.seat ? `${nameOfSeat(desk, call.seat)} ${officeName(desk, officeOfSeat(call.seat))}`.trim() : "";
  return (
    <>
      <p className="wide good" data-testid="as-guest">
        ● {alone ? t.guests.alone : g.aside ? t.guests.youAdvise(host) : t.guests.youTalk(host)}
      </p>
      {alone ? (
        <Act look="main" className="wide" hint="F9" testid="close" onClick={close}>
          {t.call.closePolres}
        </Act>
      ) : (
        <Act look="main" className="wide" hint="F6" testid="leave" onClick={leave}>
          {t.guests.out}
        </Act>
      )}
    </>
  );
}

/** Keys and dialogs of one who has the caller: hold, and asking others in. */
export function useHolding(call: LiveCall, may: boolean) {
  const desk = useDesk();
  const run = useRun();
  const [inviting, invite] = useState(false);
  const hold = () => void run(() => desk.acts.hold(call.id, !call.onHold));
  const ask = () => invite(true);
  useKeys(may ? { hold, invite: ask } : {});
  return { hold, ask, dialog: inviting && may ? <InviteDialog call={call} onDone={() => invite(false)} /> : null };
}
