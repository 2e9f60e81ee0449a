// What the pages of the roster share: the menu in the top line, the office, and who may write.
import { Menu } from "@mantine/core";
import type { Session } from "../api/types";
import { useDesk } from "../desk/desk";
import { type Texts, useTexts } from "../i18n";
import { go, usePath } from "../router";
import { leads } from "./sift-menu";

/** The pages of the roster: address and name. Leaders keep people; shifts and handovers are for all who work. */
export function rosterPages(t: Texts, session: Session): [string, string][] {
  const n = t.roster.nav;
  const all: [string, string][] = [
    ["/personel", n.people],
    ["/jadwal", n.shifts],
    ["/serah-terima", n.handover],
    ["/unit", t.patrol.nav],
  ];
  return leads(session) ? all : all.slice(1);
}

export function RosterMenu() {
  const t = useTexts();
  const path = usePath();
  const { session } = useDesk();
  const pages = rosterPages(t, session);
  const here = pages.find(([href]) => path === href);
  return (
    <Menu transitionProps={{ duration: 0 }} position="bottom-start" width={240}>
      <Menu.Target>
        <button type="button" className={`navmenu ${here ? "here" : ""}`} data-testid="roster-menu">
          {t.roster.menu} <span aria-hidden="true">▾</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {pages.map(([href, name]) => (
          <Menu.Item
            key={href}
            data-testid={`go-${href.slice(1)}`}
            aria-current={path === href ? "page" : undefined}
            onClick={() => go(href)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** One office: the own one, or one below it. */
export function OneOffice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const t = useTexts();
  const { session } = useDesk();
  if (session.offices.length < 2) return null;
  return (
    <select
      className="fld w220"
      aria-label={t.lists.office}
      value={value}
      onChange={(e) => onChange(e.target.value)}
      data-testid="roster-office"
    >
      {session.offices.map((o) => (
        <option key={o.id} value={o.id}>
          {o.name}
        </option>
      ))}
    </select>
  );
}
