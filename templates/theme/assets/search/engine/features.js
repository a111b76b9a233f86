// What builder/fixcards/matching/score/features.py does. The comments that say why stand there.

import { compileTemplate, matchTemplate, matchTruncated, plainQuotes } from "./template.js";
import { framesOf } from "./normalized_failure.js";
import { findAll, lastPart, lower, unique } from "./strings.js";
import { canonicalName, framePackage } from "./packages.js";
import { informative, isTypoOf, specificity, tokenize } from "./tokens.js";
import {
  ABSENT, ADVISORY, ANNOUNCING, BEGINNING, CLASS_COVERAGE, CLASS_OF_METHOD, COPY, DOTTED, ELLIPSIS_CHARACTERS, EXCEPTION, EXCEPTION_CLASS, FULL_COVERAGE,
  IDENTIFYING, INTERRUPTION, LAST_PLACE, MARK_LENGTH, MAX_RANKED_SPECIFICITY, MESSAGE_COVERAGE, MIN_TYPO_LENGTH, OWN_EXCEPTION, QUOTED_NAME, SHADOWED,
  SOURCE_CODE, SPECIFICITY_ENOUGH, SUBJECT, UNFINISHED, WRAPPED,
} from "./constants.js";
import { inRange, maySatisfy } from "./versions.js";

export const percent = (part, total) => Math.floor((100 * part) / Math.max(1, total));

export function compare(failure, entry) {
  const { packages } = failure;
  const joined = entry.package.replaceAll("-", "");
  const own = ownPackages(entry);
  own.push(...[...packages].filter((name) => canonicalName(name).replaceAll("-", "") === joined && !own.includes(name)));
  const { fits, similarity, sameNames, sameException } = fitsOf(failure, entry, own);
  const fit = [...fits].sort((a, b) => rank(b) - rank(a))[0] ?? null;
  const entryFrames = unique(entry.frames);
  const shared = entryFrames.filter((frame) => hasFrame(failure.frames, frame));
  const ownFrames = entryFrames.filter((frame) => own.includes(framePackage(frame)));
  const ownShared = ownFrames.filter((frame) => shared.includes(frame));
  const showsPackage = own.some((name) => packages.has(name));
  const releases = compareReleases(failure.failure, entry);
  const announced = ANNOUNCING.test(fit?.text) && !fits.some((each) => each.sameException && !ANNOUNCING.test(each.text));
  const required = Object.keys(entry.requirements);
  if (announced) {
    releases.unmetRequirement = "";
    if (!required.length) releases.affected ||= null;
  }
  const isNewer = releases.affected === false;
  const isIn = (names) => [...own, entry.package].some((name) => names.has(canonicalName(name)));
  const isVictim = !["", entry.id].includes(entry.cause);
  const isStrong = fit?.specificity >= IDENTIFYING;
  const isMet = !releases.unmetRequirement && !releases.doubtful && required.some((name) => name in releases.versions);
  const isNamed = (isMet ? fit?.specificity >= SPECIFICITY_ENOUGH : isStrong) && !isVictim && isIn(failure.namedPackages());
  const isUsed = entry.package in releases.versions || isIn(failure.usedPackages()) || isNamed;
  const uses = ownShared.length > 0 || showsPackage || (isUsed && !isNewer);
  const { exceptions } = failure.failure;
  const ownCode = failure.frames.size && !packages.size && !(isVictim && fit?.namesPackage);
  releases.doubtful ||= !ownShared.length && !showsPackage && ((ownCode && ownFrames.length && !isStrong) || isOfAnother(fit, failure, entry, own));
  if (!failure.failure.listed.includes(entry.package)) {
    releases.doubtful ||= isNewer;
    releases.affected ||= null;
  }
  return {
    fit,
    hasSource: fit && fits.some((each) => each.source && each.line !== fit.line),
    similarity,
    otherNames: !sameNames,
    sameException,
    frames: ownShared.length,
    allFrames: ownFrames.length,
    innermost: shared.includes(ownFrames.at(-1)),
    foreignFrames: packages.size && !showsPackage && !ownShared.length && entry.package !== "python",
    framesAlone: exceptions.every(({ name }) => name === INTERRUPTION),
    usesPackage: uses || !!fit?.namesPackage,
    alias: fit && !uses && !fit.isStatement && !(entry.cause === entry.id && fit.namesPackage) && entry.package !== "python" && !fits.some((each) => each.first),
    wrongValue: fit && isWrongValue(fit, releases.ranges),
    isNewer,
    announced,
    caller: callerOf(failure.failure, entry, own),
    ownCode,
    messageLines: fits.map((each) => (each === fit || each.coverage >= MESSAGE_COVERAGE) && each.line),
    inOwnCode: ownCode || exceptions.find(({ line }) => line === fit?.line)?.inOwnCode,
    ...releases,
  };
}

function isOfAnother(fit, failure, entry, own) {
  const origins = failure.origins();
  const [, object, called] = SUBJECT.exec(fit?.text ?? "") ?? [];
  const sources = [object ?? called, object && `=${lower(object)}`].flatMap((name) => [...(origins.get(name) ?? [])]);
  if (!sources.length) return false;
  const words = [...own, entry.package, ...Object.keys(entry.requirements), ...`${entry.title} ${entry.templates}`.match(/\w+/g)].map(canonicalName);
  return !sources.some((name) => words.includes(canonicalName(name)));
}

function callerOf(failure, entry, own) {
  const isOwn = (name) => own.includes(name);
  if (failure.ownCalls.map(framePackage).some(isOwn)) return "";
  const packages = framesOf(failure).map(framePackage);
  const partners = entry.frames.map(framePackage);
  const end = packages.findIndex(isOwn);
  return packages.slice(0, end >>> 0).reverse().find((name) => !partners.includes(name) && !(canonicalName(name) in entry.requirements)) ?? "";
}

function fitsOf(failure, entry, own) {
  let [similarity, sameNames, sameException, first] = [0, true, false];
  const fits = [];
  const packages = [...own, entry.package];
  entry.templates.forEach((template, number) => {
    const [name, message] = splitTemplate(template, entry.exception);
    const { normalForm } = compileTemplate(message);
    first ??= normalForm;
    const sameMessage = !number || !!(first && normalForm && (first.includes(normalForm) || normalForm.includes(first)));
    const messages = unique([message, message.replace(LAST_PLACE, ""), message.replace(CLASS_OF_METHOD, "")]);
    for (const line of failure.messageLines) {
      let next = null;
      for (const each of messages) if (!next || next.truncated) next = fitTemplate(name, each, line, packages) ?? next;
      if (next) fits.push({ ...next, first: sameMessage && next.sameException !== false, source: !name && !next.truncated && !sameMessage && SOURCE_CODE.test(message) });
      if (line.exception !== OWN_EXCEPTION && sameClass(line.exception, name || (number ? "" : entry.exception))) {
        sameException = true;
        if (!line.goesOn || !line.text.comparable().endsWith(UNFINISHED)) {
          const next = similarityOf(normalForm, line.text.comparable());
          const names = [message, line.text.display()].map((each) => findAll(each, QUOTED_NAME).map(([, name]) => name));
          const same = !isShadowed(line, message) && names.some((each, at) => each.every((name) => names[1 - at].includes(name)));
          sameNames = next > similarity ? same : sameNames || (next === similarity && same);
          similarity = Math.max(similarity, next);
        }
      }
    }
  });
  return { fits, similarity, sameNames, sameException };
}

const isShadowed = ({ raw }, message) => raw.endsWith(SHADOWED) && !message.includes(SHADOWED);

function splitTemplate(template, exception) {
  const match = EXCEPTION.exec(template);
  return match && (EXCEPTION_CLASS.test(match[1]) || DOTTED.test(match[1]) || sameClass(match[1], exception)) ? [match[1], match[2] ?? ""] : ["", template];
}

function ownPackages(entry) {
  const names = entry.frames.map(framePackage);
  const joined = (name) => name.replaceAll("-", "");
  const own = names.filter((name) => joined(canonicalName(name)) === joined(entry.package));
  const others = names.filter((name) => !(canonicalName(name) in entry.requirements));
  return own.length ? own : others.length ? others : names;
}

function fitTemplate(name, message, line, packages) {
  const { exception, raw, text } = line;
  if ((name && line.repeatsException) || isShadowed(line, message)) return null;
  let sameException = null;
  if (name && exception) sameException = sameClass(exception, name);
  else if (name && raw.includes(lastPart(name))) sameException = true;
  const form = compileTemplate(message);
  let [fixedText, coverage, truncated, marks, leads, values] = ["", 0, false, [], false, []];
  let isStatement = canonicalName(/^[\w.-]*/.exec(message)[0]) === packages.at(-1) || ADVISORY.test(message);
  if (form.normalized.length) {
    let where, places;
    [where, places, truncated] = findParts(form, line, sameException);
    const gaps = places.slice(1).map(([start], at) => where.slice(places[at][1], start));
    const matched = places.map(([start, end]) => where.slice(start, end)).join("");
    fixedText = truncated ? matched : form.normalForm;
    if (!places.length || (truncated && !BEGINNING.test(fixedText))) return null;
    coverage = percent(matched.length, where.length - gaps.filter((gap) => gap.includes("/")).join("").length);
    marks = markParts(raw, form.printed, where.slice(places[0][0]));
    const wrapped = !truncated && WRAPPED.test(where.slice(0, places[0][0]));
    isStatement &&= where === text.display();
    leads = wrapped || ((isStatement || (!!exception && places[0][0] === 0)) && !truncated);
    if (sameException === false && wrapped) sameException = null;
    if (where === text.display() && !truncated) values = gaps.map((gap, at) => [form.gaps[at], gap]);
  } else {
    const sameMessage = text.comparable() === form.normalForm;
    if (!sameException || !exception || (message && !sameMessage)) return null;
    coverage = sameMessage ? FULL_COVERAGE : CLASS_COVERAGE;
    const start = raw.indexOf(lastPart(name));
    if (start >= 0) marks = [[start, start + lastPart(name).length]];
  }
  return {
    coverage, specificity: specificity(name, fixedText, packages), sameException,
    truncated, isExceptionLine: !!exception, last: line.last, line: line.line, text: raw, marks, leads, isStatement,
    values: values.filter(([each]) => each), namesPackage: namesPackage(`${name} ${fixedText}`, packages),
  };
}

function findParts(form, { text, goesOn }, sameException) {
  let places = matchTemplate(text.display(), form.printed);
  if (places.length) return [text.display(), places, false];
  const normalized = text.comparable();
  places = matchTemplate(normalized, form.normalized);
  if (places.length || sameException === false) return [normalized, places, false];
  if (goesOn && !ELLIPSIS_CHARACTERS.includes(normalized.slice(-1))) return [normalized, [], true];
  return [normalized, matchTruncated(normalized, form.normalized), true];
}

// One number in place of a tuple: each part weighs more than all behind it together.
function rank(fit) {
  const exception = fit.truncated && fit.specificity < SPECIFICITY_ENOUGH ? 0 : 2 * (fit.sameException ?? 0.5);
  return exception * 8e4 + !fit.truncated * 4e4 + fit.isExceptionLine * 2e4 + Math.min(fit.specificity, MAX_RANKED_SPECIFICITY) * 2e3 + fit.last * 1e3 + fit.coverage;
}

function markParts(raw, parts, normalized) {
  const places = matchTemplate(plainQuotes(raw), parts);
  return places.length || !raw ? places : [[Math.max(0, raw.indexOf(normalized.slice(0, MARK_LENGTH))), raw.length]];
}

function similarityOf(normalForm, comparable) {
  const [one, other] = [normalForm, comparable].map((text) => informative(tokenize(text)));
  const shared = one.filter((word) => other.includes(word)).length;
  return percent(shared, one.length + other.length - shared);
}

function sameClass(name, other) {
  const [one, two] = [name, other].map((each) => lastPart(each).replace("ModuleNotFound", "Import"));
  return !!(name && other) && (one === two || isMisspelt(one, two));
}

function isMisspelt(one, other) {
  return Math.min(one.length, other.length) >= MIN_TYPO_LENGTH && Math.abs(one.length - other.length) < 2 && isTypoOf(one, other);
}

function hasFrame(frames, frame) {
  const path = frame.replace(/[^:]*$/, "");
  return frames.has(frame) || frames.has(path) || [...frames].some((each) => !COPY.test(each) && (each.endsWith(`/${frame}`) || each.endsWith(`/${path}`)));
}

function namesPackage(text, packages) {
  const words = tokenize(text);
  return packages.map(tokenize).some((name) => name.length && name.every((word) => words.includes(word)));
}

function compareReleases({ releases, listed }, entry) {
  const takes = { python: entry.requires_python, ...entry.requirements };
  const ranges = { [entry.package]: entry.affected, ...entry.requirements };
  const names = Object.keys(ranges).filter((name) => releases.has(name));
  const unmet = Object.keys(takes).filter((name) => maySatisfy(releases.get(name), takes[name]) === false);
  const certain = unmet.filter((name) => listed.includes(name));
  return {
    ranges,
    affected: entry.affected ? maySatisfy(releases.get(entry.package), entry.affected) : null,
    unmetRequirement: certain.at(-1) ?? "",
    doubtful: unmet.length > certain.length,
    versions: Object.fromEntries(names.map((name) => [name, releases.get(name).findLast((each) => maySatisfy([each], ranges[name])) ?? releases.get(name).at(-1)])),
  };
}

function isWrongValue({ values }, ranges) {
  return values.some(([name, value]) => {
    const range = ranges[canonicalName(name)];
    const release = value.split(")")[0];
    return range && (release === ABSENT || inRange(release, range) === false);
  });
}
