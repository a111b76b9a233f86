// What builder/fixcards/matching/score/environment.py does. The comments that say why stand there.

import { normalizeFailure } from "./normalized_failure.js";
import { fitFixes, has } from "./fixes.js";
import { compare } from "./features.js";
import { hasFrames } from "./parser.js";
import { MAX_LISTED, MIN_LISTED } from "./constants.js";

// The failures that a list of releases is in for.
export async function matchEnvironment(failure, index) {
  const { exceptions, listed } = failure;
  const names = listed.slice(0, MAX_LISTED).filter((name) => name !== "python");
  if (exceptions.length || hasFrames(failure) || names.length < MIN_LISTED) return [];
  const entries = await index.entriesOf(names);
  const normalized = normalizeFailure(failure);
  return entries.filter((entry) => entry.cause !== entry.id && isMet(failure, entry)).map((entry) => {
    const features = compare(normalized, entry);
    return { entry, versions: features.versions, fixes: fitFixes(normalized, features, entry) };
  });
}

function isMet({ releases, listed }, entry) {
  const ranges = Object.entries({ ...entry.requirements, [entry.package]: entry.affected });
  return ranges.every(([name, specifier]) => specifier && listed.includes(name) && has(releases, name, specifier));
}
