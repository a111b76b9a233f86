// Elements made from texts, which are never read as HTML.

// What can't be seen or moves other characters displays its number, but for selectors and joiners in an emoji; as in characters.py.
const HIDDEN = /(\p{ExtPict}(?:[\ufe0e\ufe0f]|\p{EMod})?(?:\u200d\p{ExtPict}(?:\ufe0f|\p{EMod})?)*|[\d#*]\ufe0f\u20e3|[\n\t])|[\p{C}\p{DI}\u2028\u2029\u2800\ufffc\u{16fe4}\u{1d159}]/gu;
export const visible = (text) => text.replace(HIDDEN, (char, allowed) => allowed ?? `⟨U+${char.codePointAt().toString(16).toUpperCase().padStart(4, "0")}⟩`);

// `inside` are elements and texts.
export function element(name, className, ...inside) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...inside.map((each) => (typeof each === "string" ? visible(each) : each)));
  return node;
}

export function linked(className, words, address) {
  const link = element("a", className, words);
  link.href = address;
  link.rel = "noopener noreferrer";
  return link;
}

export function buttonFor(listener, className, ...inside) {
  const button = element("button", className, ...inside);
  button.type = "button";
  on(button, "click", listener);
  return button;
}

export const on = (target, type, listener, capture) => target.addEventListener(type, listener, capture);

// Of an event: what the browser and others would do.
export function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
