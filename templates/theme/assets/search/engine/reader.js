// What builder/fixcards/matching/index/reader.py does. The comments that say why stand there.

import { unique } from "./strings.js";
import { informative, isTypoOf } from "./tokens.js";
import { ENTRY_DEFAULTS, MAX_COMPLETIONS, MIN_FUZZY_LENGTH, PACKAGE_TERM } from "./constants.js";

// An index may be damaged or come from anywhere, so it is checked like in matching/index/validation.py, but for what fails by itself.
// The numbers and the pattern are those of format.py; the ones in `constants.js` came with the index.
const MAX_ENTRIES = 10_000_000;
const MAX_CHUNK = 1000;
const HASH_LENGTH = 6;
const PATH = /^(?!\/|.*[.][.])[\w.~@+#/-]+$/;

const isNumber = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
const areTexts = (values) => values.every((value) => typeof value === "string");

function need(...facts) {
  if (!facts.every(Boolean)) throw new Error();
}

// `head` is the content of index.json, `read` returns a promise of the parsed content of a path in the index.
export function makeIndex(head, read) {
  const { entries: length, chunk, most, common, starts, terms, cards } = head;
  const files = new Map();
  need(isNumber(length, 0, MAX_ENTRIES), isNumber(chunk, 1, MAX_CHUNK), isNumber(most, 0, MAX_ENTRIES), areTexts(starts));
  need(terms.length === HASH_LENGTH * starts.length, cards.length === HASH_LENGTH * Math.ceil(length / chunk));
  need(Object.values(common).every((value) => isNumber(value, 0, length)), /^[0-9a-v]*$/.test(terms + cards));

  const entryFile = (number) => Math.floor(number / chunk);

  const frequency = (term) => (Object.hasOwn(common, term) ? common[term] : 0);

  function termFile(term) {
    if (frequency(term) > most) return -1;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (term < starts[middle]) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  function load(kind, numbers, check) {
    return Promise.all(unique(numbers).map(async (number) => {
      const key = `${kind}/${number}`;
      if (files.has(key)) return;
      const name = head[kind].slice(number * HASH_LENGTH, (number + 1) * HASH_LENGTH);
      const data = await read(`${key}-${name}.json`);
      check(data, number);
      files.set(key, data);
    }));
  }

  function checkTerms(postingsByTerm) {
    for (const steps of Object.values(postingsByTerm)) {
      need(accumulate(steps).every((posting, at, all) => isNumber(posting, at ? all[at - 1] + 1 : 0, 2 * length - 1)), steps.length);
    }
  }

  function checkEntries(entries, number) {
    need(entries.length === Math.min(chunk, length - number * chunk));
    for (const { display, templates = [], frames = [], requirements = {}, fixes = [], ...texts } of entries) {
      need(texts.id, display.path, PATH.test(display.path), display.kind === "page" || display.verdict);
      need(...fixes.map(({ title, kind, install = [], python = "" }) => areTexts([title, kind, python, ...install])));
      need(...[display, templates, frames, requirements, texts].map((values) => areTexts(Object.values(values))));
    }
  }

  // Fetch the files that `postings` of these terms needs.
  const prepare = (wanted) => load("terms", wanted.map(termFile).filter((number) => number >= 0), checkTerms);

  const prepareEntries = (numbers) => load("cards", numbers.map(entryFile), checkEntries);

  function postings(term, fuzzy, prefix) {
    const number = termFile(term);
    if (number < 0) return [];
    const steps = files.get(`terms/${number}`);
    if (Object.hasOwn(steps, term)) return accumulate(steps[term]);
    if (!fuzzy || term.length < MIN_FUZZY_LENGTH) return [];
    const words = informative(Object.keys(steps));
    let meant = words.filter((word) => prefix && word.startsWith(term));
    if (!meant[0]) meant = words.filter((word) => /\D$/.test(term) && isTypoOf(term, word));
    return unique(meant.slice(0, MAX_COMPLETIONS).flatMap((word) => accumulate(steps[word]))).sort((a, b) => a - b);
  }

  const entry = (number) => ({ ...ENTRY_DEFAULTS, ...files.get(`cards/${entryFile(number)}`)[number % chunk] });

  // The entries of some packages, in the order of the index.
  async function entriesOf(packages) {
    const wanted = packages.map((name) => PACKAGE_TERM + name);
    await prepare(wanted);
    const numbers = unique(wanted.flatMap((term) => postings(term).map((posting) => posting >> 1))).sort((a, b) => a - b);
    await prepareEntries(numbers);
    return numbers.map(entry);
  }

  return { length, entryFile, frequency, prepare, prepareEntries, postings, entry, entriesOf };
}

function accumulate(steps) {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
