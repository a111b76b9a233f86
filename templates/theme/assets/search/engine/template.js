// What builder/fixcards/matching/parse/template.py does. The comments that say why stand there.

import { cleanDisplay, normalize } from "./normalize.js";
import {
  CONSTRUCTOR, ELLIPSIS_CHARACTERS, LETTER, MIN_TRUNCATED_LENGTH, NORMALIZED_VALUE, PLACEHOLDER, QUOTE,
} from "./constants.js";
import { trimEnd } from "./strings.js";

const INSIDE_A_WORD = /\w\w/;

export const PLACEHOLDER_MARK = "\ue000";

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

function gapsOf(template, pieces) {
  const names = (template.match(PLACEHOLDER) ?? []).map((each) => each.slice(1, -1));
  const numbers = [...pieces.keys()].filter((number) => pieces[number]);
  return numbers.slice(0, -1).map((number, at) => (numbers[at + 1] === number + 1 && names[number]) || "");
}

function fixedParts(pieces) {
  const parts = pieces.filter((part) => part).map(plainQuotes);
  return LETTER.test(parts.join("").replace(NORMALIZED_VALUE, "")) ? parts : [];
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
  const text = trimEnd(line, ELLIPSIS_CHARACTERS);
  const tail = text.slice(-MIN_TRUNCATED_LENGTH);
  for (let number = 0; number < parts.length && tail.length === MIN_TRUNCATED_LENGTH; number += 1) {
    const start = parts[number].indexOf(tail);
    const places = start < 0 ? [] : matchTemplate(text, [...parts.slice(0, number), parts[number].slice(0, start + MIN_TRUNCATED_LENGTH)]);
    if (places.at(-1)?.[1] === text.length) return places;
  }
  return ["", "."].includes(line.slice(text.length)) ? [] : matchTemplate(text, parts.slice(0, -1));
}

function splitsWord(line, start, part, first, last) {
  const splitsAt = (place) => INSIDE_A_WORD.test(line.slice(place - 1, place + 1));
  return (first && (splitsAt(start) || (line[start - 1] === "." && part.startsWith(CONSTRUCTOR)))) || (last && splitsAt(start + part.length));
}
