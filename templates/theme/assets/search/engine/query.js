// What builder/fixcards/matching/index/query.py does. The comments that say why stand there.

import { hasFrames } from "./parser.js";
import {
  CHECKS, EXCEPTION_WEIGHT, FRAME_WEIGHT, LINE_WEIGHT, LOG_PREFIX, MACHINE_LINE, MAX_FRAME_EXCEPTIONS,
  MAX_MAIN_EXCEPTIONS, MAX_OTHER_LINES, MAX_QUERY_EXCEPTIONS, MAX_QUERY_FRAMES, MAX_QUIET_LINES, MAX_TERMS,
  MAX_TYPED_LINES, MAX_TYPED_WORDS, MAX_WARNING_LINES, PACKAGE_WEIGHT, QUOTED, WARNING_PATTERN,
} from "./constants.js";
import { findAll, lower, unique } from "./strings.js";
import { framePackage } from "./packages.js";
import { informative, splitIdentifier, tokenize } from "./tokens.js";
import { isListed } from "./releases.js";

const lastOnes = (items, count) => items.slice(-count).reverse();
const warns = ({ raw }) => WARNING_PATTERN.test(raw);

export function makeQuery(normalized) {
  const { failure, exceptions, lines } = normalized;
  const isOutput = [failure, ...failure.exceptions].some((part) => part.message || hasFrames(part));
  const isExplained = failure.exceptions.some(({ name, message, frames }) => frames.length || (message && !CHECKS.includes(name)));
  const written = writtenLines(normalized);
  const short = !isOutput && written.length === lines.length && lines.length <= MAX_TYPED_LINES;
  const wholeWords = short ? lines.flatMap((line) => line.tokens()) : [];
  const words = wholeWords.flatMap((word) => [word, ...splitIdentifier(word)]);
  const typed = short && words.length <= MAX_TYPED_WORDS;
  const terms = new Map();
  const add = (more, weight) => {
    for (const term of more) if (terms.size < MAX_TERMS && !terms.has(term)) terms.set(term, weight);
  };
  lastOnes(exceptions, MAX_QUERY_EXCEPTIONS).forEach((text, number) => add(text.tokens(), number < MAX_MAIN_EXCEPTIONS ? EXCEPTION_WEIGHT : LINE_WEIGHT));
  const frames = [...lastOnes(failure.exceptions, MAX_FRAME_EXCEPTIONS), failure].flatMap((each) => lastOnes(each.frames, MAX_QUERY_FRAMES));
  add(unique(frames).map(lower).slice(0, 2 * MAX_QUERY_FRAMES), FRAME_WEIGHT);
  const texts = typed ? lines : warningLines(lines);
  add(texts.flatMap(({ raw }) => tokenize(`${findAll(raw, QUOTED)}`)), EXCEPTION_WEIGHT);
  if (typed) add(informative(words), EXCEPTION_WEIGHT);
  add(typed ? words : texts.flatMap((text) => informative(text.tokens())), LINE_WEIGHT);
  add(frames.slice(0, MAX_FRAME_EXCEPTIONS).flatMap((frame) => tokenize(framePackage(frame))), PACKAGE_WEIGHT);
  const prose = isExplained || (lines.length > MAX_QUIET_LINES && !lines.some(warns)) ? [] : informative(written.flatMap((text) => text.tokens()));
  return { terms, typed, words: typed ? unique(words) : [], lastWord: (typed && wholeWords.at(-1)) || "", prose };
}

function writtenLines({ failure, lines }) {
  const exceptionLines = new Set(failure.exceptions.filter(({ message }) => message).map((exception) => exception.line));
  return lines.filter((_, at) => {
    const { raw, text, line } = failure.lines[at];
    return !exceptionLines.has(line) && !MACHINE_LINE.test(text) && !isListed(raw) && !LOG_PREFIX.test(raw.slice(0, Math.max(0, raw.indexOf(text))));
  });
}

function warningLines(lines) {
  return [...lastOnes(lines.filter(warns), MAX_WARNING_LINES), ...lastOnes(lines.filter((text) => !warns(text)), MAX_OTHER_LINES)];
}
