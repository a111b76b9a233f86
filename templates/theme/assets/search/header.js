// The search of every page: a button in the header, `/` and Ctrl-K.

import { Box } from "./box.js";
import { element, pressed } from "./results.js";

export function offerEverywhere(boxes) {
  const dialog = document.querySelector("#fc-dialog")?.content.firstElementChild;
  if (!dialog) return; // a site whose pages are not made from our template
  let box;
  const open = () => {
    const here = boxes.find(({ form }) => form.checkVisibility?.() ?? true);
    if (here) {
      here.text.focus();
      return;
    }
    box ??= build(dialog);
    if (!dialog.open) dialog.showModal();
    box.text.focus();
    box.text.select();
  };
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const held = event.ctrlKey || event.metaKey;
    const wanted = held ? event.key.toLowerCase() === "k" : event.key === "/" && !writing && !event.altKey;
    if (!wanted) return;
    event.preventDefault();
    event.stopPropagation();
    open();
  }, true);
  const button = pressed("fc-open", open, "Search", element("kbd", "", "/"));
  button.ariaKeyShortcuts = "/ Control+K";
  const header = document.querySelector(".md-header__inner");
  header?.insertBefore(button, header.querySelector(".md-header__source"));
}

function build(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("click", ({ target }) => target.matches(".fc-dialog, .fc-close") && dialog.close());
  const form = dialog.querySelector("form");
  form.dataset.root = new URL("../../../", import.meta.url).href; // the site has this file in assets/scripts.*/search/
  return new Box(form);
}
