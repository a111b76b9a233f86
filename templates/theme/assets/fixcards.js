// The scripts of a page. Without them everything can still be read.

import { enableCopyButtons } from "./copy.js";
import { Box, offerEverywhere } from "./search/box.js";

enableCopyButtons(document);
for (const chart of document.querySelectorAll(".fc-releases")) chart.addEventListener("pointerover", nameRelease);
const list = document.querySelector("[data-list], .fc-package-filter");
if (list) import("./lists.js").then(({ CardList, PackageFilter }) => (list.dataset.list ? new CardList(list) : new PackageFilter(list)));
const tools = document.querySelector(".fc-card-tools");
if (tools) import("./share.js").then(({ enableSharing }) => enableSharing(tools));
const boxes = [...document.querySelectorAll(".fc-search")].map((form) => new Box(form));
offerEverywhere(boxes);
const query = new URLSearchParams(location.search).get("q");
if (query && boxes.length) {
  boxes[0].text.value = query;
  boxes[0].search();
}

// Give a mark of the chart the release that it stands for as its title; the title of its group lists all releases.
function nameRelease({ target: mark }) {
  if (mark.localName !== "i") return;
  const [releases, label] = mark.parentElement.title.split(/: (.*)/);
  mark.title = `${releases.split(", ")[[...mark.parentElement.children].indexOf(mark)]}: ${label}`;
}
