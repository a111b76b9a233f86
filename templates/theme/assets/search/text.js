// Text as the search sees it: clean lines, normal forms, words, releases. The tables are shared with the terminal's search in Python.

import rules from "./rules.js";

export const HOLE = "\ue000";
const { MAX_PREFIXES, MAX_SUFFIX_LENGTH, MAX_ESCAPES, CHUNK_LENGTH, ELLIPSIS_CHARACTERS, MIN_TRUNCATED_LENGTH } = rules.limits;
const every = (pattern) => new RegExp(pattern, "g");
const RULES = rules.rules.map((rule) => ({ ...rule, pattern: every(rule.pattern), by: replacement(rule) }));
const LOOK = RULES.filter((rule) => rule.terminal);
const TIDY = RULES.filter((rule) => rule.display);
export const FIND = Object.fromEntries(Object.entries(rules.patterns).map(([name, pattern]) => [name, new RegExp(pattern)]));
const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;
const ENTITY = every(rules.patterns.entity);
const JOINT = every(rules.patterns.joint);
const QUOTE = every(rules.quotes);
const ESCAPE = every(rules.patterns.escape);
const WORD = every(rules.wordPattern);
const QUOTED = every(rules.quotedPattern);
const PLACEHOLDER = every(rules.placeholder);
const VARYING = every(rules.normalizedValue);
const PART_OF_WORD = /[A-Za-z0-9_]/;
const BUILTIN = new Set(rules.builtinNames.split(" "));
const GENERIC = new Set(rules.stopwords.split(" ").flatMap((word) => [word, stem(word)]));

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

// Normal forms

function libraryPath(path) {
  const slashed = path.replaceAll("\\", "/");
  for (const folder of rules.libraryFolders) {
    const at = slashed.lastIndexOf(folder);
    if (at >= 0) return slashed.slice(at + folder.length);
  }
  return "<path>";
}

// A text where there is one: calls for a million matches would leave a million pieces to the collector of garbage.
function replacement({ replacement: text, keepsGroup }) {
  if (text !== null) return keepsGroup ? `$1${text}` : text;
  return (match, first) => first + libraryPath(match.slice(first.length));
}

function apply(rule, text) {
  return text.replace(rule.pattern, rule.by);
}

export function normal(line) {
  return trim(RULES.reduce((text, rule) => apply(rule, text), line), " ");
}

export function tidy(line) {
  return trim(TIDY.reduce((text, rule) => apply(rule, text), line), " ");
}

// Words

export function lower(text) {
  return text.replace(/[A-Z]+/g, (found) => found.toLowerCase());
}

export function words(text) {
  const found = [];
  for (const match of text.matchAll(WORD)) {
    const end = match.index + match[0].length;
    if (text[match.index - 1] === "<" && text[end] === ">") continue;
    const word = trim(lower(match[0]), "_").slice(0, rules.maxWordLength);
    if (word) found.push(stem(word));
  }
  return found;
}

// The words that an identifier is made of, none where it is one word.
export const partsOfName = (word) => (word.includes("_") ? [...new Set(word.split("_").filter(Boolean).map(stem))] : []);

// Whether two words are one but for a slip of the fingers.
export function alike(word, other) {
  const size = Math.min(word.length, other.length);
  const most = Math.max(word.length, other.length);
  const allowed = (size > 4) + (size > 7);
  let [start, end] = [0, 0];
  while (start < size && word[start] === other[start]) start += 1;
  while (end < size - start && word.at(-1 - end) === other.at(-1 - end)) end += 1;
  const differ = most - start - end;
  return differ <= allowed || (most === size && size > 3 && differ === 2 && word[start] === other[start + 1] && word[start + 1] === other[start]);
}

export function stem(word) {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let rest = word;
  for (const endings of rules.suffixRules) {
    const [ending, instead] = endings.find(([each, , least]) => rest.length >= least && rest.endsWith(each)) ?? [];
    if (ending && (ending !== "s" || !"suia".includes(rest.at(-2)))) rest = rest.slice(0, -ending.length) + instead;
  }
  return rest;
}

export function telling(found) {
  return [...new Set(found)].filter((word) => !GENERIC.has(word) && word.length > 1);
}

export function strength(name, message, packages) {
  const text = name.includes(".") ? `${name} ${message}` : message;
  const told = words(text);
  const plain = telling(told);
  const quoted = [...message.matchAll(QUOTED)].flatMap((match) => words(match[1]));
  const more = [...new Set(quoted)].filter((word) => !plain.includes(word) && !BUILTIN.has(word) && word.length > 1).length;
  const mixed = (text.match(WORD) ?? []).filter((found) => FIND.mixed.test(trim(found, "_"))).flatMap(words);
  const identifiers = new Set([...quoted, ...mixed].filter((word) => plain.includes(word))).size;
  const named = packages.some((each) => words(each).some((word) => told.includes(word)));
  if (!plain.length && !more) return 0;
  if (!identifiers && !named && more < 2) return Math.ceil(plain.length / 2);
  return plain.length + 2 * identifiers + (named ? 2 : 0) + more;
}

// Templates

const known = new Map();

export function forms(template) {
  let made = known.get(template);
  if (!made) {
    const holes = template.replace(PLACEHOLDER, HOLE);
    const common = normal(holes);
    made = { printed: partsOf(tidy(holes)), normal: partsOf(common), common };
    if (known.size < 4096) known.set(template, made);
  }
  return made;
}

// Every quote as the same one, at the same place: they differ by who prints or types a message.
export const plainQuotes = (text) => text.replace(QUOTE, "'");

function partsOf(text) {
  const parts = plainQuotes(text).split(HOLE).filter((part) => part);
  return FIND.letter.test(parts.join("").replace(VARYING, "")) ? parts : [];
}

export function spans(line, parts) {
  const found = [];
  let at = 0;
  for (let number = 0; number < parts.length; number += 1) {
    const part = parts[number];
    let start = line.indexOf(part, at);
    while (start >= 0 && cut(line, start, part, number === 0, number === parts.length - 1)) start = line.indexOf(part, start + 1);
    if (start < 0) return [];
    at = start + part.length;
    found.push([start, at]);
  }
  return found;
}

// Where a template stands in a line that ends before it does.
export function begun(line, parts) {
  const text = trimEnd(line, ELLIPSIS_CHARACTERS);
  const tail = text.slice(-MIN_TRUNCATED_LENGTH);
  for (let number = 0; number < parts.length && tail.length === MIN_TRUNCATED_LENGTH; number += 1) {
    const at = parts[number].indexOf(tail);
    const found = at < 0 ? [] : spans(text, [...parts.slice(0, number), parts[number].slice(0, at + MIN_TRUNCATED_LENGTH)]);
    if (found.at(-1)?.[1] === text.length) return found;
  }
  return ["", "."].includes(line.slice(text.length)) ? [] : spans(text, parts.slice(0, -1));
}

function cut(line, start, part, first, last) {
  const before = line[start - 1];
  const after = line[start + part.length];
  return (
    (first && before && PART_OF_WORD.test(before) && PART_OF_WORD.test(part[0])) ||
    (last && after && PART_OF_WORD.test(after) && PART_OF_WORD.test(part.at(-1)))
  );
}

// Lines

export function* lines(text) {
  let number = 0;
  for (const raw of text.split(FIND.break)) {
    number += 1;
    if (raw) yield* clean(raw, number);
  }
}

export function* clean(raw, number) {
  for (const piece of pieces(raw.replace(ASTRAL, "\ufffd"))) yield { raw: piece, text: stripped(piece), number };
}

function* pieces(raw) {
  for (const part of unescaped(parts(raw, CHUNK_LENGTH).map(looked).join(""))) yield* parts(part, rules.maxLineLength);
}

function parts(line, size) {
  const found = [];
  for (let start = 0; start < line.length; start += size) found.push(line.slice(start, start + size));
  return found;
}

function looked(line) {
  let rest = line;
  if (FIND.look.test(rest)) rest = LOOK.reduce((text, rule) => apply(rule, text), rest);
  return rest.replace(ENTITY, (found, name) => (Object.hasOwn(rules.entities, name) ? rules.entities[name] : found));
}

function unescaped(line) {
  const start = line.indexOf('{"');
  if (start >= 0 && start === begin(line) && trimEnd(line, " ").endsWith("}")) {
    const inside = values(line.slice(start));
    return inside.length ? inside : [line];
  }
  for (let round = 0; round < MAX_ESCAPES && FIND.escaped.test(line); round += 1) {
    line = line.replace(ESCAPE, (found, code) => (code === undefined ? found : character(code)));
  }
  if (FIND.joined.test(line)) line = line.replace(JOINT, "\n");
  return line.split("\n").filter((part) => part);
}

function begin(line) {
  const head = line.slice(0, rules.maxLineLength);
  return head.length - trimStart(bare(head), " ").length;
}

function values(line) {
  const found = [];
  let inside = false;
  let part = "";
  for (const match of line.matchAll(ESCAPE)) {
    if (match[0] === '"') {
      if (inside) {
        const end = match.index + 1;
        const rest = trimStart(line.slice(end, end + 2), " ");
        if (!rest.startsWith(":") && part.includes(" ")) for (const each of part.split("\n")) if (each) found.push(...unescaped(each));
      }
      part = "";
      inside = !inside;
    } else if (inside) {
      part += match[1] === undefined ? match[0] : character(match[1]);
    }
  }
  return found;
}

function character(code) {
  if (code.length === 5) {
    const made = Number.parseInt(code.slice(1), 16);
    return (made >= 0xd800 && made <= 0xdfff) || made < 32 ? "\ufffd" : String.fromCharCode(made);
  }
  return rules.escapes[code] ?? code;
}

export function stripped(line) {
  let rest = trimEnd(bare(line));
  for (let round = 0; round < MAX_PREFIXES; round += 1) {
    const found = FIND.suffix.exec(rest.slice(-MAX_SUFFIX_LENGTH));
    if (!found) break;
    rest = trimEnd(rest.slice(0, rest.length - found[0].length));
  }
  return rest;
}

function bare(line) {
  let rest = line;
  for (let round = 0; round < MAX_PREFIXES; round += 1) {
    const found = FIND.prefix.exec(rest);
    if (!found) break;
    rest = rest.slice(found[0].length);
  }
  return rest;
}

// Releases that a text shows, and whether one is in a range: PEP 440 as far as failures need it

const SEEN = new RegExp(rules.releaseMention, "g");
const TOLD = new Set(rules.comparisonWords);
const { FINAL, WIDTH, STAGE, POST, DEV, NO_DEV } = rules.limits;

export function addSeen(found, line) {
  if (!line.includes(".")) return;
  for (const match of line.matchAll(SEEN)) {
    const before = trimEnd(line.slice(0, match.index + match[1].length), " ");
    if (TOLD.has(lower(before.slice(before.lastIndexOf(" ") + 1)))) continue;
    found.set(match[2].toLowerCase().replace(/[-_.]+/g, "-"), match[3]);
  }
  const path = FIND.pythonPath.exec(line);
  if (path && !found.has("python")) found.set("python", `${path[1]}.${path[2]}`);
}

const numeral = (text) => Number((text || "0").slice(0, 9));

export function key(version) {
  const found = FIND.release.exec(lower(version));
  if (!found) return null;
  const release = found[2].split(".").slice(0, WIDTH).map(numeral);
  while (release.length < WIDTH) release.push(0);
  let [stage, number] = found[3] ? [rules.stages[found[3]], numeral(found[4])] : [FINAL, 0];
  const post = found[5] ? numeral(found[6]) + 1 : 0;
  const dev = found[7] ? numeral(found[8]) : NO_DEV;
  if (found[7] && !found[3] && !found[5]) stage = 0;
  return [numeral(found[1]), ...release, stage, number, post, dev];
}

const order = (one, other) => one.map((part, at) => part - other[at]).find(Boolean) ?? 0;
const early = (version) => version[STAGE] !== FINAL || version[DEV] !== NO_DEV;

// True, false, or null where the version or the range can't be read.
export function within(version, specifier) {
  const have = key(version);
  if (!have) return null;
  for (const part of specifier.split(",")) {
    const clause = trim(part, " ");
    if (!clause) continue;
    const found = FIND.clause.exec(clause);
    const fits = found ? fitsClause(have, found[1], found[2]) : null;
    if (!fits) return fits;
  }
  return true;
}

function fitsClause(have, operator, text) {
  const any = text.endsWith(".*");
  const wanted = key(any ? text.slice(0, -2) : text);
  if (!wanted) return null;
  const same = (size) => order(have.slice(0, size), wanted) === 0;
  if (any) return /^[=!]=$/.test(operator) ? same(text.split(".").length) === (operator === "==") : null;
  const way = order(have, wanted);
  switch (operator) {
    case "~=":
      return way >= 0 && same(Math.max(2, /[0-9]+(?:[.][0-9]+)*/.exec(text.slice(text.indexOf("!") + 1))[0].split(".").length));
    case ">":
      return way > 0 && !(same(POST) && have[POST] && !wanted[POST] && wanted[DEV] === NO_DEV);
    case "<":
      return way < 0 && !(same(wanted[POST] ? DEV : STAGE) && early(have) && !early(wanted));
    case ">=":
      return way >= 0;
    case "<=":
      return way <= 0;
    case "!=":
      return way !== 0;
    default:
      return way === 0;
  }
}
