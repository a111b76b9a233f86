// What builder/fixcards/matching/score/matcher.py does. The comments that say why stand there.

import { informative, spellings, tokenize } from "./tokens.js";
import { makeQuery } from "./query.js";
import { normalizeFailure } from "./normalized_failure.js";
import { LIKELY, POSSIBLE, scoreMatch, warningOf } from "./scoring.js";
import { compileTemplate, PLACEHOLDER_MARK } from "./template.js";
import {
  DEFAULT_LIMIT, IDF_STEP, MAX_COMMON_POSTINGS, MAX_ENTRY_FILES, MIN_LEAD, MIN_SHARED, MIN_SHARE_OF_BEST, REASON_AMBIGUOUS, TIERS,
} from "./constants.js";
import { fitFixes } from "./fixes.js";
import { unique } from "./strings.js";
import { splitFailures } from "./parser.js";
import { compare, percent } from "./features.js";

const compareText = (one, other) => (one > other) - (one < other);
const byRank = (a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.score - a.score || !!a.entry.note - !!b.entry.note || compareText(a.entry.id, b.entry.id);

export async function match(failure, index, limit = DEFAULT_LIMIT) {
  const all = [];
  for (const part of splitFailures(failure)) all.push(...(await matchFailure(normalizeFailure(part), index)));
  all.sort(byRank);
  return all.filter((each, at) => all.findIndex(({ entry }) => entry.id === each.entry.id) === at).slice(0, limit);
}

async function matchFailure(failure, index) {
  const query = makeQuery(failure);
  const terms = selectTerms(query, index);
  await index.prepare(terms.map(([term]) => term));
  const candidates = findCandidates(query, terms, index);
  const weights = wordWeights(query, index);
  const written = spellings(failure.lines.map((text) => text.normalForm()).join("\n"));
  const limited = limitEntryFiles(candidates, index);
  await index.prepareEntries(limited.map((candidate) => candidate.number));
  let matches = limited.flatMap((candidate) => {
    const entry = index.entry(candidate.number);
    return scoreEntry(failure, entry, query.typed && { ...keywordMatch(weights, candidate, entry), written });
  });
  if (query.typed && matches.some((each) => each.line)) matches = matches.filter((each) => each.line);
  const { prose } = query;
  if (!matches.length && prose.length) {
    const indexed = terms.filter(([word]) => prose.includes(word) && index.postings(word).length).length;
    const changes = unique(limited.filter(({ points }) => 100 * limited[0].points < MIN_LEAD * points).map(({ number }) => changeOf(index.entry(number))));
    matches = limited.flatMap((candidate) => {
      const entry = index.entry(candidate.number);
      const words = prose.filter((word) => candidate.terms.has(word));
      const isAsked = entry.package === "python" || (!changes[1] && changeOf(entry) === changes[0] && words.filter((word) => candidate.terms.get(word) > 1).length >= MIN_SHARED);
      return isAsked ? scoreEntry(failure, entry, { coverage: percent(words.length, indexed), informative: words, longText: true, written }) : [];
    });
  }
  return settleTwins(matches);
}

function selectTerms(query, index) {
  const sorted = [...query.terms].sort((a, b) => index.frequency(a[0]) - index.frequency(b[0]) || b[1] - a[1] || compareText(a[0], b[0]));
  const selected = [];
  let budget = MAX_COMMON_POSTINGS;
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
      const candidate = candidates.get(number) ?? { number, points: 0, terms: new Map() };
      candidates.set(number, candidate);
      if (!candidate.terms.has(term)) {
        const factor = 1 + (posting & 1);
        candidate.points += points * factor;
        candidate.terms.set(term, factor);
      }
    }
  }
  return [...candidates.values()].sort((a, b) => b.points - a.points || a.number - b.number);
}

function idfSteps(entries, frequency) {
  let steps = 1;
  for (let rest = entries / frequency; rest >= IDF_STEP; rest /= IDF_STEP) steps += 1;
  return steps;
}

function limitEntryFiles(candidates, index) {
  const files = new Set();
  return candidates.filter(({ number, points }) => {
    const file = index.entryFile(number);
    return points * 100 >= candidates[0].points * MIN_SHARE_OF_BEST && (files.size < MAX_ENTRY_FILES ? files.add(file) : files).has(file);
  });
}

const changeOf = ({ cause, id }) => cause || id;

function scoreEntry(failure, entry, keywords) {
  const features = compare(failure, entry);
  const scored = scoreMatch(features, entry, keywords);
  if (!scored) return [];
  const { line = 0, text = "", marks = [] } = features.fit ?? {};
  const proof = features.frames || features.hasSource ? 2 : +features.usesPackage;
  return [{ entry, ...scored, line, text, marks, versions: features.versions, fixes: fitFixes(failure, features, entry), warning: warningOf(features, entry), proof }];
}

function wordWeights(query, index) {
  return query.words.map((word) => {
    const frequency = index.frequency(word) || index.postings(word, true, word === query.lastWord).length;
    return [word, frequency ? idfSteps(index.length, frequency) : Math.floor(idfSteps(index.length, 1) / 2)];
  });
}

function keywordMatch(weights, candidate, entry) {
  const share = (words, times) => {
    let [points, all] = [0, 0];
    for (const [word, weight] of words) {
      all += 2 * weight;
      points += (candidate.terms.get(word) ?? 0) * weight;
    }
    return percent(times * points, all);
  };
  const shared = weights.map(([word]) => word).filter((word) => candidate.terms.has(word));
  const messageShare = Math.max(0, ...entry.templates.map((template) => messageShareOf(shared, entry, template)));
  return { coverage: share(weights.filter(([word]) => informative([word]).length), 1), nearness: share(weights, 2) + messageShare, informative: informative(shared) };
}

function messageShareOf(words, entry, template) {
  const { normalForm } = compileTemplate(template);
  const own = unique(tokenize(`${entry.package} ${normalForm}`));
  return percent(own.filter((word) => words.includes(word)).length, own.length + normalForm.split(PLACEHOLDER_MARK).length - 1);
}

function settleTwins(matches) {
  const settled = matches.map((each) => {
    const twins = matches.filter((other) => other.tier === LIKELY && each.tier === other.tier && other.marks.length && other.text === each.text && !saysMore(each, other) && !saysMore(other, each));
    return twins.length > 1 && !standsOut(each, twins) ? { ...each, tier: POSSIBLE, reasons: [...each.reasons, REASON_AMBIGUOUS] } : each;
  });
  return settled.map((each) => behindBetter(settled, each)).sort(byRank);
}

function standsOut({ entry, proof }, twins) {
  const { id, cause } = entry;
  const isCause = cause === id;
  const isNoRival = (each) => each.entry.id === id || (isCause && each.entry.cause === id);
  return (isCause || proof > 0) && twins.every((each) => isNoRival(each) || each.proof < proof);
}

function behindBetter(matches, match) {
  const better = matches.filter((each) => each.tier === match.tier && (saysMore(each, match) || isCauseOf(each.entry, match)));
  return { ...match, score: Math.max(1, Math.min(match.score, ...better.map((each) => each.score - 1))) };
}

const isCauseOf = ({ id }, { entry, proof }) => entry.cause === id && entry.id !== id && !proof;

function saysMore({ entry, proof, line }, { entry: other, line: otherLine }) {
  if (entry.cause === other.id && entry.id !== other.id) return proof > 0;
  return line && line === otherLine && entry.package === other.package && other.note && !entry.note;
}
