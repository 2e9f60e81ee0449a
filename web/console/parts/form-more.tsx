// What a report says besides what, where and who: the caller's language, and whom a complaint is about.
import type { Report } from "../api/types";
import { officeName, useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";
import { Field } from "./bits";

type Language = NonNullable<Report["language"]>;
const languages: readonly Language[] = [
  "",
  "id",
  "bjn",
  "jv",
  "bug",
  "vkt",
  "day",
  "mad",
  "su",
  "mak",
  "min",
  "ban",
  "ace",
  "bew",
  "pmy",
  "zh",
  "en",
  "sgn",
  "lain",
];

interface Props {
  report: Report;
  type: (c: Partial<Report>) => void;
  disabled: boolean;
}

/** One key, then the first letter of the language. */
export function LanguageField({ report, type, disabled }: Props) {
  const t = useTexts();
  useKeys(disabled ? {} : { language: () => document.getElementById("field-language")?.focus() });
  return (
    <select
      id="field-language"
      className="fld w150"
      data-testid="field-language"
      aria-label={t.polda.language}
      title={t.polda.languageHint}
      disabled={disabled}
      value={report.language ?? ""}
      onChange={(e) => type({ language: e.target.value as Language })}
    >
      {languages.map((code) => (
        <option key={code} value={code}>
          {code === "" ? `${t.polda.language}…` : t.polda.languages[code]}
        </option>
      ))}
    </select>
  );
}

/** Whom a complaint is about: it passes that office by. What is restricted says so while it is typed. */
export function AboutField({ report, type, disabled }: Props) {
  const t = useTexts();
  const desk = useDesk();
  const kind = desk.kinds.find((k) => k.code === report.kind);
  if (report.kind === "kdrt" || report.kind === "asusila")
    return (
      <p className="warned" data-testid="form-restricted">
        ▲ {t.polda.restrictedNote}
      </p>
    );
  if (kind?.class !== "complaint") return null;
  const against = report.against ?? "";
  const all = [...desk.session.offices, ...desk.session.others];
  return (
    <>
      <Field label={t.polda.against} id="field-against">
        <select
          id="field-against"
          className="fld"
          data-testid="field-against"
          disabled={disabled}
          value={against}
          onChange={(e) => type({ against: e.target.value })}
        >
          <option value="">{t.polda.againstHint}</option>
          {all.map((o) => (
            <option key={o.id} value={o.id}>
              {o.name}
            </option>
          ))}
        </select>
      </Field>
      <p className={against ? "dim" : "warned"} data-testid="form-against">
        {against ? `✓ ${t.polda.againstNote(officeName(desk, against))}` : `▲ ${t.polda.againstNone}`}
      </p>
    </>
  );
}
