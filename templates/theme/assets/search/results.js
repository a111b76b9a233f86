// How matches look, and what is said where nothing matches.

const AROUND = 160; // characters shown before the first and after the last marked part

// `inside` are elements and texts; texts are never read as HTML.
export function element(name, className, ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inside);
  return made;
}

export function article({ entry, tier, reasons, text, marks }, root) {
  const { shown } = entry;
  const span = (className, words) => element("span", className, words);
  const facts = shown.kind === "page" ? [span("fc-tag", "page")] : [
    span(`fc-badge fc-tier-${tier}`, `${tier} match`),
    span("fc-tag", entry.package),
    span(`fc-badge fc-${shown.verdict.replaceAll(" ", "-")}`, shown.verdict),
  ];
  const row = element("li", "fc-row",
    element("p", "fc-row-title fc-label", linked("fc-hit", entry.title, new URL(shown.path, root))),
    element("p", "fc-row-facts", ...facts),
    element("p", "fc-quiet fc-why", reasons.join("; ")));
  if (text && marks.length) row.append(marked(text, marks));
  if (shown.fix) row.append(element("p", "fc-row-fix", span("fc-label", "Fix "), shown.fix));
  return row;
}

export function linked(className, words, address) {
  const link = element("a", className, words);
  link.href = address;
  link.rel = "noopener noreferrer";
  return link;
}

function marked(text, marks) {
  const code = element("code");
  let at = Math.max(0, marks[0][0] - AROUND);
  const end = Math.min(text.length, marks.at(-1)[1] + AROUND);
  for (const [from, to] of marks) {
    code.append(text.slice(at, from), element("mark", "", text.slice(from, to)));
    at = to;
  }
  code.append(text.slice(at, end));
  return element("p", "fc-line", code);
}

// What was understood, and where else to go. The links carry the text to others only when they are followed.
export function nothing({ exceptions, frames, lines }, text) {
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
  const repository = document.querySelector('meta[name="fixcards-repository"]')?.content;
  if (repository) links.append(outside("Write the card", `${repository}/new/main`, newCard(last, inner)));
  if (list.children.length) return [element("p", "", "This is what was understood:"), list, links];
  return words ? [links] : []; // there is nothing to look for in an empty file
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
