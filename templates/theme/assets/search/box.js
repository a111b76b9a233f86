// The search box: what is typed, pasted or dropped goes to the worker and nowhere else.

import { article, linked, nothing } from "./results.js";

const WAIT = 80; // milliseconds without a keystroke after which the search starts
const LARGEST = 50 * 1024 * 1024;
const PACKED = /[.](zip|gz|bz2|xz|zst)$/i; // to find nothing in such a file would be taken for an answer
const LONG = 20_000; // characters from which on a browser lays out a text so long that the page stands still
const LATE = 500; // milliseconds after which it is said that an answer takes its time
const PAUSE = 1000; // milliseconds without news after which the last of them is read out
const LINK = 300; // characters of a text that fit into a link
const FAILED = {
  missing: "The search index could not be loaded. Try again, or browse all cards.",
  file: "The file could not be read.",
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
  #pause;
  #asked = 0;
  #shown; // the text whose answer is shown

  constructor(form) {
    const find = (selector) => form.querySelector(selector);
    this.form = form;
    this.root = new URL(form.dataset.root, document.baseURI);
    this.text = find("textarea");
    this.link = find(".fc-link");
    this.status = find(".fc-status");
    this.spoken = find("[role=status]");
    this.results = find(".fc-found");
    this.rest = find(".fc-nothing");
    this.#listen(find("[type=file]"));
    form.hidden = false;
  }

  #listen(file) {
    const { form, text } = this;
    const area = form.closest("dialog") ?? document; // a file that is dropped beside it takes the place of the page
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
    file.addEventListener("change", () => {
      this.searchFile(file.files[0]);
      file.value = ""; // or the same file, written anew, could not be chosen again
    });
    this.link.addEventListener("click", () => this.#copyLink());
    form.addEventListener("keydown", (event) => this.#key(event));
    area.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("fc-over");
    });
    area.addEventListener("dragleave", () => form.classList.remove("fc-over"));
    area.addEventListener("drop", (event) => {
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

  // Down and Up go through the results, Enter opens the first once it is that of the text, Escape goes back to the text.
  #key(event) {
    if (event.shiftKey || event.metaKey || event.isComposing) return; // keys of the text's own
    const links = [...this.results.querySelectorAll("a.fc-hit")];
    const at = links.indexOf(document.activeElement);
    const inText = document.activeElement === this.text;
    const short = this.text.value.trim();
    const fits = short === this.#shown;
    if (event.key === "ArrowDown" && links.length && (at >= 0 || (inText && !this.text.value.slice(this.text.selectionEnd).includes("\n")))) {
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (at ? links[at - 1] : this.text).focus();
    } else if (event.key === "Enter" && inText && short && !short.includes("\n") && !(fits && !links.length)) {
      if (fits) links[0].click();
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
    this.link.hidden = !short || short.length > LINK || !navigator.clipboard;
    if (short) this.#ask({ text }, short);
    else this.#stop("");
  }

  // The box holds no text beside a file: what is shown is always of one of them.
  searchFile(file) {
    this.text.value = "";
    this.link.hidden = true;
    const { name } = file;
    if (file.size > LARGEST) this.#stop(`${name} is larger than 50 MB. “fixcards match ${name}” reads files of any size.`);
    else if (PACKED.test(name)) this.#stop(`${name} is compressed. Unpack it first.`);
    else {
      this.#say(`Reading ${name} …`);
      this.#ask({ file }, "", (done) => this.#say(`Reading ${name}: ${Math.floor(100 * done)}%`));
    }
  }

  async #ask(question, text, progress) {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const number = this.#asked;
    const current = () => number === this.#asked;
    this.results.ariaBusy = true;
    const late = setTimeout(() => text && current() && this.#say("Searching …"), LATE);
    const found = await ask(this.root, question, (done) => current() && progress(done));
    clearTimeout(late);
    if (!current()) return; // another search was started meanwhile
    this.#clear();
    this.#shown = text;
    if (found.failed) {
      this.#say(FAILED[found.failed]);
      this.rest.append(linked("", "All cards", new URL("cards/", this.root)));
    } else this.#show(found, text);
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

  #stop(words) {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.#clear();
    this.#say(words);
  }

  #clear() {
    this.results.replaceChildren();
    this.results.ariaBusy = null;
    this.rest.replaceChildren();
  }

  // At once for the eye, and where it stays for the ear: who listens would hear every key and every per cent.
  #say(words) {
    this.status.textContent = words;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => (this.spoken.textContent = words), PAUSE);
  }
}
