// The search box: compares what is pasted with the error line of every card. All of it happens in the page.

const WAIT = 120; // milliseconds without a keystroke after which the search starts
const MOST = 8;
const LONGEST = 200_000; // characters of a pasted text that are looked at, from its end

let loading;

export function offerSearch(form) {
  const box = form.querySelector("textarea");
  const results = form.querySelector(".fc-results");
  const root = new URL(form.dataset.root, document.baseURI);
  let timer;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => answer(box.value, root, results), WAIT);
  });
  const query = new URLSearchParams(location.search).get("q");
  if (query) {
    box.value = query;
    answer(query, root, results);
  }
}

async function answer(text, root, results) {
  const query = text.slice(-LONGEST).trim();
  if (!query) return results.replaceChildren();
  let cards;
  try {
    cards = await load(root);
  } catch {
    loading = undefined;
    results.replaceChildren(paragraph("The list of cards could not be loaded. Try again, or browse all cards."));
    return undefined;
  }
  const found = search(query, cards).slice(0, MOST);
  const words = found.length ? `${found.length} ${found.length === 1 ? "card fits" : "cards fit"}` : "No card fits this text.";
  results.replaceChildren(paragraph(words), ...found.map((match) => row(match, root)));
  return undefined;
}

function load(root) {
  loading ??= fetch(new URL("cards.json", root)).then((response) => {
    if (!response.ok) throw new Error(`cards.json: ${response.status}`);
    return response.json();
  }).then((data) => data.cards.map(prepare));
  return loading;
}

function prepare(card) {
  return {
    card,
    patterns: [card.error, ...card.aliases].map(pattern),
    words: new Set(wordsOf([card.title, card.error, ...card.aliases, card.package].join(" "))),
  };
}

// A template matches where its fixed parts follow each other on one line.
function pattern(template) {
  return template.split(/\{[a-z_][a-z0-9_]*\}/).map(fold);
}

// Matches, best first. Without a template in the text, a card needs most of the words that were typed.
export function search(query, prepared) {
  const lines = query.split("\n").map(fold);
  const typed = [...new Set(wordsOf(query))];
  const matches = [];
  for (const { card, patterns, words } of prepared) {
    if (patterns.some((parts) => lines.some((line) => holds(line, parts)))) {
      matches.push({ card, score: 2, reason: "its error line is in the text" });
    } else if (typed.length > 0 && typed.length <= 12) {
      const share = typed.filter((word) => words.has(word)).length / typed.length;
      if (share >= 0.6) matches.push({ card, score: share, reason: "it has the words" });
    }
  }
  return matches.sort((a, b) => b.score - a.score || (a.card.id < b.card.id ? -1 : 1));
}

function holds(line, parts) {
  let from = 0;
  for (const part of parts) {
    const at = line.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

function fold(text) {
  return text.toLowerCase().replace(/["'`‘’“”]/g, "'").replace(/\s+/g, " ").trim();
}

function wordsOf(text) {
  return text.toLowerCase().match(/[a-z_][a-z0-9_.]{2,}/g) ?? [];
}

function row({ card, reason }, root) {
  const article = element("article", "fc-row");
  const title = element("p", "fc-row-title fc-label");
  const link = element("a", "", card.title);
  link.href = new URL(card.path, root);
  title.append(link);
  const facts = element("p", "fc-row-facts");
  facts.append(element("span", "fc-tag", card.package));
  facts.append(element("span", `fc-badge fc-${card.verdict.replaceAll(" ", "-")}`, card.verdict));
  facts.append(element("span", "fc-quiet", reason));
  const fix = element("p", "fc-row-fix");
  fix.append(element("span", "fc-label", "Fix "), card.fix);
  article.append(title, facts, fix);
  return article;
}

function paragraph(text) {
  return element("p", "fc-hint", text);
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
