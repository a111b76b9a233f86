// The worker of a built site at the end of a pipe: one JSON request a line, one JSON answer a line.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { decided } from "./decided.mjs";

const [script, index] = process.argv.slice(2);
const files = JSON.parse(readFileSync(index, "utf8"));
const base = "https://cards.example.org/search/";
const received = [];
globalThis.addEventListener = (type, listener) => received.push(listener);
globalThis.fetch = async (address) => new Response(files[address.href.slice(base.length)]);
await import(`data:text/javascript,${encodeURIComponent(readFileSync(script, "utf8"))}`);

const ask = (question) => new Promise((resolve) => {
  const port = { postMessage: (answer) => answer.done === undefined && resolve(answer) };
  received[0]({ data: { base, ...question }, ports: [port] });
});

for await (const line of createInterface({ input: process.stdin })) {
  const { matches, environment, ...others } = await ask(JSON.parse(line));
  process.stdout.write(`${JSON.stringify({ ...others, ...(matches && decided(matches, environment)) })}\n`);
}
