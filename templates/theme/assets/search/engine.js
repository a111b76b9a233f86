// The search without its user interface: what the worker calls. The modules behind it read the tables when they are loaded.

export { answer } from "./engine/answer.js";
export { makeIndex } from "./engine/reader.js";
