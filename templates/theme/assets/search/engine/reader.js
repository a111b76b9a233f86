// What builder/fixcards/matching/index/reader.py does. The comments that say why stand there.

import tables from "../tables.js";
import { unique } from "./strings.js";
import { table } from "./table.js";
import { informative, isTypoOf } from "./tokens.js";

export const [PACKAGE_TERM, MAX_COMPLETIONS, MIN_FUZZY_LENGTH] = table("reader");

// An index may be damaged or come from anywhere, so it is checked like in matching/index/validation.py, but for what fails by itself.
// The numbers and the pattern are those of format.py; the ones in `tables` came with the index.
const [MAX_ENTRIES, MAX_CHUNK, HASH_LENGTH] = [1e7, 1000, 6];
const PATH = /^(?!\/|.*[.][.])[\w.~@+#/-]+$/;

const isNumber = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
const areTexts = (values) => values.every((value) => typeof value === "string");

function need(...facts) {
  if (!facts.every(Boolean)) throw new Error();
}

export class Index {
  #files = new Map();

  // `head` is the content of index.json, `read` returns a promise of the parsed content of a path in the index.
  constructor(head, read) {
    const { entries, chunk, most, starts, terms, cards } = head;
    need(isNumber(entries, 0, MAX_ENTRIES), isNumber(chunk, 1, MAX_CHUNK), isNumber(most, 0, MAX_ENTRIES), areTexts(starts));
    need(terms.length === HASH_LENGTH * starts.length, cards.length === HASH_LENGTH * Math.ceil(entries / chunk));
    need(Object.values(head.common).every((value) => isNumber(value, 0, entries)), /^[a-z2-7]*$/.test(terms + cards));
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
    if (!fuzzy || term.length < MIN_FUZZY_LENGTH) return [];
    const words = informative(Object.keys(terms));
    let meant = words.filter((word) => prefix && word.startsWith(term));
    if (!meant.length) meant = words.filter((word) => isTypoOf(term, word));
    return unique(meant.slice(0, MAX_COMPLETIONS).flatMap((word) => accumulate(terms[word]))).sort((a, b) => a - b);
  }

  entry(number) {
    return { ...tables.entryDefaults, ...this.#files.get(`cards/${Math.floor(number / this.head.chunk)}`)[number % this.head.chunk] };
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
      const name = this.head[kind].slice(number * HASH_LENGTH, (number + 1) * HASH_LENGTH);
      const data = await this.read(`${key}-${name}.json`);
      if (kind === "terms") this.#checkTerms(data);
      else this.#checkEntries(data, number);
      this.#files.set(key, data);
    }));
  }

  #checkTerms(terms) {
    for (const steps of Object.values(terms)) {
      need(accumulate(steps).every((posting, at, all) => isNumber(posting, at ? all[at - 1] + 1 : 0, 2 * this.length - 1)), steps.length);
    }
  }

  #checkEntries(entries, number) {
    const { chunk } = this.head;
    need(entries.length === Math.min(chunk, this.length - number * chunk));
    for (const { display, templates = [], frames = [], requirements = {}, fixes = [], ...texts } of entries) {
      need(texts.id, display.path, PATH.test(display.path), display.kind === "page" || display.verdict);
      need(...fixes.map(({ title, kind, install = [], python = "" }) => areTexts([title, kind, python, ...install])));
      need(...[display, templates, frames, requirements, texts].map((values) => areTexts(Object.values(values))));
    }
  }
}

function accumulate(steps) {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
