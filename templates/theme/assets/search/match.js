// What a text says, compared with the index: matches with tier and reasons. It decides as builder/signature does.

import rules from "./rules.js";
import { chains, lastPart } from "./reading.js";
import { FIND, HOLE, begun, forms, lower, normal, partsOfName, plainQuotes, spans, telling, strength, tidy, trim, within, words } from "./text.js";

const SAID = rules.reasonTexts;
const TIERS = ["exact", "likely", "possible"];
const { MAX_TERMS, MAX_QUERY_EXCEPTIONS, MAX_QUERY_FRAMES, MAX_TYPED_LINES, MAX_TYPED_WORDS, DEFAULT_LIMIT, MAX_FAILURES, MAX_ENTRY_FILES, MAX_COMMON_POSTINGS, MIN_SHARE_OF_BEST, MIN_LEAD, IDF_STEP, SPECIFICITY_STRONG, SPECIFICITY_ENOUGH, MIN_SHARED, MIN_SHARED_LONG_TEXT, MIN_COVERAGE, WHOLE_LINE_COVERAGE, MIN_SIMILARITY, MIN_KEYWORD_COVERAGE, MIN_NEARNESS } = rules.limits;
const [OF_HEAD, OF_FRAME, OF_LINE, OF_PACKAGE] = [4, 3, 2, 1];

const unique = (found) => [...new Set(found)];
const whole = (number) => Math.floor(number);
const percent = (part, of) => whole((100 * part) / Math.max(1, of));
const before = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const top = (frame) => frame.split("/")[0];

// What to ask the index for

export function query(failure) {
  const printed = [failure, ...failure.exceptions].some(({ message, frames, userFrames }) => message || frames.length || userFrames.length);
  const short = failure.lines.length <= MAX_TYPED_LINES && !printed;
  const entire = short ? failure.lines.flatMap((loose) => words(normal(loose.text))) : [];
  const found = entire.flatMap((word) => [word, ...partsOfName(word)]);
  const typed = short && found.length <= MAX_TYPED_WORDS;
  const terms = new Map();
  const add = (more, points) => {
    for (const term of more) if (terms.size < MAX_TERMS && !terms.has(term)) terms.set(term, points);
  };
  const heads = [...failure.exceptions].reverse().slice(0, MAX_QUERY_EXCEPTIONS);
  heads.forEach((head, number) => add(words(normal(`${head.name}: ${head.message}`)), number < 3 ? OF_HEAD : OF_LINE));
  const inner = heads.slice(0, 4).flatMap((head) => head.frames.slice(-MAX_QUERY_FRAMES).reverse());
  inner.push(...failure.frames.slice(-MAX_QUERY_FRAMES).reverse());
  add(unique(inner).map(lower).slice(0, 2 * MAX_QUERY_FRAMES), OF_FRAME);
  if (typed) add(found, OF_HEAD);
  else for (const text of worth(failure)) add(telling(words(normal(text))), OF_LINE);
  add(inner.slice(0, 4).flatMap((frame) => words(top(frame))), OF_PACKAGE);
  return { terms, typed, words: typed ? unique(found) : [], begun: (typed && entire.at(-1)) || "" };
}

function worth(failure) {
  const texts = failure.lines.map((loose) => loose.text);
  const warning = texts.filter((text) => FIND.warns.test(text));
  const others = failure.exceptions.length ? [] : texts.filter((text) => !FIND.warns.test(text));
  return [...warning.reverse().slice(0, 20), ...others.reverse().slice(0, 10)];
}

// Candidates

export async function match(failure, index, limit = DEFAULT_LIMIT) {
  const found = new Map();
  for (const part of chains(failure).slice(-MAX_FAILURES)) {
    for (const each of settled((await matchesOf(part, index)).sort(order))) {
      const known = found.get(each.entry.id);
      if (!known || order(each, known) < 0) found.set(each.entry.id, each);
    }
  }
  return [...found.values()].sort(order).slice(0, limit);
}

const order = (a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.score - a.score || before(a.entry.id, b.entry.id);

async function matchesOf(failure, index) {
  const asked = query(failure);
  const plan = planned(asked, index);
  await index.prepare(plan.map(([term]) => term));
  const found = candidates(asked, plan, index);
  const chosen = best(found, index);
  await index.prepareEntries(chosen.map((candidate) => candidate.number));
  const matches = [];
  const said = sayings(failure);
  const weights = asked.words.map((word) => {
    const frequency = index.frequency(word) || index.postings(word, true, word === asked.begun).length;
    return [word, frequency ? rarity(index.length, frequency) : whole(rarity(index.length, 1) / 2)];
  });
  const look = (candidate, told) => {
    const entry = { ...rules.entryDefaults, ...index.entry(candidate.number) };
    const evidence = compare(failure, said, entry);
    const judged = judge(evidence, entry, told ?? (asked.typed && typedOf(weights, candidate, entry)));
    if (judged) matches.push({ entry, ...judged, line: evidence.fit?.line ?? 0, text: evidence.fit?.text ?? "", marks: evidence.fit?.marks ?? [], versions: evidence.versions });
  };
  for (const candidate of chosen) look(candidate);
  const [first, second] = found;
  if (first && !matches.length && (!second || 100 * first.points >= MIN_LEAD * second.points)) {
    look(first, { coverage: 0, nearness: 0, known: telling([...first.terms.keys()].filter((term) => !term.includes(":"))), told: true });
  }
  return matches;
}

function rarity(entries, frequency) {
  let steps = 1;
  let rest = entries / frequency;
  while (rest >= IDF_STEP) {
    rest /= IDF_STEP;
    steps += 1;
  }
  return steps;
}

function planned(asked, index) {
  const ordered = [...asked.terms].sort((a, b) => index.frequency(a[0]) - index.frequency(b[0]) || b[1] - a[1] || before(a[0], b[0]));
  const chosen = [];
  let budget = MAX_COMMON_POSTINGS;
  for (const [term, points] of ordered) {
    const frequency = index.frequency(term);
    if (frequency <= budget || !chosen.length) {
      chosen.push([term, points]);
      budget -= frequency;
    }
  }
  return chosen;
}

function candidates(asked, plan, index) {
  const found = new Map();
  for (const [term, points] of plan) {
    const postings = index.postings(term, asked.typed, term === asked.begun);
    const worthEach = points * rarity(index.length, Math.max(1, postings.length));
    for (const posting of postings.reverse()) {
      const number = posting >> 1;
      let candidate = found.get(number);
      if (!candidate) found.set(number, (candidate = { number, points: 0, terms: new Map() }));
      if (!candidate.terms.has(term)) {
        candidate.points += worthEach * (posting & 1 ? 2 : 1);
        candidate.terms.set(term, Boolean(posting & 1));
      }
    }
  }
  return [...found.values()].sort((a, b) => b.points - a.points || a.number - b.number);
}

function best(found, index) {
  const chunks = new Set();
  const chosen = [];
  for (const candidate of found) {
    if (candidate.points * 100 < found[0].points * MIN_SHARE_OF_BEST) break;
    const chunk = whole(candidate.number / index.head.chunk);
    if (chunks.has(chunk) || chunks.size < MAX_ENTRY_FILES) {
      chunks.add(chunk);
      chosen.push(candidate);
    }
  }
  return chosen;
}

function typedOf(weights, candidate, entry) {
  let [have, wanted, all] = [0, 0, 0];
  for (const [word, weight] of weights) {
    const has = candidate.terms.has(word);
    all += 2 * weight;
    if (has) have += weight * (candidate.terms.get(word) ? 2 : 1);
    if (has || telling([word]).length) wanted += 2 * weight;
  }
  const shared = weights.map(([word]) => word).filter((word) => candidate.terms.has(word));
  const share = (template) => {
    const { common } = forms(template);
    const own = unique(words(`${entry.package} ${common}`));
    return percent(own.filter((word) => shared.includes(word)).length, own.length + common.split(HOLE).length - 1);
  };
  const nearness = whole((200 * have) / Math.max(1, all)) + Math.max(0, ...entry.templates.map(share));
  return { coverage: percent(have, wanted), nearness, known: telling(shared) };
}

function settled(matches) {
  const same = new Map();
  for (const each of matches) if (each.tier === "exact" && each.marks.length) same.set(each.text, (same.get(each.text) ?? 0) + 1);
  return matches.map((each) =>
    each.tier === "exact" && (same.get(each.text) ?? 0) > 1 && !each.reasons.join(" ").includes("frame")
      ? { ...each, tier: "likely", reasons: [...each.reasons, SAID.twins] }
      : each,
  );
}

// What speaks for and against an entry

function compare(failure, said, entry) {
  let [fit, own, likeness, agrees] = [null, false, 0, false];
  const packages = [...home(entry).sort(), entry.package, ...Object.keys(entry.requirements).filter((name) => name !== "python")];
  const first = entry.templates.length ? forms(parted(entry.templates[0], entry.exception)[1]).common : "";
  for (const template of entry.templates) {
    const [name, message] = parted(template, entry.exception);
    const { common } = forms(message);
    const same = template === entry.templates[0] || (first && common && (first.includes(common) || common.includes(first)));
    for (const line of said) {
      const found = fitOf(template, name, message, line, packages);
      own ||= Boolean(same && found && found.agrees !== false);
      if (found && (fit === null || higher(rank(found), rank(fit)))) fit = found;
      if (line.name && sameName(line.name, name || entry.exception)) {
        agrees = true;
        likeness = Math.max(likeness, likenessOf(message, line.common));
      }
    }
  }
  const shown = new Set([...failure.exceptions.flatMap((head) => [...head.frames, ...head.userFrames]), ...failure.frames, ...failure.userFrames]);
  const have = unique(entry.frames).filter((frame) => hasFrame(shown, frame));
  const away = entry.frames.length > 0 && shown.size > 0 && !have.length;
  const athome = away && atHome(failure, entry);
  return {
    fit,
    likeness,
    agrees,
    frames: have.length,
    innermost: entry.frames.length > 0 && have.includes(entry.frames.at(-1)),
    stranger: away && !athome,
    elsewhere: athome,
    alias: fit !== null && !own && !have.length && !named(failure, entry),
    ...releases(failure.versions, entry),
  };
}

function parted(template, exception) {
  const found = FIND.head.exec(template);
  return found && (FIND.known.test(found[1]) || FIND.dotted.test(found[1]) || sameName(found[1], exception)) ? [found[1], found[2] ?? ""] : ["", template];
}

function home(entry) {
  const tops = unique(entry.frames.map(top));
  const own = tops.filter((name) => separated(name) === entry.package);
  return own.length ? own : tops;
}

function sayings(failure) {
  const said = [];
  const say = (name, message, raw, line, last, again) => said.push({ name, printed: plainQuotes(tidy(message)), common: plainQuotes(normal(message)), raw, line, last, again });
  failure.exceptions.forEach(({ name, message, line }, number) => {
    const raw = failure.lines.find((loose) => loose.line === line && loose.raw.includes(message))?.raw ?? "";
    const rest = failure.lines.find((loose) => loose.line === line + 1)?.text ?? "";
    for (const each of new Set([message, trim(`${message} ${rest}`, " "), message + rest])) say(name, each, raw, line, number === failure.exceptions.length - 1);
  });
  const heads = new Set(failure.exceptions.map((head) => head.line));
  for (const { raw, line } of failure.lines) say("", raw, raw, line, false, heads.has(line));
  return said;
}

function fitOf(template, name, message, line, packages) {
  if (name && line.again) return null;
  let agrees = null;
  if (name && line.name) agrees = sameName(line.name, name);
  else if (name && line.raw.includes(lastPart(name))) agrees = true;
  const made = (coverage, strong, cut, headed, marks) => ({ template, coverage, strength: strong, agrees, foreign: foreign(line.name, name, packages), cut, headed, last: line.last, line: line.line, text: line.raw, marks });
  const form = forms(message);
  const same = line.common === form.common;
  if (!form.normal.length) {
    if (!agrees || !line.name || (message && !same)) return null;
    return made(same ? 100 : 30, strength(name, "", packages), false, true, markName(line.raw, name));
  }
  let [places, where] = [spans(line.printed, form.printed), line.printed];
  if (!places.length) [places, where] = [spans(line.common, form.normal), line.common];
  const cut = !places.length;
  if (cut && agrees !== false) places = begun(where, form.normal);
  if (!places.length) return null;
  const found = places.map(([start, end]) => where.slice(start, end)).join("");
  return made(percent(found.length, where.length), strength(name, cut ? found : form.common, packages), cut, Boolean(line.name), marksOf(line.raw, form.printed, places, where));
}

const separated = (name) => trim(lower(name).replace(/[-_.]+/g, "-"), "-");

function foreign(shown, name, packages) {
  return shown.includes(".") && !name.includes(".") && !packages.map(separated).includes(separated(shown.split(".")[0]));
}

function rank(fit) {
  return [fit.agrees ? 2 : fit.agrees === null ? 1 : 0, Number(!fit.cut), Number(fit.headed), Math.min(fit.strength, 9), Number(fit.last), fit.coverage];
}

function higher(one, other) {
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return one[at] > other[at];
  return false;
}

function marksOf(raw, parts, places, where) {
  const found = spans(plainQuotes(raw), parts);
  if (found.length) return found;
  const start = Math.max(0, raw.indexOf(where.slice(places[0][0], places[0][0] + 12)));
  return raw ? [[start, raw.length]] : [];
}

function markName(raw, name) {
  const start = raw.indexOf(lastPart(name));
  return start >= 0 ? [[start, start + lastPart(name).length]] : [];
}

function likenessOf(message, common) {
  const mine = telling(words(forms(message).common));
  const theirs = telling(words(common));
  const shared = mine.filter((word) => theirs.includes(word)).length;
  return percent(shared, mine.length + theirs.length - shared);
}

const sameName = (name, other) => Boolean(name && other) && lastPart(name) === lastPart(other);

function hasFrame(shown, frame) {
  const path = `${frame.slice(0, Math.max(0, frame.lastIndexOf(":")))}:`;
  return [...shown].some((each) => each === frame || each === path || each.endsWith(`/${frame}`) || each.endsWith(`/${path}`));
}

function atHome(failure, entry) {
  const tops = home(entry);
  return [...failure.exceptions.flatMap((head) => head.frames), ...failure.frames].some((frame) => tops.includes(top(frame)));
}

function named(failure, entry) {
  if (failure.versions.has(entry.package) || atHome(failure, entry)) return true;
  const names = [...home(entry), entry.package].map(words).filter((name) => name.length);
  return failure.lines.some((loose) => {
    const told = new Set(words(loose.raw));
    return names.some((name) => name.every((word) => told.has(word)));
  });
}

function releases(shown, entry) {
  const versions = Object.fromEntries([entry.package, ...Object.keys(entry.requirements)].filter((name) => shown.has(name)).map((name) => [name, shown.get(name)]));
  const have = shown.get(entry.package);
  const affected = have && entry.affected ? perhapsWithin(have, entry.affected) : null;
  const unmet = Object.entries(entry.requirements).filter(([name, specifier]) => shown.has(name) && perhapsWithin(shown.get(name), specifier) === false);
  return { affected, unmet: unmet.at(-1)?.[0] ?? "", versions };
}

function perhapsWithin(release, specifier) {
  const found = within(release, specifier);
  return found === false && release.split(".").length === 2 && within(`${release}.999`, specifier) ? null : found;
}

// Tier, score, reasons

function judge(evidence, entry, typed) {
  let tier = tierOf(evidence, entry);
  let seen = evidence;
  if (typed && !tier) [tier, seen] = [ofWords(typed, entry), { ...evidence, fit: null }];
  else if (tier && (evidence.unmet || evidence.affected === false)) tier = rules.demotedTier[tier];
  const { nearness, known } = typed || { nearness: 0, known: [] };
  return tier ? { tier, score: scoreOf(seen, entry, nearness), reasons: reasonsOf(seen, entry, known) } : null;
}

function tierOf(evidence, entry) {
  const { fit, frames: shared } = evidence;
  if (fit === null || fit.agrees === false || (fit.cut && fit.strength < SPECIFICITY_ENOUGH)) return withoutMessage(evidence, entry);
  const full = fit.coverage >= MIN_COVERAGE;
  if (shared) {
    const sure = fit.strength > 0 || evidence.innermost;
    if (full && !fit.cut) return sure || 2 * shared >= entry.frames.length ? "exact" : "likely";
    return sure ? "likely" : "possible";
  }
  if (evidence.stranger) return full && fit.strength >= SPECIFICITY_ENOUGH ? "possible" : "";
  const says = fit.strength > 0 || (fit.coverage >= WHOLE_LINE_COVERAGE && fit.agrees === true);
  const steps = (fit.strength >= SPECIFICITY_STRONG) + (fit.strength >= SPECIFICITY_ENOUGH) + says + full - (evidence.elsewhere || fit.foreign);
  return ["", "", "possible", "likely", "exact"][Math.max(0, evidence.alias || fit.cut ? Math.min(steps, 2) : steps)];
}

function withoutMessage(evidence, entry) {
  const shared = evidence.frames;
  const alike = evidence.agrees && evidence.likeness >= MIN_SIMILARITY;
  if (alike && evidence.innermost && shared >= Math.min(MIN_SHARED, entry.frames.length)) return "likely";
  if (evidence.stranger) return "";
  if (evidence.fit !== null && evidence.fit.strength >= SPECIFICITY_STRONG) return "possible";
  const named = evidence.agrees || !entry.exception;
  if (evidence.innermost && shared >= MIN_SHARED && named && 2 * shared >= entry.frames.length) return "possible";
  return alike ? "possible" : "";
}

function ofWords({ coverage, nearness, known, told }, entry) {
  const own = telling(words(entry.package));
  const named = own.length && own.every((word) => known.includes(word));
  const enough = told ? named && known.length >= MIN_SHARED_LONG_TEXT : named || known.length >= MIN_SHARED ? coverage >= MIN_KEYWORD_COVERAGE : known.length && nearness >= MIN_NEARNESS;
  return enough ? "possible" : "";
}

function scoreOf(evidence, entry, nearness) {
  const { fit } = evidence;
  let score = evidence.likeness + nearness;
  if (fit) {
    score = Math.max(score, 350 + fit.coverage + 10 * Math.min(fit.strength, 10) + (fit.last ? 40 : 0) + (fit.agrees ? 40 : 0));
    score -= fit.agrees === false ? 200 : fit.cut ? 40 : 0;
  }
  if (entry.frames.length) score += whole((150 * evidence.frames) / unique(entry.frames).length) + Math.min(evidence.frames, 10) * 5;
  score += 80 * evidence.innermost + 30 * (evidence.affected === true) - 150 * evidence.stranger;
  if (evidence.affected === false || evidence.unmet) score -= 100;
  return Math.max(1, Math.min(999, score));
}

function reasonsOf(evidence, entry, known) {
  const { fit } = evidence;
  const found = [];
  if (fit) found.push(fit.cut ? SAID.cut : fit.agrees ? SAID.both : fit.agrees === null ? SAID.message : SAID.other);
  else if (evidence.agrees) found.push(SAID.alike.replace("%", `${evidence.likeness}%`));
  else if (known.length) found.push(SAID.words + known.slice(0, 8).join(", "));
  if (evidence.frames) found.push(`${evidence.frames} of ${unique(entry.frames).length} library frames${evidence.innermost ? SAID.inner : ""}`);
  if (evidence.stranger) found.push(SAID.stranger);
  if (evidence.alias) found.push(SAID.alias);
  const have = evidence.versions[entry.package];
  if (have && evidence.affected !== null) {
    const state = evidence.affected ? SAID.affected : `${SAID.unaffected} (${entry.affected})`;
    found.push(`${SAID.have} ${entry.package} ${have}, ${state}${entry.fixed && evidence.affected ? SAID.fixed + entry.fixed : ""}`);
  }
  if (evidence.unmet) found.push(`it takes ${evidence.unmet} ${entry.requirements[evidence.unmet]}, ${SAID.have} ${evidence.versions[evidence.unmet]}`);
  return found;
}
