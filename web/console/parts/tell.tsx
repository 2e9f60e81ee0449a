// Reporters who were promised to hear the result: call them by one key, say it, note that it was said.
import { useState } from "react";
import { client, command } from "../api/client";
import type { IncidentCard } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import type { Live } from "../live/live";
import { go } from "../router";
import { Act } from "./bits";

/** Closed incidents whose reporter waits to be told, the oldest first. */
export function toTell(live: Live): IncidentCard[] {
  return Object.values(live.incidents)
    .filter((i) => i.tell && i.state === "CLOSED")
    .sort((a, b) => (a.closedAt ?? "").localeCompare(b.closedAt ?? "") || a.id.localeCompare(b.id));
}

export function TellList({ onClose, first }: { onClose: () => void; first: boolean }) {
  const t = useTexts();
  const s = t.polda.tell;
  const desk = useDesk();
  const run = useRun();
  const [noting, note] = useState("");
  const [how, write] = useState("");
  const list = toTell(desk.live);
  if (list.length === 0) return null;
  const dial = async (i: IncidentCard) => {
    const full = await run(() => desk.acts.incident(i.id));
    const number = full ? full.report.reporterNumber.trim() : "";
    if (number !== "" && (await run(() => desk.acts.callOut({ incident: i.id, number })))) {
      onClose();
      if (!desk.frozen) go("/");
    }
  };
  const save = async (i: IncidentCard) => {
    const done = await run(() =>
      command((headers) =>
        client.POST("/incidents/{id}/told", { params: { path: { id: i.id } }, body: { how: how.trim() }, headers }),
      ),
    );
    if (!done) return;
    note("");
    write("");
  };
  return (
    <section className="stack telling" aria-label={s.title}>
      <h3>{s.list}</h3>
      {list.slice(0, 20).map((i, n) => (
        <div key={i.id} className="stack" data-testid={`tell-${i.id}`}>
          <div className="row">
            <b className="num">{i.no}</b>
            <span className="grow dim cut">
              {i.veiled
                ? s.veiled
                : `${i.reporter ? `${i.reporter} · ` : ""}${s.result(word(t.results, i.result))} · ${officeName(desk, i.office)}`}
            </span>
            {i.danger && <span className="chip bad">✕ {t.callbacks.danger}</span>}
            {!i.danger && !i.veiled && desk.seat !== "" && (
              <Act
                look={first && n === 0 ? "main" : "small"}
                testid="tell-call"
                data-autofocus={first && n === 0 ? true : undefined}
                onClick={() => void dial(i)}
              >
                {s.call}
              </Act>
            )}
            {!i.veiled && (
              <Act look="small" testid="tell-told" onClick={() => note(noting === i.id ? "" : i.id)}>
                {s.told}
              </Act>
            )}
          </div>
          {noting === i.id && (
            <form
              className="row"
              onSubmit={(e) => {
                e.preventDefault();
                if (how.trim() !== "") void save(i);
              }}
            >
              <input
                className="fld grow"
                aria-label={s.how}
                placeholder={s.how}
                maxLength={1000}
                value={how}
                onChange={(e) => write(e.target.value)}
                data-testid="tell-how"
              />
              <Act look="small" type="submit" disabled={how.trim() === ""} testid="tell-save">
                {s.save}
              </Act>
            </form>
          )}
        </div>
      ))}
    </section>
  );
}
