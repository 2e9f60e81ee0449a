// The top line: who sits where, in which state, what waits, what is broken, and the office's time.
import { Menu } from "@mantine/core";
import { useState } from "react";
import { seatNumber, useDesk, useNow } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts, word } from "../i18n";
import { useLook } from "../look";
import { usePath } from "../router";
import { RosterMenu } from "../screens/roster-menu";
import { leads, SiftMenu } from "../screens/sift-menu";
import { clock, header } from "../words/time";
import { StateBadge } from "./bits";
import { Link } from "./link";
import { SoundsDialog } from "./sounds-dialog";
import { WakeDialog } from "./wake-dialog";

export const reasons = ["istirahat", "salat", "toilet", "pelatihan", "administrasi", "teknis"] as const;

export function Header({ onSignOut }: { onSignOut?: () => void }) {
  const t = useTexts();
  const { session, live, seat, age } = useDesk();
  const now = useNow(1000);
  const me = seat ? live.seats[seat] : undefined;
  const floor = live.floors[session.office.id];
  const alarms = Object.values(live.alarms);
  const stale = Math.floor(age() / 1000);
  return (
    <header className="top">
      <b>{t.app}</b>
      <span className="office cut">{session.office.name}</span>
      <UserMenu
        onSignOut={onSignOut}
        leads={session.person.role === "supervisor" || session.person.role === "chief"}
        label={`${session.person.rank} ${session.person.name}${seat ? ` · ${t.header.seat} ${seatNumber(seat)}` : ""}`}
      />
      {me && (
        <StateBadge
          state={me.state}
          more={
            <>
              {me.state === "NOT_READY" && me.reason && ` · ${word(t.reasons, me.reason)}`}
              {(me.state === "READY" || me.state === "NOT_READY") && (
                <span className="num"> {clock(now - Date.parse(me.since))}</span>
              )}
            </>
          }
        />
      )}
      <Pages />
      <span className="sp" />
      {floor && (
        <span data-testid="queue-count">
          {t.header.queue} <b className="num">{floor.queue}</b>{" "}
          {floor.longestSince && (
            <span className="dim num">
              {t.header.longest} {clock(now - Date.parse(floor.longestSince))}
            </span>
          )}
        </span>
      )}
      {stale > 5 && <span className="alarm">⚠ {t.header.stale(stale)}</span>}
      {alarms.length > 0 && <Alarms />}
      <span className="num dim" data-testid="clock">
        {header(now, session.office.zone, t.lang)} {session.office.zoneName}
      </span>
    </header>
  );
}

function Pages() {
  const t = useTexts();
  const path = usePath();
  const { session } = useDesk();
  const role = session.person.role;
  const works = role !== "administrator";
  const pages: [string, string, boolean][] = [
    ["/", t.header.nav.console, role === "operator" || role === "supervisor"],
    ["/kendali", t.board.nav, works && (session.office.kind === "polres" || session.office.kind === "polsek")],
    ["/laporan", t.header.nav.incidents, works],
    ["/ikhtisar", t.polda.nav.overview, works && session.offices.length > 1],
    ["/panggilan", t.header.nav.calls, works],
    ["/wallboard", t.header.nav.wall, works],
    ["/petugas", t.header.nav.people, role === "administrator" || role === "chief"],
    ["/pengaturan", t.header.nav.settings, role === "chief" || role === "supervisor"],
  ];
  return (
    <nav aria-label={t.header.navLabel}>
      {pages
        .filter(([, , may]) => may)
        .map(([href, name]) => (
          <Link
            key={href}
            href={href}
            aria-current={path === href || (href !== "/" && path.startsWith(href)) ? "page" : undefined}
          >
            {name}
          </Link>
        ))}
      {works && <RosterMenu />}
      {leads(session) && <SiftMenu />}
    </nav>
  );
}

function Alarms() {
  const t = useTexts();
  const { live } = useDesk();
  const list = Object.values(live.alarms).sort((a, b) => Number(b.level === "bad") - Number(a.level === "bad"));
  const first = list[0];
  const say = (x: { id: string; en: string }) => (t.lang === "en" ? x.en : x.id);
  if (!first) return null;
  return (
    <Menu transitionProps={{ duration: 0 }} position="bottom-end" width={380}>
      <Menu.Target>
        <button type="button" className={`b quiet ${first.level === "bad" ? "alarm" : "warned"}`} data-testid="alarms">
          <span className="cut alarm-text">
            {first.level === "bad" ? "⚠" : "△"} {say(first.text)}
          </span>
          {list.length > 1 && ` +${list.length - 1}`}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {list.map((a) => (
          <Menu.Item key={a.name}>
            <b className={a.level === "bad" ? "alarm" : "warned"}>{say(a.text)}</b>
            <br />
            <span className="dim">{say(a.todo)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function UserMenu({ label, leads, onSignOut }: { label: string; leads: boolean; onSignOut?: () => void }) {
  const t = useTexts();
  const { lang, theme, setLang, setTheme } = useLook();
  const { seat, live, acts } = useDesk();
  const run = useRun();
  const [sounds, showSounds] = useState(false);
  const [wake, showWake] = useState(false);
  const state = seat ? live.seats[seat]?.state : undefined;
  const free = state === "READY" || state === "NOT_READY" || state === "WRAP_UP";
  return (
    <>
      <Menu transitionProps={{ duration: 0 }} position="bottom-start" width={240}>
        <Menu.Target>
          <button
            type="button"
            className="b quiet dim"
            data-testid="user-menu"
            aria-label={`${t.header.menu}: ${label}`}
          >
            {label} <span aria-hidden="true">▾</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {free && state !== "READY" && (
            <Menu.Item data-testid="menu-ready" onClick={() => void run(() => acts.ready())}>
              ● {t.header.ready}
            </Menu.Item>
          )}
          {free && (
            <>
              <Menu.Label>{t.header.pause}</Menu.Label>
              {reasons.map((r) => (
                <Menu.Item key={r} data-testid={`pause-${r}`} onClick={() => void run(() => acts.pause(r))}>
                  ◌ {t.reasons[r]}
                </Menu.Item>
              ))}
              <Menu.Divider />
            </>
          )}
          <Menu.Item onClick={() => setLang(lang === "id" ? "en" : "id")} data-testid="language">
            {t.header.language}
          </Menu.Item>
          <Menu.Item
            data-testid="theme"
            onClick={() => setTheme(theme === "auto" ? "dark" : theme === "dark" ? "light" : "auto")}
          >
            {t.header.theme[theme]}
          </Menu.Item>
          <Menu.Item onClick={() => showSounds(true)}>{t.header.sounds}</Menu.Item>
          {leads && (
            <Menu.Item data-testid="menu-wake" onClick={() => showWake(true)}>
              {t.wake.menu}
            </Menu.Item>
          )}
          <Menu.Divider />
          {seat && free && (
            <Menu.Item data-testid="end-duty" onClick={() => void run(() => acts.endDuty())}>
              {t.header.endDuty}
            </Menu.Item>
          )}
          {onSignOut && (!seat || free) && (
            <Menu.Item data-testid="sign-out" onClick={onSignOut}>
              {t.header.signOut}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {sounds && <SoundsDialog onClose={() => showSounds(false)} />}
      {wake && <WakeDialog onClose={() => showWake(false)} />}
    </>
  );
}
