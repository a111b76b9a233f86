// What builder/fixcards/matching/parse/versions.py does. The comments that say why stand there.

import { lower, trim } from "./strings.js";
import {
  ALTERNATIVE, CLAUSE, DEV, FINAL, NO_DEV, POST, PRERELEASE, STAGE, STAGES, VERSION, WIDTH,
} from "./constants.js";

const toNumber = (text) => +(text ?? "").slice(0, 9);

export function versionKey(version) {
  const match = VERSION.exec(lower(version));
  if (!match) return null;
  const release = match[2].split(".").slice(0, WIDTH).map(toNumber);
  while (release.length < WIDTH) release.push(0);
  let [stage, number] = match[3] ? [STAGES[match[3]], toNumber(match[4])] : [FINAL, 0];
  const post = match[5] ? toNumber(match[6]) + 1 : 0;
  const dev = match[7] ? toNumber(match[8]) : NO_DEV;
  if (match[7] && !match[3] && !match[5]) stage = 0;
  return [toNumber(match[1]), ...release, stage, number, post, dev];
}

const compareKeys = (one, other) => one.map((part, at) => part - other[at]).find(Boolean) ?? 0;
const isPrerelease = (key) => key[STAGE] !== FINAL || key[DEV] !== NO_DEV;

const anyOf = (results) => (results.includes(true) ? true : results.includes(null) ? null : false);

export const inRange = (version, text) => anyOf(text.split(ALTERNATIVE).map((part) => inSpecifier(version, part)));

const before = (number) => number.replace(/\d+$/, (last) => `${Math.max(0, last - 1)}.999`);

export function overlap(one, other) {
  const numbers = `${one},${other}`.match(/\d+([.]\d+)*/g);
  const releases = numbers.flatMap((number) => [number, `${number}.1`, before(number)]);
  return releases.some((each) => inRange(each, one) && inRange(each, other));
}

// 3.12 may be any 3.12, and 8.0rc1 may have what 8.0 has.
export const maySatisfy = (releases, specifier) => (releases ? anyOf(releases.map((release) => mayBeIn(release, specifier))) : null);

function mayBeIn(release, specifier) {
  const result = inRange(release, specifier);
  if (result !== false) return result;
  const also = release.replace(PRERELEASE, "");
  return inRange(also === release && release.split(".").length === 2 ? `${release}.999` : also, specifier) ? null : false;
}

// True, false, or null where the version or the specifier can't be read.
export function inSpecifier(version, specifier) {
  const key = versionKey(version);
  if (!key) return null;
  for (const part of specifier.split(",")) {
    const clause = trim(part, " ");
    if (!clause) continue;
    const match = CLAUSE.exec(clause);
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
  const results = {
    "~=": () => order >= 0 && same(Math.max(2, text.slice(text.indexOf("!") + 1).match(/\d+([.]\d+)*/)[0].split(".").length)),
    ">": () => order > 0 && !(same(POST) && key[POST] && !bound[POST] && bound[DEV] === NO_DEV),
    "<": () => order < 0 && !(same(bound[POST] ? DEV : STAGE) && isPrerelease(key) && !isPrerelease(bound)),
    ">=": () => order >= 0,
    "<=": () => order <= 0,
    "!=": () => order !== 0,
  };
  return results[operator]?.() ?? order === 0;
}
