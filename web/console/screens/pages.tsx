// The pages beside the desk. They load when they are first looked at.
import { useEffect } from "react";
import { useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { go, usePath } from "../router";
import { BoardPage } from "./board-page";
import { CallsPage } from "./calls";
import { DispatchPage } from "./dispatch";
import { FairnessPage } from "./fairness";
import { Frame } from "./frame";
import { GatePage } from "./gate";
import { HandoverPage } from "./handover";
import { IncidentsPage } from "./incidents";
import { NumbersPage } from "./numbers";
import { OverviewPage } from "./overview";
import { PeoplePage } from "./people";
import { PranksPage } from "./pranks";
import { RosterPage } from "./roster";
import { SettingsPage } from "./settings";
import { SheetPage } from "./sheet";
import { ShiftsPage } from "./shifts";
import { leads } from "./sift-menu";
import { UnitsPage } from "./units";
import { WeightsPage } from "./weights";

export default function Pages() {
  const path = usePath();
  const { session } = useDesk();
  const [, page = "", id = ""] = path.split("/").map(decodeURIComponent);
  const leading = leads(session);
  const home = session.person.role === "administrator" ? "/petugas" : "/laporan";
  useEffect(() => {
    if (path === "/") go(home); // who doesn't take calls has no desk
  }, [path, home]);
  switch (page) {
    case "laporan":
      return <IncidentsPage id={id} />;
    case "kendali":
      return session.person.role === "administrator" ? <NotYours /> : <DispatchPage />;
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
    case "ikhtisar":
      return session.person.role === "administrator" ? <NotYours /> : <OverviewPage />;
    case "pemerataan":
      return leading ? <FairnessPage /> : <NotYours />;
    case "personel":
      return leading ? <RosterPage /> : <NotYours />;
    case "jadwal":
      return <ShiftsPage />;
    case "unit":
      return session.person.role === "administrator" ? <NotYours /> : <UnitsPage />;
    case "serah-terima":
      return <HandoverPage />;
    case "nomor":
      return leading ? <NumbersPage /> : <NotYours />;
    case "iseng":
      return leading ? <PranksPage /> : <NotYours />;
    case "gerbang":
      return leading ? <GatePage /> : <NotYours />;
    case "lembar":
      return leading ? <SheetPage /> : <NotYours />;
    case "saringan":
      return leading ? <WeightsPage /> : <NotYours />;
    default:
      return <Missing />;
  }
}

/** A page of supervisors and chiefs, opened by somebody else. */
export function NotYours() {
  const t = useTexts();
  return (
    <Frame look="plain">
      <main className="empty" data-testid="list-noright">
        <span className="sign" aria-hidden="true">
          ⛔
        </span>
        <b>{t.lists.noRight}</b>
        {t.sift.noRight}
      </main>
    </Frame>
  );
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
