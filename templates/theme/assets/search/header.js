// The search of every page: a button in the header, `/` and Ctrl-K.

import { Box } from "./box.js";
import { element } from "./results.js";

export function offerEverywhere(boxes) {
  const dialog = element("dialog", "fc-dialog md-typeset");
  dialog.setAttribute("aria-label", "Search");
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
    const wanted = (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
    if (!wanted) return;
    event.preventDefault();
    event.stopPropagation();
    open();
  }, true);
  const button = element("button", "fc-open", "Search");
  button.type = "button";
  button.setAttribute("aria-keyshortcuts", "/ Control+K");
  button.append(element("kbd", "", "/"));
  button.addEventListener("click", open);
  const header = document.querySelector(".md-header__inner");
  header?.insertBefore(button, header.querySelector(".md-header__source"));
}

function build(dialog) {
  const form = element("form", "fc-search");
  form.dataset.root = new URL("../../", import.meta.url).href;
  form.setAttribute("role", "search");
  const close = element("button", "fc-close", "Close");
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  const label = element("label", "", "Paste a traceback, a log or one line of it");
  label.htmlFor = "fc-query-dialog";
  const text = element("textarea");
  text.id = "fc-query-dialog";
  text.rows = 4;
  text.spellcheck = false;
  text.setAttribute("autocapitalize", "off");
  form.append(close, label, text, element("p", "fc-hint", "The text stays on your machine."), element("div", "fc-results"));
  dialog.append(form);
  return form;
}
