// What a page does beyond being read. Without it everything can still be read.

import { offerCopies } from "./copy.js";
import { offerSearch } from "./search.js";

offerCopies(document);
for (const form of document.querySelectorAll(".fc-search")) offerSearch(form);
