// What builder/fixcards/matching/parse/normalized_failure.py does. The comments that say why stand there.

import { plainQuotes } from "./template.js";
import { canonicalName, framePackage } from "./packages.js";
import { tokenize } from "./tokens.js";
import { isAdvice } from "./releases.js";
import { findAll, lower, once, trim, unique } from "./strings.js";
import {
  ADDRESS, CODE_NAME, MAX_CONTEXT, NAMED, NEGATED, ORIGIN, QUOTED_MESSAGE, SUGGESTION,
} from "./constants.js";
import { cleanDisplay, normalize } from "./normalize.js";

function normalizedText(raw) {
  const normalForm = once(() => normalize(raw));
  return {
    raw,
    normalForm,
    display: once(() => plainQuotes(cleanDisplay(raw))),
    comparable: once(() => plainQuotes(normalForm())),
    tokens: once(() => tokenize(normalForm())),
  };
}

// The library frames of a text, the innermost one at the end.
export const framesOf = (failure) => [...failure.exceptions, failure].flatMap(({ frames }) => frames);

export function normalizeFailure(failure) {
  const { exceptions, lines } = failure;
  const texts = new Map();
  const text = (raw) => texts.get(raw) ?? texts.set(raw, normalizedText(raw)).get(raw);
  const library = framesOf(failure);
  const user = [...exceptions, failure].flatMap(({ userFrames }) => userFrames);
  const code = [...lines.map(({ raw }) => raw), ...failure.sources];
  return {
    failure,
    exceptions: exceptions.map(({ name, message }) => text(`${name}: ${message}`.replace(SUGGESTION, ""))),
    lines: lines.map((other) => text(other.text)),
    messageLines: [...messageLines(failure, text)],
    frames: new Set([...library, ...user]),
    packages: new Set(library.map(framePackage)),
    usedPackages: once(() => new Set([...library, ...user.filter((frame) => frame.includes("/"))].map(framePackage).concat(code.flatMap(codeNames)).map(canonicalName))),
    namedPackages: once(() => new Set(lines.flatMap(({ raw }) => namesIn(raw)))),
    origins: once(() => originsIn(code)),
  };
}

function originsIn(code) {
  const origins = new Map();
  const add = (name, module) => origins.get(name)?.add(module) ?? origins.set(name, new Set([module]));
  const [bases, variables] = [[], []];
  const imported = new Set();
  for (const [, defined, base = "", module = "", names = "", whole, called, name = "", own = "", variable, source] of code.flatMap((line) => findAll(line, ORIGIN))) {
    if (defined) bases.push([defined, base]);
    for (const each of [own, name, ...names.split(/[ ,]+/)]) add(each, called ?? module.split(".")[0]);
    imported.add(whole);
    variables.push([variable, source]);
  }
  for (const [name, base] of bases) for (const each of [...((base && origins.get(base)) || [base])]) add(name, each);
  for (const [variable, source] of variables) if (source && imported.has(source)) add(`=${variable}`, source);
  return origins;
}

const codeNames = (line) => findAll(line.replace(ADDRESS, " "), CODE_NAME).map((match) => match.slice(1).find(Boolean));

const namesIn = (line) => findAll(line, NAMED).flatMap(({ 0: all, 1: name, index }) => {
  const before = line.slice(0, index + all.length - name.length);
  return isAdvice(before) || NEGATED.test(lower(before.slice(-MAX_CONTEXT))) ? [] : [canonicalName(name)];
});

function* messageLines({ exceptions, lines }, text) {
  const textBelow = (number) => lines.find(({ line }) => line === number + 1)?.text ?? "";
  for (const raised of exceptions) {
    const { name: exception, message, line } = raised;
    const raw = lines.find((other) => other.raw.includes(exception) && other.raw.includes(message))?.raw ?? "";
    const rest = textBelow(line);
    const last = raised === exceptions.at(-1);
    for (const variant of unique([message, message.replace(SUGGESTION, ""), trim(`${message} ${rest}`, " "), message + rest])) {
      yield { exception, text: text(variant), raw, line, last, goesOn: variant === message ? rest : "" };
    }
  }
  for (const { raw, line } of lines) {
    const [repeatsException, goesOn] = [exceptions.some((raised) => raised.line === line), textBelow(line)];
    yield { exception: "", text: text(raw), raw, line, last: false, repeatsException, goesOn };
    const more = [`${raw} ${goesOn}`, ...findAll(raw, QUOTED_MESSAGE).map(([, quoted]) => quoted)];
    for (const each of repeatsException ? [] : more) yield { exception: "", text: text(each), raw, line, last: false };
  }
}
