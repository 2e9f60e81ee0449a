import { useEffect, useRef, useState } from "preact/hooks";
import { hm, span, useNow } from "../clock";
import { language, texts } from "../i18n";
import { kinds } from "../live";
import { items, press } from "../outbox";
import { metres, position, where } from "../place";
import type { Job } from "../server";
import { useSignal } from "../store";
import { CallPanel } from "./call";
import { NotePanel } from "./note";

type Step = "acknowledge" | "depart" | "arrive" | "done";
const steps: Step[] = ["acknowledge", "depart", "arrive", "done"];
const reached: Record<string, number> = { ASSIGNED: 0, ACKNOWLEDGED: 1, EN_ROUTE: 2, ON_SCENE: 3 };

export function Work({ j }: { j: Job }) {
  const t = texts();
  const [panel, setPanel] = useState<"call" | "note" | null>(null);
  const mine = useSignal(items).filter((i) => i.kind === "step" && !i.refused && i.incident === j.incident?.id);
  const i = j.incident;
  const done = mine.some((m) => m.step === "done");
  if (!i || done) {
    return (
      <section class="none" data-testid="no-job">
        <p class="dim">{t.status[j.status] ?? j.status}</p>
        <h1>{t.none.title}</h1>
        <p class="dim">{t.none.text}</p>
      </section>
    );
  }
  const at = Math.max(reached[j.status] ?? 0, ...mine.map((m) => steps.indexOf(m.step as Step) + 1));
  return (
    <>
      <article class="job" data-testid="job" data-incident={i.id} data-status={j.status}>
        <Card i={i} next={j.next} />
        <div class="tools">
          <Way i={i} />
          <button
            type="button"
            class="big"
            data-testid="call"
            aria-expanded={panel === "call"}
            onClick={() => setPanel(panel === "call" ? null : "call")}
          >
            {t.call.button}
          </button>
          <Photo incident={i.id} />
          <button
            type="button"
            class="big"
            data-testid="note"
            aria-expanded={panel === "note"}
            onClick={() => setPanel(panel === "note" ? null : "note")}
          >
            {t.note.button}
          </button>
        </div>
        {panel === "call" && <CallPanel i={i} />}
        {panel === "note" && <NotePanel incident={i.id} close={() => setPanel(null)} />}
        {!panel && i.ask && !i.ask.done && <p class="chip warn">{t.call.waits}</p>}
        {!panel && <Notes i={i} />}
      </article>
      <Steps incident={i.id} at={at} />
    </>
  );
}

type Incident = NonNullable<Job["incident"]>;

function Card({ i, next }: { i: Incident; next: number }) {
  const t = texts();
  const names = useSignal(kinds);
  const now = useNow();
  const here = useSignal(where);
  const kind = (names[i.kind]?.[language.get()] ?? i.kind) || t.noKind;
  const facts = [
    i.danger && t.facts.danger,
    i.suspectPresent && t.facts.suspect,
    i.weapons && `${t.facts.weapons}: ${i.weapons}`,
    i.injured && `${t.facts.injured}: ${i.injured}`,
  ].filter((f): f is string => !!f);
  const soft = [i.people > 0 && t.facts.people(i.people), i.vehicle].filter(Boolean).join(" · ");
  const due = i.arriveBy ? Date.parse(i.arriveBy) : 0;
  const first = Date.parse(i.firstRing);
  const late = due > 0 && now > due;
  const far = here && i.at ? metres(here, i.at) * 1.35 : 0;
  return (
    <>
      <h1>
        <span class={`prio p${i.priority}`}>P{i.priority}</span> <span data-testid="kind">{kind}</span>
      </h1>
      <p class="place" data-testid="place-of-job">
        {i.place || t.noPlace}
      </p>
      {(facts.length > 0 || soft) && (
        <p class="facts">
          {facts.map((f) => (
            <span class="chip bad" key={f}>
              {f}
            </span>
          ))}
          {soft && <span class="chip">{soft}</span>}
        </p>
      )}
      <div class="clock">
        <span class={late ? "time late" : "time"} data-testid="clock">
          {span(due ? due - now : now - first)}
        </span>
        <span class="dim right">
          {due ? (late ? t.over : t.left)(Math.round((due - first) / 60_000)) : t.since}
          {far > 0 && <br />}
          {far > 0 &&
            t.distance(
              (far / 1000).toFixed(1).replace(".", language.get() === "id" ? "," : "."),
              Math.max(1, Math.round(far / 1000 / 0.5)),
            )}
        </span>
      </div>
      {i.summary && !i.notes.some((n) => n.text === i.summary) && <p class="summary">{i.summary}</p>}
      {next > 0 && <p class="dim">{t.next(next)}</p>}
    </>
  );
}

function Way({ i }: { i: Incident }) {
  const t = texts();
  // geo: opens the phone's own map on Android; on an iPhone only its map's address does.
  const apple = /iPhone|iPad/.test(navigator.userAgent);
  const query = i.at ? `${i.at.lat},${i.at.lng}` : i.place;
  const href = apple
    ? `https://maps.apple.com/?daddr=${encodeURIComponent(query)}`
    : i.at
      ? `geo:${query}?q=${query}(${encodeURIComponent(i.place || "110")})`
      : `geo:0,0?q=${encodeURIComponent(query)}`;
  if (!query) {
    return (
      <button type="button" class="big" disabled>
        {t.way}
      </button>
    );
  }
  return (
    <a class="big" data-testid="way" href={href} rel="noreferrer">
      {t.way}
    </a>
  );
}

function Photo({ incident }: { incident: string }) {
  const t = texts();
  const input = useRef<HTMLInputElement>(null);
  const take = async () => {
    for (const file of [...(input.current?.files ?? [])]) await keepFile(incident, file, file.type || "image/jpeg");
    if (input.current) input.current.value = "";
  };
  return (
    <label class="big">
      {t.photo}
      <input
        ref={input}
        class="hidden"
        data-testid="photo"
        type="file"
        accept="image/jpeg,image/png,image/webp"
        capture="environment"
        multiple
        onChange={() => void take()}
      />
    </label>
  );
}

/** keepFile puts a file into the outbox, with the hash that proves it. */
export async function keepFile(incident: string, file: Blob, type: string) {
  const raw = await file.arrayBuffer();
  const sum = [...new Uint8Array(await crypto.subtle.digest("SHA-256", raw))]
    .map((b) => b.toString(16).padStart(2, "0"))
    .join("");
  await press({
    kind: "picture",
    path: `/job/pictures?incident=${encodeURIComponent(incident)}&sha256=${sum}`,
    blob: new Blob([raw], { type }),
    label: `${Math.ceil(raw.byteLength / 1024)} KB`,
    incident,
  });
}

function Notes({ i }: { i: Incident }) {
  const t = texts();
  if (i.notes.length === 0 && i.pictures === 0) return null;
  return (
    <section class="notes" aria-label={t.notes}>
      {i.pictures > 0 && (
        <p class="dim" data-testid="pictures">
          {t.pictures(i.pictures)}
        </p>
      )}
      {i.notes.map((n) => (
        <p key={n.at + n.text}>
          <span class="dim">{hm(n.at, true)}</span> {n.text}
        </p>
      ))}
    </section>
  );
}

function Steps({ incident, at }: { incident: string; at: number }) {
  const t = texts();
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (!sure) return;
    const timer = setTimeout(() => setSure(false), 4000);
    return () => clearTimeout(timer);
  }, [sure]);
  const take = (step: Step) => {
    if (step === "done" && !sure) return setSure(true); // it frees the unit: not by a drop of rain
    setSure(false);
    navigator.vibrate?.(60);
    const p = position();
    void press({
      kind: "step",
      path: "/job/step",
      body: { incident, step, ...(p ? { where: p } : {}) },
      label: t.steps[step],
      incident,
      step,
    });
  };
  const next = steps[at];
  return (
    <section class="steps" aria-label={t.stepsLabel}>
      <ol>
        {steps.map((s, n) => (
          <li key={s}>
            <button
              type="button"
              class={n < at ? "said" : n === at ? "now" : ""}
              data-testid={`step-${s}`}
              disabled={n < at}
              onClick={() => take(s)}
            >
              {n < at ? `✓ ${t.steps[s]}` : t.steps[s]}
            </button>
          </li>
        ))}
      </ol>
      {next && (
        <button type="button" class="step" data-testid="next" data-step={next} onClick={() => take(next)}>
          {next === "done" && sure ? t.sure : t.steps[next]}
        </button>
      )}
    </section>
  );
}
