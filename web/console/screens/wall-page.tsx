// The wallboard behind a signed link: no sign-in, no keys. It asks each 2 s and says how old its figures are.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError, ask, client } from "../api/client";
import { useTexts } from "../i18n";
import { Clock } from "../live/clock";
import { paint } from "../look";
import { usePath } from "../router";
import { Plain } from "./signin";
import { WallboardView } from "./wallboard";

const clock = new Clock();

export default function WallPage() {
  const t = useTexts();
  const token = usePath().replace(/^\/wall\//, "");
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ["wall", token],
    queryFn: async () => {
      const sent = Date.now();
      const board = await ask(() => client.GET("/wall/{token}", { params: { path: { token } } }));
      clock.sample(Date.parse(board.serverTime), sent, Date.now());
      return board;
    },
    refetchInterval: 2000,
    refetchIntervalInBackground: true,
    staleTime: 0,
  });
  const [, tick] = useState(0);
  useEffect(() => {
    paint(true); // a board hangs in a dim room, and nobody chooses its look
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  if (error instanceof ApiError && (error.status === 404 || error.status === 403 || error.status === 401)) {
    return (
      <Plain>
        <h1>{t.wall.gone}</h1>
        <p>{t.wall.goneTodo}</p>
      </Plain>
    );
  }
  if (!data) return <Plain>{error ? t.errors.unreachable : t.lists.loading}</Plain>;
  return (
    <WallboardView
      board={data}
      now={clock.now()}
      age={Date.now() - dataUpdatedAt}
      zone={Intl.DateTimeFormat().resolvedOptions().timeZone}
    />
  );
}
