// Lists of cards, filtered and sorted in place. Without this script each filter is a link to a list of its own.
// The state of a list is in its address, so it can be shared, and Back leads to the one before.

import { visible } from "./search/page.js";

const PER_PAGE = 100;
const MAX_CHOICES = 40;
const TYPING_PAUSE = 120; // milliseconds after the last keystroke before the list changes
const PAGES_AROUND = 3;
const PARAMETERS = ["filter", "sort", "page"];

// The elements of a list; their names are those of templates/lists.html.
export class CardList {
  #timer;
  #loading;
  #data;
  #texts; // what the filter looks at, by card
  #names; // the parameters that this list knows

  constructor(nav) {
    const find = (selector) => document.querySelector(selector);
    this.nav = nav;
    this.root = new URL(nav.dataset.root, document.baseURI);
    this.base = nav.dataset.facet ? [nav.dataset.facet, nav.dataset.value] : [];
    this.form = find(".fc-list-tools");
    this.filter = find("#fc-list-filter");
    this.sort = find("#fc-list-sort");
    this.active = find(".fc-active");
    this.count = find(".fc-count-text");
    this.rows = find(".fc-list");
    this.pages = find(".fc-pages");
    this.#names = [...[...nav.querySelectorAll("details")].map((group) => group.dataset.facet), ...PARAMETERS];
    this.#listen();
    this.form.hidden = false;
    if (this.#read().size) this.#show();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.filter.addEventListener("focus", () => this.#load().catch(() => {}));
    this.filter.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#change({ filter: this.filter.value.trim(), page: "" }, "replaceState"), TYPING_PAUSE);
    });
    this.sort.addEventListener("change", () => this.#change({ sort: this.sort.value === "newest" ? "" : this.sort.value, page: "" }));
    this.nav.addEventListener("toggle", ({ target }) => this.#toggle(target), true);
    this.nav.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-value]");
      const facet = link?.closest("details").dataset.facet;
      if (!link) return;
      const value = this.#state().get(facet) === link.dataset.value ? "" : link.dataset.value;
      this.#follow(event, this.#address({ [facet]: value, page: "" }));
      if (event.defaultPrevented) link.closest("details").open = false;
    });
    for (const area of [this.active, this.pages]) {
      area.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-in-place]");
        if (!link) return;
        this.#follow(event, new URL(link.href));
        if (event.defaultPrevented && area === this.pages) this.rows.scrollIntoView();
      });
    }
    document.addEventListener("keydown", ({ key }) => {
      const open = key === "Escape" && this.nav.querySelector("details[open]");
      if (!open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
    addEventListener("popstate", () => this.#show());
  }

  // One filter is open at a time; its numbers are those of what the list shows.
  #toggle(group) {
    if (!group.open) return;
    for (const other of this.nav.querySelectorAll("details[open]")) other.open = other === group;
    this.#load().then(() => this.#showChoices(), () => {});
  }

  // Return the parameters of the address.
  #read() {
    return new Map([...new URLSearchParams(location.search)].filter(([name, value]) => value && this.#names.includes(name)));
  }

  // Return the same with the value that the list itself is about.
  #state() {
    return new Map([this.base, ...this.#read()].filter(([name]) => name));
  }

  // Return the address of the list with some parameters changed: this list's, unless that is about something else.
  #address(changes) {
    const state = this.#state();
    for (const [name, value] of Object.entries(changes)) {
      if (value) state.set(name, value);
      else state.delete(name);
    }
    const [facet, value] = this.base;
    const here = !facet || state.get(facet) === value;
    const address = here ? new URL(location.pathname, location.href) : new URL("cards/", this.root);
    if (here) state.delete(facet);
    address.search = new URLSearchParams([...state]);
    return address;
  }

  #change(changes, how = "pushState") {
    history[how](null, "", this.#address(changes));
    this.#show();
  }

  // Go to an address in place where it is one of this list and the reader wants no new tab.
  #follow(event, address) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    if (address.pathname !== location.pathname) location.assign(address);
    else {
      history.pushState(null, "", address);
      this.#show();
    }
  }

  #load() {
    this.#loading ??= fetch(new URL(this.nav.dataset.list, document.baseURI)).then((answer) => {
      if (!answer.ok) throw new Error(answer.statusText);
      return answer.json();
    }).then((data) => {
      this.#data = data;
      this.#texts = data.title.map((title, at) => `${title} ${data.path[at]} ${data.path[at].slice(0, -1).replaceAll("/", "-")}`.toLowerCase());
    });
    this.#loading.catch(() => {
      this.#loading = undefined; // so that the next use tries again
      this.count.textContent = "The list could not be loaded. Try again; the filters below still lead to lists of their own.";
    });
    return this.#loading;
  }

  async #show() {
    await this.#load().then(() => {
      const state = this.#state();
      if (document.activeElement !== this.filter) this.filter.value = state.get("filter") ?? "";
      this.sort.value = state.get("sort") ?? "newest";
      const cards = this.#sorted(this.#matching(state), state.get("sort"));
      const last = Math.max(1, Math.ceil(cards.length / PER_PAGE));
      const page = Math.min(last, Math.max(1, Number.parseInt(state.get("page"), 10) || 1));
      this.rows.replaceChildren(...cards.slice((page - 1) * PER_PAGE, page * PER_PAGE).map((at) => this.#row(at)));
      this.#showCount(cards.length, page, last);
      this.#showActive(state);
      this.#showPages(page, last);
      this.#showChoices();
    }, () => {});
  }

  // Return the numbers of the cards that fit a state; `except` names a facet whose value doesn't count.
  #matching(state, except) {
    const { facets, path } = this.#data;
    const tests = facets.flatMap(({ name, values, cards }) => {
      if (name === except || !state.has(name)) return [];
      const number = values.findIndex(([slug]) => slug === state.get(name));
      return [(at) => (typeof cards[at] === "number" ? cards[at] === number : cards[at].includes(number))];
    });
    const words = (state.get("filter") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) tests.push((at) => words.every((word) => this.#texts[at].includes(word)));
    const all = path.map((_, at) => at);
    return tests.length ? all.filter((at) => tests.every((fits) => fits(at))) : all;
  }

  #sorted(cards, order) {
    const { newest, confidence, path } = this.#data;
    const packageOf = (at) => path[at].slice(0, path[at].lastIndexOf("/", path[at].length - 2));
    const compare = {
      package: (one, other) => (packageOf(one) < packageOf(other) ? -1 : Number(packageOf(one) > packageOf(other))),
      confidence: (one, other) => confidence[other] - confidence[one],
    }[order];
    return cards.sort((one, other) => (compare?.(one, other) || newest[one] - newest[other]));
  }

  #row(at) {
    const { path, title, affected, fixed, day, published, facets } = this.#data;
    const value = (name) => {
      const facet = facets.find((each) => each.name === name);
      return facet.values[facet.cards[at]];
    };
    const [pack, category, verdict, tier] = ["package", "category", "verdict", "tier"].map(value);
    const address = (relative) => new URL(relative, this.root).href;
    const range = element("span", { class: "fc-range" }, "affected ", element("code", {}, affected[at]), " → ");
    if (fixed[at]) range.append("fixed in ", element("strong", {}, fixed[at]));
    else range.append("not fixed");
    const facts = element("p", { class: "fc-item-facts" }, element("a", { href: address(pack[2]) }, pack[1]), " ", element("span", {}, category[1]), " ", range);
    if (verdict[0] !== "verified") facts.append(" ", element("span", { class: `fc-badge fc-${verdict[0]}` }, verdict[0].replaceAll("-", " ")));
    if (tier[0] === "found") facts.append(" ", element("a", { class: "fc-tag fc-unexplained", href: address("cards/found/") }, "found by the program, not yet explained"));
    if (day[at]) facts.append(" ", element("span", { class: "fc-muted" }, published[at] ? "published " : "verified ", element("time", { datetime: day[at] }, day[at])));
    const heading = element("h3", { class: "fc-row-title" }, element("a", { href: address(path[at]) }, title[at]));
    return element("li", { class: "fc-item" }, heading, facts);
  }

  #showCount(number, page, last) {
    const total = this.#data.path.length;
    const of = number === total ? "" : ` of ${total.toLocaleString("en")}`;
    const where = last > 1 ? `, page ${page} of ${last}` : "";
    this.count.textContent = number
      ? `${number.toLocaleString("en")}${of} card${(of ? total : number) === 1 ? "" : "s"}${where}.`
      : "No card fits. Remove a filter, or use the search: it knows errors, too.";
  }

  // The filters that count now, each with a link that removes it.
  #showActive(state) {
    const links = this.#data.facets.flatMap(({ name, label, values }) => {
      if (!state.has(name)) return [];
      const text = values.find(([slug]) => slug === state.get(name))?.[1] ?? state.get(name);
      return [this.#removal(`${label}: ${text}`, { [name]: "", page: "" })];
    });
    if (state.has("filter")) links.push(this.#removal(`“${state.get("filter")}”`, { filter: "", page: "" }));
    this.active.replaceChildren(...links.flatMap((link) => [link, " "]));
  }

  #removal(text, changes) {
    const cross = element("span", { "aria-hidden": "true" }, "×");
    return element("a", { href: this.#address(changes), "data-in-place": "" }, text, " ", cross, element("span", { class: "fc-sr" }, ", remove this filter"));
  }

  #showPages(page, last) {
    const link = (number, text, more = {}) => element("li", {}, element("a", { href: this.#address({ page: number > 1 ? String(number) : "" }), "data-in-place": "", ...more }, text));
    const numbers = Array.from({ length: last }, (_, at) => at + 1).filter((number) => number === 1 || number === last || Math.abs(number - page) <= PAGES_AROUND);
    const items = numbers.flatMap((number, at) => {
      const gap = at && number !== numbers[at - 1] + 1 ? [element("li", { "aria-hidden": "true" }, "…")] : [];
      return [...gap, link(number, String(number), number === page ? { "aria-current": "page" } : {})];
    });
    if (page > 1) items.unshift(link(page - 1, "← Previous", { rel: "prev" }));
    if (page < last) items.push(link(page + 1, "Next →", { rel: "next" }));
    this.pages.replaceChildren(...(last > 1 ? [element("ul", { class: "fc-choices" }, ...items)] : []));
  }

  // The values of the open filter, with the number of cards that each would leave beside the other filters.
  #showChoices() {
    const group = this.nav.querySelector("details[open]");
    const facet = group && this.#data?.facets.find(({ name }) => name === group.dataset.facet);
    if (!facet) return;
    const state = this.#state();
    const numbers = new Map();
    for (const at of this.#matching(state, facet.name)) {
      for (const number of [facet.cards[at]].flat()) numbers.set(number, (numbers.get(number) ?? 0) + 1);
    }
    let choices = [...numbers].sort(([one], [other]) => one - other);
    if (choices.length > MAX_CHOICES) {
      const fewest = [...numbers.values()].sort((one, other) => other - one)[MAX_CHOICES - 1];
      choices = choices.filter(([, cards]) => cards >= fewest).slice(0, MAX_CHOICES);
    }
    const items = choices.map(([number, cards]) => {
      const [slug, label] = facet.values[number];
      const chosen = state.get(facet.name) === slug;
      const link = element("a", { href: this.#address({ [facet.name]: chosen ? "" : slug, page: "" }), "data-value": slug }, label, " ", element("span", { class: "fc-count" }, String(cards)));
      if (chosen) link.setAttribute("aria-current", "true");
      return element("li", {}, link);
    });
    if (choices.length < numbers.size) items.push(element("li", { class: "fc-muted" }, `${numbers.size - choices.length} more: type a name into the filter above`));
    group.querySelector("ul").replaceChildren(...items);
  }
}

// The page of packages: the names that have the typed words in them stay.
export class PackageFilter {
  constructor(form) {
    const input = form.querySelector("input");
    const status = form.querySelector("[role=status]");
    const items = [...document.querySelectorAll(".fc-packages > li")].map((item) => [item, item.querySelector("a").firstChild.data.trim().toLowerCase()]);
    const others = document.querySelectorAll(".fc-most-hit, .fc-letters");
    const show = () => {
      const text = input.value.trim().toLowerCase().replace(/[-_.]+/g, "-"); // as names of packages are normalised
      const fitting = items.filter(([item, name]) => !(item.hidden = !name.includes(text))).length;
      for (const section of document.querySelectorAll(".fc-letter")) section.hidden = !section.querySelector("li:not([hidden])");
      for (const other of others) other.hidden = Boolean(text);
      status.textContent = text ? `${fitting} of ${items.length} packages` : "";
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      document.querySelector(".fc-packages > li:not([hidden]) a")?.click();
    });
    input.addEventListener("input", show);
    form.hidden = false;
    if (input.value) show(); // a browser fills it in again on Back
  }
}

function element(name, attributes, ...children) {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.append(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
  return created;
}
