// One of a few, by its number or letter: 1 to 9, then letters. The choice is on screen before the key is pressed.
import type { ReactNode } from "react";
import { useTexts } from "../i18n";
import { useLetter } from "../keys/use-letter";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";

export interface Option {
  key: string;
  name: ReactNode;
  more?: ReactNode;
  act: () => void;
}

export const hints = "123456789abcdefghijklmnopqrstuvwxyz";

export function Choose({
  title,
  hint,
  options,
  onClose,
  testid = "choose",
  children,
}: {
  title: string;
  hint?: string;
  options: readonly Option[];
  onClose: () => void;
  testid?: string;
  children?: ReactNode;
}) {
  const t = useTexts();
  const pick = (o: Option) => {
    onClose();
    o.act();
  };
  useLetter((key) => {
    const o = options[hints.indexOf(key)];
    if (o) pick(o);
    return o !== undefined;
  });
  return (
    <Dialog title={title} onClose={onClose} size={520} testid={testid}>
      <div className="stack">
        {hint && <p className="dim">{hint}</p>}
        {children}
        {options.slice(0, hints.length).map((o, i) => (
          <Act key={o.key} hint={hints[i]!.toUpperCase()} testid={`choose-${o.key}`} onClick={() => pick(o)}>
            <span className="cut">
              {o.name} {o.more && <span className="dim"> {o.more}</span>}
            </span>
          </Act>
        ))}
        <Act look="quiet" onClick={onClose}>
          {t.common.cancel}
        </Act>
      </div>
    </Dialog>
  );
}
