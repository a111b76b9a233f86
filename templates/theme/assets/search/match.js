// Failure and index -> the known failures that the text shows. Each section does what the Python module of its name does, and the
// functions have the same names. The comments that say why stand there.

import tables from "./tables.js";
import { canonicalName, cleanDisplay, compileTemplate, FIND, global, informative, inRange, isListed, isTypoOf, lastPart, lower, matchTemplate, matchTruncated, maySatisfy, normalize, overlap, PLACEHOLDER_MARK, plainQuotes, specificity, spellings, splitFailures, splitIdentifier, tokenize, trim, unique, withoutLastPlace } from "./text.js";

const { limits, reasonTexts: REASONS } = tables;

// normalized_failure

class NormalizedText {
  #forms = {};

  constructor(raw) {
    this.raw = raw;
  }

  get display() {
    return (this.#forms.display ??= plainQuotes(cleanDisplay(this.raw)));
  }

  get normalForm() {
    return (this.#forms.normalForm ??= normalize(this.raw));
  }

  get comparable() {
    return (this.#forms.comparable ??= plainQuotes(this.normalForm));
  }

  get tokens() {
    return (this.#forms.tokens ??= tokenize(this.normalForm));
  }
}

export function normalizeFailure(failure) {
  const { exceptions, lines } = failure;
  const texts = new Map();
  const text = (raw) => texts.get(raw) ?? texts.set(raw, new NormalizedText(raw)).get(raw);
  const library = [...exceptions.flatMap((exception) => exception.frames), ...failure.frames];
  const user = [...exceptions.flatMap((exception) => exception.userFrames), ...failure.userFrames];
  let used;
  return {
    failure,
    exceptions: exceptions.map(({ name, message }) => text(`${name}: ${message}`)),
    lines: lines.map((other) => text(other.text)),
    messageLines: [...messageLines(failure, text)],
    frames: new Set([...library, ...user]),
    packages: new Set(library.map(packageOf)),
    get usedPackages() {
      return (used ??= new Set([...library.map(packageOf), ...lines.flatMap(codeNames)].map(canonicalName)));
    },
  };
}

const [ADDRESS, CODE_NAME, CONSTRAINT] = ["address", "codeName", "constraint"].map((name) => global(tables.patterns[name]));
const codeNames = ({ raw }) => [...raw.replace(ADDRESS, " ").matchAll(CODE_NAME)].map((match) => match[1] || match[2] || match[3]);

const packageOf = (frame) => frame.split("/")[0];

function* messageLines({ exceptions, lines }, text) {
  const byLine = new Map([...lines].reverse().map((other) => [other.line, other.text]));
  for (const { name: exception, message, line } of exceptions) {
    const raw = lines.find((other) => other.line === line && other.raw.includes(message))?.raw ?? "";
    const rest = byLine.get(line + 1) ?? "";
    const last = line === exceptions.at(-1).line;
    for (const variant of unique([message, trim(`${message} ${rest}`, " "), message + rest])) {
      yield { exception, text: text(variant), raw, line, last, goesOn: variant === message ? rest : "" };
    }
  }
  const exceptionLines = new Set(exceptions.map((exception) => exception.line));
  for (const { raw, line } of lines) {
    yield { exception: "", text: text(raw), raw, line, last: false, repeatsException: exceptionLines.has(line), goesOn: byLine.get(line + 1) ?? "" };
  }
}

// query

const lastOnes = (items, count) => [...items].reverse().slice(0, count);

export function makeQuery(normalized) {
  const { failure, exceptions, lines } = normalized;
  const parts = [failure, ...failure.exceptions];
  const isOutput = parts.some(({ message, frames, userFrames }) => message || frames.length || userFrames.length);
  const isExplained = parts.some(({ name, message, frames }) => frames.length || (message && !limits.CHECKS.includes(name)));
  const written = writtenLines(normalized);
  const short = !isOutput && written.length === lines.length && lines.length <= limits.MAX_TYPED_LINES;
  const wholeWords = short ? lines.flatMap((line) => line.tokens) : [];
  const words = wholeWords.flatMap((word) => [word, ...splitIdentifier(word)]);
  const typed = short && words.length <= limits.MAX_TYPED_WORDS;
  const terms = new Map();
  const add = (more, weight) => {
    for (const term of more) if (terms.size < limits.MAX_TERMS && !terms.has(term)) terms.set(term, weight);
  };
  lastOnes(exceptions, limits.MAX_QUERY_EXCEPTIONS).forEach((text, number) => add(text.tokens, number < limits.MAX_MAIN_EXCEPTIONS ? limits.EXCEPTION_WEIGHT : limits.LINE_WEIGHT));
  const frames = [...lastOnes(failure.exceptions, limits.MAX_FRAME_EXCEPTIONS), failure].flatMap((each) => lastOnes(each.frames, limits.MAX_QUERY_FRAMES));
  add(unique(frames).map(lower).slice(0, 2 * limits.MAX_QUERY_FRAMES), limits.FRAME_WEIGHT);
  if (typed) add(words, limits.EXCEPTION_WEIGHT);
  else for (const text of warningLines(exceptions, lines)) add(informative(text.tokens), limits.LINE_WEIGHT);
  add(frames.slice(0, limits.MAX_FRAME_EXCEPTIONS).flatMap((frame) => tokenize(packageOf(frame))), limits.PACKAGE_WEIGHT);
  const prose = isExplained ? [] : informative(written.flatMap((text) => text.tokens));
  return { terms, typed, words: typed ? unique(words) : [], lastWord: (typed && wholeWords.at(-1)) || "", prose };
}

function writtenLines({ failure, lines }) {
  const exceptionLines = new Set(failure.exceptions.filter(({ message }) => message).map((exception) => exception.line));
  return lines.filter((_, at) => {
    const { raw, text, line } = failure.lines[at];
    return !exceptionLines.has(line) && !FIND.machineLine.test(text) && !isListed(raw) && !FIND.logPrefix.test(raw.slice(0, Math.max(0, raw.indexOf(text))));
  });
}

function warningLines(exceptions, lines) {
  const warns = (text) => FIND.warningLine.test(text.raw);
  const others = exceptions.length ? [] : lines.filter((text) => !warns(text));
  return [...lastOnes(lines.filter(warns), limits.MAX_WARNING_LINES), ...lastOnes(others, limits.MAX_OTHER_LINES)];
}

// features

const percent = (part, total) => Math.floor((100 * part) / Math.max(1, total));

function compare(failure, entry) {
  const own = ownPackages(entry);
  const { fits, similarity, sameException } = fitsOf(failure, entry, own);
  const fit = fits.reduce((best, each) => (best === null || isHigher(rank(each), rank(best)) ? each : best), null);
  const entryFrames = unique(entry.frames);
  const shared = entryFrames.filter((frame) => hasFrame(failure.frames, frame));
  const ownFrames = entryFrames.filter((frame) => own.includes(packageOf(frame)));
  const ownShared = ownFrames.filter((frame) => shared.includes(frame));
  const showsPackage = own.some((name) => failure.packages.has(name));
  const releases = compareReleases(failure.failure, entry);
  const isNewer = releases.affected === false;
  const hasRelease = entry.package in releases.versions && releases.affected !== false;
  const uses = ownShared.length > 0 || hasRelease || [...own, entry.package].some((name) => failure.usedPackages.has(canonicalName(name)));
  if (!failure.failure.listed.includes(entry.package)) releases.affected ||= null;
  return {
    fit,
    hasSource: fit !== null && fits.some((each) => each.source && each.line !== fit.line),
    similarity,
    sameException,
    frames: ownShared.length,
    allFrames: ownFrames.length,
    partnerFrames: shared.length - ownShared.length,
    innermost: ownShared.length > 0 && shared.includes(ownFrames.at(-1)),
    foreignFrames: failure.packages.size > 0 && !showsPackage && !ownShared.length,
    framesAlone: !failure.failure.exceptions.length,
    usesPackage: uses || (fit !== null && fit.namesPackage),
    alias: fit !== null && !uses && !fits.some((each) => each.first),
    wrongValue: fit !== null && isWrongValue(fit, entry),
    isNewer,
    caller: callerOf(failure.failure, entry, own),
    ownCode: failure.frames.size > 0 && !failure.packages.size,
    ...releases,
  };
}

function callerOf({ exceptions, frames }, entry, own) {
  const packages = [...exceptions.flatMap((exception) => exception.frames), ...frames].map(packageOf);
  const partners = entry.frames.map(packageOf);
  const end = packages.findIndex((name) => own.includes(name));
  return packages.slice(0, end < 0 ? 1e4 : end).reverse().find((name) => !partners.includes(name)) ?? "";
}

function fitsOf(failure, entry, own) {
  let [similarity, sameException, first] = [0, false, ""];
  const fits = [];
  const packages = [...own, entry.package];
  entry.templates.forEach((template, number) => {
    const [name, message] = splitTemplate(template, entry.exception);
    const { normalForm } = compileTemplate(message);
    if (!number) first = normalForm;
    const sameMessage = !number || Boolean(first && normalForm && (first.includes(normalForm) || normalForm.includes(first)));
    const short = withoutLastPlace(message);
    for (const line of failure.messageLines) {
      let next = fitTemplate(template, name, message, line, packages);
      if ((next === null || next.truncated) && short !== message) next = fitTemplate(template, name, short, line, packages) ?? next;
      if (next) fits.push({ ...next, first: sameMessage && next.sameException !== false, source: !name && !next.truncated && !sameMessage && FIND.sourceCode.test(message) });
      if (line.exception !== limits.OWN_EXCEPTION && sameClass(line.exception, name || entry.exception)) {
        sameException = true;
        if (!line.goesOn || !line.text.comparable.endsWith(limits.UNFINISHED)) similarity = Math.max(similarity, similarityOf(normalForm, line.text.comparable));
      }
    }
  });
  return { fits, similarity, sameException };
}

function splitTemplate(template, exception) {
  const match = FIND.exception.exec(template);
  return match && (FIND.class.test(match[1]) || FIND.dotted.test(match[1]) || sameClass(match[1], exception)) ? [match[1], match[2] ?? ""] : ["", template];
}

function ownPackages(entry) {
  const names = unique(entry.frames.map(packageOf)).sort();
  const joined = (name) => name.replaceAll("-", "");
  const own = names.filter((name) => joined(canonicalName(name)) === joined(entry.package));
  const others = names.filter((name) => !(canonicalName(name) in entry.requirements));
  return own.length ? own : others.length ? others : names;
}

function fitTemplate(template, name, message, line, packages) {
  const { exception, raw, text } = line;
  if (name && line.repeatsException) return null;
  let sameException = null;
  if (name && exception) sameException = sameClass(exception, name);
  else if (name && raw.includes(lastPart(name))) sameException = true;
  const form = compileTemplate(message);
  let [fixedText, coverage, truncated, marks, leads, values] = ["", 0, false, [], false, []];
  if (form.normalized.length) {
    let where, places;
    [where, places, truncated] = findParts(form, line, sameException);
    if (!places.length) return null;
    const matched = places.map(([start, end]) => where.slice(start, end)).join("");
    fixedText = truncated ? matched : form.normalForm;
    coverage = percent(matched.length, where.length);
    marks = markParts(raw, form.printed, where.slice(places[0][0]));
    leads = Boolean(exception) && places[0][0] === 0 && !truncated;
    if (where === text.display && !truncated) values = form.gaps.slice(0, places.length - 1).map((each, at) => [each, where.slice(places[at][1], places[at + 1][0])]);
  } else {
    const sameMessage = text.comparable === form.normalForm;
    if (!sameException || !exception || (message && !sameMessage)) return null;
    coverage = sameMessage ? limits.FULL_COVERAGE : limits.CLASS_COVERAGE;
    marks = markClass(raw, lastPart(name));
  }
  return {
    coverage, specificity: specificity(name, fixedText, packages), sameException, foreignClass: isForeignClass(exception, name, packages),
    truncated, isExceptionLine: Boolean(exception), last: line.last, line: line.line, text: raw, marks, leads,
    values: values.filter(([each]) => each), namesPackage: namesPackage(`${name} ${fixedText}`, packages),
  };
}

function findParts(form, { text, goesOn }, sameException) {
  let places = matchTemplate(text.display, form.printed);
  if (places.length) return [text.display, places, false];
  const normalized = text.comparable;
  places = matchTemplate(normalized, form.normalized);
  if (places.length || sameException === false) return [normalized, places, false];
  if (goesOn && !limits.ELLIPSIS_CHARACTERS.includes(normalized.slice(-1))) return [normalized, [], true];
  return [normalized, matchTruncated(normalized, form.normalized), true];
}

function isForeignClass(printed, name, packages) {
  return printed.includes(".") && !name.includes(".") && !packages.map(canonicalName).includes(canonicalName(printed.split(".")[0]));
}

function rank(fit) {
  const exception = fit.sameException ? 2 : fit.sameException === null ? 1 : 0;
  return [exception, !fit.truncated, fit.isExceptionLine, Math.min(fit.specificity, limits.MAX_RANKED_SPECIFICITY), fit.last, fit.coverage];
}

function isHigher(one, other) {
  const at = one.findIndex((value, place) => value !== other[place]);
  return at >= 0 && one[at] > other[at];
}

function markParts(raw, parts, normalized) {
  const places = matchTemplate(plainQuotes(raw), parts);
  return places.length || !raw ? places : [[Math.max(0, raw.indexOf(normalized.slice(0, limits.MARK_LENGTH))), raw.length]];
}

function markClass(raw, name) {
  const start = raw.indexOf(name);
  return start >= 0 ? [[start, start + name.length]] : [];
}

function similarityOf(normalForm, comparable) {
  const [one, other] = [normalForm, comparable].map((text) => informative(tokenize(text)));
  const shared = one.filter((word) => other.includes(word)).length;
  return percent(shared, one.length + other.length - shared);
}

function sameClass(name, other) {
  const [one, two] = [name, other].map(lastPart);
  return Boolean(name && other) && (one === two || isMisspelt(one, two));
}

function isMisspelt(one, other) {
  const size = Math.min(one.length, other.length);
  if (size < limits.MIN_TYPO_LENGTH || Math.abs(one.length - other.length) > 1 || !isTypoOf(one, other)) return false;
  const sorted = (text) => [...text].sort().join("");
  return one.length !== other.length || [...one].filter((each, at) => each !== other[at]).length === 1 || sorted(one) === sorted(other);
}

function hasFrame(frames, frame) {
  const path = `${frame.slice(0, Math.max(0, frame.lastIndexOf(":")))}:`;
  return frames.has(frame) || frames.has(path) || [...frames].some((each) => each.endsWith(`/${frame}`) || each.endsWith(`/${path}`));
}

function namesPackage(text, packages) {
  const words = tokenize(text);
  return packages.map(tokenize).some((name) => name.length && name.every((word) => words.includes(word)));
}

function compareReleases({ releases, listed }, entry) {
  const names = [entry.package, ...Object.keys(entry.requirements)].filter((name) => releases.has(name));
  const unmet = Object.entries(entry.requirements).filter(([name, specifier]) => listed.includes(name) && maySatisfy(releases.get(name), specifier) === false);
  return {
    affected: entry.affected ? maySatisfy(releases.get(entry.package), entry.affected) : null,
    unmetRequirement: unmet.at(-1)?.[0] ?? "",
    versions: Object.fromEntries(names.map((name) => [name, releases.get(name).at(-1)])),
  };
}

function isWrongValue({ values }, entry) {
  const ranges = { [entry.package]: entry.affected, ...entry.requirements };
  return values.some(([name, value]) => {
    const range = ranges[canonicalName(name)];
    return range && (value === limits.ABSENT || inRange(value, range) === false);
  });
}

// scoring

function scoreMatch(features, entry, keywords) {
  let tier = tierOf(features, entry);
  let scored = features;
  if (keywords && !tier) [tier, scored] = [keywordTier(keywords, features, entry), { ...features, fit: null }];
  else if (isContradicted(features)) {
    const wrong = features.unmetRequirement === "python" || features.wrongValue;
    tier = tier === "exact" && !wrong ? "possible" : "";
  }
  const nearness = keywords ? keywords.nearness : 0;
  const words = keywords ? keywords.informative.map((word) => keywords.written.get(word) ?? word) : [];
  return tier ? { tier, score: scoreOf(scored, entry, nearness), reasons: reasonsOf(scored, entry, words) } : null;
}

const isContradicted = (features) => Boolean(features.unmetRequirement) || features.wrongValue || features.affected === false;

function tierOf(features, entry) {
  const { fit, frames: shared } = features;
  if (fit === null || fit.sameException === false || (fit.truncated && fit.specificity < limits.SPECIFICITY_ENOUGH)) return tierWithoutMessage(features, entry);
  const full = fit.coverage >= limits.MIN_COVERAGE || (fit.leads && fit.specificity > 0);
  if (shared) {
    const sure = fit.specificity > 0 || features.innermost;
    if (full && !fit.truncated) return sure || 2 * shared >= features.allFrames ? "exact" : "likely";
    return sure ? "likely" : "possible";
  }
  const saysSomething = fit.specificity > 0 || (fit.coverage >= limits.WHOLE_LINE_COVERAGE && fit.sameException === true);
  const evidence = (fit.specificity >= limits.SPECIFICITY_STRONG) + (fit.specificity >= limits.SPECIFICITY_ENOUGH) + saysSomething + full - fit.foreignClass;
  const uncertain = features.alias || fit.truncated || !isEntrysOwn(features, entry);
  return limits.TIERS_BY_EVIDENCE[Math.max(0, uncertain ? Math.min(evidence, limits.MAX_UNCERTAIN_EVIDENCE) : evidence)];
}

const isEntrysOwn = (features, entry) => features.usesPackage || features.hasSource || entry.cause === entry.id || !Object.keys(entry.requirements).length;

function tierWithoutMessage(features, entry) {
  const shared = features.frames;
  const similar = features.sameException && features.similarity >= limits.MIN_SIMILARITY;
  const place = features.innermost && shared >= Math.min(limits.MIN_SHARED, features.allFrames);
  if (similar && place) return "likely";
  if (features.fit !== null && features.fit.specificity >= limits.SPECIFICITY_STRONG) return "possible";
  const mayBeClass = features.sameException || features.framesAlone || !entry.exception;
  if (place && mayBeClass && 2 * shared >= features.allFrames) return "possible";
  return similar && features.usesPackage ? "possible" : "";
}

function keywordTier({ coverage, nearness, informative: words, longText }, features, entry) {
  const own = informative(tokenize(entry.package));
  const named = own.length && own.every((word) => words.includes(word));
  if (longText) return named && words.length + (features.affected === true) >= limits.MIN_SHARED_LONG_TEXT && coverage >= limits.MIN_LONG_TEXT_COVERAGE ? "possible" : "";
  const enough = named || words.length >= limits.MIN_SHARED ? coverage >= limits.MIN_KEYWORD_COVERAGE : words.length && nearness >= limits.MIN_NEARNESS;
  return enough ? "possible" : "";
}

function scoreOf(features, entry, nearness) {
  const { fit } = features;
  let score = features.similarity + nearness;
  if (fit) {
    const message = limits.BASE_SCORE + fit.coverage + limits.SPECIFICITY_SCORE * Math.min(fit.specificity, limits.MAX_SCORED_SPECIFICITY);
    score = Math.max(score, message + limits.LAST_EXCEPTION_SCORE * fit.last + (fit.sameException ? limits.SAME_EXCEPTION_SCORE : 0));
    score -= fit.sameException === false ? limits.OTHER_EXCEPTION_PENALTY : limits.TRUNCATED_PENALTY * fit.truncated;
  }
  if (features.allFrames) score += Math.floor((limits.FRAMES_SCORE * features.frames) / features.allFrames) + limits.FRAME_SCORE * Math.min(features.frames, limits.MAX_SCORED_FRAMES);
  score += limits.PARTNER_FRAME_SCORE * Math.min(features.partnerFrames, limits.MAX_SCORED_FRAMES);
  score += limits.USED_SCORE * features.usesPackage + limits.SOURCE_SCORE * features.hasSource;
  score += limits.INNERMOST_SCORE * features.innermost + limits.AFFECTED_SCORE * (features.affected === true);
  score -= limits.CONTRADICTION_PENALTY * isContradicted(features) + limits.FOREIGN_FRAMES_PENALTY * features.foreignFrames;
  return Math.max(1, Math.min(limits.MAX_SCORE, score));
}

function reasonsOf(features, entry, words) {
  const { fit } = features;
  const reasons = [];
  if (fit) reasons.push(fit.truncated ? REASONS.truncated : fit.sameException ? REASONS.both : fit.sameException === null ? REASONS.message : REASONS.other);
  else if (features.sameException) reasons.push(REASONS.similar.replace("%", `${features.similarity}%`));
  else if (words.length) reasons.push(REASONS.words + words.slice(0, limits.MAX_REASON_WORDS).join(", "));
  if (features.frames) reasons.push(`${features.frames} of ${features.allFrames} library frames${features.innermost ? REASONS.innermost : ""}`);
  if (features.foreignFrames) reasons.push(REASONS.foreign);
  if (features.alias) reasons.push(REASONS.alias);
  const release = features.versions[entry.package];
  if (release && features.affected) reasons.push(`${REASONS.installed} ${entry.package} ${release}, ${REASONS.affected}${entry.fixed && REASONS.fixed + entry.fixed}`);
  return reasons;
}

function warningOf({ isNewer, unmetRequirement: unmet, versions }, entry) {
  if (isNewer) return `${REASONS.installed} ${entry.package} ${versions[entry.package]}, ${REASONS.unaffected} (${entry.affected})`;
  return unmet ? `it takes ${unmet} ${entry.requirements[unmet]}, ${REASONS.installed} ${versions[unmet]}` : "";
}

// fixes

function fitFixes(failure, features, entry) {
  const fixes = entry.fixes.map(({ title, kind, install = [] }) => {
    const why = objection({ kind, install }, failure, features, entry);
    return { title, kind, install, fits: !why, why };
  });
  return [...fixes.filter((fix) => fix.fits), ...fixes.filter((fix) => !fix.fits)];
}

function objection({ kind, install }, { failure }, features, entry) {
  const requirements = install.map((text) => FIND.requirement.exec(text)).filter(Boolean).map((match) => [canonicalName(match[1]), match[2] ?? ""]);
  const place = inPlaceOf(failure, requirements);
  const bound = boundAgainst(failure, requirements);
  const { isNewer, foreignFrames, caller, ownCode, frames, affected, hasSource, versions } = features;
  let reason = "";
  if (place) reason = "in place";
  else if (bound) reason = "bound";
  else if (kind === "code-change") reason = caller && "call";
  else if (kind === "upgrade" && entry.cause !== entry.id) {
    if (isNewer) reason = "newer";
    else if (foreignFrames) reason = caller && "caller";
    else if (ownCode && !frames && affected === null && !hasSource) reason = "own code";
  }
  const values = { package: entry.package, caller, release: versions[entry.package], place, bound };
  return reason && tables.fixTexts[reason].replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
}

// Whether a text has a package, in these releases only.
const has = (releases, name, specifier) => releases.get(name)?.every((release) => inRange(release, specifier));

const inPlaceOf = ({ releases }, requirements) => (requirements.every((each) => has(releases, ...each)) ? requirements.map(([name]) => `${name} ${releases.get(name).at(-1)}`).join(", ") : "");

function boundAgainst({ lines }, requirements) {
  for (const { text } of lines) {
    for (const match of FIND.installCommand.test(text) ? [] : text.matchAll(CONSTRAINT)) {
      const bound = match[2].replaceAll(" ", "");
      if (requirements.some(([name, each]) => name === canonicalName(match[1]) && !overlap(each, bound))) return match[1] + bound;
    }
  }
  return "";
}

// environment

// The failures that a list of releases is in for.
export async function matchEnvironment(failure, index) {
  const { exceptions, frames, userFrames, listed } = failure;
  const names = listed.slice(0, limits.MAX_LISTED).filter((name) => name !== "python");
  if (exceptions.length || frames.length || userFrames.length || names.length < limits.MIN_LISTED) return [];
  const terms = names.map((name) => limits.PACKAGE_TERM + name);
  await index.prepare(terms);
  const numbers = unique(terms.flatMap((term) => index.postings(term).map((posting) => posting >> 1))).sort((a, b) => a - b);
  await index.prepareEntries(numbers);
  const normalized = normalizeFailure(failure);
  return numbers.map((number) => ({ ...tables.entryDefaults, ...index.entry(number) })).filter((entry) => entry.cause !== entry.id && isMet(failure, entry)).map((entry) => {
    const features = compare(normalized, entry);
    return { entry, versions: features.versions, fixes: fitFixes(normalized, features, entry) };
  });
}

function isMet({ releases, listed }, entry) {
  const ranges = Object.entries({ ...entry.requirements, [entry.package]: entry.affected });
  return ranges.every(([name, specifier]) => specifier && listed.includes(name) && has(releases, name, specifier));
}

// matcher

const compareText = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const byRank = (a, b) => limits.TIERS.indexOf(a.tier) - limits.TIERS.indexOf(b.tier) || b.score - a.score || compareText(a.entry.id, b.entry.id);

export async function match(failure, index, limit = limits.DEFAULT_LIMIT) {
  const best = new Map();
  for (const part of splitFailures(failure)) {
    for (const each of await matchFailure(normalizeFailure(part), index)) {
      const before = best.get(each.entry.id);
      if (!before || byRank(each, before) < 0) best.set(each.entry.id, each);
    }
  }
  return [...best.values()].sort(byRank).slice(0, limit);
}

async function matchFailure(failure, index) {
  const query = makeQuery(failure);
  const terms = selectTerms(query, index);
  await index.prepare(terms.map(([term]) => term));
  const candidates = findCandidates(query, terms, index);
  const weights = wordWeights(query, index);
  const written = spellings(query.prose.length ? failure.lines.map((text) => text.normalForm).join("\n") : "");
  const limited = limitEntryFiles(candidates, index);
  await index.prepareEntries(limited.map((candidate) => candidate.number));
  let matches = limited.flatMap((candidate) => scoreEntry(failure, candidate, index, (entry) => query.typed && { ...keywordMatch(weights, candidate, entry), written }));
  if (query.typed && matches.some((each) => each.line)) matches = matches.filter((each) => each.line);
  const { prose } = query;
  if (!matches.length && prose.length && hasLead(candidates)) {
    const words = prose.filter((word) => candidates[0].terms.has(word));
    const indexed = terms.filter(([word]) => prose.includes(word) && index.postings(word).length).length;
    matches.push(...scoreEntry(failure, candidates[0], index, () => ({ coverage: percent(words.length, indexed), nearness: 0, informative: words, longText: true, written })));
  }
  return settleTwins(matches);
}

function selectTerms(query, index) {
  const sorted = [...query.terms].sort((a, b) => index.frequency(a[0]) - index.frequency(b[0]) || b[1] - a[1] || compareText(a[0], b[0]));
  const selected = [];
  let budget = limits.MAX_COMMON_POSTINGS;
  for (const [term, weight] of sorted) {
    const frequency = index.frequency(term);
    if (frequency <= budget || !selected.length) {
      selected.push([term, weight]);
      budget -= frequency;
    }
  }
  return selected;
}

function findCandidates(query, terms, index) {
  const candidates = new Map();
  for (const [term, weight] of terms) {
    const postings = index.postings(term, query.typed, term === query.lastWord);
    const points = weight * idfSteps(index.length, Math.max(1, postings.length));
    for (const posting of postings.reverse()) {
      const number = posting >> 1;
      let candidate = candidates.get(number);
      if (!candidate) candidates.set(number, (candidate = { number, points: 0, terms: new Map() }));
      if (!candidate.terms.has(term)) {
        candidate.points += points * (posting & 1 ? 2 : 1);
        candidate.terms.set(term, Boolean(posting & 1));
      }
    }
  }
  return [...candidates.values()].sort((a, b) => b.points - a.points || a.number - b.number);
}

function idfSteps(entries, frequency) {
  let steps = 1;
  let rest = entries / frequency;
  while (rest >= limits.IDF_STEP) {
    rest /= limits.IDF_STEP;
    steps += 1;
  }
  return steps;
}

function limitEntryFiles(candidates, index) {
  const files = new Set();
  const limited = [];
  for (const candidate of candidates) {
    if (candidate.points * 100 < candidates[0].points * limits.MIN_SHARE_OF_BEST) break;
    const file = Math.floor(candidate.number / index.head.chunk);
    if (files.has(file) || files.size < limits.MAX_ENTRY_FILES) {
      files.add(file);
      limited.push(candidate);
    }
  }
  return limited;
}

const hasLead = ([first, second]) => first && (!second || 100 * first.points >= limits.MIN_LEAD * second.points);

function scoreEntry(failure, candidate, index, keywordsOf) {
  const entry = { ...tables.entryDefaults, ...index.entry(candidate.number) };
  const features = compare(failure, entry);
  const scored = scoreMatch(features, entry, keywordsOf(entry));
  if (!scored) return [];
  const { line, text, marks } = features.fit ?? { line: 0, text: "", marks: [] };
  const proof = features.frames || features.hasSource ? 2 : Number(features.usesPackage);
  return [{ entry, ...scored, line, text, marks, versions: features.versions, fixes: fitFixes(failure, features, entry), warning: warningOf(features, entry), proof }];
}

function wordWeights(query, index) {
  return query.words.map((word) => {
    const frequency = index.frequency(word) || index.postings(word, true, word === query.lastWord).length;
    return [word, frequency ? idfSteps(index.length, frequency) : Math.floor(idfSteps(index.length, 1) / 2)];
  });
}

function keywordMatch(weights, candidate, entry) {
  let [points, maximum, all] = [0, 0, 0];
  for (const [word, weight] of weights) {
    const isShared = candidate.terms.has(word);
    all += 2 * weight;
    if (isShared) points += weight * (candidate.terms.get(word) ? 2 : 1);
    if (isShared || informative([word]).length) maximum += 2 * weight;
  }
  const shared = weights.map(([word]) => word).filter((word) => candidate.terms.has(word));
  const messageShare = Math.max(0, ...entry.templates.map((template) => messageShareOf(shared, entry, template)));
  return { coverage: percent(points, maximum), nearness: percent(2 * points, all) + messageShare, informative: informative(shared) };
}

function messageShareOf(words, entry, template) {
  const { normalForm } = compileTemplate(template);
  const own = unique(tokenize(`${entry.package} ${normalForm}`));
  return percent(own.filter((word) => words.includes(word)).length, own.length + normalForm.split(PLACEHOLDER_MARK).length - 1);
}

function settleTwins(matches) {
  const settled = matches.map((each) => {
    const twins = matches.filter(({ tier, marks, text }) => tier === "likely" && each.tier === tier && marks.length && text === each.text);
    return twins.length > 1 && !standsOut(each, twins) ? { ...each, tier: "possible", reasons: [...each.reasons, REASONS.ambiguous] } : each;
  });
  return settled.map((each) => behindVictims(settled, each)).sort(byRank);
}

function standsOut({ entry, proof }, twins) {
  const { id, cause } = entry;
  const others = twins.filter((each) => each.entry.id !== id);
  if (cause === id) return others.every((each) => each.entry.cause === id);
  return proof > 0 && others.every((each) => each.entry.id === cause || each.proof < proof);
}

function behindVictims(matches, match) {
  const { id } = match.entry;
  const victims = matches.filter((each) => each.entry.cause === id && each.entry.id !== id && each.tier === match.tier && each.proof);
  return { ...match, score: Math.max(1, Math.min(match.score, ...victims.map((each) => each.score - 1))) };
}

// reader: the published index, of which only the parts are fetched that a query needs

// An index may be damaged or come from anywhere, so it is checked like in matching/index/validation.py, but for what fails by itself.
// The numbers and the pattern are those of format.py; the ones in `tables` came with the index.
const [MAX_ENTRIES, MAX_CHUNK, HASH_LENGTH] = [1e7, 1000, 6];
const PATH = /^(?!\/|.*[.][.])[\w.~@+#/-]+$/;

const isNumber = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
const areTexts = (values) => values.every((value) => typeof value === "string");

function need(...facts) {
  if (!facts.every(Boolean)) throw new Error();
}

export class Index {
  #files = new Map();

  // `head` is the content of index.json, `read` returns a promise of the parsed content of a path in the index.
  constructor(head, read) {
    const { entries, chunk, most, starts, terms, cards } = head;
    need(isNumber(entries, 0, MAX_ENTRIES), isNumber(chunk, 1, MAX_CHUNK), isNumber(most, 0, MAX_ENTRIES), areTexts(starts));
    need(terms.length === HASH_LENGTH * starts.length, cards.length === HASH_LENGTH * Math.ceil(entries / chunk));
    need(Object.values(head.common).every((value) => isNumber(value, 0, entries)), /^[a-z2-7]*$/.test(terms + cards));
    this.head = head;
    this.read = read;
  }

  get length() {
    return this.head.entries;
  }

  frequency(term) {
    return Object.hasOwn(this.head.common, term) ? this.head.common[term] : 0;
  }

  // Fetch the files that `postings` of these terms needs.
  prepare(terms) {
    return this.#load("terms", terms.map((term) => this.#termFile(term)).filter((number) => number >= 0));
  }

  prepareEntries(numbers) {
    return this.#load("cards", numbers.map((number) => Math.floor(number / this.head.chunk)));
  }

  postings(term, fuzzy = false, prefix = false) {
    const number = this.#termFile(term);
    if (number < 0) return [];
    const terms = this.#files.get(`terms/${number}`);
    if (Object.hasOwn(terms, term)) return accumulate(terms[term]);
    if (!fuzzy || term.length < limits.MIN_FUZZY_LENGTH) return [];
    const words = informative(Object.keys(terms));
    let meant = words.filter((word) => prefix && word.startsWith(term));
    if (!meant.length) meant = words.filter((word) => isTypoOf(term, word));
    return unique(meant.slice(0, limits.MAX_COMPLETIONS).flatMap((word) => accumulate(terms[word]))).sort((a, b) => a - b);
  }

  entry(number) {
    return this.#files.get(`cards/${Math.floor(number / this.head.chunk)}`)[number % this.head.chunk];
  }

  #termFile(term) {
    if (this.frequency(term) > this.head.most) return -1;
    const { starts } = this.head;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (term < starts[middle]) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  #load(kind, numbers) {
    return Promise.all(unique(numbers).map(async (number) => {
      const key = `${kind}/${number}`;
      if (this.#files.has(key)) return;
      const name = this.head[kind].slice(number * HASH_LENGTH, (number + 1) * HASH_LENGTH);
      const data = await this.read(`${key}-${name}.json`);
      if (kind === "terms") this.#checkTerms(data);
      else this.#checkEntries(data, number);
      this.#files.set(key, data);
    }));
  }

  #checkTerms(terms) {
    for (const steps of Object.values(terms)) {
      need(accumulate(steps).every((posting, at, all) => isNumber(posting, at ? all[at - 1] + 1 : 0, 2 * this.length - 1)), steps.length);
    }
  }

  #checkEntries(entries, number) {
    const { chunk } = this.head;
    need(entries.length === Math.min(chunk, this.length - number * chunk));
    for (const { display, templates = [], frames = [], requirements = {}, fixes = [], ...texts } of entries) {
      need(texts.id, display.path, PATH.test(display.path), display.kind === "page" || display.verdict);
      need(...fixes.map(({ title, kind, install = [] }) => areTexts([title, kind, ...install])));
      need(...[display, templates, frames, requirements, texts].map((values) => areTexts(Object.values(values))));
    }
  }
}

function accumulate(steps) {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
