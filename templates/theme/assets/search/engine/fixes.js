// What builder/fixcards/matching/score/fixes.py does. The comments that say why stand there.

import tables from "../tables.js";
import { canonicalName } from "./packages.js";
import { FIND, global } from "./patterns.js";
import { codeNames } from "./normalized_failure.js";
import { isListed } from "./releases.js";
import { lower, trim } from "./strings.js";
import { inRange, maySatisfy, overlap } from "./versions.js";

const CONSTRAINT = global(tables.patterns.constraint);
const [HELD, NO_DOWNGRADE, NO_PACKAGE] = ["held", "noDowngrade", "noPackage"].map((name) => global(tables.patterns[name]));
const NAME_WORD = global(tables.patterns.word);

export function fitFixes(failure, features, entry) {
  const sentences = sentencesOf(failure.failure, features.fit?.line);
  const fixes = entry.fixes.map(({ title, kind, install = [], python = "" }) => {
    const why = objection({ kind, install, python }, failure, features, entry, sentences);
    return { title, kind, install, fits: !why, why };
  });
  const isOwn = inOwnCode(features) || isUsedByReader(failure, features, entry) || FIND.announcing.test(features.fit?.text);
  const isCause = entry.cause === entry.id;
  const first = isCause && fixes.some(({ kind }) => kind === "pin") && (isOwn ? "code-change" : "pin");
  const upgrade = features.fit && fixes.find(({ fits }) => fits);
  const isFar = upgrade?.kind === "upgrade" && isFarUpgrade(upgrade, failure.failure, features, entry);
  const prefersOther = !isCause && (isFar || !(features.usesPackage || features.hasSource));
  const isPreferred = ({ install }) => prefersOther && install.length > 0 && requirementsOf(install).every(([name]) => name !== entry.package);
  return fixes.sort((a, b) => b.fits - a.fits || (b.kind === first) - (a.kind === first) || isPreferred(b) - isPreferred(a));
}

function isFarUpgrade({ install }, { releases }, { frames, caller }, { package: own, affected }) {
  if (frames && !["", own].includes(canonicalName(caller))) return true;
  const lowest = FIND.lowest.exec(requirementsOf(install).find(([name]) => name === own)?.[1]);
  if (!lowest) return false;
  const sameLine = `==${lowest[2]}.*`;
  return !(releases.has(own) ? inRange(releases.get(own).at(-1), sameLine) : overlap(`${sameLine},<${lowest[1]}`, affected));
}

function sentencesOf({ exceptions, lines }, message) {
  const others = lines.filter(({ raw, line }) => line !== message && !isListed(raw));
  const sentences = others.flatMap(({ text, line }) => text.split(FIND.sentenceEnd).map((each) => ({ text: each, words: lower(each), printed: exceptions.some((one) => one.line === line) })));
  return sentences.filter(({ text, words }) => (!FIND.installCommand.test(text) || FIND.noInstall.test(words)) && !FIND.past.test(words));
}

function objection({ kind, install, python }, { failure }, features, entry, sentences) {
  const requirements = requirementsOf(install);
  const [upgrades, pins] = [kind === "upgrade", kind === "pin"];
  const place = upgrades || pins ? inPlaceOf(failure, requirements) : "";
  const bound = boundAgainst(sentences, requirements);
  const { isNewer, foreignFrames, caller, affected, versions } = features;
  const interpreters = failure.releases.get("python");
  const isGeneral = upgrades && entry.cause === entry.id;
  let held = isGeneral ? [canonicalName(caller) || "the package"] : [...requirements.map(([name]) => name), entry.package].slice(0, pins ? 1 : requirements.length || 1);
  let reason = "";
  if (place) reason = "in place";
  else if (bound) reason = "bound";
  else if (python && maySatisfy(interpreters, python) === false) reason = "python";
  else if ((upgrades || pins) && sentences.some(({ words }) => FIND.noInstall.test(words))) reason = "fixed";
  else if (kind === "code-change") reason = caller ? "call" : sentences.some(({ words }) => FIND.noEdit.test(words)) ? "code" : "";
  else if (isGeneral && inOwnCode(features)) reason = "yours";
  else if (upgrades || pins) {
    if (pins || isGeneral) reason = "";
    else if (isNewer) reason = "newer";
    else if (versions[entry.package] && !overlap(Object.fromEntries(requirements)[entry.package] ?? "", `>=${versions[entry.package]}`)) reason = "back";
    else if (foreignFrames) reason = ["", entry.package].includes(canonicalName(caller)) ? "" : "caller";
    else if (inOwnCode(features) && affected === null) reason = "own code";
    held = held.find((name) => isHeld(sentences, name, entry, pins ? NO_DOWNGRADE : HELD));
    if (!reason && held) reason = "held";
  }
  const values = { package: entry.package, caller, release: versions[entry.package], place, bound, python, interpreter: interpreters?.at(-1), held };
  return reason && tables.fixTexts[reason].replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
}

const requirementsOf = (install) => install.map((text) => FIND.requirement.exec(text)).filter(Boolean).map((match) => [canonicalName(match[1]), match[2] ?? ""]);

const inOwnCode = ({ ownCode, frames, hasSource }) => ownCode && !frames && !hasSource;

function isUsedByReader({ failure, packages }, { fit }, entry) {
  const isUse = (raw) => codeNames(raw).some(([name, isCommand]) => entry.package === canonicalName(name) && (isCommand || FIND.firstPerson.test(lower(raw))));
  return !packages.size && failure.lines.some(({ raw, line }) => line !== fit?.line && isUse(raw));
}

function isHeld(sentences, held, { package: own, requirements }, pattern) {
  const others = [own, ...Object.keys(requirements)].filter((name) => name !== held);
  return isGiven(sentences, held) || sentences.some((sentence) => !sentence.printed && [...sentence.words.matchAll(pattern)].some((match) => speaksOf(match, held, others, sentence)));
}

function speaksOf({ 0: limit, index }, held, others, { text, words }) {
  const start = index + !/^[a-z]/.test(limit);
  const before = words.slice(0, start).split(FIND.clauseEnd).at(-1);
  const clause = before + words.slice(start).split(FIND.clauseEnd)[0];
  if (clause.includes(held)) return true;
  const other = FIND.otherName.exec(text.slice(start - before.length, start));
  if (other && !FIND.determined.test(trim(before.slice(0, other.index + other[0].indexOf(other[1])), " "))) return false;
  if (FIND.noPackage.test(clause) || others.some((name) => clause.includes(name))) return false;
  const earlier = words.slice(0, start);
  const endOf = (name) => (earlier.includes(name) ? earlier.lastIndexOf(name) + name.length : 0);
  return endOf(held) >= Math.max(0, ...[...earlier.matchAll(NO_PACKAGE)].map((match) => match.index + match[0].length), ...others.map(endOf));
}

const isGiven = (sentences, held) => sentences.some(({ words, printed }) => !printed && words.split(FIND.clauseEnd).some((clause) => FIND.given.test(clause) && [...clause.matchAll(NAME_WORD)].some(([word]) => canonicalName(word) === held)));

// Whether a text has a package, in these releases only.
export const has = (releases, name, specifier) => releases.get(name)?.every((release) => inRange(release, specifier));

const inPlaceOf = ({ releases }, requirements) => (requirements.every((each) => has(releases, ...each)) ? requirements.map(([name]) => `${name} ${releases.get(name).at(-1)}`).join(", ") : "");

function boundAgainst(sentences, requirements) {
  for (const { text, words } of sentences) {
    const bounds = [...text.matchAll(CONSTRAINT)].map((match) => [match[1], match[2].replaceAll(" ", "")]);
    for (const clause of requirements.length ? words.split(FIND.clauseEnd) : []) {
      if (FIND.limit.test(clause)) bounds.push(...statedIn(clause, requirements.map(([name]) => name)));
    }
    for (const [name, bound] of bounds) {
      if (requirements.some(([own, each]) => own === canonicalName(name) && !overlap(each, bound))) return name + (bound.endsWith(".*") ? ` ${bound.slice(2, -2)}` : bound);
    }
  }
  return "";
}

function statedIn(words, names) {
  return [...words.matchAll(NAME_WORD)].flatMap(({ 0: word, index }) => {
    const name = canonicalName(word);
    const match = names.includes(name) && FIND.stated.exec(words.slice(index + word.length));
    if (!match) return [];
    const operator = match[1] ?? (match[3] ? ">=" : "==");
    return [[name, operator + match[2] + (operator === "==" ? ".*" : "")]];
  });
}
