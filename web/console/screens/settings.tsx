// The times of an office (CALL.md §1). The chief changes them; the server says which one is out of its range.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, command } from "../api/client";
import type { Settings } from "../api/types";
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { type Listing, ListStates } from "../parts/list";
import { Frame } from "./frame";

const names = [
  "tOfferMs",
  "tLevelMs",
  "tTransferMs",
  "tOrphanMs",
  "tUnfinishedMs",
  "tWrapMs",
  "tLeaveMs",
  "tPiketMs",
  "tSilentMs",
] as const;

export function SettingsPage() {
  const { session } = useDesk();
  const id = session.office.id;
  const query = useQuery({
    queryKey: ["settings", id],
    queryFn: () => ask(() => client.GET("/offices/{id}/settings", { params: { path: { id } } })),
  });
  return <SettingsView query={query} />;
}

export function SettingsView({ query }: { query: Listing<Settings> }) {
  const t = useTexts();
  const { session } = useDesk();
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          <h1>{t.settings.title}</h1>
          <span className="dim">{session.office.name}</span>
        </div>
        <div />
        <div className="body">
          <ListStates query={query} empty={() => false} emptyText="">
            {(s) => <Times key={JSON.stringify(s)} settings={s} />}
          </ListStates>
        </div>
      </main>
    </Frame>
  );
}

function Times({ settings }: { settings: Settings }) {
  const t = useTexts();
  const { session } = useDesk();
  const run = useRun();
  const cache = useQueryClient();
  const [changed, change] = useState<Partial<Settings>>({});
  const [saved, say] = useState(false);
  const chief = session.person.role === "chief";
  const id = session.office.id;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    const now = await run(() =>
      command((headers) =>
        client.PATCH("/offices/{id}/settings", { params: { path: { id } }, body: changed, headers }),
      ),
    );
    if (!now) return;
    say(true);
    cache.setQueryData(["settings", id], now);
  };
  return (
    <form className="settings stack" onSubmit={(e) => void submit(e)}>
      <p className="dim">{chief ? t.settings.hint : t.settings.readOnly}</p>
      {names.map((n) => (
        <label key={n} className="row setting">
          <span className="grow">{t.settings.names[n]}</span>
          <input
            className="fld w150 num"
            type="number"
            step="0.1"
            min={0}
            readOnly={!chief}
            value={(changed[n] ?? settings[n]) / 1000}
            onChange={(e) => {
              say(false);
              change({ ...changed, [n]: Math.round(Number(e.target.value) * 1000) });
            }}
            data-testid={`setting-${n}`}
          />
          <span className="dim">{t.settings.seconds}</span>
        </label>
      ))}
      <label className="row setting">
        <span className="grow">{t.settings.piket}</span>
        <input
          className="fld w150 num"
          inputMode="tel"
          readOnly={!chief}
          value={changed.piket ?? settings.piket}
          onChange={(e) => {
            say(false);
            change({ ...changed, piket: e.target.value });
          }}
          data-testid="setting-piket"
        />
        <span className="dim" />
      </label>
      <label className="row setting">
        <span className="grow">{t.settings.blind}</span>
        <input
          type="checkbox"
          disabled={!chief}
          checked={changed.blind ?? settings.blind}
          onChange={(e) => {
            say(false);
            change({ ...changed, blind: e.target.checked });
          }}
          data-testid="setting-blind"
        />
      </label>
      {chief && (
        <div className="row">
          <Act look="main" type="submit" disabled={Object.keys(changed).length === 0} testid="settings-save">
            {t.settings.save}
          </Act>
          <span role="status" className="good">
            {saved && `✓ ${t.settings.saved}`}
          </span>
        </div>
      )}
    </form>
  );
}
