// What builder/fixcards/matching/score/scoring.py does. The comments that say why stand there.

import tables from "../tables.js";
import { limits } from "./patterns.js";
import { informative, tokenize } from "./tokens.js";
import { inRange } from "./versions.js";

export const { reasonTexts: REASONS } = tables;

export function scoreMatch(features, entry, keywords) {
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

const isContradicted = (features) => !!features.unmetRequirement || features.wrongValue || features.affected === false;

function tierOf(features, entry) {
  const { fit, frames: shared } = features;
  if (fit === null || fit.sameException === false || (fit.truncated && fit.specificity < limits.SPECIFICITY_ENOUGH)) return tierWithoutMessage(features, entry);
  const full = fit.coverage >= limits.MIN_COVERAGE || (fit.leads && fit.specificity > 0);
  if (shared) {
    if (features.doubtful) return "possible";
    const sure = fit.specificity > 0 || features.innermost;
    if (full && !fit.truncated) return sure || 2 * shared >= features.allFrames ? "exact" : "likely";
    return sure ? "likely" : "possible";
  }
  const saysSomething = fit.specificity > 0 || (fit.coverage >= limits.WHOLE_LINE_COVERAGE && fit.sameException === true);
  const evidence = (fit.specificity >= limits.SPECIFICITY_STRONG) + (fit.specificity >= limits.SPECIFICITY_ENOUGH) + saysSomething + full - fit.foreignClass;
  const own = isEntrysOwn(features, entry);
  const uncertain = isUnsureAlias(features, entry) || fit.truncated || features.doubtful || !own;
  const witness = own && saysSomething && (full || fit.truncated) && features.affected === true && !features.doubtful;
  const sum = (uncertain ? Math.min(evidence, limits.MAX_UNCERTAIN_EVIDENCE) : evidence) + witness;
  return limits.TIERS_BY_EVIDENCE[Math.max(0, Math.min(sum, limits.TIERS_BY_EVIDENCE.length - 1))];
}

const isUnsureAlias = ({ alias, fit }, { id, cause, requirements }) => alias && !(fit?.specificity >= limits.SPECIFICITY_STRONG && (cause === id || !Object.keys(requirements).length));

function isEntrysOwn({ usesPackage, hasSource, ownCode }, { id, cause, requirements }) {
  if (cause && cause !== id && ownCode && !hasSource) return false;
  return usesPackage || hasSource || cause === id || !Object.keys(requirements).length;
}

function tierWithoutMessage(features, entry) {
  const shared = features.frames;
  const similar = features.sameException && features.similarity >= limits.MIN_SIMILARITY;
  const place = features.innermost && shared + (features.affected === true) >= Math.min(limits.MIN_SHARED, features.allFrames);
  if (similar && place) return features.otherNames ? "possible" : "likely";
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
  if (isUnsureAlias(features, entry)) reasons.push(REASONS.alias);
  const release = features.versions[entry.package];
  if (release && features.affected) reasons.push(`${REASONS.installed} ${entry.package} ${release}, ${REASONS.affected}${inRange(entry.fixed, `>${release}`) ? REASONS.fixed + entry.fixed : ""}`);
  return reasons;
}

export function warningOf({ isNewer, unmetRequirement: unmet, versions }, entry) {
  if (isNewer) return `${REASONS.installed} ${entry.package} ${versions[entry.package]}, ${REASONS.unaffected} (${entry.affected})`;
  return unmet ? `it takes ${unmet} ${entry.requirements[unmet]}, ${REASONS.installed} ${versions[unmet]}` : "";
}
