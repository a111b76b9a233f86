// The tables of the search. They come with the index, and have to be here before the modules that read them are loaded.

const rules = {};

export default rules;

export function use(tables) {
  Object.assign(rules, tables);
}
