// The search away from the page's own thread: a log of 50 MB never stops the page. It reads index files and sends nothing.

import { Index, OtherVersion } from "./index.js";
import { match, query } from "./match.js";
import { Reader, read } from "./reading.js";
import { clean } from "./text.js";

const BLOCK = 1 << 20; // bytes of a file that are read at once
let index;

async function fetched(base, path) {
  const response = await fetch(new URL(path, base), { referrerPolicy: "no-referrer", credentials: "omit" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// A file in pieces, so that its size is not what the memory needs.
async function readFile(file, progress) {
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
  const start = performance.now();
  const failure = file ? await readFile(file, progress) : read(text);
  index ??= new Index((path) => fetched(base, path));
  try {
    await index.open();
  } catch (error) {
    index = undefined; // so that the next search tries again
    return { failed: error instanceof OtherVersion ? "version" : "missing" };
  }
  const matches = await match(failure, index);
  return {
    matches,
    typed: query(failure).typed,
    understood: { exceptions: failure.exceptions.slice(-3), frames: failure.frames.slice(-5), lines: failure.lines.slice(-3).map((loose) => loose.text) },
    milliseconds: performance.now() - start,
  };
}

addEventListener("message", async ({ data }) => {
  const progress = (done) => postMessage({ number: data.number, done });
  try {
    postMessage({ number: data.number, ...(await answer(data, progress)) });
  } catch (error) {
    postMessage({ number: data.number, failed: "missing", error: String(error) });
  }
});
