import { useTexts } from "../i18n";
import { Dialog } from "./dialog";

export function Help({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const rows: [string, string][] = [
    ["F2 · J", t.keys.answer],
    ["X", t.keys.decline],
    ["F3 · T", t.keys.invalid],
    ["F4", t.keys.transfer],
    ["⇧F4", t.keys.other],
    ["F6 · L", t.keys.leave],
    ["F7", t.keys.invite],
    ["F8", t.keys.takeBack],
    ["F9", t.keys.close],
    ["S", t.keys.ready],
    ["A", t.keys.accept],
    ["N", t.keys.note],
    ["H", t.keys.hold],
    ["Y", t.keys.silent],
    ["K", t.keys.empty],
    ["M", t.keys.mute],
    ["B", t.keys.phone],
    ["P", t.keys.dial],
    ["↑ ↓", t.keys.incident],
    ["Alt 1…4", t.keys.panels],
    ["/", t.keys.command],
  ];
  return (
    <Dialog title={t.keys.title} onClose={onClose} size={440}>
      <dl className="facts">
        {rows.map(([k, name]) => (
          <div key={k} className="pair-row">
            <dt>
              <kbd>{k}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <p className="dim">{t.keys.letters}</p>
    </Dialog>
  );
}
