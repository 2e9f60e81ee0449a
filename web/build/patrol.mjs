// Builds the service worker of the patrol's phone: it has to know every file of the page, and lies at a fixed address.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "vite";

const web = new URL("..", import.meta.url).pathname;
const dist = join(web, "dist/patroli");

/** @param {string} dir @returns {string[]} */
function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const all = files(dist).filter((path) => !/\.(br|gz)$|sw\.js$/.test(path));
const sum = createHash("sha256");
for (const path of all) sum.update(path).update(readFileSync(path));
const names = all.map((path) => `/patroli/${relative(dist, path)}`).filter((name) => !name.endsWith("index.html"));

await build({
  configFile: false,
  root: web,
  logLevel: "warn",
  publicDir: false,
  define: { FILES: JSON.stringify(["/patroli/", ...names]), BUILD: JSON.stringify(sum.digest("hex").slice(0, 16)) },
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: "es2022",
    rollupOptions: { input: join(web, "patrol/sw.ts"), output: { entryFileNames: "sw.js" } },
  },
});
