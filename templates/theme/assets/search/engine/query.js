// What builder/fixcards/matching/index/query.py does. The comments that say why stand there.

import { framePackage } from "./packages.js";
import { FIND, limits } from "./patterns.js";
import { isListed } from "./releases.js";
import { lower, unique } from "./strings.js";
import { informative, splitIdentifier, tokenize } from "./tokens.js";

const lastOnes = (items, count) => items.slice(-count).reverse();
const warns = ({ raw }) => FIND.warningLine.test(raw);

export function makeQuery(normalized) {
  const { failure, exceptions, lines } = normalized;
  const parts = [failure, ...failure.exceptions];
  const isOutput = parts.some(({ message, frames, userFrames }) => message || frames.length || userFrames.length);
  const isExplained = parts.some(({ name, message, frames }) => frames.length || (message && !limits.CHECKS.includes(name)));
  const written = writtenLines(normalized);
  const short = !isOutput && written.length === lines.length && lines.length <= limits.MAX_TYPED_LINES;
  const wholeWords = short ? lines.flatMap((line) => line.tokens) : [];
  const words = wholeWords.flatMap((word) => [word, ...splitIdentifier(word)]);
  const typed = short && words.length <= limits.MAX_TYPED_WORDS;
  const terms = new Map();
  const add = (more, weight) => {
    for (const term of more) if (terms.size < limits.MAX_TERMS && !terms.has(term)) terms.set(term, weight);
  };
  lastOnes(exceptions, limits.MAX_QUERY_EXCEPTIONS).forEach((text, number) => add(text.tokens, number < limits.MAX_MAIN_EXCEPTIONS ? limits.EXCEPTION_WEIGHT : limits.LINE_WEIGHT));
  const frames = [...lastOnes(failure.exceptions, limits.MAX_FRAME_EXCEPTIONS), failure].flatMap((each) => lastOnes(each.frames, limits.MAX_QUERY_FRAMES));
  add(unique(frames).map(lower).slice(0, 2 * limits.MAX_QUERY_FRAMES), limits.FRAME_WEIGHT);
  if (typed) add(words, limits.EXCEPTION_WEIGHT);
  else for (const text of warningLines(exceptions, lines)) add(informative(text.tokens), limits.LINE_WEIGHT);
  add(frames.slice(0, limits.MAX_FRAME_EXCEPTIONS).flatMap((frame) => tokenize(framePackage(frame))), limits.PACKAGE_WEIGHT);
  const prose = isExplained || (lines.length > limits.MAX_QUIET_LINES && !lines.some(warns)) ? [] : informative(written.flatMap((text) => text.tokens));
  return { terms, typed, words: typed ? unique(words) : [], lastWord: (typed && wholeWords.at(-1)) || "", prose };
}

function writtenLines({ failure, lines }) {
  const exceptionLines = new Set(failure.exceptions.filter(({ message }) => message).map((exception) => exception.line));
  return lines.filter((_, at) => {
    const { raw, text, line } = failure.lines[at];
    return !exceptionLines.has(line) && !FIND.machineLine.test(text) && !isListed(raw) && !FIND.logPrefix.test(raw.slice(0, Math.max(0, raw.indexOf(text))));
  });
}

function warningLines(exceptions, lines) {
  const others = exceptions.length ? [] : lines.filter((text) => !warns(text));
  return [...lastOnes(lines.filter(warns), limits.MAX_WARNING_LINES), ...lastOnes(others, limits.MAX_OTHER_LINES)];
}
