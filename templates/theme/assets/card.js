// What a card's page does beyond copying. Without it all of the page can be read and every line can be reached.

import { ask, storedProgram } from "./search/page.js";

export function enableCard(page) {
  rememberProgram(page);
  for (const button of page.querySelectorAll(".fc-more")) showAll(button);
  listOptions(page);
  openTarget();
  addEventListener("hashchange", openTarget);
  page.addEventListener("click", ({ target }) => { // the address may be the same as before
    if (target.closest?.('a[href^="#"]')) setTimeout(openTarget);
  });
  printEverything(page);
  const chart = page.querySelector(".fc-releases");
  if (chart) nameReleases(chart, page.querySelector(".fc-tip"));
  const form = page.querySelector(".fc-version");
  if (form) askVersion(form, page, chart);
}

function rememberProgram(page) {
  const choices = [...page.querySelectorAll(".fc-switch input")];
  const choose = (program) => {
    for (const choice of choices) if (choice.value === program) choice.checked = true;
  };
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      storedProgram(choice.value);
      choose(choice.value);
    });
  }
  choose(storedProgram());
}

// The table of contents is the same on all cards; below "Fix options" it gets those of this one.
function listOptions(page) {
  const entry = document.querySelector('.md-nav--secondary a[href="#options"]');
  const list = entry?.closest("ul").cloneNode();
  if (!list) return;
  for (const heading of page.querySelectorAll(".fc-option h3")) {
    const item = entry.parentElement.cloneNode(true);
    const link = item.querySelector("a");
    link.setAttribute("href", `#${heading.id}`);
    link.textContent = heading.textContent;
    list.append(item);
  }
  list.removeAttribute("data-md-component");
  list.removeAttribute("data-md-scrollfix");
  entry.after(list);
}

function showAll(button) {
  const box = button.closest(".fc-box");
  const label = button.firstChild;
  const closed = label.data;
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = box.classList.toggle("fc-open-box");
    button.ariaExpanded = String(open);
    label.data = open ? "Show less" : closed;
  });
}

// A link may lead into an option that is folded.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  let opened = false;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    opened ||= !fold.open;
    fold.open = true;
  }
  if (opened) target.scrollIntoView();
}

function printEverything(page) {
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...page.querySelectorAll("details:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
  });
}

// The title of a group lists its releases in order; a mark stands for one of them, or for all where they are folded.
function releaseOf(mark) {
  const group = mark.closest("[title]:not(i)");
  const [, releases, label] = /^(.*?): (.*)$/s.exec(group.title);
  const at = [...group.children].indexOf(mark);
  return group.classList.contains("fc-folded") ? group.title : `${releases.split(", ")[at]}: ${label}`;
}

function nameReleases(chart, tip) {
  tip.hidden = false;
  const name = ({ target }) => {
    const mark = target.closest(".fc-releases i, .fc-folded");
    if (!mark) return;
    const words = releaseOf(mark);
    if (mark.localName === "i") mark.title = words;
    tip.textContent = words;
  };
  chart.addEventListener("pointerover", name);
  chart.addEventListener("click", name);
}

const trimmed = (version) => version.trim().toLowerCase().replace(/^v(?=[0-9])/, "").replace(/(?:[.]0)+$/, "");

// The state of a release as the chart has it: what was tested goes before what a range says.
function stateOf(version, chart) {
  for (const group of chart?.querySelectorAll("span[title]") ?? []) {
    const [, releases, label] = /^(.*?): (.*)$/s.exec(group.title);
    if (releases.split(", ").some((release) => trimmed(release) === trimmed(version))) return label;
  }
  return "";
}

const WHY = {
  tested: "the reproduction was run on it",
  inferred: "it lies between two tested releases with the same result",
  stated: "the card says so; it was not run",
};

function askVersion(form, page, chart) {
  const input = form.querySelector("input");
  const answers = [form.querySelector("output"), page.querySelector(".fc-your-version")];
  const { package: name, affected, fixed, also, root } = form.dataset;
  let questions = 0;
  const say = (short, more, kind) => { // the line below the title says what to do, the form also why
    answers[0].textContent = short + more;
    answers[1].textContent = short;
    for (const answer of answers) answer.dataset.kind = kind;
  };
  const answer = async () => {
    questions += 1;
    const number = questions;
    const version = input.value.trim();
    answers[1].hidden = !version || document.activeElement === input;
    if (!version) return say("", "", "");
    let [certainty, result] = stateOf(version, chart).split(": ");
    let why = WHY[certainty];
    if (!result) {
      const { inside, failed } = await ask(new URL(root, document.baseURI), { release: version, range: affected });
      if (number !== questions) return undefined;
      if (failed || inside === null) return say(failed ? "The comparison could not be loaded. The ranges stand below." : `“${version}” is no version number.`, "", "");
      result = inside ? "fails" : "passes";
      why = `the card's range is ${affected}; it was not run`;
    }
    if (result === "fails") return say(`${name} ${version} is affected. ${fixed ? `Fixed in ${fixed}.` : "No release fixes it: see the options."}`, ` How we know: ${why}.${also ? ` The failure takes all of ${also}.` : ""}`, "bad");
    return say(`${name} ${version} is not affected. If you see this error, the cause is probably another one.`, ` How we know: ${why}.`, "good");
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", answer);
  const given = new URLSearchParams(location.search).get("v") ?? /^#v=(.*)/.exec(location.hash)?.[1]; // what stands behind # is sent to no server
  if (given) {
    input.value = given.slice(0, 60);
    answer();
  }
}
