// What a page does beyond being read. Without it everything can still be read.

import { offerCopies } from "./copy.js";
import { Box, offerEverywhere } from "./search/box.js";

offerCopies(document);
for (const picture of document.querySelectorAll(".fc-releases")) picture.addEventListener("pointerover", tell);
const boxes = [...document.querySelectorAll(".fc-search")].map((form) => new Box(form));
offerEverywhere(boxes);
const asked = new URLSearchParams(location.search).get("q");
if (asked && boxes.length) {
  boxes[0].text.value = asked;
  boxes[0].search();
}

// A mark in the picture of the releases says which one it is; its element has the numbers of all in it.
function tell({ target: mark }) {
  if (mark.localName !== "i") return;
  const [numbers, words] = mark.parentElement.title.split(/: (.*)/);
  mark.title = `${numbers.split(", ")[[...mark.parentElement.children].indexOf(mark)]}: ${words}`;
}
