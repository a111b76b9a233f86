// What the worker answers to the questions of a page.

import { PACKAGE_TERM } from "./constants.js";
import { matchEnvironment } from "./environment.js";
import { cleanLine } from "./lines.js";
import { match } from "./matcher.js";
import { makeParser, parse } from "./parser.js";
import { inRange } from "./versions.js";

const BLOCK = 1 << 20; // bytes of a file that are read in one go
const MAX_MATCHES = 100;

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
    read: { count, exceptions: exceptions.slice(-3), frames: frames.slice(-5), lines: lines.slice(-3).map((other) => other.text) },
  };
}

// Parse a file block by block, in bounded memory.
async function parseFile(file, progress) {
  const parser = makeParser();
  const decoder = new TextDecoder();
  let [rest, number] = ["", 0];
  for (let at = 0; at < file.size; at += BLOCK) {
    const last = at + BLOCK >= file.size;
    const text = rest + decoder.decode(await file.slice(at, at + BLOCK).arrayBuffer(), { stream: !last });
    const lines = text.split(/\r\n|\r(?!$)|\n/);
    rest = last ? "" : lines.pop();
    for (const line of lines) {
      number += 1;
      if (line) for (const piece of cleanLine(line, number)) parser.add(piece);
    }
    progress(Math.min(1, (at + BLOCK) / file.size));
  }
  return [parser.failure(), number];
}

// The cards of the package in which a failure was raised, for a reader whose failure has none.
async function nearestCards({ exceptions, frames }, index) {
  const inner = [...(exceptions.at(-1)?.frames ?? frames)].reverse().map((frame) => frame.split("/")[0]);
  const names = [...new Set([...inner, exceptions.at(-1)?.name.split(".")[0] ?? ""].map((name) => name.toLowerCase().replace(/[-_.]+/g, "-")))].filter(Boolean).slice(0, 5);
  for (const name of names) {
    const term = PACKAGE_TERM + name;
    await index.prepare([term]);
    const numbers = index.postings(term).map((posting) => posting >> 1);
    await index.prepareEntries(numbers);
    const entries = numbers.map((number) => index.entry(number)).filter((entry) => entry.package === name);
    if (entries.length) return entries.map(({ title, display, package: own }) => ({ title, path: display.path, package: own }));
  }
  return [];
}
