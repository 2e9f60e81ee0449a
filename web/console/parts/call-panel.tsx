// The left panel: who calls, how long, is a voice there, is it recorded, what can be done now.
import type { ReactNode } from "react";
import type { LiveCall } from "../api/types";
import { numberOf, useDesk } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { clock, dayTime } from "../words/time";
import { Act, Since } from "./bits";
import { Meter } from "./meter";
import { Alerts, PastChips } from "./past";
import { Silence } from "./silent";

export function CallPanel({
  call,
  children,
  others,
}: {
  call: LiveCall | null;
  children?: ReactNode;
  others?: ReactNode;
}) {
  const t = useTexts();
  const { phone, mute } = useDesk();
  if (!call) {
    return (
      <section className="call" aria-label={t.call.title} id="panel-1" tabIndex={-1}>
        <h2>{t.call.title}</h2>
        <span>{t.call.none}</span>
        <span className="dim">{t.call.noneHint}</span>
        {children}
      </section>
    );
  }
  const answered = call.answeredAt ? Date.parse(call.answeredAt) - Date.parse(call.firstRing) : null;
  return (
    <section className="call" aria-label={t.call.title} id="panel-1" tabIndex={-1}>
      <h2>{t.call.title}</h2>
      <div>
        <div className="who num" data-testid="number">
          {numberOf(call, t)}
        </div>
        {call.callerName && <div>{call.callerName}</div>}
        {call.withheld && call.number && <span className="chip">{t.call.hidden}</span>}
        {call.trust && <span className="chip warn">{t.call.trust[call.trust]}</span>}
      </div>
      {!call.outbound && (
        <div className="row pasts">
          <Alerts past={call.history} />
          <PastChips past={call.history} />
        </div>
      )}
      <Silence call={call} />
      <div className="row">
        <Since at={call.firstRing} className="clock num" />
        <span className="dim">
          {t.call.sinceRing}
          {answered !== null && (
            <>
              <br />
              {t.call.answeredIn(clock(answered))}
            </>
          )}
        </span>
      </div>
      <div className="row">
        <Meter whose="theirs" label={t.call.voice} />
        {call.recording ? (
          <span className="rec dim">{t.call.recording}</span>
        ) : (
          <span className="alarm">{t.call.notRecording}</span>
        )}
        {call.place && <span className="chip">◎ {t.call.place(metres(call.place.radius))}</span>}
        {call.urgent && <span className="chip warn">▲ {t.call.urgent}</span>}
        {call.outbound && call.history.danger && <span className="chip bad">{t.call.inDanger}</span>}
        {call.phase === "DIALLING" && <span className="chip warn">☏ {t.call.dialling}</span>}
        {call.outbound && call.phase !== "DIALLING" && <span className="chip">{t.call.outbound}</span>}
        {call.onHold && <span className="chip warn">❚❚ {t.call.onHold}</span>}
        {call.callerHolds && <span className="chip">{t.call.callerHolds}</span>}
        {call.mediaLost && <span className="chip bad">{t.call.mediaLost}</span>}
        {call.promised && <span className="chip warn">{t.call.promised}</span>}
        {call.offers.some((o) => o.piket) && <span className="chip warn">☏ {t.call.piket}</span>}
        {call.digits && (
          <span className="chip num" data-testid="digits">
            {t.call.digits(call.digits)}
          </span>
        )}
        {phone.muted && <span className="chip bad">{t.call.muted}</span>}
      </div>
      {children && (
        <div className="acts">
          {children}
          {phone.mic && (
            <Act hint="M" aria-pressed={phone.muted} onClick={() => mute(!phone.muted)} testid="mute">
              {phone.muted ? t.call.unmute : t.call.mute}
            </Act>
          )}
        </div>
      )}
      {others}
      <History call={call} />
    </section>
  );
}

function metres(m: number): string {
  return m >= 1000 ? `${Math.round(m / 100) / 10} km` : `${Math.round(m)} m`;
}

/** What is known of the number before and while one talks. */
export function History({ call }: { call: LiveCall }) {
  const t = useTexts();
  const { session, outcomes } = useDesk();
  const h = call.history;
  const name = (code: string) => {
    const o = outcomes.find((x) => x.code === code);
    return o ? (t.lang === "en" ? o.en : o.id) : word({}, code);
  };
  const day = (at: string) => dayTime(Date.parse(at), session.office.zone);
  return (
    <div className="hist" data-testid="history">
      <h2>{t.history.title}</h2>
      {h.calls === 0 ? (
        <div>{t.history.first}</div>
      ) : (
        <div>
          <b>{t.history.calls(h.calls)}</b>
        </div>
      )}
      {h.last.slice(0, 5).map((l) => (
        <div key={l.at} className="num">
          {day(l.at)} · {name(l.outcome).toLowerCase()}
          {l.prank && `, ${word(t.outcomes.pranks, l.prank).toLowerCase()}`}
          {l.summary && ` · “${l.summary}”`}
        </div>
      ))}
    </div>
  );
}
