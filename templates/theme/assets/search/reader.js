// The published index, of which only the parts are fetched that a query needs. Its format is described in matching/index/format.py.

import tables from "./tables.js";
import { informative, isTypoOf, unique } from "./text.js";

const { limits } = tables;

export class Index {
  #files = new Map();

  // `head` is the content of index.json, `read` returns a promise of the parsed content of a path in the index.
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

  // Fetch the files that `postings` of these terms needs.
  prepare(terms) {
    return this.#load("terms", terms.map((term) => this.#termFile(term)).filter((number) => number >= 0));
  }

  prepareEntries(numbers) {
    return this.#load("cards", numbers.map((number) => Math.floor(number / this.head.chunk)));
  }

  postings(term, fuzzy = false, prefix = false) {
    const number = this.#termFile(term);
    if (number < 0) return [];
    const terms = this.#files.get(`terms/${number}`);
    if (Object.hasOwn(terms, term)) return accumulate(terms[term]);
    if (!fuzzy || term.length < limits.MIN_FUZZY_LENGTH) return [];
    const words = informative(Object.keys(terms));
    let meant = words.filter((word) => prefix && word.startsWith(term));
    if (!meant.length) meant = words.filter((word) => isTypoOf(term, word));
    return unique(meant.slice(0, limits.MAX_COMPLETIONS).flatMap((word) => accumulate(terms[word]))).sort((a, b) => a - b);
  }

  entry(number) {
    return this.#files.get(`cards/${Math.floor(number / this.head.chunk)}`)[number % this.head.chunk];
  }

  #termFile(term) {
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
    return Promise.all(unique(numbers).map(async (number) => {
      const key = `${kind}/${number}`;
      if (this.#files.has(key)) return;
      const name = this.head[kind].slice(number * limits.HASH_LENGTH, (number + 1) * limits.HASH_LENGTH);
      this.#files.set(key, await this.read(`${key}-${name}.json`));
    }));
  }
}

function accumulate(steps) {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
