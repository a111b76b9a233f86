// The search box of a page, and the one that every page opens. What is typed, pasted or dropped goes to the worker and nowhere else.

import { ask } from "./ask.js";
import { article, nothing, packageRow } from "./results.js";
import { buttonFor, element, linked, on, stop, visible } from "./elements.js";

const TYPING_PAUSE = 80; // milliseconds after the last keystroke before the search starts
const MAX_FILE_BYTES = 50 << 20;
const COMPRESSED = /[.](zip|gz|bz2|xz|zst)$/i; // no match in such a file would be taken for an answer
const MAX_PASTED_LENGTH = 20_000; // characters of a text that a browser can lay out without blocking the page
const SLOW = 500; // milliseconds after which the status says that the search is still running
const SPEECH_PAUSE = 1000; // milliseconds without a new status after which the last one is read out
const FIRST_ROWS = 8; // matches that are displayed at once
const MAX_LINK_LENGTH = 300; // characters of a text that fit into a link

const FAILED = {
  missing: "The search could not be loaded. Reload the page.",
  file: "The file could not be read.",
  version: "The search is newer than this page. Reload the page.",
};

// A box with its form: the text, and the results of a search for it.
export function makeBox(form) {
  const find = (selector) => form.querySelector(selector);
  const root = new URL(form.dataset.root, document.baseURI);
  const area = form.closest("dialog") ?? document; // a file dropped next to it would replace the page
  const [box, file, link] = ["textarea", "[type=file]", ".fc-link"].map(find);
  const [status, spoken, results, rest, searched] = [".fc-status", "[role=status]", ".fc-results", ".fc-no-results", ".fc-searched"].map(find);
  let timer, pause;
  let questions = 0; // so many were asked; only the answer to the last one counts
  let answered; // the text whose answer is displayed

  on(form, "submit", (event) => event.preventDefault());
  on(box, "input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING_PAUSE);
  });
  on(box, "paste", (event) => {
    const pasted = event.clipboardData.getData("text");
    if (pasted.length < MAX_PASTED_LENGTH) return;
    event.preventDefault();
    searchFile(new File([pasted], "the pasted text"));
  });
  on(file, "change", () => {
    if (file.files[0]) searchFile(file.files[0]);
    file.value = ""; // or the same file could not be chosen again after a change
  });
  on(link, "click", copyLink);
  on(form, "keydown", useKey);
  on(area, "dragover", (event) => {
    event.preventDefault();
    markDrag(true);
  });
  on(area, "dragleave", () => markDrag(false));
  on(area, "drop", (event) => {
    markDrag(false);
    const [dropped] = event.dataTransfer.files;
    if (!dropped) return;
    event.preventDefault();
    searchFile(dropped);
  });
  form.hidden = false;

  function markDrag(over) {
    form.classList.toggle("fc-dragover", over);
  }

  async function copyLink() {
    const address = new URL(`?${new URLSearchParams({ q: box.value.trim() })}`, root);
    await navigator.clipboard.writeText(address.href);
    say("The link is copied. Opening it sends the text to the server.");
  }

  // Down and Up go through the results, Enter opens the first one if it is up to date, Escape goes back to the text.
  function useKey(event) {
    if (event.shiftKey || event.metaKey || event.isComposing) return; // these edit the text
    const { key } = event;
    const links = [...results.querySelectorAll("a.fc-hit")];
    const at = links.indexOf(document.activeElement);
    const inText = document.activeElement === box;
    const short = box.value.trim();
    const current = short === answered;
    if (key === "ArrowDown" && links.length && (at >= 0 || (inText && !box.value.slice(box.selectionEnd).includes("\n")))) {
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (key === "ArrowUp" && at >= 0) {
      (at ? links[at - 1] : box).focus();
    } else if (key === "Enter" && inText && short && !short.includes("\n") && !(current && !links.length)) {
      if (current) links[0].click();
      else search();
    } else if (key === "Escape" && at >= 0) {
      box.focus();
    } else if (key === "Escape" && inText && box.value) {
      box.value = "";
      search();
    } else return;
    stop(event);
  }

  function search() {
    const text = box.value;
    const short = text.trim();
    link.hidden = !short || short.length > MAX_LINK_LENGTH || !navigator.clipboard;
    if (short) question({ text }, short);
    else end("");
  }

  // The box has either a text or a file: the results are always of one of them.
  function searchFile(chosen) {
    const { name } = chosen;
    box.value = "";
    link.hidden = true;
    if (chosen.size > MAX_FILE_BYTES) end(`${name} is larger than 50 MB. Use “fixcards match ${name}”.`);
    else if (COMPRESSED.test(name)) end(`${name} is compressed. Unpack it first.`);
    else {
      say(`Reading ${name} …`);
      question({ file: chosen }, "", (done) => say(`Reading ${name}: ${Math.floor(100 * done)}%`));
    }
  }

  async function question(asked, text, progress) {
    clearTimeout(timer);
    questions += 1;
    const number = questions;
    const current = () => number === questions;
    results.ariaBusy = true;
    const slow = setTimeout(() => text && current() && say("Searching …"), SLOW);
    const answer = await ask(root, asked, (done) => current() && progress(done));
    clearTimeout(slow);
    if (!current()) return; // another search has started since
    clear();
    answered = text;
    if (answer.failed) {
      say(FAILED[answer.failed]);
      rest.append(linked("", "All cards", new URL("cards/", root)));
    } else display(answer, text, asked.file?.name);
  }

  function display({ matches, environment, read, nearest }, text, name) {
    const cards = matches.filter((match) => match.entry.display.kind !== "page").length;
    const all = [...environment, ...matches];
    const rows = all.map((match) => article(match, root));
    searched.textContent = searchedWords(read, text, name);
    if (!rows.length) {
      say("No card fits this text.");
      rest.append(...nothing(read, text, nearest, root));
      return;
    }
    const count = (number, one, more) => number && `${number} ${number < 2 ? one : more}`;
    const words = [
      count(environment.length, "known failure", "known failures"),
      count(cards, "card fits", "cards fit"),
      count(matches.length - cards, "page", "pages"),
    ].filter(Boolean).join(", ");
    const more = rows.splice(FIRST_ROWS);
    say(`${words}${more.length ? `; here are the first ${FIRST_ROWS}` : ""}.`, `${words}. First: ${all[0].entry.title}`);
    results.append(...packageRow(matches, text, root), ...rows);
    if (!more.length) return;
    const button = buttonFor(() => {
      button.remove();
      results.append(...more);
      more[0].querySelector("a").focus();
    }, "fc-button", `Show ${more.length} more`);
    rest.append(button);
  }

  function end(words) {
    questions += 1;
    clearTimeout(timer);
    clear();
    say(words);
  }

  function clear() {
    results.replaceChildren();
    results.ariaBusy = null;
    rest.replaceChildren();
    searched.textContent = "";
  }

  // Displayed at once, but read out only when it stays: a screen reader would announce every key and every per cent.
  function say(words, toSpeak = words) {
    status.textContent = visible(words);
    clearTimeout(pause);
    pause = setTimeout(() => (spoken.textContent = visible(toSpeak)), SPEECH_PAUSE);
  }

  return { form, text: box, search };
}

// What the answer is about: a long text is not in the box, and of a short one a reader sees the beginning.
function searchedWords({ count }, text, name) {
  if (!name && count < 2) return "";
  return visible(`Searched: ${name ?? "your text"}, ${count.toLocaleString("en")} line${count === 1 ? "" : "s"}`);
}

// On every page: a button in the header, `/` and Ctrl-K.
export function offerEverywhere(boxes) {
  const dialog = document.querySelector("#fc-dialog")?.content.firstElementChild;
  if (!dialog) return; // a site whose pages come from another template
  let box;
  const open = () => {
    const here = boxes.find(({ form }) => form.checkVisibility?.() ?? true);
    if (here) {
      here.text.focus();
      return;
    }
    box ??= addDialog(dialog);
    if (!dialog.open) dialog.showModal();
    box.text.focus();
    box.text.select();
  };
  on(document, "keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const held = event.ctrlKey || event.metaKey;
    const isShortcut = held ? event.key.toLowerCase() === "k" && !event.shiftKey : event.key === "/" && !writing;
    if (!isShortcut || event.altKey) return;
    stop(event);
    open();
  }, true);
  const button = buttonFor(open, "fc-open", "Search", element("kbd", "", "/"));
  button.ariaKeyShortcuts = "/ Control+K";
  const header = document.querySelector(".md-header__inner");
  header?.insertBefore(button, header.querySelector(".md-header__source"));
}

function addDialog(dialog) {
  document.body.append(dialog);
  on(dialog, "click", ({ target }) => target.matches(".fc-dialog, .fc-close") && dialog.close());
  const form = dialog.querySelector("form");
  form.dataset.root = new URL("../../../", import.meta.url).href; // the site has this file in assets/scripts.*/search/
  return makeBox(form);
}
