// The search box of a page, and the one that every page opens. What is typed, pasted or dropped goes to the worker and nowhere else.

import { ask } from "./ask.js";
import { article, nothing, packageRow } from "./results.js";
import { element, linked, visible } from "./elements.js";

const TYPING_PAUSE = 80; // milliseconds after the last keystroke before the search starts
const MAX_FILE_BYTES = 50 * 1024 * 1024;
const COMPRESSED = /[.](zip|gz|bz2|xz|zst)$/i; // no match in such a file would be taken for an answer
const MAX_PASTED_LENGTH = 20_000; // characters of a text that a browser can lay out without blocking the page
const SLOW = 500; // milliseconds after which the status says that the search is still running
const SPEECH_PAUSE = 1000; // milliseconds without a new status after which the last one is read out
const FIRST_ROWS = 8; // matches that are displayed at once
const MAX_LINK_LENGTH = 300; // characters of a text that fit into a link

const FAILED = {
  missing: "The search could not be loaded. Try again, or reload the page: the site may have been renewed since.",
  file: "The file could not be read.",
  version: "The search was renewed after this page was loaded. Reload the page to use it.",
};

export class Box {
  #timer;
  #pause;
  #questions = 0; // so many were asked; only the answer to the last one counts
  #answered; // the text whose answer is displayed

  constructor(form) {
    const find = (selector) => form.querySelector(selector);
    this.form = form;
    this.root = new URL(form.dataset.root, document.baseURI);
    this.text = find("textarea");
    this.link = find(".fc-link");
    this.status = find(".fc-status");
    this.spoken = find("[role=status]");
    this.results = find(".fc-results");
    this.rest = find(".fc-no-results");
    this.searched = find(".fc-searched");
    this.#listen(find("[type=file]"));
    form.hidden = false;
  }

  #listen(file) {
    const { form, text } = this;
    const area = form.closest("dialog") ?? document; // a file dropped next to it would replace the page
    form.addEventListener("submit", (event) => event.preventDefault());
    text.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.search(), TYPING_PAUSE);
    });
    text.addEventListener("paste", (event) => {
      const pasted = event.clipboardData.getData("text");
      if (pasted.length < MAX_PASTED_LENGTH) return;
      event.preventDefault();
      this.searchFile(new File([pasted], "the pasted text"));
    });
    file.addEventListener("change", () => {
      if (file.files[0]) this.searchFile(file.files[0]);
      file.value = ""; // or the same file could not be chosen again after a change
    });
    this.link.addEventListener("click", () => this.#copyLink());
    form.addEventListener("keydown", (event) => this.#key(event));
    area.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("fc-dragover");
    });
    area.addEventListener("dragleave", () => form.classList.remove("fc-dragover"));
    area.addEventListener("drop", (event) => {
      form.classList.remove("fc-dragover");
      const [dropped] = event.dataTransfer.files;
      if (!dropped) return;
      event.preventDefault();
      this.searchFile(dropped);
    });
  }

  async #copyLink() {
    const address = new URL(`?${new URLSearchParams({ q: this.text.value.trim() })}`, this.root);
    await navigator.clipboard.writeText(address.href);
    this.#say("The link is copied. Opening it sends its text to this site's server.");
  }

  // Down and Up go through the results, Enter opens the first one if it is up to date, Escape goes back to the text.
  #key(event) {
    if (event.shiftKey || event.metaKey || event.isComposing) return; // these edit the text
    const links = [...this.results.querySelectorAll("a.fc-hit")];
    const at = links.indexOf(document.activeElement);
    const inText = document.activeElement === this.text;
    const short = this.text.value.trim();
    const current = short === this.#answered;
    if (event.key === "ArrowDown" && links.length && (at >= 0 || (inText && !this.text.value.slice(this.text.selectionEnd).includes("\n")))) {
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (at ? links[at - 1] : this.text).focus();
    } else if (event.key === "Enter" && inText && short && !short.includes("\n") && !(current && !links.length)) {
      if (current) links[0].click();
      else this.search();
    } else if (event.key === "Escape" && at >= 0) {
      this.text.focus();
    } else if (event.key === "Escape" && inText && this.text.value) {
      this.text.value = "";
      this.search();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  search() {
    const text = this.text.value;
    const short = text.trim();
    this.link.hidden = !short || short.length > MAX_LINK_LENGTH || !navigator.clipboard;
    if (short) this.#ask({ text }, short);
    else this.#stop("");
  }

  // The box has either a text or a file: the results are always of one of them.
  searchFile(file) {
    this.text.value = "";
    this.link.hidden = true;
    const { name } = file;
    if (file.size > MAX_FILE_BYTES) this.#stop(`${name} is larger than 50 MB. “fixcards match ${name}” reads files of any size.`);
    else if (COMPRESSED.test(name)) this.#stop(`${name} is compressed. Unpack it first.`);
    else {
      this.#say(`Reading ${name} …`);
      this.#ask({ file }, "", (done) => this.#say(`Reading ${name}: ${Math.floor(100 * done)}%`));
    }
  }

  async #ask(question, text, progress) {
    clearTimeout(this.#timer);
    this.#questions += 1;
    const number = this.#questions;
    const current = () => number === this.#questions;
    this.results.ariaBusy = true;
    const slow = setTimeout(() => text && current() && this.#say("Searching …"), SLOW);
    const answer = await ask(this.root, question, (done) => current() && progress(done));
    clearTimeout(slow);
    if (!current()) return; // another search has started since
    this.#clear();
    this.#answered = text;
    if (answer.failed) {
      this.#say(FAILED[answer.failed]);
      this.rest.append(linked("", "All cards", new URL("cards/", this.root)));
    } else this.#display(answer, text, question.file?.name);
  }

  #display({ matches, environment, read, nearest }, text, name) {
    const cards = matches.filter((match) => match.entry.display.kind !== "page").length;
    const all = [...environment, ...matches];
    const rows = all.map((match) => article(match, this.root));
    this.searched.textContent = searchedWords(read, text, name);
    if (rows.length) {
      const count = (number, one, more) => number && `${number} ${number < 2 ? one : more}`;
      const words = [
        count(environment.length, "known failure", "known failures"),
        count(cards, "card fits", "cards fit"),
        count(matches.length - cards, "page", "pages"),
      ].filter(Boolean).join(", ");
      const part = rows.length > FIRST_ROWS ? `; here are the first ${FIRST_ROWS}` : "";
      this.#say(`${words}${part}.`, `${words}. First: ${all[0].entry.title}`);
      this.results.append(...packageRow(matches, text, this.root), ...rows.slice(0, FIRST_ROWS));
      if (rows.length > FIRST_ROWS) this.rest.append(this.#more(rows.slice(FIRST_ROWS)));
    } else {
      this.#say("No card fits this text.");
      this.rest.append(...nothing(read, text, nearest, this.root));
    }
  }

  #more(rows) {
    const button = element("button", "fc-button", `Show ${rows.length} more`); // of a form that is never sent
    button.addEventListener("click", () => {
      button.remove();
      this.results.append(...rows);
      rows[0].querySelector("a").focus();
    });
    return button;
  }

  #stop(words) {
    this.#questions += 1;
    clearTimeout(this.#timer);
    this.#clear();
    this.#say(words);
  }

  #clear() {
    this.results.replaceChildren();
    this.results.ariaBusy = null;
    this.rest.replaceChildren();
    this.searched.textContent = "";
  }

  // Displayed at once, but read out only when it stays: a screen reader would announce every key and every per cent.
  #say(words, spoken = words) {
    this.status.textContent = visible(words);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => (this.spoken.textContent = visible(spoken)), SPEECH_PAUSE);
  }
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
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const held = event.ctrlKey || event.metaKey;
    const isShortcut = held ? event.key.toLowerCase() === "k" && !event.shiftKey : event.key === "/" && !writing;
    if (!isShortcut || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    open();
  }, true);
  const button = element("button", "fc-open", "Search", element("kbd", "", "/"));
  button.type = "button";
  button.addEventListener("click", open);
  button.ariaKeyShortcuts = "/ Control+K";
  const header = document.querySelector(".md-header__inner");
  header?.insertBefore(button, header.querySelector(".md-header__source"));
}

function addDialog(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("click", ({ target }) => target.matches(".fc-dialog, .fc-close") && dialog.close());
  const form = dialog.querySelector("form");
  form.dataset.root = new URL("../../../", import.meta.url).href; // the site has this file in assets/scripts.*/search/
  return new Box(form);
}
