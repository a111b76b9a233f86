// The scripts of a page. Without them everything can still be read.

import { enableCopyButtons, makeBox, offerEverywhere } from "./search/page.js";

enableCopyButtons(document);
const list = document.querySelector("[data-list], .fc-package-filter");
if (list) import("./lists.js").then(({ CardList, PackageFilter }) => (list.dataset.list ? new CardList(list) : new PackageFilter(list)));
const tools = document.querySelector(".fc-card-tools");
if (tools) import("./share.js").then(({ enableSharing }) => enableSharing(tools));
if (document.querySelector(".fc-fix")) import("./card.js").then(({ enableCard }) => enableCard(document.querySelector("article")));
document.querySelector(".md-tabs__item--active a")?.setAttribute("aria-current", "page");
const boxes = [...document.querySelectorAll(".fc-search")].map((form) => makeBox(form));
offerEverywhere(boxes);
const query = new URLSearchParams(location.search).get("q");
if (query && boxes.length) {
  boxes[0].text.value = query;
  boxes[0].search();
}
