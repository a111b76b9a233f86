// What builder/fixcards/matching/parse/normalize.py does. The comments that say why stand there.

import { NORMALIZING_RULES } from "./constants.js";
import { trim } from "./strings.js";
import { pathInLibrary } from "./packages.js";

// Expression and replacement, and whether the rule is one of invisible characters, and one of the display.
const RULES = NORMALIZING_RULES.map(([pattern, replacement, ...kinds]) => [new RegExp(pattern, "g"), replacement ?? libraryPath, ...kinds]);
export const INVISIBLE = RULES.filter(([, , isInvisible]) => isInvisible);
const DISPLAY = RULES.filter(([, , , isDisplay]) => isDisplay);

function libraryPath(match, before) {
  return before + (pathInLibrary(match.slice(before.length).replaceAll("\\", "/")) ?? "<path>");
}

export const applyRules = (line, rules) => rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);

export const normalize = (line) => trim(applyRules(line, RULES), " ");

export const cleanDisplay = (line) => trim(applyRules(line, DISPLAY), " ");
