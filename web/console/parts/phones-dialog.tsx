// The phones and trackers of a unit: a code that opens one phone, once; what is open; tokens of trackers. Any screen that
// shows a unit may mount it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, command } from "../api/client";
import type { NewDevice, PhoneInvite, Unit, UnitDevice, UnitPhone } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { clock, dayTime, left } from "../words/time";
import { Act } from "./bits";
import { Dialog } from "./dialog";

export function PhonesDialog({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const path = { params: { path: { id: unit.id } } };
  const phones = useQuery({
    queryKey: ["phones", unit.id],
    queryFn: () => ask(() => client.GET("/units/{id}/phones", path)),
    refetchInterval: 3000,
  });
  const devices = useQuery({
    queryKey: ["devices", unit.id],
    queryFn: () => ask(() => client.GET("/units/{id}/devices", path)),
  });
  return <PhonesView unit={unit} phones={phones.data ?? []} devices={devices.data ?? []} onClose={onClose} />;
}

export function PhonesView({
  unit,
  phones,
  devices,
  onClose,
  shown = null,
  token = null,
}: {
  unit: Unit;
  phones: readonly UnitPhone[];
  devices: readonly UnitDevice[];
  onClose: () => void;
  shown?: PhoneInvite | null;
  token?: NewDevice | null;
}) {
  const t = useTexts();
  const p = t.patrol.phones;
  const { session } = useDesk();
  const run = useRun();
  const cache = useQueryClient();
  const now = useNow(1000);
  const zone = session.office.zone;
  const path = { params: { path: { id: unit.id } } };
  const [person, choose] = useState(unit.crew.find((m) => m.lead)?.person ?? unit.crew[0]?.person ?? "");
  const [invite, show] = useState<PhoneInvite | null>(shown);
  const fresh = () => void cache.invalidateQueries({ queryKey: ["phones", unit.id] });
  const make = () =>
    void run(() =>
      command((headers) => client.POST("/units/{id}/phones", { ...path, body: { person }, headers })),
    ).then((i) => {
      if (i) show(i);
      fresh();
    });
  const revoke = () =>
    void run(() => command((headers) => client.DELETE("/units/{id}/phones", { ...path, headers }))).then(() => {
      show(null);
      fresh();
    });
  const good = invite ? Date.parse(invite.until) - now : 0;
  const used = invite && phones.some((x) => x.person === invite.person && x.since);
  return (
    <Dialog title={p.title(unit.sign)} onClose={onClose} testid="phones" size={680}>
      <div className="stack phones">
        {unit.crew.length === 0 ? (
          <p className="warned">▲ {p.noCrew}</p>
        ) : (
          <div className="row">
            <select
              className="fld grow"
              aria-label={p.whose}
              value={person}
              onChange={(e) => choose(e.target.value)}
              data-testid="phone-person"
            >
              {unit.crew.map((m) => (
                <option key={m.person} value={m.person}>
                  {m.name}
                </option>
              ))}
            </select>
            <Act look={invite ? "" : "main"} testid="phone-make" onClick={make}>
              {invite ? p.again : p.make}
            </Act>
          </div>
        )}
        {invite && !used && (
          <div className="row invite">
            {good > 0 ? (
              <>
                <QR invite={invite} label={p.qr} />
                <div className="stack">
                  <p>{p.scan}</p>
                  <p>
                    {p.pin}{" "}
                    <b
                      className="num pin"
                      data-testid="phone-pin"
                    >{`${invite.pin.slice(0, 3)} ${invite.pin.slice(3)}`}</b>
                  </p>
                  <p className="dim">
                    {invite.name} · {p.left} <b className="num">{left(good)}</b>
                  </p>
                  <p className="dim">{p.ends(dayTime(Date.parse(invite.ends), zone))}</p>
                  <code className="cut" data-testid="phone-url">
                    {invite.url}
                  </code>
                </div>
              </>
            ) : (
              <p className="warned">▲ {p.over}</p>
            )}
          </div>
        )}
        <h3>{p.list}</h3>
        {phones.length === 0 && <p className="dim">{p.none}</p>}
        <ul className="plain">
          {phones.map((x) => (
            <li key={`${x.person} ${x.since ?? x.until}`} className="row">
              <span aria-hidden="true">{x.since && x.aboard ? "●" : "○"}</span> <b>{x.name}</b>
              <span className={x.aboard ? "dim" : "warned"}>
                {!x.aboard ? p.notAboard : x.since ? p.seen(clock(now - Date.parse(x.seen ?? x.since))) : p.waits}
              </span>
            </li>
          ))}
        </ul>
        {phones.length > 0 && (
          <Act look="bad" testid="phone-revoke" onClick={revoke}>
            {p.revoke}
          </Act>
        )}
        <Devices unit={unit} devices={devices} token={token} />
      </div>
    </Dialog>
  );
}

function Devices({ unit, devices, token }: { unit: Unit; devices: readonly UnitDevice[]; token: NewDevice | null }) {
  const t = useTexts();
  const p = t.patrol.phones;
  const run = useRun();
  const cache = useQueryClient();
  const [label, name] = useState("");
  const [made, show] = useState(token);
  const fresh = () => void cache.invalidateQueries({ queryKey: ["devices", unit.id] });
  const add = (e: FormEvent) => {
    e.preventDefault();
    void run(() =>
      command((headers) =>
        client.POST("/units/{id}/devices", {
          params: { path: { id: unit.id } },
          body: { label: label.trim() },
          headers,
        }),
      ),
    ).then((d) => {
      if (!d) return;
      show(d);
      name("");
      fresh();
    });
  };
  const drop = (device: string) =>
    void run(() =>
      command((headers) =>
        client.DELETE("/units/{id}/devices/{device}", { params: { path: { id: unit.id, device } }, headers }),
      ),
    ).then(fresh);
  return (
    <>
      <h3>{p.devices}</h3>
      <p className="dim">{p.devicesHint}</p>
      <ul className="plain">
        {devices.map((d) => (
          <li key={d.id} className="row">
            <b>{d.label}</b> <span className="dim grow">{d.by}</span>
            <Act look="small" onClick={() => drop(d.id)} testid={`device-drop-${d.id}`}>
              {p.drop}
            </Act>
          </li>
        ))}
      </ul>
      <form className="row" onSubmit={add}>
        <input
          className="fld grow"
          aria-label={p.label}
          placeholder={p.label}
          maxLength={60}
          value={label}
          onChange={(e) => name(e.target.value)}
          data-testid="device-label"
        />
        <Act type="submit" disabled={!label.trim()} testid="device-add">
          {p.add}
        </Act>
      </form>
      {made && (
        <dl className="token" data-testid="device-token">
          <dt>{p.token}</dt>
          <dd>
            <code>{made.token}</code>
          </dd>
          <dt>{p.ownTracks}</dt>
          <dd>
            <code>{made.ownTracks}</code> · {p.password}
          </dd>
          <dt>{p.traccar}</dt>
          <dd>
            <code>{made.osmAnd}</code> · {p.identifier}
          </dd>
        </dl>
      )}
    </>
  );
}

/** The picture of a code, dark on white whatever the theme: cameras want it so. */
function QR({ invite, label }: { invite: PhoneInvite; label: string }) {
  const size = invite.qr.size + 8; // the quiet zone
  return (
    <svg
      className="qr"
      viewBox={`-4 -4 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      data-testid="phone-qr"
    >
      <rect x={-4} y={-4} width={size} height={size} fill="#fff" />
      <path d={invite.qr.path} fill="#000" />
    </svg>
  );
}
