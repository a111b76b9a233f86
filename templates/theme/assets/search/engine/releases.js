// What builder/fixcards/matching/parse/releases.py does. The comments that say why stand there.

import { lower, trim, unique } from "./strings.js";
import {
  ADVICE_REACH, ADVICE_WORDS, COMPARISON_WORDS, CURE, DISTRIBUTOR, INSTALL_COMMAND, LISTED_ITEM, LISTED_RELEASE,
  LISTED_VALUE, LIST_SEPARATOR, LOCKED_NAME, LOCKED_RELEASE, MAX_CONTEXT, NO_NAMES, NO_RELEASE, PAIR, PLACE_WORDS,
  PLATFORM, PLUGINS, PYTHON_NAMES, PYTHON_PATH, PYTHON_PROGRAM, READER_WORDS, RELEASE_MENTION, REPORTS, SENTENCE,
} from "./constants.js";
import { canonicalName } from "./packages.js";

export function seenReleases() {
  const [releases, paths, listed] = [new Map(), new Set(), new Set()];
  let [locked, isCure] = ["", false];

  function add(line) {
    const name = LOCKED_NAME.exec(line);
    if (name) {
      locked = name[1];
      return;
    }
    const advises = CURE.test(lower(line));
    isCure = advises || (isCure && !SENTENCE.test(line));
    if (!line.includes(".")) return;
    if (!addListed(line) && !INSTALL_COMMAND.test(line)) {
      for (const { 0: mention, index, 1: before, 2: raw, 3: release } of line.matchAll(RELEASE_MENTION)) {
        const mentioned = packageIn(raw, release);
        if (mentioned && !(advises && mention.includes("==")) && !isAdvice(line.slice(0, index + before.length), true)) addRelease(mentioned, release);
      }
      for (const [, release] of line.matchAll(PYTHON_PROGRAM)) addRelease("python", release);
    }
    const path = PYTHON_PATH.exec(line);
    if (path) paths.add(`${path[1]}.${path[2]}`);
  }

  function addListed(line) {
    const match = LOCKED_RELEASE.exec(line);
    const items = match && locked ? [[locked, match[1]]] : itemsOf(line);
    locked = "";
    for (const [raw, release] of items) {
      const name = packageIn(raw, release);
      if (name && !(isCure && line.includes("=="))) {
        addRelease(name, release);
        listed.add(name);
      }
    }
    return items.length;
  }

  function addRelease(name, release) {
    const earlier = releases.get(name) ?? new Set();
    earlier.delete(release);
    releases.set(name, earlier.add(release));
  }

  // All releases of each package, the last one at the end.
  function all() {
    const lists = new Map([...releases].map(([name, earlier]) => [name, [...earlier]]));
    if (paths.size) lists.set("python", unique([...paths, ...(lists.get("python") ?? [])]));
    return lists;
  }

  const certain = () => unique([...listed, ...(paths.size ? ["python"] : [])]);

  return { add, all, certain };
}

export const isListed = (line) => LOCKED_NAME.test(line) || LOCKED_RELEASE.test(line) || (line.includes(".") && itemsOf(line).length);

function itemsOf(text) {
  const line = text.replace(LISTED_VALUE, "$1");
  const match = LISTED_RELEASE.exec(line);
  if (match) return [[match[1], match[2]]];
  const at = line.indexOf(PLUGINS);
  const rest = at < 0 ? "" : line.slice(at + PLUGINS.length);
  const plugins = rest && !trim(line.slice(0, at), " ");
  const parts = (plugins ? rest : line.replace(PLATFORM, "")).split(LIST_SEPARATOR).map((part) => LISTED_ITEM.exec(part));
  if (parts.includes(null) || (!plugins && parts.length < 2)) return [];
  return parts.map(([, name, release]) => [plugins ? `pytest-${name}` : name, release]);
}

function packageIn(raw, release) {
  const name = canonicalName(raw).replace(DISTRIBUTOR, "");
  if (PYTHON_NAMES.has(name) && "23".includes(release[0])) return "python";
  return NO_NAMES.has(name) || NO_RELEASE.test(release) ? "" : name;
}

export function isAdvice(before, hasRelease) {
  const words = before.slice(-MAX_CONTEXT).replace(PAIR, "").split(" ").filter((each) => each).slice(-ADVICE_REACH).map((word) => lower(trim(word, "\"'`*()[].,;:!?")));
  const last = words.at(-1);
  if (last === "to" && words.some((word) => REPORTS.includes(word))) return false;
  const compares = COMPARISON_WORDS.has(last) && (hasRelease || !PLACE_WORDS.includes(last));
  return compares || words.some((word, at) => ADVICE_WORDS.has(word) && !READER_WORDS.includes(words[at - 1]));
}
