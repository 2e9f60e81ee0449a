// Serah terima: who leaves signs what is open, who takes over signs the same list with their own account.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, command } from "../api/client";
import type { HandoverItem, HandoverRecord, HandoverState } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { type Listing, ListStates } from "../parts/list";
import { dayTime } from "../words/time";
import { Frame } from "./frame";
import { OneOffice } from "./roster-menu";
import { WhyDialog } from "./sift-menu";

export function HandoverPage() {
  const { session } = useDesk();
  const [office, choose] = useState(session.office.id);
  const state = useQuery({
    queryKey: ["handovers", office],
    queryFn: () => ask(() => client.GET("/handovers", { params: { query: { office } } })),
    refetchInterval: 10_000,
  });
  return <HandoverView state={state} office={office} onOffice={choose} />;
}

export function HandoverView({
  state,
  office,
  onOffice,
}: {
  state: Listing<HandoverState>;
  office: string;
  onOffice: (id: string) => void;
}) {
  const t = useTexts();
  const s = t.roster.handover;
  const cache = useQueryClient();
  const fresh = () => void cache.invalidateQueries({ queryKey: ["handovers"] });
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <OneOffice value={office} onChange={onOffice} />
        </div>
        <div />
        <div className="body">
          <ListStates query={state} empty={() => false} emptyText="">
            {(d) => (
              <div className="handover">
                {d.open ? (
                  <Waiting of={d.open} onChange={fresh} />
                ) : (
                  <Leaving key={d.shift} of={d} office={office} onChange={fresh} />
                )}
                <section aria-label={s.past}>
                  <h2>{s.past}</h2>
                  {d.past.length === 0 && <p className="dim">{s.pastNone}</p>}
                  {d.past.map((h) => (
                    <Past key={h.id} of={h} />
                  ))}
                </section>
              </div>
            )}
          </ListStates>
        </div>
      </main>
    </Frame>
  );
}

function Items({ list, more }: { list: HandoverItem[]; more: number }) {
  const t = useTexts();
  const s = t.roster.handover;
  if (list.length === 0) return <p data-testid="handover-nothing">✓ {s.nothing}</p>;
  return (
    <table className="list" data-testid="handover-items">
      <tbody>
        {list.map((i) => (
          <tr key={`${i.kind} ${i.ref}`}>
            <td className="dim">{word(s.kinds, i.kind)}</td>
            <td className="num">{i.no}</td>
            <td>{i.text}</td>
          </tr>
        ))}
        {more > 0 && (
          <tr>
            <td colSpan={3}>{s.more(more)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Password({ value, onChange }: { value: string; onChange: (v: string) => void }) {
  const { session } = useDesk();
  const s = useTexts().roster.handover;
  return (
    <label className="above">
      {s.password}: {session.person.rank} {session.person.name}
      <input
        className="fld w220"
        type="password"
        required
        maxLength={200}
        autoComplete="current-password"
        value={value}
        onChange={(e) => onChange(e.target.value)}
        data-testid="handover-password"
      />
    </label>
  );
}

function Leaving({ of, office, onChange }: { of: HandoverState; office: string; onChange: () => void }) {
  const t = useTexts();
  const s = t.roster.handover;
  const run = useRun();
  const [shift, name] = useState(of.shift);
  const [note, write] = useState("");
  const [password, set] = useState("");
  const sign = async (e: FormEvent) => {
    e.preventDefault();
    const done = await run(() =>
      command((headers) => client.POST("/handovers", { body: { office, shift, note, password }, headers })),
    );
    set("");
    if (done) onChange();
  };
  return (
    <section className="stack" aria-label={s.leave}>
      <h2>
        {s.open} <span className="dim num">({of.items.length})</span>
      </h2>
      <Items list={of.items} more={0} />
      <form className="stack sign" onSubmit={(e) => void sign(e)}>
        <h2>{s.leave}</h2>
        <p className="dim">{s.leaveHint}</p>
        <label className="above">
          {s.shift}
          <input className="fld w220" maxLength={40} value={shift} onChange={(e) => name(e.target.value)} />
        </label>
        <label className="above">
          {s.note}
          <textarea
            className="fld"
            rows={3}
            maxLength={4000}
            placeholder={s.noteHint}
            value={note}
            onChange={(e) => write(e.target.value)}
            data-testid="handover-note"
          />
        </label>
        <Password value={password} onChange={set} />
        <Act look="main" type="submit" testid="handover-leave">
          {s.sign}
        </Act>
      </form>
    </section>
  );
}

function Waiting({ of, onChange }: { of: HandoverRecord; onChange: () => void }) {
  const t = useTexts();
  const s = t.roster.handover;
  const { session } = useDesk();
  const run = useRun();
  const [note, write] = useState("");
  const [password, set] = useState("");
  const [ending, end] = useState(false);
  const own = of.leftBy === session.person.id;
  const take = async (e: FormEvent) => {
    e.preventDefault();
    const done = await run(() =>
      command((headers) =>
        client.POST("/handovers/{id}/take", {
          params: { path: { id: of.id } },
          body: { hash: of.hash, note, password },
          headers,
        }),
      ),
    );
    set("");
    if (done) onChange();
  };
  const withdraw = (why: string) =>
    void run(() =>
      command((headers) =>
        client.POST("/handovers/{id}/withdraw", { params: { path: { id: of.id } }, body: { why }, headers }),
      ),
    ).then((done) => {
      end(false);
      if (done) onChange();
    });
  return (
    <section className="stack" aria-label={s.waits} data-testid="handover-open">
      <div className="banner warn" role="status">
        △ {s.waits}
      </div>
      <p>
        {s.leftBy}: <b>{of.leftByName}</b>{" "}
        <span className="num dim">{dayTime(Date.parse(of.leftAt), session.office.zone)}</span>
        {of.shift && ` · ${s.shift} ${of.shift}`}
      </p>
      {of.note && <p className="quote">{of.note}</p>}
      <Items list={of.items} more={of.more} />
      <Fingerprint of={of} />
      {own ? (
        <p>{s.own}</p>
      ) : (
        <form className="stack sign" onSubmit={(e) => void take(e)}>
          <h2>{s.take}</h2>
          <label className="above">
            {s.reply}
            <textarea className="fld" rows={2} maxLength={4000} value={note} onChange={(e) => write(e.target.value)} />
          </label>
          <Password value={password} onChange={set} />
          <Act look="main" type="submit" testid="handover-take">
            {s.takeSign}
          </Act>
        </form>
      )}
      <div className="row">
        <span className="dim">{own ? s.waitsHint : ""}</span>
        <Act look="quiet" onClick={() => end(true)} testid="handover-withdraw">
          {s.withdraw}
        </Act>
      </div>
      {ending && (
        <WhyDialog
          title={s.withdraw}
          hint={s.withdrawHint}
          act={s.withdraw}
          onClose={() => end(false)}
          onSave={withdraw}
        />
      )}
    </section>
  );
}

function Fingerprint({ of }: { of: HandoverRecord }) {
  const s = useTexts().roster.handover;
  return (
    <p className="dim">
      {s.hash} <code title={s.hashHint}>{of.hash.slice(0, 16)}</code>
    </p>
  );
}

function Past({ of: h }: { of: HandoverRecord }) {
  const t = useTexts();
  const s = t.roster.handover;
  const { session } = useDesk();
  const at = (x: string) => dayTime(Date.parse(x), session.office.zone);
  return (
    <details className="past" data-testid={`handover-${h.id}`}>
      <summary>
        <span className="num">{at(h.leftAt)}</span> {h.shift} · {s.leftBy} {h.leftByName} →{" "}
        {h.withdrawn ? (
          <span className="warned">{s.withdrawn}</span>
        ) : (
          <>
            {s.takenBy} {h.takenByName} {h.takenAt && <span className="num">{at(h.takenAt)}</span>}
          </>
        )}{" "}
        · {s.items(h.items.length + h.more)}
      </summary>
      {h.note && <p className="quote">{h.note}</p>}
      <Items list={h.items} more={h.more} />
      {h.reply && (
        <p>
          {s.reply}: {h.reply}
        </p>
      )}
      <Fingerprint of={h} />
    </details>
  );
}
