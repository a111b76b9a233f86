// What builder/fixcards/matching/parse/tokens.py does. The comments that say why stand there.

import { findAll, lower, trim, unique } from "./strings.js";
import {
  BUILTIN_NAMES, CONSTRUCTOR, MAX_WORD_LENGTH, MIXED, QUALIFIED, QUOTED, SENTENCE_INFORMATIVE, SENTENCE_SPECIFICITY,
  SENTENCE_WORDS, STOPWORDS, SUFFIX_RULES, WORD,
} from "./constants.js";

const STEMMED_STOPWORDS = new Set(STOPWORDS.flatMap((word) => [word, stem(word)]));

export const tokenize = (text) => writtenWords(text).map(stem);

export const spellings = (text) => new Map(writtenWords(text).reverse().map((word) => [stem(word), word]));

function writtenWords(text) {
  const words = [];
  for (const match of text.matchAll(WORD)) {
    const end = match.index + match[0].length;
    if (text[match.index - 1] === "<" && text[end] === ">") continue;
    const word = trim(lower(match[0]), "_").slice(0, MAX_WORD_LENGTH);
    if (word) words.push(word);
  }
  return words;
}

export const splitIdentifier = (word) => (word.includes("_") ? unique(word.split("_").filter((part) => /\D/.test(part)).map(stem)) : []);

export function stem(word) {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let result = word;
  for (const suffixes of SUFFIX_RULES) {
    const [suffix, replacement] = suffixes.find(([each, , minLength]) => result.length >= minLength && result.endsWith(each)) ?? [];
    if (suffix && (suffix !== "s" || !"suia".includes(result.at(-2)))) result = result.slice(0, -suffix.length) + replacement;
  }
  return result;
}

export const informative = (words) => unique(words).filter((word) => !STEMMED_STOPWORDS.has(word) && word.length > 1);

export function specificity(name, message, packages) {
  const text = name.includes(".") ? `${name} ${message}` : message;
  const words = tokenize(text);
  const plain = informative(words);
  const wordsIn = (pattern) => findAll(message, pattern).flatMap((match) => tokenize(match[1]));
  const quoted = wordsIn(QUOTED);
  const more = unique(quoted).filter((word) => !plain.includes(word) && !BUILTIN_NAMES.has(word) && word.length > 1).length;
  const mixed = (text.match(WORD) ?? []).filter((raw) => MIXED.test(trim(raw, "_"))).flatMap(tokenize);
  const identifiers = new Set([...quoted, ...mixed, ...wordsIn(QUALIFIED)].filter((word) => plain.includes(word))).size;
  const named = packages.some((each) => tokenize(each).some((word) => words.includes(word)));
  if (!plain.length && !more) return 0;
  if (!identifiers && !named && more < 2) {
    const isSentence = plain.length >= SENTENCE_INFORMATIVE && words.length >= SENTENCE_WORDS;
    return Math.max(Math.ceil(plain.length / 2), isSentence ? SENTENCE_SPECIFICITY : 0);
  }
  return plain.length + 2 * identifiers + (named ? 2 : 0) + more - message.startsWith(CONSTRUCTOR);
}

export function isTypoOf(word, other) {
  const size = Math.min(word.length, other.length);
  const longest = Math.max(word.length, other.length);
  const allowed = (size > 4) + (size > 7);
  let [start, end] = [0, 0];
  while (start < size && word[start] === other[start]) start += 1;
  while (end < size - start && word.at(-1 - end) === other.at(-1 - end)) end += 1;
  const differ = longest - start - end;
  return differ <= allowed || (longest === size && size > 3 && differ === 2 && word[start] === other[start + 1] && word[start + 1] === other[start]);
}
