// The search without its user interface: what the worker and tests call. The modules behind it read the tables when they are loaded.

export { matchEnvironment } from "./engine/environment.js";
export { splitLines, cleanLine } from "./engine/lines.js";
export { match } from "./engine/matcher.js";
export { cleanDisplay, normalize } from "./engine/normalize.js";
export { normalizeFailure } from "./engine/normalized_failure.js";
export { parse, Parser } from "./engine/parser.js";
export { makeQuery } from "./engine/query.js";
export { Index, PACKAGE_TERM } from "./engine/reader.js";
export { stem, tokenize } from "./engine/tokens.js";
export { inRange, inSpecifier, versionKey } from "./engine/versions.js";
