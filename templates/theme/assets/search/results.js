// How matches look, and what is said where nothing matches.

const NAMES = { exact: "exact match", likely: "likely match", possible: "possible match" };
const AROUND = 160; // characters shown before the first and after the last marked part

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

export function article({ entry, tier, reasons, text, marks }, root) {
  const { shown } = entry;
  const page = shown.kind === "page";
  const row = element("li", "fc-row");
  const title = element("p", "fc-row-title fc-label");
  const link = element("a", "fc-hit", entry.title);
  link.href = new URL(shown.path, root);
  title.append(link);
  const facts = element("p", "fc-row-facts");
  if (page) facts.append(element("span", "fc-tag", "page"));
  else {
    facts.append(element("span", `fc-badge fc-tier-${tier}`, NAMES[tier]), element("span", "fc-tag", entry.package));
    facts.append(element("span", `fc-badge fc-${shown.verdict.replaceAll(" ", "-")}`, shown.verdict));
  }
  row.append(title, facts, element("p", "fc-quiet fc-why", reasons.join("; ")));
  if (text && marks.length) row.append(marked(text, marks));
  if (shown.fix) {
    const fix = element("p", "fc-row-fix");
    fix.append(element("span", "fc-label", "Fix "), shown.fix);
    row.append(fix);
  }
  return row;
}

function marked(text, marks) {
  const line = element("p", "fc-line");
  const code = element("code");
  let at = Math.max(0, marks[0][0] - AROUND);
  const end = Math.min(text.length, marks.at(-1)[1] + AROUND);
  for (const [from, to] of marks) {
    code.append(text.slice(at, from), element("mark", "", text.slice(from, to)));
    at = to;
  }
  code.append(text.slice(at, end));
  line.append(code);
  return line;
}

// What was understood, and where else to go. The links carry the text to others only when they are followed.
export function nothing({ exceptions, frames, lines }, text) {
  const made = document.createDocumentFragment();
  const last = exceptions.at(-1);
  const list = element("dl", "fc-list");
  const row = (name, words) => list.append(element("dt", "", name), element("dd", "", words));
  if (last) {
    row("Exception", last.name);
    if (last.message) row("Message", last.message);
  } else if (lines.length) row("Text", lines.join(" "));
  const inner = last?.frames.length ? last.frames : frames;
  if (inner.length) row("Library frames", inner.slice(-5).join(", "));
  if (list.children.length) made.append(element("p", "", "This is what was understood:"), list);
  const words = (last ? `${last.name}: ${last.message}` : text || lines.join(" ")).slice(0, 300);
  const links = element("p", "fc-tools");
  links.append(outside("Search the web", `https://duckduckgo.com/?${new URLSearchParams({ q: words })}`));
  const repository = document.querySelector('meta[name="fixcards-repository"]')?.content;
  if (repository) links.append(outside("Write the card", newCard(repository, last, inner)));
  made.append(links);
  return made;
}

function outside(words, address) {
  const link = element("a", "fc-button", words);
  link.href = address;
  link.rel = "noopener noreferrer";
  return link;
}

function newCard(repository, last, frames) {
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
  return `${repository}/new/main?${new URLSearchParams({ filename: `cards/${name}/NUMBER.yaml`, value: `${lines.join("\n")}\n` })}`;
}
