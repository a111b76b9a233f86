// The search box of a page, and the one that every page opens. What is typed, pasted or dropped goes to the worker and nowhere else.

const TYPING_PAUSE = 80; // milliseconds after the last keystroke before the search starts
const MAX_FILE_BYTES = 50 * 1024 * 1024;
const COMPRESSED = /[.](zip|gz|bz2|xz|zst)$/i; // no match in such a file would be taken for an answer
const MAX_PASTED_LENGTH = 20_000; // characters of a text that a browser can lay out without blocking the page
const SLOW = 500; // milliseconds after which the status says that the search is still running
const SPEECH_PAUSE = 1000; // milliseconds without a new status after which the last one is read out
const CONTEXT = 160; // characters before the first and after the last marked part
const FIRST_ROWS = 8; // matches that are displayed at once
const MAX_LINK_LENGTH = 300; // characters of a text that fit into a link
const MAX_SILENCE = 60_000; // milliseconds without progress after which a search is given up: an index can make it endless

// What can't be seen or moves other characters displays its number, but for selectors and joiners in an emoji; as in characters.py.
const HIDDEN = /(\p{ExtPict}(?:[\ufe0e\ufe0f]|\p{EMod})?(?:\u200d\p{ExtPict}(?:\ufe0f|\p{EMod})?)*|[\d#*]\ufe0f\u20e3|[\n\t])|[\p{C}\p{DI}\u2028\u2029\u2800\ufffc\u{16fe4}\u{1d159}]/gu;
export const visible = (text) => text.replace(HIDDEN, (char, allowed) => allowed ?? `⟨U+${char.codePointAt().toString(16).toUpperCase().padStart(4, "0")}⟩`);

const FAILED = {
  missing: "The search could not be loaded. Try again, or reload the page: the site may have been renewed since.",
  file: "The file could not be read.",
  version: "The search was renewed after this page was loaded. Reload the page to use it.",
};

// Where a policy asks for Trusted Types, a browser starts a worker only from an address that such a policy gives out.
const policy = { createScriptURL: () => new URL("worker.js", import.meta.url).href };
let trusted, worker;

// Each question has its own channel for its progress and its answer.
function ask(root, question, progress) {
  return new Promise((resolve) => {
    trusted ??= globalThis.trustedTypes?.createPolicy("fixcards", policy) ?? policy;
    worker ??= new Worker(trusted.createScriptURL(""), { type: "module" });
    const { port1, port2 } = new MessageChannel();
    const giveUp = () => { // earlier questions have no answer to wait for any more
      worker?.terminate();
      worker = undefined;
      resolve({ failed: "missing" });
    };
    let silence = setTimeout(giveUp, MAX_SILENCE);
    port1.onmessage = ({ data }) => {
      clearTimeout(silence);
      if (data.done !== undefined) {
        silence = setTimeout(giveUp, MAX_SILENCE);
        return progress(data.done);
      }
      port1.close();
      return resolve(data);
    };
    worker.onerror = giveUp;
    worker.postMessage({ base: new URL("search/", root).href, ...question }, [port2]);
  }).catch(() => ({ failed: "missing" })); // a server may send a policy that allows no worker
}

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
    } else this.#display(answer, text);
  }

  #display({ matches, environment, read }, text) {
    const cards = matches.filter((match) => match.entry.display.kind !== "page").length;
    const all = [...environment, ...matches];
    const rows = all.map((match) => article(match, this.root));
    if (rows.length) {
      const count = (number, one, more) => number && `${number} ${number < 2 ? one : more}`;
      const words = [
        count(environment.length, "known failure", "known failures"),
        count(cards, "card fits", "cards fit"),
        count(matches.length - cards, "page", "pages"),
      ];
      this.#say(`${words.filter(Boolean).join(", ")}. First: ${all[0].entry.title}`);
      this.results.append(...packageRow(matches, text, this.root), ...rows.slice(0, FIRST_ROWS));
      if (rows.length > FIRST_ROWS) this.rest.append(this.#more(rows.slice(FIRST_ROWS)));
    } else {
      this.#say("No card fits this text.");
      this.rest.append(...nothing(read, text));
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
  }

  // Displayed at once, but read out only when it stays: a screen reader would announce every key and every per cent.
  #say(words) {
    this.status.textContent = visible(words);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => (this.spoken.textContent = visible(words)), SPEECH_PAUSE);
  }
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

// The matches, and what a box says where nothing matches

// `inside` are elements and texts; texts are never read as HTML.
function element(name, className, ...inside) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...inside.map((each) => (typeof each === "string" ? visible(each) : each)));
  return node;
}

// The package that was typed, whose page has all its cards.
function packageRow(matches, text, root) {
  const name = text.toLowerCase();
  const match = matches.find(({ entry }) => entry.package === name);
  if (!match) return [];
  const page = new URL("..", new URL(match.entry.display.path, root));
  return [element("li", "fc-row", linked("fc-hit", `Cards of ${name}`, page))];
}

function article({ entry, tier, reasons, warning, text, marks, versions, fixes }, root) {
  const { display } = entry;
  const span = (className, words) => element("span", className, words);
  const facts = display.kind === "page" ? [span("fc-tag", "page")] : [
    span(`fc-badge fc-tier-${tier}`, tier ? `${tier} match` : "listed"),
    span("fc-tag", entry.package),
    span(`fc-badge fc-${display.verdict.replaceAll(" ", "-")}`, display.verdict),
  ];
  const row = element("li", "fc-row",
    element("p", "fc-row-title fc-label", linked("fc-hit", entry.title, new URL(display.path, root))),
    element("p", "fc-row-facts", ...facts),
    element("p", "fc-muted fc-reasons", (reasons ?? Object.entries(versions).map((each) => each.join(" "))).join("; ")));
  if (text && marks.length) row.append(marked(text, marks));
  const add = (label, ...inside) => row.append(element("p", "fc-row-fix", span("fc-label", label), ...inside));
  for (const words of [entry.note, warning]) if (words) add("Note ", words);
  for (const { title, install, fits, why } of fixes) add(fits ? "Fix " : "Not for you: ", `${title} `, element("code", "", install.join(" ")), why);
  return row;
}

function linked(className, words, address) {
  const link = element("a", className, words);
  link.href = address;
  link.rel = "noopener noreferrer";
  return link;
}

function marked(text, marks) {
  const code = element("code");
  let at = Math.max(0, marks[0][0] - CONTEXT);
  const end = Math.min(text.length, marks.at(-1)[1] + CONTEXT);
  for (const [from, to] of marks) {
    code.append(visible(text.slice(at, from)), element("mark", "", text.slice(from, to)));
    at = to;
  }
  code.append(visible(text.slice(at, end)));
  return element("p", "fc-matched-line", code);
}

// What was read, and where else to go. The links send the text to another site only when they are followed.
function nothing({ exceptions, frames, lines }, text) {
  const last = exceptions.at(-1);
  const list = element("dl", "fc-list");
  const row = (name, words) => list.append(element("dt", "", name), element("dd", "", words));
  if (last) {
    row("Exception", last.name);
    if (last.message) row("Message", last.message);
  } else if (lines.length) row("Text", lines.join(" "));
  const inner = last?.frames.length ? last.frames : frames;
  if (inner.length) row("Library frames", inner.slice(-5).join(", "));
  const words = (last ? `${last.name}: ${last.message}` : text || lines.join(" ")).slice(0, 300);
  const outside = (name, address, fields) => linked("fc-button", name, `${address}?${new URLSearchParams(fields)}`);
  const links = element("p", "fc-tools", outside("Search the web", "https://duckduckgo.com/", { q: words }));
  const repository = document.querySelector('meta[name="fixcards-repository"]');
  if (repository?.content) links.append(writeCard(repository.content, repository.dataset.host, newCard(last, inner)));
  if (list.children.length) return [element("p", "", "This is what was read from the text:"), list, links];
  return words ? [links] : []; // an empty file has nothing to search for
}

// Only GitHub takes the content of a new file from an address; GitLab takes its name.
function writeCard(repository, host, { filename, value }) {
  const forms = {
    github: ["/new/main", { filename, value }],
    gitlab: ["/-/new/main", { file_name: filename }],
  };
  if (!(host in forms)) return linked("fc-button", "Ask the project", repository);
  const [path, fields] = forms[host];
  return linked("fc-button", "Write the card", `${repository}${path}?${new URLSearchParams(fields)}`);
}

function newCard(last, frames) {
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
  const name = (frames.at(-1) ?? "package/").split("/")[0].replaceAll("_", "-").toLowerCase();
  const lines = [
    "# yaml-language-server: $schema=../card.schema.json",
    `package: ${name}`,
    "issue: https://",
    "title: ",
    "signature:",
    `  error: ${quoted(last ? `${last.name}${last.message ? `: ${last.message}` : ""}`.slice(0, 500) : "")}`,
    ...(last ? [`  exception: ${last.name}`] : []),
    ...(frames.length ? ["  frames:", ...frames.slice(-8).map((frame) => `    - ${quoted(frame)}`)] : []),
  ];
  return { filename: `cards/${name}/NUMBER.yaml`, value: `${lines.join("\n")}\n` };
}
