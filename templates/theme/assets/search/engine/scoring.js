// What builder/fixcards/matching/score/scoring.py does. The comments that say why stand there.

import { informative, tokenize } from "./tokens.js";
import { inRange } from "./versions.js";
import {
  AFFECTED_SCORE, BASE_SCORE, CONTRADICTION_PENALTY, FOREIGN_FRAMES_PENALTY, FRAMES_SCORE, FRAME_SCORE,
  INNERMOST_SCORE, LAST_EXCEPTION_SCORE, MAX_REASON_WORDS, MAX_SCORE, MAX_SCORED_FRAMES, MAX_SCORED_SPECIFICITY,
  MAX_UNCERTAIN_EVIDENCE, MIN_COVERAGE, MIN_KEYWORD_COVERAGE, MIN_LONG_TEXT_COVERAGE, MIN_NEARNESS, MIN_SHARED,
  MIN_SHARED_LONG_TEXT, MIN_SIMILARITY, OTHER_EXCEPTION_PENALTY, REASON_AFFECTED, REASON_ALIAS,
  REASON_BOTH, REASON_FIXED, REASON_FOREIGN, REASON_INNERMOST, REASON_INSTALLED, REASON_MESSAGE, REASON_OTHER,
  REASON_SIMILAR, REASON_TRUNCATED, REASON_UNAFFECTED, REASON_WORDS, SAME_EXCEPTION_SCORE,
  SPECIFICITY_ENOUGH, SPECIFICITY_SCORE, SPECIFICITY_STRONG, TIERS, TIERS_BY_EVIDENCE, TRUNCATED_PENALTY, USED_SCORE,
  WHOLE_LINE_COVERAGE,
} from "./constants.js";

export const [EXACT, LIKELY, POSSIBLE] = TIERS;

export function scoreMatch(features, entry, keywords) {
  let tier = tierOf(features, entry);
  let scored = features;
  if (keywords && !tier) [tier, scored] = [keywordTier(keywords, features, entry), { ...features, fit: null }];
  else if (isContradicted(features)) {
    const wrong = features.unmetRequirement === "python" || features.wrongValue;
    tier = !wrong && (tier === EXACT || (tier === LIKELY && isStrong(features))) ? POSSIBLE : "";
  }
  if (!tier) return null;
  const { nearness = 0, informative: words = [], written } = keywords || {};
  return { tier, score: scoreOf(scored, entry, nearness), reasons: reasonsOf(scored, entry, words.map((word) => written.get(word) ?? word)) };
}

const isStrong = ({ fit }) => fit?.specificity >= SPECIFICITY_STRONG;

const isContradicted = (features) => !!(features.unmetRequirement || features.wrongValue) || features.affected === false;

function tierOf(features, entry) {
  const { fit, frames: shared } = features;
  if (!fit || fit.sameException === false || (fit.truncated && fit.specificity < SPECIFICITY_ENOUGH)) return tierWithoutMessage(features, entry);
  const full = fit.coverage >= MIN_COVERAGE || (fit.leads && fit.specificity > 0);
  if (shared) {
    if (features.doubtful) return POSSIBLE;
    const sure = fit.specificity > 0 || features.innermost;
    if (full && !fit.truncated) return sure || 2 * shared >= features.allFrames ? EXACT : LIKELY;
    return sure ? LIKELY : POSSIBLE;
  }
  const saysSomething = fit.specificity > 0 || (fit.coverage >= WHOLE_LINE_COVERAGE && fit.sameException === true);
  const evidence = (fit.specificity >= SPECIFICITY_STRONG) + (fit.specificity >= SPECIFICITY_ENOUGH) + saysSomething + full;
  const own = isEntrysOwn(features, entry);
  const uncertain = isUnsureAlias(features, entry) || fit.truncated || features.doubtful || !own;
  const witness = own && saysSomething && (full || fit.truncated) && features.affected === true && !features.doubtful;
  const sum = (uncertain ? Math.min(evidence, MAX_UNCERTAIN_EVIDENCE) : evidence) + witness;
  return TIERS_BY_EVIDENCE[sum] ?? "";
}

const isOfOnePackage = ({ id, cause, requirements }) => cause === id || !Object.keys(requirements).length;

const isUnsureAlias = (features, entry) => features.alias && !(isStrong(features) && isOfOnePackage(entry));

function isEntrysOwn({ usesPackage, hasSource, ownCode }, entry) {
  if (entry.cause && entry.cause !== entry.id && ownCode && !hasSource) return false;
  return usesPackage || hasSource || isOfOnePackage(entry);
}

function tierWithoutMessage(features, entry) {
  const shared = features.frames;
  const similar = features.sameException && features.similarity >= MIN_SIMILARITY;
  const place = features.innermost && shared + (features.affected === true) >= Math.min(MIN_SHARED, features.allFrames);
  if (similar && place) return features.otherNames ? POSSIBLE : LIKELY;
  if (isStrong(features)) return POSSIBLE;
  const mayBeClass = features.sameException || features.framesAlone;
  if (place && mayBeClass && 2 * shared >= features.allFrames) return POSSIBLE;
  return similar && features.usesPackage ? POSSIBLE : "";
}

function keywordTier({ coverage, nearness, informative: words, longText }, features, entry) {
  const aboutPython = entry.package === "python";
  const own = informative(tokenize(aboutPython ? entry.templates[0] : entry.package));
  const named = own.length && own.every((word) => words.includes(word));
  const enough = longText
    ? named && words.length + (features.affected === true) >= MIN_SHARED_LONG_TEXT && coverage >= MIN_LONG_TEXT_COVERAGE
    : named || words.length >= MIN_SHARED ? coverage >= MIN_KEYWORD_COVERAGE : words.length && nearness >= MIN_NEARNESS;
  return enough || (named && aboutPython && features.affected) ? POSSIBLE : "";
}

function scoreOf(features, entry, nearness) {
  const { fit } = features;
  let score = features.similarity + nearness;
  if (fit) {
    const message = BASE_SCORE + fit.coverage + SPECIFICITY_SCORE * Math.min(fit.specificity, MAX_SCORED_SPECIFICITY);
    score = Math.max(score, message + LAST_EXCEPTION_SCORE * fit.last + SAME_EXCEPTION_SCORE * fit.sameException);
    score -= fit.sameException === false ? OTHER_EXCEPTION_PENALTY : TRUNCATED_PENALTY * fit.truncated;
  }
  score += Math.floor((FRAMES_SCORE * features.frames) / Math.max(1, features.allFrames)) + FRAME_SCORE * Math.min(features.frames, MAX_SCORED_FRAMES);
  score += USED_SCORE * features.usesPackage + INNERMOST_SCORE * features.innermost + AFFECTED_SCORE * features.affected;
  score -= CONTRADICTION_PENALTY * isContradicted(features) + FOREIGN_FRAMES_PENALTY * (features.foreignFrames || features.announced);
  return Math.max(1, Math.min(MAX_SCORE, score));
}

function reasonsOf(features, entry, words) {
  const { fit } = features;
  const reasons = [];
  if (fit) reasons.push(fit.truncated ? REASON_TRUNCATED : fit.sameException ? REASON_BOTH : fit.sameException === null ? REASON_MESSAGE : REASON_OTHER);
  else if (features.sameException) reasons.push(REASON_SIMILAR.replace("%", `${features.similarity}%`));
  else if (words.length) reasons.push(REASON_WORDS + words.slice(0, MAX_REASON_WORDS).join(", "));
  if (features.frames) reasons.push(`${features.frames} of ${features.allFrames} library frames${features.innermost ? REASON_INNERMOST : ""}`);
  if (features.foreignFrames) reasons.push(REASON_FOREIGN);
  if (isUnsureAlias(features, entry)) reasons.push(REASON_ALIAS);
  const release = features.versions[entry.package];
  if (release && features.affected) reasons.push(`${REASON_INSTALLED} ${entry.package} ${release}, ${REASON_AFFECTED}${inRange(entry.fixed, `>${release}`) ? REASON_FIXED + entry.fixed : ""}`);
  return reasons;
}

export function warningOf({ isNewer, unmetRequirement: unmet, versions }, entry) {
  if (isNewer) return `${REASON_INSTALLED} ${entry.package} ${versions[entry.package]}, ${REASON_UNAFFECTED} (${entry.affected})`;
  const range = entry.requirements[unmet];
  return range ? `it takes ${unmet} ${range}, ${REASON_INSTALLED} ${versions[unmet]}` : "";
}
