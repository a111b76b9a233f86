// The tables of the search. They come with the index: worker.js puts them here before the modules that read them load.

export default {};
