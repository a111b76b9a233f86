// The matches, and what a box says where nothing matches.

import { enableCopyButtons } from "../copy.js";
import { element, linked, visible } from "./elements.js";
import { installLine } from "./program.js";

const CONTEXT = 160; // characters before the first and after the last marked part
const MAX_NEAREST = 3;

const packagePage = (cardPath, root) => new URL("..", new URL(cardPath, root));

// The package that was typed, whose page has all its cards.
export function packageRow(matches, text, root) {
  const name = text.toLowerCase();
  const match = matches.find(({ entry }) => entry.package === name);
  if (!match) return [];
  return [element("li", "fc-row", linked("fc-hit", `Cards of ${name}`, packagePage(match.entry.display.path, root)))];
}

// The fix comes first: why a card was found is for those who doubt it.
export function article({ entry, tier, reasons, warning, text, marks, versions, fixes }, root) {
  const { display } = entry;
  const span = (className, words) => element("span", className, words);
  const facts = display.kind === "page" ? [span("fc-tag", "page")] : [
    span(`fc-badge fc-tier-${tier}`, tier ? `${tier} match` : "listed"),
    span("fc-tag", entry.package),
    span(`fc-badge fc-${display.verdict.replaceAll(" ", "-")}`, display.verdict),
  ];
  const release = versions?.[entry.package];
  const address = new URL(display.path, root);
  if (release) address.hash = `v=${release}`; // for the page's own answer; browsers send it to no server
  const row = element("li", "fc-row",
    element("p", "fc-row-title fc-label", linked("fc-hit", entry.title, address)),
    element("p", "fc-row-facts", ...facts));
  const [own, rest] = ownRelease(entry, release, reasons ?? Object.entries(versions).map((each) => each.join(" ")), warning);
  if (own) row.append(own);
  if (entry.note) row.append(element("p", "fc-row-fix", span("fc-label", "Note "), entry.note));
  const failing = display.failed_lines?.split("\n") ?? [];
  for (const fix of fixes) row.append(...fixRows(fix, failing.includes(fix.title)));
  row.append(element("p", "fc-muted fc-reasons", rest.join("; ")));
  if (text && marks.length) row.append(marked(text, marks));
  enableCopyButtons(row);
  return row;
}

// The reader's own release in a line of its own, and the reasons without it.
function ownRelease({ package: name, affected, fixed }, release, reasons, warning) {
  if (warning) return [element("p", "fc-own fc-own-warn", `${warning[0].toUpperCase()}${warning.slice(1)}. Another cause is more likely.`), reasons];
  const clause = release && reasons.find((reason) => reason.includes(` ${name} ${release},`));
  if (!clause) return [null, reasons];
  const words = `You have ${name} ${release}: affected${affected ? ` (${affected})` : ""}, ${fixed ? `fixed in ${fixed}` : "no release fixes it"}.`;
  return [element("p", "fc-own", words), reasons.filter((reason) => reason !== clause)];
}

function fixRows({ title, install, fits, why }, fails) {
  const label = element("span", "fc-label", fits ? "Fix " : "Not for you: ");
  const row = element("p", "fc-row-fix", label, title, fits && !why ? "" : ` (${why})`);
  if (!fits || !install.length) return [row];
  const button = element("button", "fc-copy", "Copy", element("span", "fc-sr", ` the line for: ${title}`));
  button.type = "button";
  const box = element("div", "fc-box fc-wrap fc-line", element("pre", "highlight", element("code", "", installLine(install))), button);
  return fails ? [row, element("p", "fc-muted", "The line failed when it was last run:"), box] : [row, box];
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
export function nothing({ last, frames, lines }, text, nearest, root) {
  const list = element("dl", "fc-list");
  const row = (name, words) => list.append(element("dt", "", name), element("dd", "", words));
  if (last) {
    row("Exception", last.name);
    if (last.message) row("Message", last.message);
  } else if (lines.length) row("Text", lines.join(" "));
  const inner = last?.frames.length ? last.frames : frames;
  if (inner.length) row("Library frames", inner.slice(-5).join(", "));
  const words = (last ? `${last.name}: ${last.message}` : text || lines.join(" ")).slice(0, 300);
  const parts = list.children.length ? [element("p", "", "What we read in your text:"), list] : [];
  if (nearest.length) parts.push(...nearestRows(nearest, root));
  if (!words && !parts.length) return []; // an empty file has nothing to search for
  const links = element("p", "fc-tools");
  const outside = (name, address, fields) => links.append(linked("fc-button", name, fields ? `${address}?${new URLSearchParams(fields)}` : address));
  const repository = document.querySelector('meta[name="fixcards-repository"]');
  const { content: home = "", dataset: { host = "" } = {} } = repository ?? {};
  const [issues, title, body, files, file, value] = HOSTS[host] ?? [];
  if (home && issues) outside("Ask for a card", home + issues, { [title]: `Card wanted: ${last?.name ?? words}`.slice(0, 120), [body]: requestText(words, inner) });
  outside("Search the web", WEB_SEARCH, { q: words });
  const name = packageOf(inner);
  if (name) outside(`Search for the tracker of ${name}`, WEB_SEARCH, { q: `${name} Python package issues` });
  const card = { [file]: `cards/${name || "package"}/NUMBER.yaml`, ...(value && { [value]: cardText(last, inner) }) };
  if (home && files) outside("Write the card", home + files, card);
  else if (home) outside("Ask the project", home);
  return [...parts, element("p", "fc-hint", "Nothing has left your machine. Each button opens another site and gives it the error line or the name of the package; look at it first if it holds a secret."), links];
}

function nearestRows(nearest, root) {
  const name = nearest[0].package;
  const items = nearest.slice(0, MAX_NEAREST).map((card) => element("li", "", linked("", card.title, new URL(card.path, root))));
  return [element("p", "", `Cards about ${name}: `, linked("", `all ${nearest.length}`, packagePage(nearest[0].path, root))), element("ul", "", ...items)];
}

// Where each host starts an issue, with its fields, and a file; only GitHub takes the content of a new file from an address.
const HOSTS = {
  github: ["/issues/new", "title", "body", "/new/main", "filename", "value"],
  gitlab: ["/-/issues/new", "issue[title]", "issue[description]", "/-/new/main", "file_name"],
  gitea: ["/issues/new", "title", "body"],
};
const WEB_SEARCH = "https://duckduckgo.com/";

function requestText(words, frames) {
  return ["Please add a card for this failure.", "", `Error: ${words}`, `Library frames: ${frames.slice(-5).join(", ") || "none"}`, "Package and version: ", "Python: ", "Upstream issue, if you know it: "].join("\n");
}

const packageOf = (frames) => (frames.at(-1) ?? "").split("/")[0].replaceAll("_", "-").toLowerCase();

function cardText(last, frames) {
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
  const lines = [
    "# yaml-language-server: $schema=../card.schema.json",
    `package: ${packageOf(frames) || "package"}`,
    "issue: https://",
    "title: ",
    "signature:",
    `  error: ${quoted(last ? `${last.name}${last.message ? `: ${last.message}` : ""}`.slice(0, 500) : "")}`,
    ...(last ? [`  exception: ${last.name}`] : []),
    ...(frames.length ? ["  frames:", ...frames.slice(-8).map((frame) => `    - ${quoted(frame)}`)] : []),
    "",
  ];
  return lines.join("\n");
}
