// What the worker answers to the questions of a page.

// In the order of the steps: the script that the site serves has the modules in it, and compresses better so.
import { inRange } from "./versions.js";
import { unique } from "./strings.js";
import { canonicalName, framePackage } from "./packages.js";
import { match } from "./matcher.js";
import { matchEnvironment } from "./environment.js";
import { makeParser, parse } from "./parser.js";

const BLOCK = 1 << 20; // bytes of a file that are read in one go
const MAX_MATCHES = 100;
const MAX_NEAREST_PACKAGES = 5;

// A text or a file is looked up, a release compared with a range.
export async function answer(index, { text, file, release, range }, progress) {
  if (release) return { inside: inRange(release, range) };
  const [failure, count] = file ? await parseFile(file, progress) : [parse(text), text.trim().split("\n").length];
  const { exceptions, frames, lines } = failure;
  const matches = await match(failure, index, MAX_MATCHES);
  const environment = await matchEnvironment(failure, index);
  return {
    matches,
    environment,
    nearest: matches.length + environment.length ? [] : await nearestCards(failure, index),
    read: { count, last: exceptions.at(-1), frames: frames.slice(-5), lines: lines.slice(-3).map((other) => other.text) },
  };
}

// Parse a file block by block, in bounded memory.
async function parseFile(file, progress) {
  const parser = makeParser();
  const decoder = new TextDecoder();
  let [rest, count] = ["", 0];
  for (let at = 0; at < file.size; at += BLOCK) {
    const last = at + BLOCK >= file.size;
    const text = rest + decoder.decode(await file.slice(at, at + BLOCK).arrayBuffer(), { stream: !last });
    const lines = text.split(/\r\n|\r(?!$)|\n/);
    rest = last ? "" : lines.pop();
    count += lines.length;
    parser.read(lines);
    progress(Math.min(1, (at + BLOCK) / file.size));
  }
  return [parser.failure(), count];
}

// The cards of the package in which a failure was raised, for a reader whose failure has none.
async function nearestCards({ exceptions, frames }, index) {
  const last = exceptions.at(-1);
  const inner = [...(last?.frames ?? frames)].reverse().map(framePackage);
  const names = unique([...inner, last?.name.split(".")[0] ?? ""].map(canonicalName));
  for (const name of names.filter((each) => each).slice(0, MAX_NEAREST_PACKAGES)) {
    const entries = (await index.entriesOf([name])).filter((entry) => entry.package === name);
    if (entries.length) return entries.map(({ title, display, package: own }) => ({ title, path: display.path, package: own }));
  }
  return [];
}
