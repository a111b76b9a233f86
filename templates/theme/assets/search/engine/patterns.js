// The shared tables' expressions and numbers, as this language needs them.

import tables from "../tables.js";

export const { limits } = tables;
export const global = (pattern) => new RegExp(pattern, "g");
export const FIND = Object.fromEntries(Object.entries(tables.patterns).map(([name, pattern]) => [name, new RegExp(pattern)]));
