// Unit & HP: every unit with its crew, what it does, where it was last and when, and the way to its phone.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client } from "../api/client";
import type { Position, Unit } from "../api/types";
import { useDesk, useNow, usePositions } from "../desk/desk";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { type Listing, ListStates } from "../parts/list";
import { PhonesDialog } from "../parts/phones-dialog";
import { clock } from "../words/time";
import { Frame } from "./frame";
import { OneOffice } from "./roster-menu";

export function UnitsPage() {
  const { session } = useDesk();
  const positions = usePositions();
  const [office, choose] = useState(session.office.id);
  const units = useQuery({
    queryKey: ["units", office],
    queryFn: () => ask(() => client.GET("/units", { params: { query: { office } } })),
    refetchInterval: 15_000,
  });
  return <UnitsView units={units} positions={positions} office={office} onOffice={choose} />;
}

export function UnitsView({
  units,
  positions,
  office,
  onOffice,
}: {
  units: Listing<Unit[]>;
  positions: ReadonlyMap<string, Position>;
  office: string;
  onOffice: (id: string) => void;
}) {
  const t = useTexts();
  const u = t.patrol.units;
  const { session } = useDesk();
  const now = useNow(1000);
  const [find, set] = useState("");
  const [open, show] = useState<Unit | null>(null);
  const words = find.trim().toLowerCase();
  const found = (all: Unit[]) =>
    all.filter(
      (x) => !words || `${x.sign} ${x.plate} ${x.crew.map((m) => m.name).join(" ")}`.toLowerCase().includes(words),
    );
  const takes = session.person.role === "operator" || session.person.role === "supervisor";
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{u.title}</h1>
          <OneOffice value={office} onChange={onOffice} />
          <input
            className="fld w220"
            type="search"
            aria-label={u.find}
            placeholder={u.find}
            value={find}
            onChange={(e) => set(e.target.value)}
            data-testid="units-find"
          />
        </div>
        <ListStates query={units} empty={(data) => found(data).length === 0} emptyText={u.none}>
          {(data) => (
            <table className="list" data-testid="units">
              <thead>
                <tr>
                  <th>{u.sign}</th>
                  <th>{u.crew}</th>
                  <th>{u.status}</th>
                  <th>{u.place}</th>
                  <th>{u.phone}</th>
                </tr>
              </thead>
              <tbody>
                {found(data).map((x) => {
                  const at = positions.get(x.id);
                  return (
                    <tr key={x.id}>
                      <td>
                        <b>{x.sign}</b> <span className="dim num">{x.plate}</span>
                      </td>
                      <td>{x.crew.map((m) => m.name).join(", ") || <span className="dim">{u.noCrew}</span>}</td>
                      <td>
                        {u.statuses[x.status]} <span className="dim num">{x.job?.no}</span>
                      </td>
                      <td className="num">
                        {at ? (
                          <>
                            {clock(now - Date.parse(at.time))} · {at.at.lat.toFixed(4)}, {at.at.lng.toFixed(4)}
                          </>
                        ) : (
                          <span className="dim">{u.never}</span>
                        )}
                      </td>
                      <td>
                        {takes && (
                          <Act
                            look="small"
                            aria-label={`${u.open} ${x.sign}`}
                            testid={`phones-${x.id}`}
                            onClick={() => show(x)}
                          >
                            {u.open}
                          </Act>
                        )}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          )}
        </ListStates>
        {open && (
          <PhonesDialog unit={(units.data ?? []).find((x) => x.id === open.id) ?? open} onClose={() => show(null)} />
        )}
      </main>
    </Frame>
  );
}
