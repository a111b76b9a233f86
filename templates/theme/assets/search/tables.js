// The tables of the search. They are part of the index: worker.js puts them here before it loads the modules that read them.

export default {};
