// The smallest pieces: keys, buttons with their key, dots and chips of state, clocks.
import type { ButtonHTMLAttributes, ReactNode } from "react";
import type { SeatState } from "../api/types";
import { useNow } from "../desk/desk";
import { useTexts } from "../i18n";
import { clock, left } from "../words/time";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: "main" | "warn" | "bad" | "quiet" | "small" | "";
  hint?: string;
  testid?: string;
};

/** A button with the key that does the same. */
export function Act({ look = "", hint, testid, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`b ${look} ${className}`} data-testid={testid}>
      {children}
      {hint && <kbd>{hint}</kbd>}
    </button>
  );
}

const shapes: Record<SeatState, string> = {
  OFF: "off",
  NOT_READY: "pause",
  READY: "",
  OFFERED: "ring",
  TALKING: "talk",
  RESERVED: "ring",
  WRAP_UP: "wrap",
};

/** A seat's state as a shape: circle ready, square talking, triangle ringing, ring pausing. */
export function Dot({ state }: { state: SeatState }) {
  return <span className={`dot ${shapes[state]}`} aria-hidden="true" />;
}

const looks: Record<SeatState, string> = {
  OFF: "off",
  NOT_READY: "off",
  READY: "",
  OFFERED: "res",
  TALKING: "talk",
  RESERVED: "res",
  WRAP_UP: "",
};
const signs: Record<SeatState, string> = {
  OFF: "○",
  NOT_READY: "◌",
  READY: "●",
  OFFERED: "▲",
  TALKING: "■",
  RESERVED: "▲",
  WRAP_UP: "□",
};

export function StateBadge({ state, more }: { state: SeatState; more?: ReactNode }) {
  const t = useTexts();
  return (
    <span className={`state ${looks[state]}`} data-testid="state" data-state={state} role="status">
      <span aria-hidden="true">{signs[state]}</span> {t.seatStates[state]}
      {more}
    </span>
  );
}

/** Time since a moment, running. */
export function Since({ at, className = "num" }: { at: string; className?: string }) {
  const now = useNow(250);
  return <span className={className}>{clock(now - Date.parse(at))}</span>;
}

/** Time until a moment, running down to zero. */
export function Until({ at, className = "num" }: { at: string; className?: string }) {
  const now = useNow(200);
  return <span className={className}>{left(Date.parse(at) - now)}</span>;
}

/** A field with its label on the left, in the order people talk. */
export function Field({ label, id, children }: { label: string; id?: string; children: ReactNode }) {
  return (
    <div className="f">
      {id ? <label htmlFor={id}>{label}</label> : <span className="lab">{label}</span>}
      {children}
    </div>
  );
}
