// Reading and matching at the end of a pipe: each line is a unit of text and a size, the answer how many milliseconds its repetition takes.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, index] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const files = JSON.parse(readFileSync(index, "utf8"));
const head = JSON.parse(files["index.json"]);
Object.assign((await load("tables.js")).default, head.tables);
const { makeIndex } = await load("engine.js");
const { match } = await load("engine/matcher.js");
const { parse } = await load("engine/parser.js");
const opened = makeIndex(head, async (path) => JSON.parse(files[path]));

for await (const line of createInterface({ input: process.stdin })) {
  const { unit, size } = JSON.parse(line);
  const text = unit.repeat(Math.floor(size / unit.length));
  const start = process.cpuUsage();
  await match(parse(text), opened);
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(`${(user + system) / 1000}\n`);
}
