// What a page does beyond being read. Without it everything can still be read.

import { offerCopies } from "./copy.js";
import { Box } from "./search/box.js";
import { offerEverywhere } from "./search/header.js";

offerCopies(document);
const boxes = [...document.querySelectorAll(".fc-search")].map((form) => new Box(form));
offerEverywhere(boxes);
const asked = new URLSearchParams(location.search).get("q");
if (asked && boxes.length) {
  boxes[0].text.value = asked;
  boxes[0].search();
}
