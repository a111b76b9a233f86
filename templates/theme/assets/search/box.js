// The search box: what is typed, pasted or dropped goes to the worker and nowhere else.

import { article, element, nothing } from "./results.js";

const WAIT = 80; // milliseconds without a keystroke after which the search starts
const LARGEST = 50 * 1024 * 1024;
const LINK = 300; // characters of a text that fit into a link
const FAILED = {
  missing: "The search index could not be loaded. It is made together with the site; try again, or browse all cards.",
  version: "The search was renewed after this page was loaded. Reload the page to use it.",
};

let worker;
let sent = 0;
const waiting = new Map();

function ask(root, question, progress) {
  if (!worker) {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      const asked = waiting.get(data.number);
      if (data.done !== undefined) asked?.progress(data.done);
      else {
        waiting.delete(data.number);
        asked?.resolve(data);
      }
    });
    worker.addEventListener("error", () => {
      for (const asked of waiting.values()) asked.resolve({ failed: "missing" });
      waiting.clear();
      worker = undefined;
    });
  }
  return new Promise((resolve) => {
    sent += 1;
    waiting.set(sent, { resolve, progress });
    worker.postMessage({ number: sent, base: new URL("search/", root).href, ...question });
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
    this.status.setAttribute("role", "status");
    this.results = element("ol", "fc-found");
    this.results.setAttribute("aria-label", "Matching cards");
    this.rest = element("div", "fc-nothing");
    const file = element("input", "fc-sr");
    file.type = "file";
    file.id = `${this.text.id}-file`;
    const label = element("label", "fc-file", "Choose a log file, or drop one here");
    label.htmlFor = file.id;
    this.link = element("button", "fc-link", "Copy a link to this search");
    this.link.type = "button";
    this.link.hidden = true;
    const tools = element("p", "fc-tools");
    tools.append(file, label, this.link);
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
    this.link.addEventListener("click", async () => {
      const address = new URL("./", this.root);
      address.searchParams.set("q", text.value.trim());
      await navigator.clipboard.writeText(address.href);
      this.#say("The link is copied. Whoever opens it sends its text to this site's server.");
    });
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
      this.status.textContent = "";
      return undefined;
    }
    return this.#ask({ text }, short);
  }

  searchFile(file) {
    this.link.hidden = true;
    if (file.size > LARGEST) {
      this.#clear();
      return this.#say(`${file.name} is larger than 50 MB. “fixcards match ${file.name}” reads files of any size.`);
    }
    this.#say(`Reading ${file.name} …`);
    return this.#ask({ file }, "", (done) => this.#say(`Reading ${file.name}: ${Math.floor(100 * done)}%`));
  }

  async #ask(question, text, progress = () => {}) {
    this.#asked += 1;
    const number = this.#asked;
    this.results.setAttribute("aria-busy", "true");
    const found = await ask(this.root, question, (done) => number === this.#asked && progress(done));
    if (number !== this.#asked) return undefined; // another search was started meanwhile
    this.results.removeAttribute("aria-busy");
    return found.failed ? this.#fail(found.failed) : this.#show(found, text);
  }

  #show({ matches, understood }, text) {
    this.#clear();
    const cards = matches.filter((match) => match.entry.shown.kind !== "page").length;
    if (matches.length) {
      const others = matches.length - cards;
      const words = [cards && `${cards} ${cards === 1 ? "card fits" : "cards fit"}`, others && `${others} ${others === 1 ? "page" : "pages"}`];
      this.#say(`${words.filter(Boolean).join(", ")}. First: ${matches[0].entry.title}`);
      this.results.append(...matches.map((match) => article(match, this.root)));
    } else {
      this.#say("No card fits this text.");
      this.rest.append(nothing(understood, text));
    }
  }

  #fail(why) {
    this.#clear();
    this.#say(FAILED[why]);
    const all = element("a", "", "All cards");
    all.href = new URL("cards/", this.root);
    this.rest.append(all);
  }

  #clear() {
    this.results.replaceChildren();
    this.results.removeAttribute("aria-busy");
    this.rest.replaceChildren();
  }

  #say(words) {
    this.status.textContent = words;
  }
}
