// The search in a thread of its own, so that a log of 50 MB doesn't block the page. It reads index files and sends nothing.

import tables from "./tables.js";

const FORMAT = 12; // of the index, see builder/fixcards/matching/index/format.py
const MAX_BYTES = 8 << 20; // of the largest file of an index
let opening;

async function fetchJson(base, path, cache) {
  const response = await fetch(new URL(path, base), { cache, mode: "same-origin" }); // refers to this script, not to the page
  if (!response.ok) throw new Error();
  const content = await readBytes(response.body.getReader());
  const hash = /-(.*)[.]/.exec(path)?.[1];
  if (hash && crypto.subtle && hash !== (await hashOf(content))) throw new Error(); // only secure sites have `subtle`
  return new Response(content).json();
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
  const digest = new DataView(await crypto.subtle.digest("SHA-256", content));
  return (digest.getUint32(0) >>> 2).toString(32).padStart(6, "0");
}

// The index and the engine, which takes its tables from it. Null for an index of another format.
async function openIndex(base) {
  const head = await fetchJson(base, "index.json", "no-cache"); // an old one names files that are gone
  if (head.format !== FORMAT) return null;
  Object.assign(tables, head.tables);
  const { answer, makeIndex } = await import("./engine.js");
  return { answer, index: makeIndex(head, (path) => fetchJson(base, path)) };
}

async function answerTo({ base, ...question }, progress) {
  opening ??= openIndex(base);
  const search = await opening.catch(() => {});
  if (search) return search.answer(search.index, question, progress);
  opening = undefined; // so that the next search tries again
  return { failed: search === null ? "version" : "missing" };
}

addEventListener("message", async ({ data, ports: [port] }) => {
  try {
    port.postMessage(await answerTo(data, (done) => port.postMessage({ done })));
  } catch (error) {
    const file = error instanceof DOMException;
    if (!file) opening = undefined; // its files may be gone since the site was published anew
    port.postMessage({ failed: file ? "file" : "missing" });
  }
});
