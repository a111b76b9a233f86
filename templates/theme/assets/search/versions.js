// Releases that a text shows, and whether one is in a range: PEP 440 as far as failures need it.

import rules from "./rules.js";
import { lower, trim, trimEnd } from "./text.js";

const SEEN = new RegExp(rules.seen, "g");
const PYTHON_PATH = new RegExp(rules.pythonPath);
const RELEASE = new RegExp(rules.release);
const CLAUSE = new RegExp(rules.clause);
const TOLD = new Set(rules.told);
const STAGES = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 };
const FINAL = 4;
const WIDTH = 8;
const [STAGE, POST, DEV] = [9, 11, 12];
const NO_DEV = 1_000_000_000;

export function addSeen(found, line) {
  if (!line.includes(".")) return;
  for (const match of line.matchAll(SEEN)) {
    const before = trimEnd(line.slice(0, match.index + match[1].length), " ");
    if (TOLD.has(lower(before.slice(before.lastIndexOf(" ") + 1)))) continue;
    found.set(match[2].toLowerCase().replace(/[-_.]+/g, "-"), match[3]);
  }
  const path = PYTHON_PATH.exec(line);
  if (path && !found.has("python")) found.set("python", `${path[1]}.${path[2]}`);
}

const whole = (text) => Number((text || "0").slice(0, 9));

export function key(version) {
  const found = RELEASE.exec(lower(version));
  if (!found) return null;
  const release = found[2].split(".").slice(0, WIDTH).map(whole);
  while (release.length < WIDTH) release.push(0);
  let [stage, number] = found[3] ? [STAGES[found[3]], whole(found[4])] : [FINAL, 0];
  const post = found[5] ? whole(found[6]) + 1 : 0;
  const dev = found[7] ? whole(found[8]) : NO_DEV;
  if (found[7] && !found[3] && !found[5]) stage = 0;
  return [whole(found[1]), ...release, stage, number, post, dev];
}

function order(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return one[at] - other[at];
  return one.length - other.length;
}

const early = (version) => version[STAGE] !== FINAL || version[DEV] !== NO_DEV;
const same = (one, other) => order(one, other) === 0;

// True, false, or null where the version or the range can't be read.
export function within(version, specifier) {
  const have = key(version);
  if (!have) return null;
  for (const part of specifier.split(",")) {
    const clause = trim(part, " ");
    if (!clause) continue;
    const found = CLAUSE.exec(clause);
    const fits = found ? fitsClause(have, found[1], found[2]) : null;
    if (!fits) return fits;
  }
  return true;
}

function fitsClause(have, operator, text) {
  if (text.endsWith(".*")) {
    const size = text.split(".").length;
    const wanted = key(text.slice(0, -2));
    if (!wanted || (operator !== "==" && operator !== "!=")) return null;
    return same(have.slice(0, size), wanted.slice(0, size)) === (operator === "==");
  }
  const wanted = key(text);
  if (!wanted) return null;
  const way = order(have, wanted);
  const based = same(have.slice(0, STAGE), wanted.slice(0, STAGE));
  switch (operator) {
    case "~=": {
      const size = Math.max(1, /[0-9]+(?:[.][0-9]+)*/.exec(text.slice(text.indexOf("!") + 1))[0].split(".").length - 1) + 1;
      return way >= 0 && same(have.slice(0, size), wanted.slice(0, size));
    }
    case ">":
      return way > 0 && !(same(have.slice(0, POST), wanted.slice(0, POST)) && have[POST] && !wanted[POST] && wanted[DEV] === NO_DEV);
    case "<":
      return way < 0 && !((wanted[POST] ? same(have.slice(0, DEV), wanted.slice(0, DEV)) : based) && early(have) && !early(wanted));
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
