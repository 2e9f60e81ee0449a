// The ring: it fills the middle, the edge, the title and the tab's sign, and it is heard. F2 answers. The screen is
// told by the socket and by the stream, whichever is faster.
import { useEffect } from "react";
import type { LiveCall } from "../api/types";
import { numberOf, officeName, officeOfSeat, useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { go } from "../router";
import { Act, Since } from "./bits";
import { Alerts, Likely, PastChips } from "./past";

export interface Ringing {
  id: string;
  call: LiveCall | null;
  offer: number;
  until: string | null;
  kind: "queue" | "transfer" | "guest";
}

export function RingPop({ ring }: { ring: Ringing }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const now = useNow(200);
  const { call } = ring;
  const answer = () => {
    if (!desk.frozen) go("/"); // the call is served at the desk, whichever page was being read
    void run(() => desk.acts.answer(ring.id, ring.offer));
  };
  const decline = () => void run(() => desk.acts.decline(ring.id, ring.offer));
  useKeys({ answer, decline });
  const urgent = call?.urgent ?? false;
  // Whoever has the caller now sends them, or asks us in.
  const from = call ? officeName(desk, officeOfSeat(call.seat) || call.office) : "";
  const aside = call?.guests.some((g) => !g.in && g.aside && g.office === desk.session.office.id) ?? false;
  const title =
    ring.kind === "guest"
      ? t.ring.guest(from, aside)
      : ring.kind === "transfer" && call
        ? t.ring.transfer(from)
        : urgent
          ? t.ring.priority
          : t.ring.title;
  const h = call?.history;
  const card = call?.incident ? desk.live.incidents[call.incident] : undefined;
  const kind = desk.kinds.find((k) => k.code === card?.kind);

  useEffect(() => {
    if (desk.frozen) return;
    const before = document.title;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    let on = false;
    const flash = () => {
      on = !on;
      document.title = on ? `▲ ${title}` : before;
    };
    flash();
    const timer = setInterval(flash, 700);
    if (icon) icon.href = "/icon-ring.svg";
    return () => {
      clearInterval(timer);
      document.title = before;
      if (icon) icon.href = "/icon.svg";
    };
  }, [title, desk.frozen]);

  return (
    <>
      <div className={`ring-edge flash ${urgent ? "urgent" : ""}`} aria-hidden="true" />
      <div className={`pop ${urgent ? "urgent" : ""}`} role="alertdialog" aria-label={title} data-testid="ring">
        <div className="row" aria-live="assertive">
          <span className="dot ring" />
          <b>{title}</b>
          {call && (
            <span className="dim">
              {t.ring.waits("")}
              <Since at={call.firstRing} />
            </span>
          )}
          {ring.until && (
            <span className="num push ring-left" title={t.ring.left}>
              {Math.max(0, Math.ceil((Date.parse(ring.until) - now) / 1000))}
            </span>
          )}
        </div>
        <div className="who num">{call ? numberOf(call, t) : "…"}</div>
        {card && (
          <div>
            <b>{kind ? (t.lang === "en" ? kind.en : kind.id) : card.kind}</b> · P{card.priority} ·{" "}
            {card.place || t.polres.noPlace}
          </div>
        )}
        <div className="row">
          {h && <Alerts past={h} />}
          {call?.low && <span className="chip">▽ {t.sift.lowLane}</span>}
          {h && <PastChips past={h} />}
          {call?.place && <span className="chip">◎ ±{Math.round(call.place.radius)} m</span>}
          {h && !card && ring.kind === "queue" && <Likely past={h} />}
        </div>
        <div className="pair">
          <Act look="main" className="big" hint="F2" testid="answer" onClick={answer}>
            {t.ring.answer}
          </Act>
          <Act className="big" hint="X" testid="decline" onClick={decline}>
            {t.ring.decline}
          </Act>
        </div>
      </div>
    </>
  );
}
