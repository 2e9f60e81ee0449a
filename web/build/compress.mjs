// Writes .br and .gz beside each text asset, so that the server never compresses while calls run; and fails
// when the first load outgrows its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist", import.meta.url).pathname;
const budget = 250 * 1024; // gzip bytes of the first load, fonts aside
const phoneBudget = 40 * 1024; // of a page that opens on a weak signal

/** @param {string} dir @returns {string[]} */
function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

for (const path of files(dist)) {
  if (!/\.(html|js|css|svg|json|txt|webmanifest)$/.test(path)) continue;
  const data = readFileSync(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  writeFileSync(`${path}.br`, brotliCompressSync(data, { params: quality }));
  writeFileSync(`${path}.gz`, gzipSync(data, { level: 9 }));
}

for (const [page, most] of [
  ["index.html", budget],
  ["patroli/index.html", phoneBudget],
]) {
  const html = readFileSync(join(dist, page), "utf8");
  let first = 0;
  for (const [, ref] of html.matchAll(/(?:src|href)="\/((?:patroli\/)?assets\/[^"]+\.(?:js|css))"/g)) {
    first += statSync(join(dist, `${ref}.gz`)).size;
  }
  console.log(`first load of ${page}: ${(first / 1024).toFixed(1)} KB gzip (limit ${most / 1024} KB)`);
  if (first > most) {
    console.error("The first load is over its budget: split a screen off with a dynamic import.");
    process.exit(1);
  }
}
