// What builder/fixcards/matching/parse/packages.py does. The comments that say why stand there.

import { lower, trim } from "./strings.js";
import { ARCHIVE, COMPILED, LIBRARY_FOLDERS, OTHER_NAMES } from "./constants.js";

export function pathInLibrary(path) {
  const slashed = `/${path}`;
  const folders = LIBRARY_FOLDERS.filter((folder) => slashed.includes(folder));
  return folders.length ? slashed.slice(Math.max(...folders.map((folder) => slashed.lastIndexOf(folder) + folder.length))) : null;
}

export const framePackage = (frame) => frame.split("/")[0].split(".py:")[0];

const distributions = new Map(OTHER_NAMES);

// Python's `distribution_name`.
export function canonicalName(name) {
  const canonical = trim(lower(name).replace(/[-_.]+/g, "-"), "-");
  return distributions.get(canonical) ?? canonical;
}

export function libraryFrame(path, name) {
  const slashed = path.replaceAll("\\", "/").replaceAll("//", "/");
  const compiled = COMPILED.exec(slashed);
  const inside = (pathInLibrary(slashed) ?? compiled?.slice(1).find(Boolean))?.replace(ARCHIVE, "");
  return /\/|[.]py$/.test(inside ?? "") ? `${inside}:${name}` : null;
}
