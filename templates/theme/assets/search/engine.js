// The search without its user interface: what the worker calls. The modules behind it read the tables when they are loaded.

export { matchEnvironment } from "./engine/environment.js";
export { cleanLine } from "./engine/lines.js";
export { match } from "./engine/matcher.js";
export { makeParser, parse } from "./engine/parser.js";
export { makeIndex, PACKAGE_TERM } from "./engine/reader.js";
export { inRange } from "./engine/versions.js";
