// Jadwal jaga: who is planned for each shift, who is there, and the crews put aboard their units by one key.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, command } from "../api/client";
import type { OnDuty, RosterPerson, Shift, Unit } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { Act } from "../parts/bits";
import { type Listing, ListStates } from "../parts/list";
import { isoDay, timeOfDay } from "../words/time";
import { Frame } from "./frame";
import { OneOffice } from "./roster-menu";
import { PlanDialog } from "./shift-plan";
import { leads, WhyDialog } from "./sift-menu";

export function ShiftsPage() {
  const { session, now } = useDesk();
  const [office, choose] = useState(session.office.id);
  const [from, set] = useState(() => isoDay(now() - 86_400_000, session.office.zone));
  const leading = leads(session);
  const shifts = useQuery({
    queryKey: ["roster", "shifts", office, from],
    queryFn: () => ask(() => client.GET("/roster/shifts", { params: { query: { office, from, days: 7 } } })),
    refetchInterval: 15_000,
  });
  const people = useQuery({
    queryKey: ["roster", "people", office],
    queryFn: () => ask(() => client.GET("/roster/people", { params: { query: { office } } })),
    enabled: leading,
  });
  const units = useQuery({
    queryKey: ["roster", "units", office],
    queryFn: () => ask(() => client.GET("/units", { params: { query: { office } } })),
  });
  return (
    <ShiftsView
      shifts={shifts}
      people={people.data ?? []}
      units={units.data ?? []}
      office={office}
      onOffice={choose}
      from={from}
      onFrom={set}
    />
  );
}

export function ShiftsView({
  shifts,
  people,
  units,
  office,
  onOffice,
  from,
  onFrom,
  planning = null,
}: {
  shifts: Listing<Shift[]>;
  people: RosterPerson[];
  units: Unit[];
  office: string;
  onOffice: (id: string) => void;
  from: string;
  onFrom: (d: string) => void;
  planning?: Shift | "new" | null;
}) {
  const t = useTexts();
  const s = t.roster.shifts;
  const { session } = useDesk();
  const cache = useQueryClient();
  const leading = leads(session);
  const [plan, open] = useState<Shift | "new" | null>(planning);
  const fresh = () => void cache.invalidateQueries({ queryKey: ["roster"] });
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{s.title}</h1>
          <OneOffice value={office} onChange={onOffice} />
          <label className="row dim">
            {s.week}
            <input
              className="fld w150"
              type="date"
              value={from}
              onChange={(e) => e.target.value && onFrom(e.target.value)}
              data-testid="shifts-from"
            />
          </label>
          {leading && (
            <Act look="main" className="push" onClick={() => open("new")} testid="shift-new">
              {s.plan}
            </Act>
          )}
        </div>
        <div />
        <div className="body">
          <ListStates query={shifts} empty={(d) => d.length === 0} emptyText={s.none}>
            {(d) => (
              <div className="shifts">
                {[...d]
                  .sort((a, b) => Number(b.now) - Number(a.now) || a.from.localeCompare(b.from))
                  .map((x) => (
                    <OneShift key={`${x.day} ${x.name}`} of={x} onPlan={() => open(x)} onChange={fresh} />
                  ))}
              </div>
            )}
          </ListStates>
        </div>
      </main>
      {plan && (
        <PlanDialog
          of={plan === "new" ? null : plan}
          past={shifts.data ?? []}
          people={people}
          units={units}
          office={office}
          onClose={() => open(null)}
          onDone={() => {
            open(null);
            fresh();
          }}
        />
      )}
    </Frame>
  );
}

const hour = (at: string, zone: string) => timeOfDay(Date.parse(at), zone).slice(0, 5);

function OneShift({ of: x, onPlan, onChange }: { of: Shift; onPlan: () => void; onChange: () => void }) {
  const t = useTexts();
  const s = t.roster.shifts;
  const { session, now } = useDesk();
  const run = useRun();
  const [said, say] = useState<string[]>([]);
  const [away, ask] = useState<OnDuty | null>(null);
  const zone = session.office.zone;
  const leading = leads(session);
  const role = session.person.role;
  const soon = Date.parse(x.from) - now() < 3_600_000 && Date.parse(x.to) > now();
  const attends = leading && Date.parse(x.from) - now() < 7_200_000;
  const key = { office: x.office, day: x.day, name: x.name };
  const begin = () =>
    void run(() => command((headers) => client.POST("/roster/shifts/begin", { body: key, headers }))).then((done) => {
      if (!done) return;
      const text = (c: { id: string; en: string }) => (t.lang === "en" ? c.en : c.id);
      say([s.begun(done.aboard.length), ...done.not.map((n) => s.notBegun(n.sign, text(n.text)))]);
      onChange();
    });
  const attend = (p: OnDuty, here: boolean, why = "") =>
    void run(() =>
      command((headers) =>
        client.POST("/roster/shifts/attend", { body: { ...key, person: p.id, here, why }, headers }),
      ),
    ).then(() => {
      ask(null);
      onChange();
    });
  const lacking = x.planned - x.present;
  return (
    <section
      className={`shift ${x.now ? "now" : ""}`}
      data-testid={`shift-${x.name}-${x.day}`}
      aria-label={`${word(s.names, x.name)} ${x.day}`}
    >
      <header>
        <h2>
          {x.now && <span className="chip blue">{s.now}</span>} {word(s.names, x.name)}
        </h2>
        <span className="num dim">
          {x.day} · {hour(x.from, zone)}–{hour(x.to, zone)} {session.office.zoneName}
        </span>
        {soon ? (
          <span className={`strength ${lacking > 0 ? "warned" : "fine"}`} data-testid="strength">
            <b className="num">{s.people(x.present, x.planned)}</b>{" "}
            {lacking > 0 ? `△ ${s.short(lacking)}` : `✓ ${s.full}`}
            {x.unitsPlanned > 0 && <span className="num"> · {s.units(x.unitsManned, x.unitsPlanned)}</span>}
          </span>
        ) : (
          <span className="dim num">{s.planned(x.planned, x.unitsPlanned)}</span>
        )}
        <span className="row push">
          {soon && x.unitsPlanned > 0 && (role === "operator" || role === "supervisor") && (
            <Act look="main" onClick={begin} testid="shift-begin">
              {s.begin}
            </Act>
          )}
          {leading && (
            <Act onClick={onPlan} testid="shift-change">
              {s.change}
            </Act>
          )}
        </span>
      </header>
      {said.length > 0 && (
        <div role="status" data-testid="shift-begun">
          {said.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
      <div className="posts">
        {x.posts.map((p) => (
          <div key={p.unit} className="post">
            <b>
              {p.unit ? p.sign : s.desk} <span className="dim">{p.unit && word(t.roster.kinds, p.kind)}</span>
            </b>
            {p.people.map((who) => (
              <div key={who.id} className="mate" data-testid={`mate-${who.id}`}>
                <span>
                  {who.name}{" "}
                  {who.lead && (
                    <span title={s.lead}>
                      ★<span className="hidden"> {s.lead}</span>
                    </span>
                  )}
                </span>
                {soon && <Presence of={who} />}
                {attends && (
                  <span className="row">
                    {!(who.here && who.how === "written") && (
                      <Act look="small" onClick={() => attend(who, true)} aria-label={`${s.markHere}: ${who.name}`}>
                        {s.markHere}
                      </Act>
                    )}
                    {(who.here || who.how !== "written") && (
                      <Act look="small" onClick={() => ask(who)} aria-label={`${s.markAway}: ${who.name}`}>
                        {s.markAway}
                      </Act>
                    )}
                  </span>
                )}
              </div>
            ))}
          </div>
        ))}
      </div>
      {away && (
        <WhyDialog
          title={`${s.markAway}: ${away.name}`}
          hint={s.whyAwayHint}
          act={s.markAway}
          label={s.whyAway}
          onClose={() => ask(null)}
          onSave={(why) => attend(away, false, why)}
        />
      )}
    </section>
  );
}

function Presence({ of }: { of: OnDuty }) {
  const s = useTexts().roster.shifts;
  if (of.here) return <span className="fine">● {of.how === "written" ? s.here : s.seen}</span>;
  if (of.how === "written")
    return (
      <span className="alarm">
        ✕ {s.absent}
        {of.why && ` (${of.why})`}
      </span>
    );
  return <span className="dim">○ {s.unseen}</span>;
}
