// Brings a file of people and vehicles: first what is wrong, line by line; then all of it, or nothing.
import { useState } from "react";
import { client, command } from "../api/client";
import type { RosterPreview } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";

const most = 8 << 20;

/** A file as base64, which is how it travels in a command. */
function base64(f: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const r = new FileReader();
    r.onload = () => resolve(String(r.result).replace(/^[^,]*,/, ""));
    r.onerror = () => reject(r.error);
    r.readAsDataURL(f);
  });
}

export function ImportDialog({
  onClose,
  onDone,
  first = null,
}: {
  onClose: () => void;
  onDone: () => void;
  first?: RosterPreview | null;
}) {
  const t = useTexts();
  const s = t.roster.file;
  const run = useRun();
  const [file, choose] = useState<{ name: string; data: string } | null>(null);
  const [update, change] = useState(false);
  const [busy, work] = useState(false);
  const [large, tell] = useState(false);
  const [seen, see] = useState<RosterPreview | null>(first);
  const send = async (f: { name: string; data: string }, known: boolean, apply: boolean) => {
    work(true);
    const got = await run(() =>
      command((headers) =>
        client.POST("/roster/import", { body: { name: f.name, data: f.data, update: known, apply }, headers }),
      ),
    );
    work(false);
    if (!got) return;
    see(got);
    if (got.applied) onDone();
  };
  const take = async (f: File | undefined) => {
    if (!f) return;
    tell(f.size > most);
    if (f.size > most) return;
    const read = await run(async () => ({ name: f.name, data: await base64(f) }));
    if (!read) return;
    choose(read);
    await send(read, update, false);
  };
  return (
    <Dialog title={s.title} onClose={onClose} testid="import" size={940}>
      <div className="stack">
        {seen?.applied ? (
          <>
            <div className="banner good" role="status" data-testid="import-applied">
              ✓ {s.applied(seen.people, seen.vehicles)}
            </div>
            <div className="row">
              <Act look="main" onClick={onClose} testid="import-close" data-autofocus>
                {s.close}
              </Act>
            </div>
          </>
        ) : (
          <>
            <p className="dim">{s.hint}</p>
            <label className="above">
              {s.choose}
              <input
                className="fld"
                type="file"
                data-autofocus
                accept=".csv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                onChange={(e) => void take(e.target.files?.[0])}
                onClick={(e) => {
                  e.currentTarget.value = ""; // the same name again, mended, is another file
                }}
                data-testid="import-file"
              />
            </label>
            <label className="row">
              <input
                type="checkbox"
                checked={update}
                onChange={(e) => {
                  change(e.target.checked);
                  if (file) void send(file, e.target.checked, false);
                }}
                data-testid="import-update"
              />
              {s.update}
            </label>
            {large && (
              <div className="banner bad" role="alert">
                ⚠ {s.tooLarge}
              </div>
            )}
            {busy && <p aria-busy="true">{s.reading}</p>}
            {seen && !busy && (
              <Seen of={seen} file={file?.name ?? ""} onApply={() => file && void send(file, update, true)} />
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

function Seen({ of, file, onApply }: { of: RosterPreview; file: string; onApply: () => void }) {
  const t = useTexts();
  const s = t.roster.file;
  const desk = useDesk();
  const say = (x: { id: string; en: string }) => (t.lang === "en" ? x.en : x.id);
  const lines = new Set(of.faults.map((f) => `${f.sheet} ${f.line}`)).size;
  const where = (f: { sheet: string; line: number }) =>
    [f.sheet, f.line > 0 ? String(f.line) : s.whole].filter(Boolean).join(" · ");
  return (
    <>
      {of.faults.length > 0 ? (
        <div className="banner bad" role="alert" data-testid="import-faults">
          ⚠ {s.faults(lines, of.cut)}
        </div>
      ) : (
        <div className="banner good" role="status" data-testid="import-good">
          ✓ {s.good(of.people, of.vehicles)}
          {of.known > 0 && `; ${s.known(of.known)}`}
        </div>
      )}
      {of.faults.length > 0 && (
        <>
          <p>{s.faultsTodo}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it with the arrows */}
          <section className="import-rows" tabIndex={0} aria-label={s.what}>
            <table className="list" data-testid="import-lines">
              <thead>
                <tr>
                  <th>{s.line}</th>
                  <th>{s.column}</th>
                  <th>{s.what}</th>
                </tr>
              </thead>
              <tbody>
                {of.faults.map((f, i) => (
                  <tr key={i}>
                    <td className="num">
                      <b>{where(f)}</b>
                    </td>
                    <td>{f.column}</td>
                    <td>{say(f.text)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
      {of.notes.length > 0 && (
        <div>
          <b>{s.notes}</b>
          <ul className="moved">
            {of.notes.slice(0, 12).map((n, i) => (
              <li key={i}>
                {n.line > 0 && `${s.line} ${where(n)}: `}
                {say(n.text)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {of.faults.length === 0 && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: as above */}
          <section className="import-rows" tabIndex={0} aria-label={s.rows}>
            <table className="list">
              <thead>
                <tr>
                  <th>{s.line}</th>
                  <th>{s.rowTitle}</th>
                  <th>{s.rowDetail}</th>
                  <th>{t.roster.people.office}</th>
                </tr>
              </thead>
              <tbody>
                {of.rows.map((r) => (
                  <tr key={`${r.what} ${r.line} ${r.detail} ${r.title}`}>
                    <td className="num">{r.line}</td>
                    <td>
                      {r.title} {r.kind && <span className="dim">{word(t.roster.kinds, r.kind)}</span>}
                    </td>
                    <td className="num">{r.detail}</td>
                    <td>
                      {officeName(desk, r.office)}
                      {r.move && (
                        <div className="warned">→ {t.roster.people.moves(officeName(desk, r.move.to), r.move.on)}</div>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <div className="row">
            <Act look="main" onClick={onApply} disabled={!file} testid="import-apply">
              {s.apply(of.people + of.vehicles)}
            </Act>
            <span className="dim">{file}</span>
          </div>
        </>
      )}
    </>
  );
}
