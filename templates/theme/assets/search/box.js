// The search box: what is typed, pasted or dropped goes to the worker and nowhere else.

import { article, element, linked, nothing, pressed } from "./results.js";

const WAIT = 80; // milliseconds without a keystroke after which the search starts
const LARGEST = 50 * 1024 * 1024;
const LONG = 20_000; // characters from which on a browser lays out a text so long that the page stands still
const LINK = 300; // characters of a text that fit into a link
const FAILED = {
  missing: "The search could not be loaded. Try again, or reload the page: the site may have been renewed since.",
  version: "The search was renewed after this page was loaded. Reload the page to use it.",
};

let worker;

// Each question has a channel of its own for its progress and its answer.
function ask(root, question, progress) {
  worker ??= new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (data.done !== undefined) return progress(data.done);
      port1.close();
      return resolve(data);
    };
    worker.onerror = () => { // nobody waits for the questions before this one any more
      worker = undefined;
      resolve({ failed: "missing" });
    };
    worker.postMessage({ base: new URL("search/", root).href, ...question }, [port2]);
  });
}

export class Box {
  #timer;
  #asked = 0;

  constructor(form) {
    this.form = form;
    this.root = new URL(form.dataset.root, document.baseURI);
    this.text = form.querySelector("textarea");
    this.status = element("p", "fc-hint fc-status");
    this.status.role = "status";
    this.results = element("ol", "fc-found");
    this.results.ariaLabel = "Matching cards";
    this.rest = element("div", "fc-nothing");
    const file = element("input", "fc-sr");
    file.type = "file";
    file.id = `${this.text.id}-file`;
    this.link = pressed("fc-link", () => this.#copyLink(), "Copy a link to this search");
    this.link.hidden = true;
    const label = element("label", "fc-file", "Choose a log file, or drop one here");
    label.htmlFor = file.id;
    const tools = element("p", "fc-tools", file, label, this.link);
    form.querySelector(".fc-results").replaceWith(tools, this.status, this.results, this.rest);
    form.hidden = false;
    this.#listen(file);
  }

  #listen(file) {
    const { form, text } = this;
    form.addEventListener("submit", (event) => event.preventDefault());
    text.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.search(), WAIT);
    });
    text.addEventListener("paste", (event) => {
      const pasted = event.clipboardData.getData("text");
      if (pasted.length < LONG) return;
      event.preventDefault();
      this.searchFile(new File([pasted], "the pasted text"));
    });
    file.addEventListener("change", () => file.files[0] && this.searchFile(file.files[0]));
    form.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("fc-over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("fc-over"));
    form.addEventListener("drop", (event) => {
      form.classList.remove("fc-over");
      const [dropped] = event.dataTransfer.files;
      if (!dropped) return;
      event.preventDefault();
      this.searchFile(dropped);
    });
  }

  async #copyLink() {
    const address = new URL(`?${new URLSearchParams({ q: this.text.value.trim() })}`, this.root);
    await navigator.clipboard.writeText(address.href);
    this.#say("The link is copied. Whoever opens it sends its text to this site's server.");
  }

  // Down and Up go through the results, Enter opens one, Escape goes back to the text.
  #key(event) {
    const links = [...this.results.querySelectorAll("a.fc-hit")];
    const at = links.indexOf(document.activeElement);
    const inText = document.activeElement === this.text;
    if (event.key === "ArrowDown" && links.length && (at >= 0 || (inText && !this.text.value.slice(this.text.selectionEnd).includes("\n")))) {
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (at ? links[at - 1] : this.text).focus();
    } else if (event.key === "Enter" && inText && !event.shiftKey && links.length && !this.text.value.trim().includes("\n")) {
      links[0].click();
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
    this.link.hidden = !short || short.length > LINK || !navigator.clipboard;
    if (!short) {
      this.#asked += 1;
      this.#clear();
      this.#say("");
    } else this.#ask({ text }, short);
  }

  searchFile(file) {
    this.link.hidden = true;
    if (file.size > LARGEST) {
      this.#asked += 1;
      this.#clear();
      this.#say(`${file.name} is larger than 50 MB. “fixcards match ${file.name}” reads files of any size.`);
      return;
    }
    this.#say(`Reading ${file.name} …`);
    this.#ask({ file }, "", (done) => this.#say(`Reading ${file.name}: ${Math.floor(100 * done)}%`));
  }

  async #ask(question, text, progress = () => {}) {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const number = this.#asked;
    this.results.ariaBusy = true;
    const found = await ask(this.root, question, (done) => number === this.#asked && progress(done));
    if (number !== this.#asked) return; // another search was started meanwhile
    this.#clear();
    if (found.failed) this.#fail(found.failed);
    else this.#show(found, text);
  }

  #show({ matches, understood }, text) {
    const cards = matches.filter((match) => match.entry.shown.kind !== "page").length;
    if (matches.length) {
      const pages = matches.length - cards;
      const words = [cards && (cards === 1 ? "1 card fits" : `${cards} cards fit`), pages && (pages === 1 ? "1 page" : `${pages} pages`)];
      this.#say(`${words.filter(Boolean).join(", ")}. First: ${matches[0].entry.title}`);
      this.results.append(...matches.map((match) => article(match, this.root)));
    } else {
      this.#say("No card fits this text.");
      this.rest.append(...nothing(understood, text));
    }
  }

  #fail(why) {
    this.#say(FAILED[why]);
    this.rest.append(linked("", "All cards", new URL("cards/", this.root)));
  }

  #clear() {
    this.results.replaceChildren();
    this.results.ariaBusy = null;
    this.rest.replaceChildren();
  }

  #say(words) {
    this.status.textContent = words;
  }
}
