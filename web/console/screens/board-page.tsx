// The wallboard of the own office, with the way to make a signed link for a screen on the wall.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, command } from "../api/client";
import type { WallLink } from "../api/types";
import { useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { ListStates } from "../parts/list";
import { Frame } from "./frame";
import { WallboardView } from "./wallboard";

export function BoardPage() {
  const t = useTexts();
  const { session } = useDesk();
  const run = useRun();
  const now = useNow(1000);
  const [link, show] = useState<WallLink | null>(null);
  const board = useQuery({
    queryKey: ["wallboard"],
    queryFn: () => ask(() => client.GET("/wallboard")),
    refetchInterval: 2000,
    staleTime: 0,
  });
  const leads = session.person.role === "supervisor" || session.person.role === "chief";
  return (
    <Frame look="plain">
      <main className="page" id="panel-2" tabIndex={-1}>
        <div className="bar-top">
          {leads && (
            <Act
              onClick={() =>
                void run(() => command((headers) => client.POST("/wallboards", { headers }))).then((l) => l && show(l))
              }
              testid="wall-link"
            >
              {t.wall.link}
            </Act>
          )}
          {link && (
            <>
              <input
                className="fld grow"
                readOnly
                aria-label={t.wall.link}
                value={new URL(link.url, location.origin).href}
                onFocus={(e) => e.target.select()}
                data-testid="wall-url"
              />
              <span className="dim">{t.wall.linkHint}</span>
            </>
          )}
        </div>
        <div />
        <ListStates query={board} empty={() => false} emptyText="">
          {(b) => <WallboardView board={b} now={now} age={now - Date.parse(b.serverTime)} zone={session.office.zone} />}
        </ListStates>
      </main>
    </Frame>
  );
}
