// Small operations on texts and lists.

export const findAll = (text, pattern) => [...text.matchAll(pattern)];

export const unique = (items) => [...new Set(items)];

export function trim(text, characters = " \t") {
  return trimEnd(trimStart(text, characters), characters);
}

export function trimStart(text, characters = " \t") {
  let start = 0;
  while (start < text.length && characters.includes(text[start])) start += 1;
  return text.slice(start);
}

export function trimEnd(text, characters = " \t") {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}
export function lower(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

// A function whose value is computed when it is first called.
export function once(compute) {
  let value;
  return () => (value ??= compute());
}

export const lastPart = (name) => name.slice(name.lastIndexOf(".") + 1);
