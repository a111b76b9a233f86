// The published index, read in parts. Its format is documented in builder/fixcards/matching/index/index.py.

import rules from "./rules.js";
import { alike, telling } from "./text.js";

const { HASH_LENGTH, MAX_COMPLETIONS, MIN_FUZZY_LENGTH } = rules.limits;

export class Index {
  #parts = new Map();

  // `head` is the content of index.json, `read` returns a promise of the parsed content of a path below the index.
  constructor(head, read) {
    this.head = head;
    this.read = read;
  }

  get length() {
    return this.head.entries;
  }

  frequency(term) {
    return Object.hasOwn(this.head.common, term) ? this.head.common[term] : 0;
  }

  // Fetch what `postings` of these terms will need.
  prepare(terms) {
    return this.#load("terms", terms.map((term) => this.#partOf(term)).filter((number) => number >= 0));
  }

  prepareEntries(numbers) {
    return this.#load("cards", numbers.map((number) => Math.floor(number / this.head.chunk)));
  }

  postings(term, typed = false, begun = false) {
    const number = this.#partOf(term);
    if (number < 0) return [];
    const part = this.#parts.get(`terms/${number}`);
    if (Object.hasOwn(part, term)) return summed(part[term]);
    if (!typed || term.length < MIN_FUZZY_LENGTH) return [];
    const known = telling(Object.keys(part));
    let longer = known.filter((word) => begun && word.startsWith(term));
    if (!longer.length) longer = known.filter((word) => alike(term, word));
    return [...new Set(longer.slice(0, MAX_COMPLETIONS).flatMap((found) => summed(part[found])))].sort((a, b) => a - b);
  }

  entry(number) {
    return this.#parts.get(`cards/${Math.floor(number / this.head.chunk)}`)[number % this.head.chunk];
  }

  #partOf(term) {
    if (this.frequency(term) > this.head.most) return -1;
    const { starts } = this.head;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (term < starts[middle]) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  #load(kind, numbers) {
    return Promise.all([...new Set(numbers)].map(async (number) => {
      const key = `${kind}/${number}`;
      if (this.#parts.has(key)) return;
      const name = this.head[kind].slice(number * HASH_LENGTH, (number + 1) * HASH_LENGTH);
      this.#parts.set(key, await this.read(`${key}-${name}.json`));
    }));
  }
}

function summed(steps) {
  let at = 0;
  return steps.map((step) => (at += step));
}
