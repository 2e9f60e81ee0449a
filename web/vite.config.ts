import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The API's address while developing; the built console is served by the API itself.
const target = process.env.SIAGA_URL ?? "https://localhost:8443";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: false, // build/compress.mjs empties it and keeps .gitkeep
    target: "es2022",
    assetsInlineLimit: 0, // a strict CSP allows no data: addresses
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target, secure: false, ws: true, changeOrigin: true } } },
});
