// What fixes.py and stated_limits.py in builder/fixcards/matching/score do. The comments that say why stand there.

import { canonicalName } from "./packages.js";
import {
  BELOW, BUILD, BUILD_TOOLS, CLAUSE_END, CONSTRAINT, DEMANDED, DETERMINED, FIX_BACK, FIX_BOUND, FIX_BUILD,
  FIX_CALL, FIX_CALLER, FIX_CODE, FIX_FIXED, FIX_HELD, FIX_IN_PLACE, FIX_NEWER, FIX_OWN_CODE, FIX_PYTHON, FIX_TRIED,
  FIX_YOURS, GIVEN, HELD, INSTALL_COMMAND, LIMIT, LOWEST, MAX_PRONOUN, NAME_WORD, NO_DOWNGRADE, NO_EDIT, NO_HELP,
  NO_INSTALL, NO_PACKAGE, OTHER_NAME, OWN_BUILD, PAST, REQUIREMENT, SENTENCE_END, STATED, TRIED,
} from "./constants.js";
import { inRange, maySatisfy, overlap } from "./versions.js";
import { isListed } from "./releases.js";
import { findAll, lower, trim } from "./strings.js";

export function fitFixes(failure, features, entry) {
  const sentences = sentencesOf(failure.failure, features.messageLines);
  features.inOwnCode &&= !features.frames && (!says(sentences, BUILD) || says(sentences, OWN_BUILD));
  const fixes = entry.fixes.map(({ title, kind, install = [], python = "" }) => {
    const why = objection({ kind, install, python }, failure, features, entry, sentences);
    return { title, kind, install, fits: !why, why };
  });
  const isCause = entry.cause === entry.id;
  const helpsOne = isCause && !/^w|fig/.test(fixes[0]?.kind);
  const first = features.announced || (helpsOne && features.inOwnCode) ? "code-change" : helpsOne && "pin";
  const upgrade = features.fit && fixes.find(({ fits }) => fits);
  const isFar = upgrade?.kind === "upgrade" && isFarUpgrade(upgrade, failure.failure, features, entry);
  const prefersOther = !isCause && (isFar || !(features.usesPackage || features.hasSource));
  const isPreferred = ({ install }) => prefersOther && install.length > 0 && specifierOf(requirementsOf(install), entry.package) === undefined;
  return fixes.sort((a, b) => b.fits - a.fits || (b.kind === first) - (a.kind === first) || isPreferred(b) - isPreferred(a));
}

function isFarUpgrade({ install }, { releases }, { frames, caller }, { package: own, affected }) {
  if (frames && !["", own].includes(canonicalName(caller))) return true;
  const lowest = LOWEST.exec(specifierOf(requirementsOf(install), own));
  if (!lowest) return false;
  const sameLine = `==${lowest[2]}.*`;
  return !(releases.has(own) ? inRange(releases.get(own).at(-1), sameLine) : overlap(`${sameLine},<${lowest[1]}`, affected));
}

function sentencesOf({ exceptions, lines }, messageLines) {
  const others = lines.filter(({ raw, line }) => !messageLines.includes(line) && !isListed(raw));
  const sentences = others.flatMap(({ text, line }) => text.split(SENTENCE_END).map((each) => ({ text: each, words: lower(each), printed: exceptions.some((one) => one.line === line) })));
  return sentences.filter(({ text, words }) => (!INSTALL_COMMAND.test(text) || NO_INSTALL.test(words) || NO_HELP.test(words)) && !PAST.test(words));
}

function objection({ kind, install, python }, { failure }, features, entry, sentences) {
  const requirements = requirementsOf(install);
  const names = requirements.map(([name]) => name);
  const upgrades = kind === "upgrade";
  const pins = kind === "pin";
  const installs = upgrades || pins;
  const place = installs && inPlaceOf(failure, requirements);
  const bound = boundAgainst(sentences, requirements, entry);
  const { isNewer, foreignFrames, frames, caller, affected, versions, inOwnCode } = features;
  const interpreters = failure.releases.get("python");
  const isGeneral = upgrades && entry.cause === entry.id;
  let held = isGeneral ? [canonicalName(caller) || "the package"] : [...names, entry.package].slice(0, pins ? 1 : names.length || 1);
  let reason = "";
  if (place) reason = FIX_IN_PLACE;
  else if (bound) reason = FIX_BOUND;
  else if (didNotHelp(sentences, kind, requirements)) reason = FIX_TRIED;
  else if (python && maySatisfy(interpreters, python) === false) reason = FIX_PYTHON;
  else if (installs && says(sentences, NO_INSTALL)) reason = FIX_FIXED;
  else if (names.length && (upgrades ? frames && BUILD_TOOLS.includes(entry.package) : kind === "workaround" && !names.includes(entry.package)) && says(sentences, BUILD)) reason = FIX_BUILD;
  else if (kind === "code-change") reason = caller && !inOwnCode ? FIX_CALL : says(sentences, NO_EDIT) ? FIX_CODE : "";
  else if (isGeneral && (inOwnCode || (frames && failure.ownCalls.length && !caller && !names.length))) reason = FIX_YOURS;
  else if (installs) {
    if (upgrades && !isGeneral) {
      const release = versions[entry.package];
      if (isNewer) reason = FIX_NEWER;
      else if (release && !overlap(specifierOf(requirements, entry.package) ?? "", `>=${release}`)) reason = FIX_BACK;
      else if (foreignFrames) reason = ["", entry.package, ...BUILD_TOOLS].includes(canonicalName(caller)) ? "" : FIX_CALLER;
      else if (inOwnCode && affected === null && !features.fit?.namesPackage) reason = FIX_OWN_CODE;
    }
    held = held.find((name) => isHeld(sentences, name, entry, pins ? NO_DOWNGRADE : HELD));
    if (held) reason ||= FIX_HELD;
  }
  const values = { package: entry.package, caller, release: versions[entry.package], place, bound, python, interpreter: interpreters?.at(-1), held };
  return reason.replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
}

const specifierOf = (requirements, own) => requirements.find(([name]) => name === own)?.[1];

const requirementsOf = (install) => install.map((text) => REQUIREMENT.exec(text)).filter((each) => each).map((match) => [canonicalName(match[1]), match[2] ?? ""]);

const says = (sentences, pattern) => sentences.some(({ words }) => pattern.test(words));

function didNotHelp(sentences, kind, requirements) {
  return kind in TRIED && sentences.some(({ words, printed }, number) => {
    const match = !printed && NO_HELP.exec(words);
    if (!match) return false;
    const before = match.index > MAX_PRONOUN ? "" : (sentences[number - 1]?.words ?? "");
    const report = `${before} ${words.slice(0, match.index + match[0].length)}`;
    return requirements.some(([name, allowed]) => {
      const bounds = statedIn(report, [name]);
      return bounds.length ? bounds.some(([, bound]) => overlap(allowed, bound)) : report.includes(name) && report.match(TRIED[kind]);
    });
  });
}

function isHeld(sentences, held, { package: own, requirements }, pattern) {
  const others = [own, ...Object.keys(requirements)].filter((name) => name !== held);
  return isGiven(sentences, held) || sentences.some((sentence) => !sentence.printed && findAll(sentence.words, pattern).some((match) => speaksOf(match, held, others, sentence)));
}

function speaksOf({ 0: limit, index }, held, others, { text, words }) {
  const start = index + !/^[a-z]/.test(limit);
  const before = words.slice(0, start).split(CLAUSE_END).at(-1);
  const clause = before + words.slice(start).split(CLAUSE_END)[0];
  if (clause.includes(held)) return true;
  const other = OTHER_NAME.exec(text.slice(start - before.length, start));
  if (other && !DETERMINED.test(trim(before.slice(0, other.index + other[0].indexOf(other[1])), " "))) return false;
  if (clause.match(NO_PACKAGE) || others.some((name) => clause.includes(name))) return false;
  const earlier = words.slice(0, start);
  const endOf = (name) => (earlier.includes(name) ? earlier.lastIndexOf(name) + name.length : 0);
  return endOf(held) >= Math.max(0, ...findAll(earlier, NO_PACKAGE).map((match) => match.index + match[0].length), ...others.map(endOf));
}

const isGiven = (sentences, held) => sentences.some(({ words, printed }) => !printed && words.split(CLAUSE_END).some((clause) => GIVEN.test(clause) && findAll(clause, NAME_WORD).some(([word]) => canonicalName(word) === held)));

// Whether a text has a package, in these releases only.
export const has = (releases, name, specifier) => releases.get(name)?.every((release) => inRange(release, specifier));

const inPlaceOf = ({ releases }, requirements) => (requirements.every((each) => has(releases, ...each)) ? requirements.map(([name]) => `${name} ${releases.get(name).at(-1)}`).join(", ") : "");

function boundAgainst(sentences, requirements, entry) {
  const failing = [...Object.entries(entry.requirements), [entry.package, entry.affected]];
  for (const { text, words } of sentences) {
    if (NO_HELP.test(words)) continue;
    const bounds = findAll(text, CONSTRAINT).map((match) => [match[1], match[2].replaceAll(" ", "")]).filter(([name, bound]) => DEMANDED.test(words) || !specifierOf(failing, canonicalName(name))?.replaceAll("=", "").startsWith(bound.replace(/(\.0)+$|=/g, "")));
    for (const clause of requirements.length ? words.split(CLAUSE_END) : []) {
      if (LIMIT.test(clause)) bounds.push(...statedIn(clause, requirements.map(([name]) => name)));
    }
    for (const [name, bound] of bounds) {
      if (requirements.some(([own, each]) => own === canonicalName(name) && !overlap(each, bound))) return name + (bound.endsWith(".*") ? ` ${bound.slice(2, -2)}` : bound);
    }
  }
  return "";
}

function statedIn(words, names) {
  words = words.replace(BELOW, "<");
  return findAll(words, NAME_WORD).flatMap(({ 0: word, index }) => {
    const name = canonicalName(word);
    const match = names.includes(name) && STATED.exec(words.slice(index + word.length));
    if (!match) return [];
    const operator = match[1] ?? (match[3] ? ">=" : "==");
    return [[name, operator + match[2] + (operator === "==" ? ".*" : "")]];
  });
}
