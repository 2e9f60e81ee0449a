import type { AnchorHTMLAttributes } from "react";
import { go } from "../router";

/** A link within the console: it keeps the page, and with it the telephone, alive. */
export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(e) => {
        if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return;
        e.preventDefault();
        go(href);
      }}
    />
  );
}
