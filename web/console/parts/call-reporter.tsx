// One key calls the reporter of an incident from the own seat: recorded, shown as 110. Never into danger.
import { useDesk } from "../desk/desk";
import { useRun } from "../desk/notice";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { go } from "../router";
import { Act } from "./bits";

export function CallReporter({ id, number, danger }: { id: string; number: string; danger: boolean }) {
  const t = useTexts();
  const desk = useDesk();
  const run = useRun();
  const can = desk.seat !== "" && number.trim() !== "" && !danger;
  const dial = () =>
    void run(() => desk.acts.callOut({ incident: id, number: number.trim() })).then((ok) => {
      if (ok && !desk.frozen) go("/"); // the call is served at the desk
    });
  useKeys(can ? { dial } : {});
  if (desk.seat === "" || number.trim() === "") return null;
  return danger ? (
    <span className="alarm dont-call" data-testid="dont-call">
      ✕ {t.callbacks.danger}
    </span>
  ) : (
    <Act hint="P" testid="call-reporter" onClick={dial}>
      {t.callbacks.reporter}
    </Act>
  );
}
