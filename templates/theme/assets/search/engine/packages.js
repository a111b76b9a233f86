// What builder/fixcards/matching/parse/packages.py does. The comments that say why stand there.

import { ARCHIVE, COMPILED, LIBRARY_FOLDERS } from "./constants.js";
import { lower, trim } from "./strings.js";

export function pathInLibrary(path) {
  const slashed = `/${path}`;
  let inside = null;
  for (const folder of LIBRARY_FOLDERS) {
    const start = slashed.lastIndexOf(folder);
    const rest = slashed.slice(start + folder.length);
    if (start >= 0 && (inside === null || rest.length < inside.length)) inside = rest;
  }
  return inside;
}

export const framePackage = (frame) => frame.split("/")[0].split(".py:")[0];

export const canonicalName = (name) => trim(lower(name).replace(/[-_.]+/g, "-"), "-");

export function libraryFrame(path, name) {
  const slashed = path.replaceAll("\\", "/").replaceAll("//", "/");
  const compiled = COMPILED.exec(slashed);
  const inside = (pathInLibrary(slashed) ?? compiled?.[1] ?? compiled?.[2])?.replace(ARCHIVE, "");
  return inside?.includes("/") || inside?.endsWith(".py") ? `${inside}:${name}` : null;
}
