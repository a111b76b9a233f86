// What pages take from the search. The site joins it with the modules behind it into one script.

export { visible } from "./elements.js";
export { ask } from "./ask.js";
export { storedProgram } from "./program.js";
export { enableCopyButtons } from "../copy.js";
export { makeBox, offerEverywhere } from "./box.js";
