// The browser's search at the end of a pipe: one JSON request a line, one JSON answer a line.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { decided, sorted } from "./decided.mjs";

const [folder, index] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const files = JSON.parse(readFileSync(index, "utf8"));
const head = JSON.parse(files["index.json"]);
Object.assign((await load("tables.js")).default, head.tables);
const { makeIndex } = await load("engine.js");
const { matchEnvironment } = await load("engine/environment.js");
const { match } = await load("engine/matcher.js");
const { parse } = await load("engine/parser.js");
const { cleanDisplay, normalize } = await load("engine/normalize.js");
const { normalizeFailure } = await load("engine/normalized_failure.js");
const { makeQuery } = await load("engine/query.js");
const { stem, tokenize } = await load("engine/tokens.js");
const { inSpecifier, versionKey } = await load("engine/versions.js");

const opened = makeIndex(head, async (path) => JSON.parse(files[path]));

// Python's names of the same.
const inPython = ({ userFrames: user_frames, inOwnCode: in_own_code, ...others }) => ({ ...others, user_frames, in_own_code });

// The answer over another index; the reader of a page sees no more of an error than that there is one.
async function answerOf(foreign, text) {
  try {
    const theirs = makeIndex(JSON.parse(foreign["index.json"]), async (path) => JSON.parse(foreign[path]));
    const matches = await match(parse(text), theirs);
    return { matches: matches.map(({ entry }) => entry.id) };
  } catch (error) {
    return { refused: `${error.message}` || "refused" };
  }
}

async function answer({ foreign, hidden, lines, text, versions }) {
  if (hidden) return { visible: hidden.map((await load("elements.js")).visible) };
  if (foreign) return answerOf(foreign, text);
  if (versions) return { key: versionKey(versions[0]), inSpecifier: inSpecifier(versions[0], versions[1]) };
  if (lines) return { normal: lines.map(normalize) };
  const failure = parse(text);
  const { lastWord, ...query } = makeQuery(normalizeFailure(failure));
  const matches = await match(failure, opened);
  return {
    failure: {
      exceptions: failure.exceptions.map(inPython), lines: failure.lines, frames: failure.frames, user_frames: failure.userFrames,
      listed: failure.listed, sources: failure.sources, own_calls: failure.ownCalls,
      versions: sorted([...failure.releases].map(([name, all]) => [name, all.at(-1)])),
      other_versions: sorted([...failure.releases].filter(([, all]) => all.length > 1).map(([name, all]) => [name, all.slice(0, -1)])),
    },
    normal: text.split("\n").map(normalize),
    display: text.split("\n").map(cleanDisplay),
    tokens: tokenize(text),
    query: { ...query, terms: [...query.terms], last_word: lastWord },
    ...decided(matches, await matchEnvironment(failure, opened)),
    stems: tokenize(text).map(stem),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let result;
  try {
    result = await answer(JSON.parse(line));
  } catch (error) {
    result = { error: `${error.stack}` };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
