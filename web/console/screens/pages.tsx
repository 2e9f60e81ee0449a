// The pages beside the desk. They load when they are first looked at.
import { useEffect } from "react";
import { useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { go, usePath } from "../router";
import { BoardPage } from "./board-page";
import { CallsPage } from "./calls";
import { Frame } from "./frame";
import { IncidentsPage } from "./incidents";
import { PeoplePage } from "./people";
import { SettingsPage } from "./settings";

export default function Pages() {
  const path = usePath();
  const { session } = useDesk();
  const [, page = "", id = ""] = path.split("/").map(decodeURIComponent);
  const home = session.person.role === "administrator" ? "/petugas" : "/laporan";
  useEffect(() => {
    if (path === "/") go(home); // who doesn't take calls has no desk
  }, [path, home]);
  switch (page) {
    case "laporan":
      return <IncidentsPage id={id} />;
    case "panggilan":
      return <CallsPage id={id} />;
    case "wallboard":
      return <BoardPage />;
    case "petugas":
      return <PeoplePage />;
    case "pengaturan":
      return <SettingsPage />;
    case "":
      return null;
    default:
      return <Missing />;
  }
}

function Missing() {
  const t = useTexts();
  return (
    <Frame look="plain">
      <main className="empty">
        <b>{t.errors.http_404}</b>
      </main>
    </Frame>
  );
}
