// Text as the search compares it: normal forms, words, templates, clean lines, releases, and the failure that they show. Each section
// does what the Python module of its name does, with the same tables.

import tables from "./tables.js";

export const PLACEHOLDER_MARK = "\ue000";
const { limits } = tables;
export const global = (pattern) => new RegExp(pattern, "g");
const FUNCTIONS = { libraryPath };
const RULES = tables.rules.map((rule) => ({ ...rule, pattern: global(rule.pattern), replacement: replacementOf(rule) }));
const DISPLAY = RULES.filter((rule) => rule.display);
const INVISIBLE = RULES.filter((rule) => rule.invisible);
export const FIND = Object.fromEntries(Object.entries(tables.patterns).map(([name, pattern]) => [name, new RegExp(pattern)]));
const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;
const ENTITY = global(tables.patterns.entity);
const JOINT = global(tables.patterns.joint);
const QUOTE = global(tables.quotes);
const ESCAPE = global(tables.patterns.escape);
const WORD = global(tables.wordPattern);
const QUOTED = global(tables.quotedPattern);
const PLACEHOLDER = global(tables.placeholder);
const NORMALIZED_VALUE = global(tables.normalizedValue);
const RELEASE_MENTION = global(tables.releaseMention);
const PART_OF_WORD = /[A-Za-z0-9_]/;
const BUILTIN_NAMES = new Set(tables.builtinNames.split(" "));
const STOPWORDS = new Set(tables.stopwords.split(" ").flatMap((word) => [word, stem(word)]));
const COMPARISON_WORDS = new Set(tables.comparisonWords);
const ADVICE_WORDS = new Set(tables.adviceWords);
const NO_NAMES = new Set([...tables.stopwords.split(" "), ...tables.noNames.split(" ")]);
const LINK = global(tables.patterns.link);

export const unique = (items) => [...new Set(items)];

export function trim(text, characters = " \t") {
  return trimEnd(trimStart(text, characters), characters);
}

export function trimStart(text, characters = " \t") {
  let start = 0;
  while (start < text.length && characters.includes(text[start])) start += 1;
  return text.slice(start);
}

export function trimEnd(text, characters = " \t") {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

// packages

export function pathInLibrary(path) {
  const slashed = `/${path}`;
  let inside = null;
  for (const folder of tables.libraryFolders) {
    const start = slashed.lastIndexOf(folder);
    const rest = slashed.slice(start + folder.length);
    if (start >= 0 && (inside === null || rest.length < inside.length)) inside = rest;
  }
  return inside;
}

export const canonicalName = (name) => trim(lower(name).replace(/[-_.]+/g, "-"), "-");

// normalize

function libraryPath(path) {
  return pathInLibrary(path.replaceAll("\\", "/")) ?? "<path>";
}

// A text where there is one: calls for a million matches would leave a million pieces to the garbage collector.
function replacementOf({ replacement, keepsGroup }) {
  const computed = FUNCTIONS[replacement.function];
  if (computed) return keepsGroup ? (match, group) => group + computed(match.slice(group.length)) : computed;
  return keepsGroup ? `$1${replacement}` : replacement;
}

const applyRules = (line, rules) => rules.reduce((text, rule) => text.replace(rule.pattern, rule.replacement), line);

export const normalize = (line) => trim(applyRules(line, RULES), " ");

export const cleanDisplay = (line) => trim(applyRules(line, DISPLAY), " ");

// tokens

export function lower(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export const tokenize = (text) => writtenWords(text).map(stem);

export const spellings = (text) => new Map(writtenWords(text).reverse().map((word) => [stem(word), word]));

function writtenWords(text) {
  const words = [];
  for (const match of text.matchAll(WORD)) {
    const end = match.index + match[0].length;
    if (text[match.index - 1] === "<" && text[end] === ">") continue;
    const word = trim(lower(match[0]), "_").slice(0, tables.maxWordLength);
    if (word) words.push(word);
  }
  return words;
}

export const splitIdentifier = (word) => (word.includes("_") ? unique(word.split("_").filter(Boolean).map(stem)) : []);

export function stem(word) {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let result = word;
  for (const suffixes of tables.suffixRules) {
    const [suffix, replacement] = suffixes.find(([each, , minLength]) => result.length >= minLength && result.endsWith(each)) ?? [];
    if (suffix && (suffix !== "s" || !"suia".includes(result.at(-2)))) result = result.slice(0, -suffix.length) + replacement;
  }
  return result;
}

export const informative = (words) => unique(words).filter((word) => !STOPWORDS.has(word) && word.length > 1);

export function specificity(name, message, packages) {
  const text = name.includes(".") ? `${name} ${message}` : message;
  const words = tokenize(text);
  const plain = informative(words);
  const quoted = [...message.matchAll(QUOTED)].flatMap((match) => tokenize(match[1]));
  const more = unique(quoted).filter((word) => !plain.includes(word) && !BUILTIN_NAMES.has(word) && word.length > 1).length;
  const mixed = (text.match(WORD) ?? []).filter((raw) => FIND.mixed.test(trim(raw, "_"))).flatMap(tokenize);
  const identifiers = new Set([...quoted, ...mixed].filter((word) => plain.includes(word))).size;
  const named = packages.some((each) => tokenize(each).some((word) => words.includes(word)));
  if (!plain.length && !more) return 0;
  if (!identifiers && !named && more < 2) return Math.ceil(plain.length / 2);
  return plain.length + 2 * identifiers + (named ? 2 : 0) + more;
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

// template

const compiledTemplates = new Map();

export function compileTemplate(template) {
  let compiled = compiledTemplates.get(template);
  if (!compiled) {
    const marked = template.replace(PLACEHOLDER, PLACEHOLDER_MARK);
    const normalForm = normalize(marked);
    const pieces = cleanDisplay(marked).split(PLACEHOLDER_MARK);
    compiled = { printed: fixedParts(pieces), normalized: fixedParts(normalForm.split(PLACEHOLDER_MARK)), normalForm, gaps: gapsOf(template, pieces) };
    if (compiledTemplates.size < 4096) compiledTemplates.set(template, compiled);
  }
  return compiled;
}

export const plainQuotes = (text) => text.replace(QUOTE, "'");

export const withoutLastPlace = (template) => template.replace(FIND.lastPlace, "");

function gapsOf(template, pieces) {
  const names = (template.match(PLACEHOLDER) ?? []).map((each) => each.slice(1, -1));
  const numbers = [...pieces.keys()].filter((number) => pieces[number]);
  return numbers.slice(0, -1).map((number, at) => (numbers[at + 1] === number + 1 && names[number]) || "");
}

function fixedParts(pieces) {
  const parts = pieces.filter((part) => part).map(plainQuotes);
  return FIND.letter.test(parts.join("").replace(NORMALIZED_VALUE, "")) ? parts : [];
}

export function matchTemplate(line, parts) {
  const places = [];
  let end = 0;
  for (let number = 0; number < parts.length; number += 1) {
    const part = parts[number];
    let start = line.indexOf(part, end);
    while (start >= 0 && splitsWord(line, start, part, number === 0, number === parts.length - 1)) start = line.indexOf(part, start + 1);
    if (start < 0) return [];
    end = start + part.length;
    places.push([start, end]);
  }
  return places;
}

export function matchTruncated(line, parts) {
  const text = trimEnd(line, limits.ELLIPSIS_CHARACTERS);
  const tail = text.slice(-limits.MIN_TRUNCATED_LENGTH);
  for (let number = 0; number < parts.length && tail.length === limits.MIN_TRUNCATED_LENGTH; number += 1) {
    const start = parts[number].indexOf(tail);
    const places = start < 0 ? [] : matchTemplate(text, [...parts.slice(0, number), parts[number].slice(0, start + limits.MIN_TRUNCATED_LENGTH)]);
    if (places.at(-1)?.[1] === text.length) return places;
  }
  return ["", "."].includes(line.slice(text.length)) ? [] : matchTemplate(text, parts.slice(0, -1));
}

function splitsWord(line, start, part, first, last) {
  const before = line[start - 1];
  const after = line[start + part.length];
  return (
    (first && before && PART_OF_WORD.test(before) && PART_OF_WORD.test(part[0])) ||
    (last && after && PART_OF_WORD.test(after) && PART_OF_WORD.test(part.at(-1)))
  );
}

// lines

export function* splitLines(text) {
  let number = 0;
  for (const raw of text.split(FIND.break)) {
    number += 1;
    if (raw) yield* cleanLine(raw, number);
  }
}

export function* cleanLine(raw, number) {
  for (const piece of splitRaw(raw.replace(ASTRAL, "\ufffd"))) yield { raw: piece, text: stripLine(piece), number };
}

function* splitRaw(line) {
  for (const part of unescape(chunks(line, limits.CHUNK_LENGTH).map(withoutMarks).join(""))) yield* chunks(part, tables.maxLineLength);
}

function chunks(line, size) {
  const parts = [];
  for (let start = 0; start < line.length; start += size) parts.push(line.slice(start, start + size));
  return parts;
}

function withoutMarks(line) {
  const text = (FIND.invisible.test(line) ? applyRules(line, INVISIBLE) : line).replace(LINK, "$1");
  return text.replace(ENTITY, (match, name) => (Object.hasOwn(tables.entities, name) ? tables.entities[name] : match));
}

function unescape(line) {
  const start = line.indexOf('{"');
  if (start >= 0 && start === startOfContent(line) && trimEnd(line, " ").endsWith("}")) {
    const inside = jsonStrings(line.slice(start));
    return inside.length ? inside : [line];
  }
  for (let round = 0; round < limits.MAX_ESCAPES && FIND.escaped.test(line); round += 1) {
    line = line.replace(ESCAPE, (match, code) => (code === undefined ? match : character(code)));
  }
  if (FIND.joined.test(line)) line = line.replace(JOINT, "\n");
  return line.split("\n").filter((part) => part);
}

function startOfContent(line) {
  const head = line.slice(0, tables.maxLineLength);
  return head.length - trimStart(withoutPrefixes(head), " ").length;
}

function jsonStrings(line) {
  const strings = [];
  let inside = false;
  let part = "";
  for (const match of line.matchAll(ESCAPE)) {
    if (match[0] === '"') {
      if (inside) {
        const end = match.index + 1;
        const rest = trimStart(line.slice(end, end + 2), " ");
        if (!rest.startsWith(":") && part.includes(" ")) for (const each of part.split("\n")) if (each) strings.push(...unescape(each));
      }
      part = "";
      inside = !inside;
    } else if (inside) {
      part += match[1] === undefined ? match[0] : character(match[1]);
    }
  }
  return strings;
}

function character(code) {
  if (code.length === 5) {
    const number = Number.parseInt(code.slice(1), 16);
    return (number >= 0xd800 && number <= 0xdfff) || number < 32 ? "\ufffd" : String.fromCharCode(number);
  }
  return tables.escapes[code] ?? code;
}

export function stripLine(line) {
  let text = trimEnd(withoutPrefixes(line));
  for (let round = 0; round < limits.MAX_PREFIXES; round += 1) {
    const suffix = FIND.suffix.exec(text.slice(-limits.MAX_SUFFIX_LENGTH));
    if (!suffix) break;
    text = trimEnd(text.slice(0, text.length - suffix[0].length));
  }
  return text;
}

function withoutPrefixes(line) {
  let text = line;
  for (let round = 0; round < limits.MAX_PREFIXES; round += 1) {
    const prefix = FIND.prefix.exec(text);
    if (!prefix) break;
    text = text.slice(prefix[0].length);
  }
  return text;
}

// releases

export class SeenReleases {
  #releases = new Map();
  #paths = new Set();
  #locked = "";
  #listed = new Set();

  add(line) {
    const locked = FIND.lockedName.exec(line);
    if (locked) {
      this.#locked = locked[1];
      return;
    }
    if (!line.includes(".")) return;
    if (!this.#addListed(line) && !FIND.installCommand.test(line)) {
      for (const { index, 1: before, 2: raw, 3: release } of line.matchAll(RELEASE_MENTION)) {
        const start = index + before.length;
        const name = packageIn(raw, release);
        if (name && !isAdvice(line.slice(Math.max(0, start - limits.MAX_CONTEXT), start))) this.#add(name, release);
      }
    }
    const path = FIND.pythonPath.exec(line);
    if (path) this.#paths.add(`${path[1] || path[3]}.${path[2] || path[4]}`);
  }

  #addListed(line) {
    const match = FIND.lockedRelease.exec(line);
    const items = match && this.#locked ? [[this.#locked, match[1]]] : itemsOf(line);
    this.#locked = "";
    for (const [raw, release] of items) {
      const name = packageIn(raw, release);
      if (!name) continue;
      this.#add(name, release);
      this.#listed.add(name);
    }
    return items.length;
  }

  #add(name, release) {
    const releases = this.#releases.get(name) ?? new Set();
    releases.delete(release);
    this.#releases.set(name, releases.add(release));
  }

  // All releases of each package, the last one at the end.
  get all() {
    const all = new Map([...this.#releases].map(([name, releases]) => [name, [...releases]]));
    if (this.#paths.size) all.set("python", unique([...this.#paths, ...(all.get("python") ?? [])]));
    return all;
  }

  get certain() {
    return unique([...this.#listed, ...(this.#paths.size ? ["python"] : [])]);
  }
}

export const isListed = (line) => FIND.lockedName.test(line) || FIND.lockedRelease.test(line) || (line.includes(".") && itemsOf(line).length);

function itemsOf(line) {
  const match = FIND.listed.exec(line);
  if (match) return [[match[1], match[2]]];
  const at = line.indexOf(limits.PLUGINS);
  const rest = at < 0 ? "" : line.slice(at + limits.PLUGINS.length);
  const plugins = rest && !trim(line.slice(0, at), " ");
  const parts = (plugins ? rest : line.replace(FIND.platform, "")).split(FIND.listSeparator).map((part) => FIND.listItem.exec(part));
  if (parts.includes(null) || (!plugins && parts.length < 2)) return [];
  return parts.map(([, name, release]) => [plugins ? `pytest-${name}` : name, release]);
}

function packageIn(raw, release) {
  const name = canonicalName(raw);
  if (tables.pythonNames.includes(name) && "23".includes(release[0])) return "python";
  return NO_NAMES.has(name) ? "" : name;
}

function isAdvice(before) {
  const words = before.split(" ").filter(Boolean).slice(-limits.ADVICE_REACH).map((word) => lower(trim(word, "\"'`*()[].,;:!?")));
  return COMPARISON_WORDS.has(words.at(-1)) || words.some((word, at) => ADVICE_WORDS.has(word) && !limits.READER_WORDS.includes(words[at - 1]));
}

// versions

const toNumber = (text) => Number((text || "0").slice(0, 9));

export function versionKey(version) {
  const match = FIND.release.exec(lower(version));
  if (!match) return null;
  const release = match[2].split(".").slice(0, limits.WIDTH).map(toNumber);
  while (release.length < limits.WIDTH) release.push(0);
  let [stage, number] = match[3] ? [tables.stages[match[3]], toNumber(match[4])] : [limits.FINAL, 0];
  const post = match[5] ? toNumber(match[6]) + 1 : 0;
  const dev = match[7] ? toNumber(match[8]) : limits.NO_DEV;
  if (match[7] && !match[3] && !match[5]) stage = 0;
  return [toNumber(match[1]), ...release, stage, number, post, dev];
}

const compareKeys = (one, other) => one.map((part, at) => part - other[at]).find(Boolean) ?? 0;
const isPrerelease = (key) => key[limits.STAGE] !== limits.FINAL || key[limits.DEV] !== limits.NO_DEV;

const anyOf = (results) => (results.includes(true) ? true : results.includes(null) ? null : false);

export const inRange = (version, text) => anyOf(text.split(limits.ALTERNATIVE).map((part) => inSpecifier(version, part)));

const before = (number) => number.replace(/[0-9]+$/, (last) => `${Math.max(0, last - 1)}.999`);

export function overlap(one, other) {
  const numbers = `${one},${other}`.match(/[0-9]+(?:[.][0-9]+)*/g);
  const releases = numbers.flatMap((number) => [number, `${number}.1`, before(number)]);
  return releases.some((each) => inRange(each, one) && inRange(each, other));
}

// 3.12 may be any 3.12, and 8.0rc1 may have what 8.0 has.
export const maySatisfy = (releases, specifier) => (releases ? anyOf(releases.map((release) => mayBeIn(release, specifier))) : null);

function mayBeIn(release, specifier) {
  const result = inRange(release, specifier);
  if (result !== false) return result;
  const also = release.split(".").length === 2 ? `${release}.999` : release.replace(FIND.prerelease, "");
  return also !== release && inRange(also, specifier) ? null : false;
}

// True, false, or null where the version or the specifier can't be read.
export function inSpecifier(version, specifier) {
  const key = versionKey(version);
  if (!key) return null;
  for (const part of specifier.split(",")) {
    const clause = trim(part, " ");
    if (!clause) continue;
    const match = FIND.clause.exec(clause);
    const satisfied = match ? satisfies(key, match[1], match[2]) : null;
    if (!satisfied) return satisfied;
  }
  return true;
}

function satisfies(key, operator, text) {
  const any = text.endsWith(".*");
  const bound = versionKey(any ? text.slice(0, -2) : text);
  if (!bound) return null;
  const same = (size) => compareKeys(key.slice(0, size), bound) === 0;
  if (any) return /^[=!]=$/.test(operator) ? same(text.split(".").length) === (operator === "==") : null;
  const order = compareKeys(key, bound);
  switch (operator) {
    case "~=":
      return order >= 0 && same(Math.max(2, /[0-9]+(?:[.][0-9]+)*/.exec(text.slice(text.indexOf("!") + 1))[0].split(".").length));
    case ">":
      return order > 0 && !(same(limits.POST) && key[limits.POST] && !bound[limits.POST] && bound[limits.DEV] === limits.NO_DEV);
    case "<":
      return order < 0 && !(same(bound[limits.POST] ? limits.DEV : limits.STAGE) && isPrerelease(key) && !isPrerelease(bound));
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case "!=":
      return order !== 0;
    default:
      return order === 0;
  }
}

// parser

const escape = (text) => text.replace(/[^A-Za-z0-9_]/g, "\\$&");

export const lastPart = (name) => name.slice(name.lastIndexOf(".") + 1);

export function parse(text) {
  const parser = new Parser();
  for (const line of splitLines(text)) parser.add(line);
  return parser.failure();
}

export function splitFailures(failure) {
  const { exceptions, frames, lines } = failure;
  const starts = [...exceptions.keys()].filter((number) => number === 0 || exceptions[number].relation === "first");
  const rest = frames.length && exceptions.length;
  if (starts.length < 2 && !rest) return [failure];
  const parts = starts.map((start, at) => {
    const end = starts[at + 1] ?? exceptions.length;
    const first = start ? exceptions[start - 1].line : -1;
    const last = exceptions[end]?.line ?? Infinity;
    return {
      ...failure, frames: [], userFrames: [],
      exceptions: exceptions.slice(start, end),
      lines: lines.filter((each) => first < each.line && each.line < last),
    };
  });
  if (rest) parts.push({ ...failure, exceptions: [], lines: lines.filter((each) => each.line > exceptions.at(-1).line) });
  return parts;
}

export function libraryFrame(path, name) {
  const slashed = path.replaceAll("\\", "/").replaceAll("//", "/");
  const source = slashed.startsWith("src/") && slashed.split("/").length > 2 ? slashed.slice(4) : null;
  const inside = (pathInLibrary(slashed) ?? source)?.replace(FIND.archive, "");
  return inside?.includes("/") || inside?.endsWith(".py") ? `${inside}:${name}` : null;
}

export class Parser {
  exceptions = [];
  otherLines = new Map();
  frames = [];
  userFrames = [];
  relation = "first";
  indent = -1;
  linesSinceFrame = 0;
  innermostLast = true;
  releases = new SeenReleases();
  django = "";
  printedFunction = "";
  linePrefix = "";

  failure() {
    const { exceptions, otherLines, frames, userFrames, releases } = this;
    return { exceptions, lines: [...otherLines.values()], frames, userFrames, releases: releases.all, listed: releases.certain };
  }

  add(line) {
    this.releases.add(line.raw);
    const text = (line.text = line.text.replace(this.linePrefix, ""));
    const header = FIND.header.exec(text);
    if (header) this.linePrefix = new RegExp(`^${header[1].split(FIND.count).map(escape).join(tables.patterns.count)}`);
    const bare = trim(text);
    if (FIND.ruler.test(bare)) {
      if (FIND.member.test(text)) [this.relation, this.indent] = ["grouped", -1];
    } else if (this.#marker(text) || this.#frame(line) || ((this.frames.length || this.userFrames.length) && FIND.box.test(line.raw))) {
      // taken
    } else if (FIND.script.test(text)) {
      this.#dropForeignException();
    } else if (!this.#inTraceback(line, bare) && !this.#sourceLine(text) && !this.#exceptionLine(line, bare, false) && !this.#inlineException(line, bare)) {
      this.#addLine(line);
    }
  }

  #inTraceback(line, bare) {
    if (this.indent < 0) return false;
    this.linesSinceFrame += 1;
    const depth = line.text.length - trimStart(line.text).length;
    if (depth > this.indent || bare.startsWith(limits.REPEATED) || FIND.source.test(line.text)) return true;
    if (this.#exceptionLine(line, bare, true) || (this.linesSinceFrame === 1 && depth === this.indent)) return true;
    this.indent = -1;
    return false;
  }

  #sourceLine(text) {
    const definition = FIND.def.exec(text);
    if (definition) this.printedFunction = definition[1];
    return Boolean(definition) || FIND.source.test(text);
  }

  #marker(text) {
    if (text.includes(limits.HEADER) || text.includes(limits.INNERMOST_FIRST)) {
      [this.indent, this.linesSinceFrame, this.innermostLast] = [0, 0, text.includes(limits.HEADER)];
      [this.frames, this.userFrames] = [[], []];
      return true;
    }
    for (const [words, relation] of [[limits.HANDLING, "handling"], [limits.CAUSE, "cause"]]) {
      if (text.includes(words)) {
        [this.relation, this.indent] = [relation, -1];
        return true;
      }
    }
    return false;
  }

  #frame(line) {
    const { text } = line;
    let match = FIND.frame.exec(text);
    if (match) {
      this.#addFrame(match[1], match[2] ?? "", Math.max(0, match.index - trimStart(text.slice(0, match.index)).length));
      return true;
    }
    match = FIND.pytest.exec(text);
    if (match) {
      this.#addFrame(match[1], trim(match[2] || this.printedFunction, " "), 0);
      this.printedFunction = "";
      if (match[3]) this.#prependFrames(match[3]);
      return true;
    }
    for (const name of limits.OTHER_FRAMES) {
      const other = FIND[name].exec(text);
      if (other) {
        const [path, called = ""] = name === "py-spy" ? [other[2], other[1]] : other.slice(1);
        this.#addFrame(path, trim(called, " "), ["py-spy", "rich"].includes(name) ? limits.UNREACHABLE_INDENT : 0);
        return true;
      }
    }
    return false;
  }

  #prependFrames(name) {
    const last = this.exceptions.at(-1);
    if (last && lastPart(last.name) === lastPart(name)) {
      last.frames = [...last.frames, ...this.frames];
      last.userFrames = [...last.userFrames, ...this.userFrames];
    }
    [this.frames, this.userFrames, this.indent] = [[], [], -1];
  }

  #addFrame(path, qualifiedName, indent) {
    [this.indent, this.linesSinceFrame] = [indent, 0];
    const name = lastPart(qualifiedName.split(" ")[0].split("(")[0]);
    const library = libraryFrame(path, name);
    const frames = library === null ? this.userFrames : this.frames;
    const frame = library ?? `${path.replaceAll("\\", "/")}:${name}`;
    if (frames.length >= limits.MAX_FRAMES || frames.at(-1) === frame || path.startsWith("<")) return;
    if (this.innermostLast) frames.push(frame);
    else frames.unshift(frame);
  }

  #exceptionLine(line, bare, inside) {
    const match = FIND.exception.exec(bare);
    if (!match) return false;
    const [, name, message] = match;
    const isClass = FIND.class.test(name) || (FIND.dotted.test(name) && !bare.includes("  "));
    if (!isClass && !(inside && (this.linesSinceFrame > 1 || message !== undefined))) return false;
    if (!isClass && message === undefined && !/^[A-Z]/.test(name)) return false;
    this.#addException(name, message ?? "", line);
    return true;
  }

  #inlineException(line, bare) {
    const warning = FIND.warning.exec(bare);
    if (warning && FIND.class.test(warning[2])) {
      this.#addFrame(warning[1], "", 0);
      this.indent = -1;
      this.#addException(warning[2], warning[3], line);
      return true;
    }
    const django = FIND.django.exec(bare);
    if (django) {
      if (django[1] === "Value" && this.django) this.#addException(this.django, django[2], line);
      this.django = django[1] === "Type" ? django[2].split(" ")[0] : "";
      return true;
    }
    const match = FIND.raised.exec(bare);
    if (!match) return false;
    const after = match.index + match[0].length;
    const called = match[0].endsWith("(");
    const end = called ? after - 1 : after - 2;
    let start = end;
    while (start > 0 && end - start < limits.MAX_NAME_LENGTH && /[A-Za-z0-9_.]/.test(bare[start - 1])) start -= 1;
    const name = trim(bare.slice(start, end), ".");
    let rest = bare.slice(after);
    if (!FIND.class.test(name) || ["Error", "Exception", "Warning"].includes(name)) return false;
    if (called) {
      const quote = rest.slice(0, 1);
      if ((quote !== "'" && quote !== '"') || !rest.slice(1).includes(quote)) return false;
      rest = rest.slice(1, rest.indexOf(quote, 1));
    } else rest = withinQuotes(bare.slice(0, start), rest);
    this.#addException(name, rest, line);
    return true;
  }

  #addException(name, message, line) {
    const { frames, userFrames } = this;
    const earlier = this.exceptions.slice(-limits.REPEAT_WINDOW).filter((each) => !userFrames.length || each.frames.length || each.userFrames.length);
    if (!frames.length && earlier.some((before) => isRepeat(name, message, before))) {
      [this.userFrames, this.indent] = [[], -1];
      this.#addLine(line);
      return;
    }
    if (frames.length || userFrames.length) this.#dropAnnouncement(name, message);
    if (this.exceptions.length === limits.MAX_EXCEPTIONS) this.exceptions.shift();
    this.exceptions.push({ name, message, frames, relation: this.relation, line: line.number, userFrames });
    [this.frames, this.userFrames, this.relation, this.indent, this.innermostLast] = [[], [], "first", -1, true];
    this.#addLine(line);
  }

  #dropAnnouncement(name, message) {
    this.exceptions = this.exceptions.filter((before, at, { length, [at + 1]: after }) =>
      at < length - limits.REPEAT_WINDOW || before.frames.length || before.userFrames.length || (after && after.relation !== "first") || !announces(before, name, message));
  }

  #dropForeignException() {
    const last = this.exceptions.at(-1);
    if (last && !last.frames.length && !last.userFrames.length && this.indent < 0) {
      this.exceptions.pop();
      for (const [text, other] of this.otherLines) if (other.line === last.line) this.otherLines.delete(text);
    }
  }

  #addLine(line) {
    const text = trim(line.text);
    if (this.otherLines.has(text)) return;
    if (this.otherLines.size >= limits.MAX_LINES) this.otherLines.delete(this.otherLines.keys().next().value);
    this.otherLines.set(text, { raw: trim(line.raw), text, line: line.number });
  }
}

function withinQuotes(before, rest) {
  for (const [opening, closing] of Object.entries(tables.closingQuotes)) {
    const open = opening === closing ? before.split(opening).length % 2 === 0 : before.lastIndexOf(opening) > before.lastIndexOf(closing);
    if (open) return rest.split(closing)[0];
  }
  return rest;
}

function announces(before, name, message) {
  if (lastPart(name) !== lastPart(before.name)) return false;
  return message.startsWith(trimEnd(before.message, ". \u2026")) || (message.length >= limits.MIN_ANNOUNCED && before.message.startsWith(message));
}

function isRepeat(name, message, before) {
  if (lastPart(name) !== lastPart(before.name)) return false;
  return message === before.message || (message.endsWith("...") && before.message.startsWith(trimEnd(message.slice(0, -3), " ")));
}
