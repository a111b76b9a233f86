// Failure and index -> the known failures that the text shows. Each section does what the Python module of its name does, and the
// functions have the same names. The comments that say why stand there.

import tables from "./tables.js";
import { lastPart, splitFailures } from "./parser.js";
import { FIND, PLACEHOLDER_MARK, canonicalName, cleanDisplay, compileTemplate, inSpecifier, informative, lower, matchTemplate, matchTruncated, normalize, plainQuotes, specificity, splitIdentifier, tokenize, trim, unique } from "./text.js";

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
  let words;
  return {
    failure,
    exceptions: exceptions.map(({ name, message }) => text(`${name}: ${message}`)),
    lines: lines.map((other) => text(other.text)),
    messageLines: [...messageLines(failure, text)],
    frames: new Set([...library, ...user]),
    packages: new Set(library.map(packageOf)),
    get wordsByLine() {
      return (words ??= lines.map((other) => new Set(tokenize(other.raw))));
    },
  };
}

const packageOf = (frame) => frame.split("/")[0];

function* messageLines({ exceptions, lines }, text) {
  for (const { name: exception, message, line } of exceptions) {
    const raw = lines.find((other) => other.line === line && other.raw.includes(message))?.raw ?? "";
    const rest = lines.find((other) => other.line === line + 1)?.text ?? "";
    const last = line === exceptions.at(-1).line;
    for (const variant of unique([message, trim(`${message} ${rest}`, " "), message + rest])) yield { exception, text: text(variant), raw, line, last };
  }
  const exceptionLines = new Set(exceptions.map((exception) => exception.line));
  for (const { raw, line } of lines) yield { exception: "", text: text(raw), raw, line, last: false, repeatsException: exceptionLines.has(line) };
}

// query

const lastOnes = (items, count) => [...items].reverse().slice(0, count);

export function makeQuery({ failure, exceptions, lines }) {
  const isOutput = [failure, ...failure.exceptions].some(({ message, frames, userFrames }) => message || frames.length || userFrames.length);
  const short = lines.length <= limits.MAX_TYPED_LINES && !isOutput;
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
  return { terms, typed, words: typed ? unique(words) : [], lastWord: (typed && wholeWords.at(-1)) || "" };
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
  const { fit, firstFits, similarity, sameException } = bestFit(failure, entry, own);
  const shared = unique(entry.frames).filter((frame) => hasFrame(failure.frames, frame));
  const showsPackage = own.some((name) => failure.packages.has(name));
  const noFrame = entry.frames.length > 0 && failure.frames.size > 0 && !shared.length;
  return {
    fit,
    similarity,
    sameException,
    frames: shared.length,
    innermost: entry.frames.length > 0 && shared.includes(entry.frames.at(-1)),
    foreignFrames: noFrame && !showsPackage,
    samePackageOtherFrames: noFrame && showsPackage,
    alias: fit !== null && !(firstFits || shared.length || showsPackage || namesPackage(failure, entry.package, own)),
    ...compareReleases(failure.failure.versions, entry),
  };
}

function bestFit(failure, entry, own) {
  let [fit, firstFits, similarity, sameException, first] = [null, false, 0, false, ""];
  const packages = [...own, entry.package, ...Object.keys(entry.requirements).filter((name) => name !== "python")];
  entry.templates.forEach((template, number) => {
    const [name, message] = splitTemplate(template, entry.exception);
    const { normalForm } = compileTemplate(message);
    if (!number) first = normalForm;
    const sameMessage = !number || (first && normalForm && (first.includes(normalForm) || normalForm.includes(first)));
    for (const line of failure.messageLines) {
      const next = fitTemplate(template, name, message, line, packages);
      firstFits ||= Boolean(next && sameMessage && next.sameException !== false);
      if (next && (fit === null || isHigher(rank(next), rank(fit)))) fit = next;
      if (line.exception && sameClass(line.exception, name || entry.exception)) {
        sameException = true;
        similarity = Math.max(similarity, similarityOf(normalForm, line.text.comparable));
      }
    }
  });
  return { fit, firstFits, similarity, sameException };
}

function splitTemplate(template, exception) {
  const match = FIND.exception.exec(template);
  return match && (FIND.class.test(match[1]) || FIND.dotted.test(match[1]) || sameClass(match[1], exception)) ? [match[1], match[2] ?? ""] : ["", template];
}

function ownPackages(entry) {
  const names = unique(entry.frames.map(packageOf)).sort();
  const own = names.filter((name) => canonicalName(name) === entry.package);
  return own.length ? own : names;
}

function fitTemplate(template, name, message, line, packages) {
  const { exception, raw, text } = line;
  if (name && line.repeatsException) return null;
  let sameException = null;
  if (name && exception) sameException = sameClass(exception, name);
  else if (name && raw.includes(lastPart(name))) sameException = true;
  const form = compileTemplate(message);
  let [fixedText, coverage, truncated, marks] = ["", 0, false, []];
  if (form.normalized.length) {
    let where, places;
    [where, places, truncated] = findParts(form, text, sameException);
    if (!places.length) return null;
    const matched = places.map(([start, end]) => where.slice(start, end)).join("");
    fixedText = truncated ? matched : form.normalForm;
    coverage = percent(matched.length, where.length);
    marks = markParts(raw, form.printed, where.slice(places[0][0]));
  } else {
    const sameMessage = text.comparable === form.normalForm;
    if (!sameException || !exception || (message && !sameMessage)) return null;
    coverage = sameMessage ? limits.FULL_COVERAGE : limits.CLASS_COVERAGE;
    marks = markClass(raw, lastPart(name));
  }
  return {
    template, coverage, specificity: specificity(name, fixedText, packages), sameException, foreignClass: isForeignClass(exception, name, packages),
    truncated, isExceptionLine: Boolean(exception), last: line.last, line: line.line, text: raw, marks,
  };
}

function findParts(form, text, sameException) {
  let places = matchTemplate(text.display, form.printed);
  if (places.length) return [text.display, places, false];
  const normalized = text.comparable;
  places = matchTemplate(normalized, form.normalized);
  if (places.length || sameException === false) return [normalized, places, false];
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

const sameClass = (name, other) => Boolean(name && other) && lastPart(name) === lastPart(other);

function hasFrame(frames, frame) {
  const path = `${frame.slice(0, Math.max(0, frame.lastIndexOf(":")))}:`;
  return frames.has(frame) || frames.has(path) || [...frames].some((each) => each.endsWith(`/${frame}`) || each.endsWith(`/${path}`));
}

function namesPackage(failure, name, own) {
  if (failure.failure.versions.has(name)) return true;
  const names = [...own, name].map(tokenize).filter((words) => words.length);
  return failure.wordsByLine.some((line) => names.some((words) => words.every((word) => line.has(word))));
}

function compareReleases(releases, entry) {
  const versions = Object.fromEntries([entry.package, ...Object.keys(entry.requirements)].filter((name) => releases.has(name)).map((name) => [name, releases.get(name)]));
  const release = versions[entry.package];
  const affected = release && entry.affected ? maySatisfy(release, entry.affected) : null;
  const unmet = Object.entries(entry.requirements).filter(([name, specifier]) => releases.has(name) && maySatisfy(releases.get(name), specifier) === false);
  return { affected, unmetRequirement: unmet.at(-1)?.[0] ?? "", versions };
}

function maySatisfy(release, range) {
  const results = range.split(" or ").map((specifier) => {
    const satisfied = inSpecifier(release, specifier);
    return satisfied === false && release.split(".").length === 2 && inSpecifier(`${release}.999`, specifier) ? null : satisfied;
  });
  return results.includes(true) || (results.includes(null) ? null : false);
}

// scoring

function scoreMatch(features, entry, keywords) {
  let tier = tierOf(features, entry);
  let scored = features;
  if (keywords && !tier) [tier, scored] = [keywordTier(keywords, entry), { ...features, fit: null }];
  else if (tier && isContradicted(features)) tier = tables.demotedTier[tier];
  const { nearness, informative: words } = keywords || { nearness: 0, informative: [] };
  return tier ? { tier, score: scoreOf(scored, entry, nearness), reasons: reasonsOf(scored, entry, words) } : null;
}

const isContradicted = (features) => Boolean(features.unmetRequirement) || features.affected === false;

function tierOf(features, entry) {
  const { fit, frames: shared } = features;
  if (fit === null || fit.sameException === false || (fit.truncated && fit.specificity < limits.SPECIFICITY_ENOUGH)) return tierWithoutMessage(features, entry);
  const full = fit.coverage >= limits.MIN_COVERAGE;
  if (shared) {
    const sure = fit.specificity > 0 || features.innermost;
    if (full && !fit.truncated) return sure || 2 * shared >= entry.frames.length ? "exact" : "likely";
    return sure ? "likely" : "possible";
  }
  if (features.foreignFrames) return full && fit.specificity >= limits.SPECIFICITY_ENOUGH ? "possible" : "";
  const saysSomething = fit.specificity > 0 || (fit.coverage >= limits.WHOLE_LINE_COVERAGE && fit.sameException === true);
  const evidence = (fit.specificity >= limits.SPECIFICITY_STRONG) + (fit.specificity >= limits.SPECIFICITY_ENOUGH) + saysSomething + full - (features.samePackageOtherFrames || fit.foreignClass);
  return limits.TIERS_BY_EVIDENCE[Math.max(0, features.alias || fit.truncated ? Math.min(evidence, limits.MAX_UNCERTAIN_EVIDENCE) : evidence)];
}

function tierWithoutMessage(features, entry) {
  const shared = features.frames;
  const similar = features.sameException && features.similarity >= limits.MIN_SIMILARITY;
  if (similar && features.innermost && shared >= Math.min(limits.MIN_SHARED, entry.frames.length)) return "likely";
  if (features.foreignFrames) return "";
  if (features.fit !== null && features.fit.specificity >= limits.SPECIFICITY_STRONG) return "possible";
  const mayBeClass = features.sameException || !entry.exception;
  if (features.innermost && shared >= limits.MIN_SHARED && mayBeClass && 2 * shared >= entry.frames.length) return "possible";
  return similar ? "possible" : "";
}

function keywordTier({ coverage, nearness, informative: words, longText }, entry) {
  const own = informative(tokenize(entry.package));
  const named = own.length && own.every((word) => words.includes(word));
  const enough = longText ? named && words.length >= limits.MIN_SHARED_LONG_TEXT : named || words.length >= limits.MIN_SHARED ? coverage >= limits.MIN_KEYWORD_COVERAGE : words.length && nearness >= limits.MIN_NEARNESS;
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
  if (entry.frames.length) score += Math.floor((limits.FRAMES_SCORE * features.frames) / unique(entry.frames).length) + limits.FRAME_SCORE * Math.min(features.frames, limits.MAX_SCORED_FRAMES);
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
  if (features.frames) reasons.push(`${features.frames} of ${unique(entry.frames).length} library frames${features.innermost ? REASONS.innermost : ""}`);
  if (features.foreignFrames) reasons.push(REASONS.foreign);
  if (features.alias) reasons.push(REASONS.alias);
  const release = features.versions[entry.package];
  if (release && features.affected !== null) {
    const state = features.affected ? REASONS.affected : `${REASONS.unaffected} (${entry.affected})`;
    reasons.push(`${REASONS.installed} ${entry.package} ${release}, ${state}${entry.fixed && features.affected ? REASONS.fixed + entry.fixed : ""}`);
  }
  const unmet = features.unmetRequirement;
  if (unmet) reasons.push(`it takes ${unmet} ${entry.requirements[unmet]}, ${REASONS.installed} ${features.versions[unmet]}`);
  return reasons;
}

// matcher

const compareText = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const byRank = (a, b) => limits.TIERS.indexOf(a.tier) - limits.TIERS.indexOf(b.tier) || b.score - a.score || compareText(a.entry.id, b.entry.id);

export async function match(failure, index, limit = limits.DEFAULT_LIMIT) {
  const best = new Map();
  for (const part of splitFailures(failure).slice(-limits.MAX_FAILURES)) {
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
  const limited = limitEntryFiles(candidates, index);
  await index.prepareEntries(limited.map((candidate) => candidate.number));
  const matches = limited.flatMap((candidate) => scoreEntry(failure, candidate, index, (entry) => query.typed && keywordMatch(weights, candidate, entry)));
  if (!matches.length && hasLead(candidates)) {
    const words = informative([...candidates[0].terms.keys()].filter((term) => !term.includes(":")));
    matches.push(...scoreEntry(failure, candidates[0], index, () => ({ coverage: 0, nearness: 0, informative: words, longText: true })));
  }
  return demoteDuplicates(matches.sort(byRank));
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
  return [{ entry, ...scored, line, text, marks, versions: features.versions }];
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

function demoteDuplicates(matches) {
  const same = new Map();
  for (const { tier, marks, text } of matches) if (tier === "exact" && marks.length) same.set(text, (same.get(text) ?? 0) + 1);
  return matches.map((each) =>
    each.tier === "exact" && same.get(each.text) > 1 && !each.reasons.join(" ").includes("frame")
      ? { ...each, tier: tables.demotedTier[each.tier], reasons: [...each.reasons, REASONS.ambiguous] }
      : each,
  );
}
