// lunr and MiniSearch at the end of a pipe: the first line names an engine and a file of documents, each further line is a query.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/package.json`);
const [engine, file] = process.argv.slice(3);
const documents = JSON.parse(readFileSync(file, "utf8"));

function withLunr() {
  const lunr = require("lunr");
  const index = lunr(function build() {
    this.ref("id");
    this.field("title", { boost: 1000 });
    this.field("text");
    for (const each of documents) this.add(each);
  });
  // The theme's worker: words get a wildcard at the end, what has no sign of its own is wanted by all.
  const search = (query) => index.query((builder) => {
    for (const word of query.toLowerCase().split(/[\s\-,:!=[\]()"/]+|(?!\b)(?=[A-Z][a-z])/).filter(Boolean)) {
      builder.term(word, { boost: 1, usePipeline: true });
      builder.term(word, { wildcard: lunr.Query.wildcard.TRAILING, usePipeline: false });
    }
  }).map((result) => result.ref);
  // It stops at words such as "constructor", which its table of terms inherits: then it has no answer.
  return (query) => {
    try {
      return search(query);
    } catch (error) {
      console.error(`lunr: ${error.message}`);
      return [];
    }
  };
}

function withMiniSearch() {
  const { default: MiniSearch } = require("minisearch");
  const Engine = MiniSearch ?? require("minisearch");
  const index = new Engine({ fields: ["title", "text"], searchOptions: { boost: { title: 2 } } });
  index.addAll(documents);
  return (query) => index.search(query).map((found) => found.id);
}

const search = { lunr: withLunr, minisearch: withMiniSearch }[engine]();
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(search(JSON.parse(line)).slice(0, 10))}\n`);
}
