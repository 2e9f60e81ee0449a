// The bottom: who waits, what is owed, what is open, who is here. And the line of keys.
import { nameOfSeat, numberOf, useDesk, useNow } from "../desk/desk";
import { useTexts, word } from "../i18n";
import { gated, openIncidents, waiting } from "../live/live";
import { clock } from "../words/time";
import { Act, Dot } from "./bits";
import { owedInOrder } from "./callbacks";
import { toTell } from "./tell";

export function Bottom({ onCallbacks }: { onCallbacks?: () => void }) {
  const t = useTexts();
  const desk = useDesk();
  const now = useNow(500);
  const { live, session } = desk;
  const owed = owedInOrder(live.owed);
  const tell = toTell(live).length;
  const queue = waiting(live, session.office.id);
  const gate = gated(live, session.office.id);
  const floor = live.floors[session.office.id];
  const open = openIncidents(live);
  const late = open.filter((i) => i.state === "SENT" && i.acceptBy && Date.parse(i.acceptBy) < now);
  const seats = Object.values(live.seats)
    .filter((s) => s.office === session.office.id && s.state !== "OFF" && s.person)
    .sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
  const room = 12; // names that fit in two lines and a half; the rest is counted
  return (
    <section className="queue" id="panel-4" tabIndex={-1}>
      <div>
        <h2>
          {t.bottom.queue}
          {gate.length > 0 && (
            <span className="num" data-testid="gate-count">
              {" "}
              · ◇ {t.sift.atGateN(gate.length)}
            </span>
          )}
        </h2>
        {queue.length + gate.length === 0 && <span className="dim">{t.bottom.noQueue}</span>}
        {queue.slice(0, 2).map((c) => (
          <div className="li" key={c.id}>
            <span className="dot ring" />
            <span className="num cut">{numberOf(c, t)}</span>
            {c.urgent && <span className="chip warn">{t.call.urgent}</span>}
            {c.low && <span className="chip">▽ {t.sift.lowLane}</span>}
            <span className="r num">
              {queue.length > 2 && c === queue[1] ? `+${queue.length - 2} · ` : ""}
              {clock(now - Date.parse(c.firstRing))}
            </span>
          </div>
        ))}
        {gate.slice(0, Math.max(0, 2 - queue.length)).map((c) => (
          <div className="li dim" key={c.id} data-testid="at-gate">
            <span aria-hidden="true">◇</span>
            <span className="num cut">{numberOf(c, t)}</span>
            <span className="chip">{t.sift.atGate}</span>
            <span className="r num">{clock(now - Date.parse(c.firstRing))}</span>
          </div>
        ))}
      </div>
      <div>
        <h2>{t.bottom.callbacks}</h2>
        <div className="li" data-testid="callbacks">
          <b className="num">{owed.length || (floor?.today.callbacks ?? 0)}</b>
          {t.bottom.waiting}
          {onCallbacks && (
            <Act look="small" hint="B" testid="open-callbacks" onClick={onCallbacks}>
              {t.callbacks.open}
            </Act>
          )}
        </div>
        {tell > 0 && (
          <div className="li" data-testid="tell-count">
            {t.polda.tell.count(tell)}
          </div>
        )}
        {owed[0] && tell === 0 && (
          <div className="li">
            <span className="num cut">{owed[0].numberText || owed[0].number}</span>
            {owed[0].first && <span className="chip warn">▲ {t.callbacks.first}</span>}
            <span className="r num">{clock(now - Date.parse(owed[0].since))}</span>
          </div>
        )}
      </div>
      <div>
        <h2>{t.bottom.open}</h2>
        <div className="li">
          <b className="num" data-testid="open-count">
            {open.length}
          </b>
          {t.bottom.in(new Set(open.map((i) => i.office)).size)}
          {late.length > 0 && <span className="r alarm">⚠ {t.bottom.late(late.length)}</span>}
        </div>
      </div>
      <div>
        <h2>{t.bottom.officers}</h2>
        <div className="people">
          {seats.length === 0 && <span className="dim">{t.bottom.nobody}</span>}
          {seats.slice(0, room).map((s) => (
            <span key={s.id} title={nameOfSeat(desk, s.id)}>
              <Dot state={s.state} />
              {s.person?.name.split(" ")[0]}
              <span className="hidden">{t.seatStates[s.state]}</span>
              {s.state === "NOT_READY" && (
                <span className="dim num">
                  · {word(t.reasons, s.reason).toLowerCase()} {clock(now - Date.parse(s.since))}
                </span>
              )}
            </span>
          ))}
          {seats.length > room && <span className="dim">{t.bottom.more(seats.length - room)}</span>}
        </div>
      </div>
    </section>
  );
}

export function KeysBar({ keys }: { keys: readonly (readonly [string, string])[] }) {
  const t = useTexts();
  return (
    <section className="keys" aria-label={t.keys.title}>
      {keys.map(([key, name]) => (
        <span key={key}>
          <kbd>{key}</kbd>
          {name}
        </span>
      ))}
    </section>
  );
}
