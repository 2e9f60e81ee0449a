import { useEffect, useRef, useState } from "preact/hooks";
import { span } from "../clock";
import { texts } from "../i18n";
import { press } from "../outbox";
import { keepFile } from "./work";

const longest = 180_000; // ms of one spoken note

/** NotePanel writes a note, or records one. What is being recorded when the panel closes is kept and sent. */
export function NotePanel({ incident, close }: { incident: string; close: () => void }) {
  const t = texts();
  const [text, setText] = useState("");
  const [mic, setMic] = useState<"off" | "on" | "failed">("off");
  const [took, setTook] = useState(0);
  const recorder = useRef<MediaRecorder | null>(null);
  useEffect(() => () => recorder.current?.state === "recording" && recorder.current.stop(), []);
  useEffect(() => {
    if (mic !== "on") return;
    const began = Date.now();
    const timer = setInterval(() => {
      setTook(Date.now() - began);
      if (Date.now() - began > longest) recorder.current?.stop();
    }, 500);
    return () => clearInterval(timer);
  }, [mic]);
  const save = (e: Event) => {
    e.preventDefault();
    const words = text.trim();
    if (!words) return;
    void press({
      kind: "note",
      path: "/job/notes",
      body: { incident, text: words },
      label: words.slice(0, 40),
      incident,
    });
    setText("");
    close();
  };
  const record = async () => {
    try {
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
      const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((k) =>
        MediaRecorder.isTypeSupported(k),
      );
      const r = new MediaRecorder(sound, { mimeType: type, audioBitsPerSecond: 24_000 });
      const parts: Blob[] = [];
      r.ondataavailable = (e) => parts.push(e.data);
      r.onstop = () => {
        for (const track of sound.getTracks()) track.stop();
        const kind = r.mimeType.split(";")[0] || "audio/webm";
        void keepFile(incident, new Blob(parts, { type: kind }), kind);
        setMic("off");
      };
      r.start(1000);
      recorder.current = r;
      setTook(0);
      setMic("on");
    } catch {
      setMic("failed");
    }
  };
  return (
    <form class="panel" data-testid="note-panel" onSubmit={save}>
      {mic !== "on" && (
        <>
          <label>
            {t.note.text}
            <textarea
              data-testid="note-text"
              rows={3}
              maxLength={4000}
              value={text}
              onInput={(e) => setText(e.currentTarget.value)}
            />
          </label>
          <div class="pair">
            <button type="submit" class="big main" data-testid="note-save" disabled={!text.trim()}>
              {t.note.save}
            </button>
            <button type="button" class="big" data-testid="record" onClick={() => void record()}>
              {t.note.record}
            </button>
          </div>
        </>
      )}
      {mic === "on" && (
        <>
          <p role="status" class="warn-text">
            ● {t.note.recording} {span(took)}
          </p>
          <button type="button" class="step" data-testid="record-stop" onClick={() => recorder.current?.stop()}>
            {t.note.stop}
          </button>
        </>
      )}
      {mic === "failed" && <p class="warn-text">{t.note.noMic}</p>}
    </form>
  );
}
