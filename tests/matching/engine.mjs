// The browser's search at the end of a pipe: one JSON request a line, one JSON answer a line.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, index] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const files = JSON.parse(readFileSync(index, "utf8"));
const head = JSON.parse(files["index.json"]);
Object.assign((await load("rules.js")).default, head.tables);
const [{ read }, { key, normal, stem, tidy, within, words }, { match, query }, { Index }] = await Promise.all(
  ["reading.js", "text.js", "match.js", "index.js"].map(load),
);

const opened = new Index(head, async (path) => JSON.parse(files[path]));

// Python's names of the same.
const inPython = ({ userFrames: user_frames, ...others }) => ({ ...others, user_frames });

async function answer({ text, versions }) {
  if (versions) return { key: key(versions[0]), within: within(versions[0], versions[1]) };
  const failure = read(text);
  const asked = query(failure);
  const matches = await match(failure, opened);
  return {
    failure: {
      ...inPython(failure),
      exceptions: failure.exceptions.map(inPython),
      versions: Object.fromEntries([...failure.versions].sort()),
    },
    normal: text.split("\n").map(normal),
    tidy: text.split("\n").map(tidy),
    words: words(text),
    query: { ...asked, terms: [...asked.terms] },
    matches: matches.map(({ entry, tier, score, reasons, line, text: shown, marks, versions: seen }) => ({
      id: entry.id, tier, score, reasons, line, text: shown, marks, versions: Object.fromEntries(Object.entries(seen).sort()),
    })),
    stems: words(text).map(stem),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = await answer(JSON.parse(line));
  } catch (error) {
    said = { error: `${error.stack}` };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
