import { createTheme } from "@mantine/core";

/** Mantine takes its colours from tokens.css; here is only what components decide in script. */
export const theme = createTheme({
  fontFamily: "var(--font)",
  defaultRadius: 6,
  respectReducedMotion: true,
  focusRing: "auto",
});
