// The map speaks with the console's tokens: dark by night, light by day.

export interface Colours {
  ground: string;
  water: string;
  green: string;
  road: string;
  area: string;
  border: string;
  ink: string;
  blue: string;
  ok: string;
  warn: string;
  bad: string;
}

let last: { light: boolean; colours: Colours } | null = null;

/** The colours of the look that is on now. */
export function colours(): Colours {
  const light = document.documentElement.classList.contains("light");
  if (last?.light === light) return last.colours;
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  const c: Colours = {
    ground: light ? "#f4f1ea" : "#1a2332",
    water: light ? "#c3dcf3" : "#10203a",
    green: light ? "#e2ead6" : "#1b2a2c",
    road: light ? "#c9c3b6" : "#384861",
    area: of("--blue"),
    border: of("--edge"),
    ink: of("--ink"),
    blue: of("--blue"),
    ok: of("--ok"),
    warn: of("--warn"),
    bad: of("--bad"),
  };
  last = { light, colours: c };
  return c;
}
