// What builder/fixcards/matching/parse/normalize.py does. The comments that say why stand there.

import tables from "../tables.js";
import { pathInLibrary } from "./packages.js";
import { trim } from "./strings.js";

const FUNCTIONS = { libraryPath };
const RULES = tables.rules.map((rule) => ({ ...rule, pattern: new RegExp(rule.pattern, "g"), replacement: replacementOf(rule) }));
export const INVISIBLE = RULES.filter((rule) => rule.invisible);
const DISPLAY = RULES.filter((rule) => rule.display);

function libraryPath(path) {
  return pathInLibrary(path.replaceAll("\\", "/")) ?? "<path>";
}

// A text where there is one: calls for a million matches would leave a million pieces to the garbage collector.
function replacementOf({ replacement, keepsGroup }) {
  const computed = FUNCTIONS[replacement.function];
  if (computed) return keepsGroup ? (match, group) => group + computed(match.slice(group.length)) : computed;
  return keepsGroup ? `$1${replacement}` : replacement;
}

export const applyRules = (line, rules) => rules.reduce((text, rule) => text.replace(rule.pattern, rule.replacement), line);

export const normalize = (line) => trim(applyRules(line, RULES), " ");

export const cleanDisplay = (line) => trim(applyRules(line, DISPLAY), " ");
