// The kind of report: three letters find it, or any word of its name.
import { Combobox, useCombobox } from "@mantine/core";
import { useState } from "react";
import type { Kind } from "../api/types";
import { useDesk } from "../desk/desk";
import { useTexts } from "../i18n";

/** The kinds that fit what was typed: the quick code first, then beginnings, then any word. */
export function matchKinds(kinds: readonly Kind[], text: string): Kind[] {
  const q = text.trim().toLowerCase();
  if (q === "") return [...kinds];
  const rank = (k: Kind): number => {
    const names = [k.id, k.en].map((s) => s.toLowerCase());
    if (k.quick === q) return 0;
    if (k.code === q) return 1;
    if (k.quick.startsWith(q) || k.code.startsWith(q)) return 2;
    if (names.some((s) => s.startsWith(q))) return 3;
    return names.some((s) => s.includes(q)) ? 4 : 9;
  };
  return kinds.filter((k) => rank(k) < 9).sort((a, b) => rank(a) - rank(b));
}

export function KindField({
  value,
  onChange,
  disabled,
}: {
  value: string;
  onChange: (k: Kind) => void;
  disabled: boolean;
}) {
  const t = useTexts();
  const { kinds } = useDesk();
  const [text, setText] = useState<string | null>(null); // null: not being searched
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const chosen = kinds.find((k) => k.code === value);
  const name = (k: Kind) => (t.lang === "en" ? k.en : k.id);
  const list = matchKinds(kinds, text ?? "").slice(0, 9);
  const choose = (k: Kind | undefined) => {
    if (k) onChange(k);
    setText(null);
    box.closeDropdown();
  };
  return (
    <Combobox
      store={box}
      onOptionSubmit={(code) => choose(kinds.find((k) => k.code === code))}
      withinPortal={false}
      transitionProps={{ duration: 0 }}
    >
      <Combobox.Target>
        <div className="grow with-chip">
          <input
            id="field-kind"
            className="fld"
            data-testid="field-kind"
            autoComplete="off"
            readOnly={disabled}
            placeholder={t.form.kindHint}
            value={text ?? (chosen ? name(chosen) : value)}
            onFocus={(e) => {
              if (disabled) return;
              e.currentTarget.select(); // three letters replace what was chosen
              box.openDropdown();
            }}
            onChange={(e) => {
              setText(e.target.value);
              box.openDropdown();
              box.selectFirstOption();
            }}
            onBlur={() => {
              const q = text?.trim().toLowerCase() ?? "";
              // A quick code typed and left with Tab is a choice.
              if (q !== "")
                choose(list.find((k) => k.quick === q || k.code === q) ?? (list.length === 1 ? list[0] : undefined));
              else choose(undefined);
            }}
          />
          {chosen && text === null && <span className="chip">{chosen.quick}</span>}
        </div>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options aria-label={t.form.kind}>
          {list.map((k) => (
            <Combobox.Option key={k.code} value={k.code} data-testid={`kind-${k.code}`}>
              <span className="row">
                <kbd>{k.quick}</kbd> {name(k)} <span className="dim push">P{k.priority}</span>
              </span>
            </Combobox.Option>
          ))}
          {list.length === 0 && <Combobox.Empty>{t.form.noKind}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
