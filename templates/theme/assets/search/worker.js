// The search in a thread of its own, so that a log of 50 MB doesn't block the page. It reads index files and sends nothing.

import tables from "./tables.js";

const FORMAT = 6; // of the index, see builder/fixcards/matching/index/format.py
const BLOCK = 1 << 20; // bytes of a file that are read in one go
const MAX_BYTES = 8 << 20; // of the largest file of an index
let opening;

async function fetchJson(base, path, cache) {
  const response = await fetch(new URL(path, base), { cache, mode: "same-origin", referrerPolicy: "no-referrer" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  const content = await readBytes(response.body.getReader());
  const hash = /-(.*)[.]/.exec(path)?.[1];
  if (hash && crypto.subtle && hash !== (await hashOf(content))) throw new Error(); // only secure sites have `subtle`
  return JSON.parse(new TextDecoder().decode(content));
}

async function readBytes(reader) {
  const parts = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    size += part.value.length;
    if (size > MAX_BYTES) throw new Error();
  }
  return new Blob(parts).arrayBuffer();
}

// The first six digits of the content's SHA-256 in base 32, as in the names of files.
async function hashOf(content) {
  const bits = new DataView(await crypto.subtle.digest("SHA-256", content)).getUint32(0) >>> 2;
  return [25, 20, 15, 10, 5, 0].map((shift) => "abcdefghijklmnopqrstuvwxyz234567"[(bits >> shift) & 31]).join("");
}

// The index and the engine, which takes its tables from it. Null for an index of another format.
async function openIndex(base) {
  const head = await fetchJson(base, "index.json", "no-cache"); // an old one names files that are gone
  if (head.format !== FORMAT) return null;
  Object.assign(tables, head.tables);
  const engine = await import("./engine.js");
  return { index: engine.makeIndex(head, (path) => fetchJson(base, path)), ...engine };
}

// Parse a file block by block, in bounded memory.
async function parseFile(file, { makeParser, cleanLine }, progress) {
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

async function answer({ base, text, file, release, range }, progress) {
  opening ??= openIndex(base);
  const search = await opening.catch(() => {});
  if (!search) {
    const failed = search === null ? "version" : "missing";
    opening = undefined; // so that the next search tries again
    return { failed };
  }
  if (release) return { inside: search.inRange(release, range) };
  const [failure, count] = file ? await parseFile(file, search, progress) : [search.parse(text), text.trim().split("\n").length];
  const matches = await search.match(failure, search.index, 100);
  const environment = await search.matchEnvironment(failure, search.index);
  const total = matches.length + environment.length;
  return {
    matches,
    environment,
    nearest: total ? [] : await nearestCards(failure, search),
    read: { count, exceptions: failure.exceptions.slice(-3), frames: failure.frames.slice(-5), lines: failure.lines.slice(-3).map((other) => other.text) },
  };
}

// The cards of the package in which a failure was raised, for a reader whose failure has none.
async function nearestCards({ exceptions, frames }, { index, PACKAGE_TERM }) {
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

addEventListener("message", async ({ data, ports: [port] }) => {
  try {
    port.postMessage(await answer(data, (done) => port.postMessage({ done })));
  } catch (error) {
    const file = error instanceof DOMException;
    if (!file) opening = undefined; // its files may be gone since the site was published anew
    port.postMessage({ failed: file ? "file" : "missing" });
  }
});
