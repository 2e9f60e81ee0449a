// The frame around every page of a person: header, notices, the ring, the keys that work everywhere.
import { useEffect, useRef, useState } from "react";
import { useDesk } from "../desk/desk";
import { momentOf } from "../live/live";
import { useKeys } from "../keys/use-keys";
import type { Softphone } from "../phone/softphone";
import type { SoundName } from "../phone/sounds";
import { CommandBar } from "../parts/command-bar";
import { Header } from "../parts/header";
import { Help } from "../parts/help";
import { RingPop } from "../parts/ring-pop";
import { SoundBox } from "../parts/sound-box";
import { CallsPage } from "../screens/calls";
import { DutyScreen } from "../screens/duty";
import { IncidentsPage } from "../screens/incidents";
import { PeoplePage } from "../screens/people";
import { PoldaConsole } from "../screens/polda";
import { PolresConsole } from "../screens/polres";
import { SettingsPage } from "../screens/settings";
import { WallBoard } from "../screens/wall";
import { usePath } from "./path";
import type { Theme } from "./theme";

export function Screens(p: {
  softphone: Softphone;
  loop: (name: SoundName | null) => void;
  theme: Theme;
  onLang: () => void;
  onSignOut: () => Promise<void>;
}) {
  const desk = useDesk();
  const [path, go] = usePath();
  const [over, setOver] = useState<"" | "help" | "command" | "sounds">("");
  useKeys({ help: () => setOver("help"), command: () => setOver("command") });
  useLine(p.softphone);
  useNoise(p.loop);
  if (path === "/wallboard") return <WallBoard />;
  const page = path.split("/")[1] ?? "";
  const sits = desk.session.person.role === "operator" || desk.session.person.role === "supervisor";
  const at = page === "" && !sits ? (desk.session.person.role === "administrator" ? "people" : "incidents") : page;
  const header = (
    <Header page={at} theme={p.theme} onLang={p.onLang} onSounds={() => setOver("sounds")} onSignOut={p.onSignOut} />
  );
  return (
    <>
      {at === "incidents" ? (
        <IncidentsPage header={header} />
      ) : at === "calls" ? (
        <CallsPage header={header} />
      ) : at === "people" ? (
        <PeoplePage header={header} />
      ) : at === "settings" ? (
        <SettingsPage header={header} />
      ) : !desk.seat || desk.phone.line === "moved" ? (
        <DutyScreen header={header} softphone={p.softphone} />
      ) : desk.session.office.kind === "polres" ? (
        <PolresConsole header={header} />
      ) : (
        <PoldaConsole header={header} />
      )}
      <RingPop onAnswer={() => go("/")} />
      {over === "help" && <Help onClose={() => setOver("")} />}
      {over === "command" && <CommandBar onClose={() => setOver("")} onGo={go} />}
      {over === "sounds" && <SoundBox onClose={() => setOver("")} />}
    </>
  );
}

/** Keeps the audio line up for as long as the duty lasts, also after a reload, where no gesture comes first. */
function useLine(softphone: Softphone) {
  const { seat, phone, live } = useDesk();
  const opened = useRef(false);
  useEffect(() => {
    if (!seat) {
      if (opened.current && live.ready) {
        opened.current = false;
        softphone.close();
      }
      return;
    }
    if (opened.current || phone.line === "moved") return;
    opened.current = true;
    void softphone.askMicrophone().then((ok) => ok && softphone.open());
  }, [seat, live.ready, phone.line, softphone]);
}

/** What is heard beside the caller: the ring, a take-back, new reports, alarms. */
function useNoise(loop: (name: SoundName | null) => void) {
  const { live, seat, session, sound } = useDesk();
  const moment = momentOf(live, seat);
  const rings = moment.kind === "ring" ? (moment.call.urgent ? "priority" : "offer") : null;
  useEffect(() => loop(rings), [loop, rings]);
  const back = moment.kind === "back" ? `${moment.call.id} ${moment.call.try}` : "";
  const play = useRef(sound.play);
  play.current = sound.play;
  useEffect(() => {
    if (back) play.current("back");
  }, [back]);
  const reports = Object.values(live.incidents).filter((i) => i.state === "SENT" && i.office === session.office.id).length;
  const alarms = Object.values(live.alarms).filter((a) => a.level === "bad").length;
  const before = useRef({ reports, alarms });
  useEffect(() => {
    if (reports > before.current.reports) play.current("report");
    if (alarms > before.current.alarms) play.current("alarm");
    before.current = { reports, alarms };
  }, [reports, alarms]);
  useEffect(() => {
    document.title = rings ? "☎ 110 …" : "Siaga";
  }, [rings]);
}
