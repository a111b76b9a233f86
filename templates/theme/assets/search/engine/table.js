// What builder/fixcards/matching/js_tables.py gives a module: numbers, texts and expressions, in the order that stands there.

import tables from "../tables.js";

export function table(module) {
  const [values, sets, searched, replaced] = tables[module];
  const constants = [...values, ...sets.map((words) => new Set(words)), ...searched.map((pattern) => new RegExp(pattern))];
  return [...constants, ...replaced.map((pattern) => new RegExp(pattern, "g"))];
}
