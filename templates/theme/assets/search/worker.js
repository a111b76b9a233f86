// The search away from the page's own thread: a log of 50 MB never stops the page. It reads index files and sends nothing.

import rules from "./rules.js";

const FORMAT = 4; // of the index, see builder/fixcards/matching/index/index.py
const BLOCK = 1 << 20; // bytes of a file that are read at once
let opening;

async function fetched(base, path, cache) {
  const response = await fetch(new URL(path, base), { cache, referrerPolicy: "no-referrer" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// The index with the modules of the search, which take their tables from it. Null where it is of another format.
async function opened(base) {
  const head = await fetched(base, "index.json", "no-cache"); // an old one names parts that are gone
  if (head.format !== FORMAT) return null;
  Object.assign(rules, head.tables);
  const [{ Index }, ...modules] = await Promise.all([import("./index.js"), import("./match.js"), import("./reading.js"), import("./text.js")]);
  return Object.assign({ index: new Index(head, (path) => fetched(base, path)) }, ...modules);
}

// A file in pieces, so that its size is not what the memory needs.
async function readFile(file, { Reader, clean }, progress) {
  const reader = new Reader();
  const decoder = new TextDecoder();
  let [rest, number] = ["", 0];
  for (let at = 0; at < file.size; at += BLOCK) {
    const last = at + BLOCK >= file.size;
    const text = rest + decoder.decode(await file.slice(at, at + BLOCK).arrayBuffer(), { stream: !last });
    const found = text.split(/\r\n|\r(?!$)|\n/);
    rest = last ? "" : found.pop();
    for (const line of found) {
      number += 1;
      if (line) for (const piece of clean(line, number)) reader.take(piece);
    }
    progress(Math.min(1, (at + BLOCK) / file.size));
  }
  return reader.failure();
}

async function answer({ base, text, file }, progress) {
  opening ??= opened(base);
  const search = await opening.catch(() => {});
  if (!search) {
    const failed = search === null ? "version" : "missing";
    opening = undefined; // so that the next search tries again
    return { failed };
  }
  const failure = file ? await readFile(file, search, progress) : search.read(text);
  return {
    matches: await search.match(failure, search.index),
    understood: { exceptions: failure.exceptions.slice(-3), frames: failure.frames.slice(-5), lines: failure.lines.slice(-3).map((loose) => loose.text) },
  };
}

addEventListener("message", async ({ data, ports: [port] }) => {
  try {
    port.postMessage(await answer(data, (done) => port.postMessage({ done })));
  } catch (error) {
    const file = error instanceof DOMException;
    if (!file) opening = undefined; // its parts may be gone since the site was renewed
    port.postMessage({ failed: file ? "file" : "missing" });
  }
});
