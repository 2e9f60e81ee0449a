// Others in a talk: who was asked in, and asking somebody: another agency, an office, a number; to talk or to advise.
import { useState } from "react";
import type { LiveCall } from "../api/types";
import { officeName, targets, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act, Until } from "./bits";
import { Dialog } from "./dialog";

/** Agencies that can be asked in by one key. */
const agencies = ["112", "113", "115", "118", "119"] as const;

export function Guests({ call, mine }: { call: LiveCall; mine: boolean }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  if (call.guests.length === 0) return null;
  return (
    <section className="stack" data-testid="guests" aria-label={t.guests.title}>
      <h2>{t.guests.title}</h2>
      {call.guests.map((g) => {
        const name = g.name || (g.office ? officeName(desk, g.office) : g.number);
        const agency = agencies.find((a) => g.number === a);
        return (
          <div key={g.n} className="stack" data-testid={`guest-${g.n}`}>
            <div className="row">
              <span className={`dot ${g.in ? "talk" : "ring"}`} aria-hidden="true" />
              <b className="grow cut">{name}</b>
              <span className="dim num">
                {g.in ? g.aside ? t.guests.advises : t.guests.talks : <Until at={g.until} />}
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
                  {t.guests.dismiss}
                </Act>
                {g.in && !g.aside && agency && (
                  <Act look="small" testid="give" onClick={() => void run(() => desk.acts.give(call.id, g.n, agency))}>
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

/** Asks whom to call in. Enter takes what stands in the field. */
export function InviteDialog({ call, onDone }: { call: LiveCall; onDone: () => void }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const [text, setText] = useState("");
  const [aside, setAside] = useState(false);
  const offices = targets(desk.session).filter((o) =>
    `${o.name} ${o.short}`.toLowerCase().includes(text.toLowerCase()),
  );
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
              key={a}
              testid={`invite-${a}`}
              onClick={() => invite({ number: a, name: `${word(t.guests.agencies, a)} ${a}` })}
            >
              {word(t.guests.agencies, a)} <b className="num">{a}</b>
            </Act>
          ))}
        </div>
        <input
          className="fld"
          data-autofocus
          aria-label={t.guests.search}
          placeholder={t.guests.search}
          value={text}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => {
            if (e.key !== "Enter") return;
            if (isNumber) invite({ number: text.trim() });
            else if (offices[0]) invite({ office: offices[0].id });
          }}
          data-testid="invite-field"
        />
        {isNumber && (
          <Act testid="invite-number" onClick={() => invite({ number: text.trim() })}>
            {t.guests.number(text.trim())}
          </Act>
        )}
        {!isNumber &&
          offices.slice(0, 6).map((o) => (
            <Act key={o.id} look="quiet" onClick={() => invite({ office: o.id })}>
              {o.name}
            </Act>
          ))}
      </div>
    </Dialog>
  );
}
