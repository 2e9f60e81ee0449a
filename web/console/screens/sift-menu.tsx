// What the pages of the filter share: who may see them, the menu in the top line, one dialog that asks why, and files.
import { Menu } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { ApiError } from "../api/client";
import type { Problem, Session } from "../api/types";
import { type Texts, useTexts } from "../i18n";
import { Act } from "../parts/bits";
import { Dialog } from "../parts/dialog";
import { go, usePath } from "../router";

/** Supervisors and chiefs look after the filter. */
export function leads(session: Session): boolean {
  return session.person.role === "supervisor" || session.person.role === "chief";
}

/** The pages of the filter: address and name. */
export function siftPages(t: Texts): [string, string][] {
  const n = t.sift.nav;
  return [
    ["/nomor", n.numbers],
    ["/iseng", n.pranks],
    ["/gerbang", n.gate],
    ["/lembar", n.sheet],
    ["/saringan", n.filter],
  ];
}

export function SiftMenu() {
  const t = useTexts();
  const path = usePath();
  const pages = siftPages(t);
  const here = pages.find(([href]) => path === href);
  return (
    <Menu transitionProps={{ duration: 0 }} position="bottom-start" width={240}>
      <Menu.Target>
        <button type="button" className={`navmenu ${here ? "here" : ""}`} data-testid="sift-menu">
          {t.sift.menu} <span aria-hidden="true">▾</span>
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

/** Asks why before something is done that goes on record. The more fields come above the reason. */
export function WhyDialog({
  title,
  hint,
  act,
  label,
  busy = false,
  onClose,
  onSave,
  children,
}: {
  title: string;
  hint: string;
  act: string;
  label?: string;
  busy?: boolean;
  onClose: () => void;
  onSave: (reason: string) => void;
  children?: ReactNode;
}) {
  const t = useTexts();
  const [reason, set] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!busy) onSave(reason.trim());
  };
  return (
    <Dialog title={title} onClose={onClose} testid="why" size={460}>
      <form className="stack" onSubmit={submit}>
        <p className="dim">{hint}</p>
        {children}
        <label className="above">
          {label ?? t.sift.reason}
          <input
            className="fld"
            required
            minLength={3}
            maxLength={500}
            data-autofocus
            autoComplete="off"
            placeholder={t.sift.reasonHint}
            value={reason}
            onChange={(e) => set(e.target.value)}
            data-testid="why-reason"
          />
        </label>
        <div className="row">
          <Act look="main" type="submit" testid="why-save" disabled={busy}>
            {act}
          </Act>
          <Act look="quiet" onClick={onClose}>
            {t.common.cancel}
          </Act>
        </div>
      </form>
    </Dialog>
  );
}

/** Keeps a file that the server sent, under the name that it gave. Throws ApiError. */
export async function keepFile(
  send: () => Promise<{ data?: unknown; error?: unknown; response: Response }>,
  name: string,
) {
  const a = await send().catch(() => {
    throw new ApiError(0, { status: 0, code: "unreachable", title: "", text: { id: "", en: "" } });
  });
  if (!a.response.ok)
    throw new ApiError(a.response.status, { ...((a.error ?? {}) as Problem), status: a.response.status });
  const given = /filename="([^"]+)"/.exec(a.response.headers.get("Content-Disposition") ?? "")?.[1];
  const url = URL.createObjectURL(a.data as Blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = given ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A number with at most one decimal, as the language writes it. */
export function decimal(n: number, lang: string, digits = 1): string {
  return n.toLocaleString(lang === "en" ? "en-GB" : "id-ID", { maximumFractionDigits: digits });
}
