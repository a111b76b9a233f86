// What builder/fixcards/matching/parse/lines.py does. The comments that say why stand there.

import {
  CHUNK_LENGTH, ENTITIES, ENTITY, ESCAPE, ESCAPED, ESCAPED_QUOTE, INVISIBLE_CHARACTER, JOINED, JOINT, LINK,
  MAX_ESCAPES, MAX_LINE_LENGTH, MAX_PREFIXES, MAX_SUFFIX_LENGTH, PREFIX, SIMPLE_ESCAPES, SUFFIX,
} from "./constants.js";
import { applyRules, INVISIBLE } from "./normalize.js";
import { trimEnd, trimStart } from "./strings.js";

const ASTRAL = /[^\0-\uffff]|\p{Cs}/gu;

export function* cleanLine(raw, number) {
  for (const piece of splitRaw(raw.replace(ASTRAL, "\ufffd"))) yield { raw: piece, text: stripLine(piece), number };
}

function* splitRaw(line) {
  for (const part of unescape(chunks(line, CHUNK_LENGTH).map(withoutMarks).join(""))) yield* chunks(part.replace(ESCAPED_QUOTE, (run, quote) => quote || run), MAX_LINE_LENGTH);
}

function chunks(line, size) {
  const parts = [];
  for (let start = 0; start < line.length; start += size) parts.push(line.slice(start, start + size));
  return parts;
}

function withoutMarks(line) {
  const text = (INVISIBLE_CHARACTER.test(line) ? applyRules(line, INVISIBLE) : line).replace(LINK, "$1");
  return text.replace(ENTITY, (match, name) => ENTITIES[name] ?? match);
}

function unescape(line) {
  const start = line.indexOf('{"');
  if (start >= 0 && start === startOfContent(line) && trimEnd(line, " ").endsWith("}")) {
    const inside = jsonStrings(line.slice(start));
    return inside.length ? inside : [line];
  }
  for (let round = 0; round < MAX_ESCAPES && ESCAPED.test(line); round += 1) {
    line = line.replace(ESCAPE, (match, code) => (code === undefined ? match : character(code)));
  }
  if (JOINED.test(line)) line = line.replace(JOINT, "\n");
  return line.split("\n").filter((part) => part);
}

function startOfContent(line) {
  const head = line.slice(0, MAX_LINE_LENGTH);
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
    const number = +`0x${code.slice(1)}`;
    // Half a character beyond 16 bits has the number 0xd800 to 0xdfff.
    return number >> 11 === 27 || number < 32 ? "\ufffd" : String.fromCharCode(number);
  }
  return SIMPLE_ESCAPES[code] ?? code;
}

function stripLine(line) {
  let text = trimEnd(withoutPrefixes(line));
  for (let round = 0; round < MAX_PREFIXES; round += 1) {
    const suffix = SUFFIX.exec(text.slice(-MAX_SUFFIX_LENGTH));
    if (!suffix) break;
    text = trimEnd(text.slice(0, -suffix[0].length));
  }
  return text;
}

function withoutPrefixes(line) {
  let text = line;
  for (let round = 0; round < MAX_PREFIXES; round += 1) {
    const prefix = PREFIX.exec(text);
    if (!prefix) break;
    text = text.slice(prefix[0].length);
  }
  return text;
}
