// What builder/fixcards/matching/score/fixes.py does. The comments that say why stand there.

import tables from "../tables.js";
import { canonicalName } from "./packages.js";
import { FIND, global } from "./patterns.js";
import { isListed } from "./releases.js";
import { lower } from "./strings.js";
import { inRange, maySatisfy, overlap } from "./versions.js";

const CONSTRAINT = global(tables.patterns.constraint);

export function fitFixes(failure, features, entry) {
  const fixes = entry.fixes.map(({ title, kind, install = [], python = "" }) => {
    const why = objection({ kind, install, python }, failure, features, entry);
    return { title, kind, install, fits: !why, why };
  });
  const pinFirst = entry.cause === entry.id && !inOwnCode(features);
  return fixes.sort((a, b) => b.fits - a.fits || pinFirst * ((b.kind === "pin") - (a.kind === "pin")));
}

function objection({ kind, install, python }, { failure }, features, entry) {
  const requirements = install.map((text) => FIND.requirement.exec(text)).filter(Boolean).map((match) => [canonicalName(match[1]), match[2] ?? ""]);
  const place = ["upgrade", "pin"].includes(kind) ? inPlaceOf(failure, requirements) : "";
  const bound = boundAgainst(failure, requirements);
  const { isNewer, foreignFrames, caller, affected, versions } = features;
  const interpreters = failure.releases.get("python");
  let reason = "";
  if (place) reason = "in place";
  else if (bound) reason = "bound";
  else if (python && maySatisfy(interpreters, python) === false) reason = "python";
  else if (kind === "code-change") reason = caller && "call";
  else if (kind === "upgrade" && entry.cause === entry.id) reason = inOwnCode(features) ? "yours" : "";
  else if (kind === "upgrade") {
    if (isNewer) reason = "newer";
    else if (foreignFrames) reason = ["", entry.package].includes(canonicalName(caller)) ? "" : "caller";
    else if (inOwnCode(features) && affected === null) reason = "own code";
    if (!reason && isHeld(failure, entry)) reason = "held";
  }
  const values = { package: entry.package, caller, release: versions[entry.package], place, bound, python, interpreter: interpreters?.at(-1) };
  return reason && tables.fixTexts[reason].replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
}

const inOwnCode = ({ ownCode, frames, hasSource }) => ownCode && !frames && !hasSource;

function isHeld({ exceptions, lines }, { package: own, requirements }) {
  return lines.some(({ raw, text, line }) => {
    const words = lower(text);
    if (exceptions.some((each) => each.line === line) || isListed(raw) || !FIND.held.test(words) || FIND.interpreter.test(words)) return false;
    return words.includes(own) || !Object.keys(requirements).some((name) => words.includes(name));
  });
}

// Whether a text has a package, in these releases only.
export const has = (releases, name, specifier) => releases.get(name)?.every((release) => inRange(release, specifier));

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
