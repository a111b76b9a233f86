// The search of every page: a button in the header, `/` and Ctrl-K.

import { Box } from "./box.js";
import { element, labelled, pressed } from "./results.js";

export function offerEverywhere(boxes) {
  const dialog = element("dialog", "fc-dialog md-typeset");
  dialog.ariaLabel = "Search";
  let box;
  const open = () => {
    const here = boxes.find(({ form }) => form.checkVisibility?.() ?? true);
    if (here) {
      here.text.focus();
      return;
    }
    box ??= new Box(build(dialog));
    if (!dialog.open) dialog.showModal();
    box.text.focus();
    box.text.select();
  };
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
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
  const text = element("textarea");
  Object.assign(text, { id: "fc-query-dialog", rows: 4, spellcheck: false, autocapitalize: "off" });
  const form = element("form", "fc-search",
    pressed("fc-close", () => dialog.close(), "Close"),
    labelled(text, "", "Paste a traceback, a log or one line of it"),
    text,
    element("p", "fc-hint", "The text stays on your machine."),
    element("div", "fc-results"));
  form.dataset.root = new URL("../../", import.meta.url).href;
  form.role = "search";
  dialog.append(form);
  return form;
}
