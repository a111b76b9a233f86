// Releases that a text shows, and whether one is in a range: PEP 440 as far as failures need it.

import rules from "./rules.js";
import { FIND, lower, trim, trimEnd } from "./text.js";

const SEEN = new RegExp(rules.seen, "g");
const TOLD = new Set(rules.told);
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

const whole = (text) => Number((text || "0").slice(0, 9));

export function key(version) {
  const found = FIND.release.exec(lower(version));
  if (!found) return null;
  const release = found[2].split(".").slice(0, WIDTH).map(whole);
  while (release.length < WIDTH) release.push(0);
  let [stage, number] = found[3] ? [rules.stages[found[3]], whole(found[4])] : [FINAL, 0];
  const post = found[5] ? whole(found[6]) + 1 : 0;
  const dev = found[7] ? whole(found[8]) : NO_DEV;
  if (found[7] && !found[3] && !found[5]) stage = 0;
  return [whole(found[1]), ...release, stage, number, post, dev];
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
