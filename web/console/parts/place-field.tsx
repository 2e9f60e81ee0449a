// Where it is, in the caller's words, with places that fit them: one that is chosen brings its point, so that minutes can be
// reckoned and the map can show it. The words stay as they were typed when nothing is chosen.
import { Combobox, useCombobox } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { PlaceFound, Report } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useTexts } from "../i18n";

const pause = 200; // ms after the last key
const fewest = 3; // letters

export function PlaceField({
  report,
  type,
  disabled,
}: {
  report: Pick<Report, "place" | "at">;
  type: (change: Partial<Report>) => void;
  disabled: boolean;
}) {
  const t = useTexts();
  const desk = useDesk();
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const [asked, ask] = useState("");
  const [typing, setTyping] = useState(false);
  const words = report.place.trim();
  useEffect(() => {
    if (!typing) return;
    const timer = setTimeout(() => ask(words.length >= fewest ? words : ""), pause);
    return () => clearTimeout(timer);
  }, [words, typing]);
  const { data = [] } = useQuery({
    queryKey: ["places", asked],
    queryFn: () => desk.acts.places(asked),
    enabled: asked !== "",
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  const list = typing && asked !== "" ? data.slice(0, 7) : [];
  const choose = (p: PlaceFound | undefined) => {
    if (p) type({ place: p.in && !p.name.includes(p.in) ? `${p.name}, ${p.in}` : p.name, at: p.at });
    setTyping(false);
    box.closeDropdown();
  };
  return (
    <Combobox
      store={box}
      onOptionSubmit={(n) => choose(list[Number(n)])}
      withinPortal={false}
      transitionProps={{ duration: 0 }}
    >
      <Combobox.Target>
        <div className="grow with-chip place">
          <input
            id="field-place"
            className="fld"
            data-testid="field-place"
            autoComplete="off"
            maxLength={500}
            readOnly={disabled}
            placeholder={t.form.placeHint}
            value={report.place}
            onChange={(e) => {
              setTyping(true);
              box.openDropdown();
              // Other words are not of the old point any more only when they are all gone: a house number may be added.
              type(e.target.value.trim() === "" ? { place: e.target.value, at: null } : { place: e.target.value });
            }}
            onBlur={() => {
              setTyping(false);
              box.closeDropdown();
            }}
          />
          {report.at && (
            <button
              type="button"
              className="chip ok"
              disabled={disabled}
              title={t.board.pointDrop}
              data-testid="place-point"
              onClick={() => type({ at: null })}
            >
              ◎ {t.board.point} ✕
            </button>
          )}
        </div>
      </Combobox.Target>
      <Combobox.Dropdown hidden={list.length === 0}>
        <Combobox.Options aria-label={t.form.place}>
          {list.map((p, i) => (
            <Combobox.Option key={`${p.name} ${p.at.lat} ${p.at.lng}`} value={String(i)} data-testid={`place-${i}`}>
              <span className="row">
                <b>{p.name}</b> <span className="dim">{p.in}</span>
                {p.swapped && <span className="warned">{t.board.swapped}</span>}
                <span className="dim push">
                  {p.whose.office && officeName(desk, p.whose.office)}
                  {p.errorM > 0 && ` · ±${p.errorM} m`}
                </span>
              </span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
