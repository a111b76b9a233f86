// What pages take from the search. The site joins it with the modules behind it into one script.

export { enableCopyButtons } from "../copy.js";
export { ask } from "./ask.js";
export { makeBox, offerEverywhere } from "./box.js";
export { visible } from "./elements.js";
export { storedProgram } from "./program.js";
