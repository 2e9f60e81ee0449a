import { defineConfig } from "vite";

// The patrol's phone: a page of its own, small, with nothing of the console. Its JSX is Preact's (patrol/tsconfig.json).
const target = process.env.SIAGA_URL ?? "https://localhost:8443";

export default defineConfig({
  root: new URL("patrol", import.meta.url).pathname,
  base: "/patroli/",
  build: {
    outDir: "../dist/patroli",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // a strict CSP allows no data: addresses
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target, secure: false, changeOrigin: true } } },
});
