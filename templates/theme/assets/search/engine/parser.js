// What builder/fixcards/matching/parse/parser.py does. The comments that say why stand there.

import { splitLines } from "./lines.js";
import { libraryFrame } from "./packages.js";
import { DOTTED, EXCEPTION, EXCEPTION_CLASS } from "./patterns.js";
import { SeenReleases } from "./releases.js";
import { lastPart, trim, trimEnd, trimStart } from "./strings.js";
import { table } from "./table.js";

const [
  FRAME_FORMS, HEADER, INNERMOST_FIRST, HANDLING, CAUSE, REPEATED, MAX_NAME_LENGTH, UNREACHABLE_INDENT, MAX_EXCEPTIONS,
  MAX_FRAMES, MAX_LINES, REPEAT_WINDOW, MIN_ANNOUNCED, QUOTES, LOGGED_HEADER, COUNT, BOX, CUT_PATH, RICH, RULER, MEMBER,
  SCRIPT, INDENTED, SOURCE, DEF, ARROW, FRAME, PYTEST, WARNING, DJANGO, RAISED,
] = table("parser");

const OTHER_FRAMES = Object.entries(FRAME_FORMS).map(([name, pattern]) => [name, new RegExp(pattern)]);

const escape = (text) => text.replace(/[^A-Za-z0-9_]/g, "\\$&");

export function parse(text) {
  const parser = new Parser();
  for (const line of splitLines(text)) parser.add(line);
  return parser.failure();
}

export function splitFailures(failure) {
  const { exceptions, frames, lines } = failure;
  const starts = [...exceptions.keys()].filter((number) => number === 0 || exceptions[number].relation === "first");
  const rest = frames.length && exceptions.length;
  if (starts.length < 2 && !rest) return [failure];
  const parts = starts.map((start, at) => {
    const end = starts[at + 1] ?? exceptions.length;
    const first = start ? exceptions[start - 1].line : -1;
    const last = exceptions[end]?.line ?? Infinity;
    return {
      ...failure, frames: [], userFrames: [],
      exceptions: exceptions.slice(start, end),
      lines: lines.filter((each) => first < each.line && each.line < last),
    };
  });
  if (rest) parts.push({ ...failure, exceptions: [], lines: lines.filter((each) => each.line > exceptions.at(-1).line) });
  return parts;
}

export class Parser {
  exceptions = [];
  otherLines = new Map();
  frames = [];
  userFrames = [];
  relation = "first";
  indent = -1;
  linesSinceFrame = 0;
  lastLine = 0;
  innermostLast = true;
  releases = new SeenReleases();
  django = "";
  printedFunction = "";
  linePrefix = "";
  cutPath = "";
  sources = new Set();
  inOwnCode = false;

  failure() {
    const { exceptions, otherLines, frames, userFrames, releases, printedFunction, sources } = this;
    if (printedFunction && sources.size < MAX_LINES) sources.add(`def ${printedFunction}(`);
    return { exceptions, lines: [...otherLines.values()], frames, userFrames, releases: releases.all, listed: releases.certain, sources: [...sources] };
  }

  add(line) {
    this.releases.add(line.raw);
    line.text = line.text.replace(this.linePrefix, "");
    const header = LOGGED_HEADER.exec(line.text);
    if (header) this.linePrefix = new RegExp(`^${header[1].split(COUNT).map(escape).join(COUNT.source)}`);
    const path = this.cutPath + trim(line.text);
    this.cutPath = BOX.test(line.raw) && CUT_PATH.test(path) ? path : "";
    if (RICH.test(path)) line.text = path;
    const { text } = line;
    const bare = trim(text);
    if (RULER.test(bare)) {
      if (MEMBER.test(text)) [this.relation, this.indent] = ["grouped", -1];
    } else if (this.#marker(text) || this.#frame(line) || ((this.frames.length || this.userFrames.length) && BOX.test(line.raw))) {
      // taken
    } else if (SCRIPT.test(text)) {
      this.#dropForeignException();
    } else if (!this.#inTraceback(line, bare) && !this.#sourceLine(line) && !this.#exceptionLine(line, bare, false) && !this.#inlineException(line, bare)) {
      this.#addLine(line);
    }
    this.lastLine = line.number;
  }

  #inTraceback(line, bare) {
    if (this.indent < 0) return false;
    this.linesSinceFrame += 1;
    const depth = line.text.length - trimStart(line.text).length;
    if (depth > this.indent && INDENTED.test(bare) && this.#exceptionLine(line, bare, true)) return true;
    if (depth > this.indent || bare.startsWith(REPEATED) || SOURCE.test(line.text)) {
      if (this.inOwnCode && this.sources.size < MAX_LINES) this.sources.add(bare);
      return true;
    }
    if (this.#exceptionLine(line, bare, true) || (this.linesSinceFrame === 1 && depth === this.indent)) return true;
    this.indent = -1;
    return false;
  }

  #sourceLine({ raw, text, number }) {
    const definition = DEF.exec(text);
    if (definition) this.printedFunction = definition[1];
    const arrow = ARROW.exec(text);
    if (arrow) this.#addLine({ raw, text: text.slice(arrow[0].length), number });
    return definition || arrow || (SOURCE.test(text) && !/^\d/.test(text));
  }

  #marker(text) {
    if (text.includes(HEADER) || text.includes(INNERMOST_FIRST)) {
      const innermostLast = text.includes(HEADER);
      // A dump shows the stacks of all threads, and any of them may be the one that hangs.
      if (innermostLast || this.innermostLast) [this.frames, this.userFrames] = [[], []];
      [this.indent, this.linesSinceFrame, this.innermostLast] = [0, 0, innermostLast];
      return true;
    }
    for (const [words, relation] of [[HANDLING, "handling"], [CAUSE, "cause"]]) {
      if (text.includes(words)) {
        [this.relation, this.indent] = [relation, -1];
        return true;
      }
    }
    return false;
  }

  #frame(line) {
    const { text } = line;
    let match = FRAME.exec(text);
    if (match) {
      this.#addFrame(match[1], match[2] ?? "", Math.max(0, match.index - trimStart(text.slice(0, match.index)).length));
      return true;
    }
    match = PYTEST.exec(text);
    if (match) {
      this.#addFrame(match[1], trim(match[2] || this.printedFunction, " "), 0);
      this.printedFunction = "";
      if (match[3]) this.#prependFrames(match[3]);
      return true;
    }
    for (const [name, pattern] of OTHER_FRAMES) {
      const other = pattern.exec(text);
      if (other) {
        const [path, called = ""] = name === "py-spy" ? [other[2], other[1]] : other.slice(1);
        this.#addFrame(path, trim(called, " "), ["py-spy", "rich"].includes(name) ? UNREACHABLE_INDENT : 0);
        return true;
      }
    }
    return false;
  }

  #prependFrames(name) {
    const last = this.exceptions.at(-1);
    if (last && lastPart(last.name) === lastPart(name)) {
      last.frames = [...last.frames, ...this.frames];
      last.userFrames = [...last.userFrames, ...this.userFrames];
    }
    [this.frames, this.userFrames, this.indent] = [[], [], -1];
  }

  #addFrame(path, qualifiedName, indent) {
    [this.indent, this.linesSinceFrame] = [indent, 0];
    const name = lastPart(qualifiedName.split(" ")[0].split("(")[0]);
    const library = libraryFrame(path, name);
    this.inOwnCode = library === null;
    const frames = library === null ? this.userFrames : this.frames;
    const frame = library ?? `${path.replaceAll("\\", "/")}:${name}`;
    if (frames.length >= MAX_FRAMES || frames.at(-1) === frame || path.startsWith("<")) return;
    if (this.innermostLast) frames.push(frame);
    else frames.unshift(frame);
  }

  #exceptionLine(line, bare, inside) {
    const match = EXCEPTION.exec(bare);
    if (!match) return false;
    const [, name, message] = match;
    const isClass = EXCEPTION_CLASS.test(name) || (DOTTED.test(name) && !bare.includes("  "));
    if (!isClass && !(inside && (this.linesSinceFrame > 1 || message !== undefined))) return false;
    const apart = !name.includes(".") && line.number > this.lastLine + 1;
    if (!isClass && !/^[A-Z]/.test(name) && (message === undefined || apart)) return false;
    this.#addException(name, message ?? "", line);
    return true;
  }

  #inlineException(line, bare) {
    const warning = WARNING.exec(bare);
    if (warning && EXCEPTION_CLASS.test(warning[2])) {
      this.#addFrame(warning[1], "", 0);
      this.indent = -1;
      this.#addException(warning[2], warning[3], line);
      return true;
    }
    const django = DJANGO.exec(bare);
    if (django) {
      if (django[1] === "Value" && this.django) this.#addException(this.django, django[2], line);
      this.django = django[1] === "Type" ? django[2].split(" ")[0] : "";
      return true;
    }
    const match = RAISED.exec(bare);
    if (!match) return false;
    const after = match.index + match[0].length;
    const called = match[0].endsWith("(");
    const end = called ? after - 1 : after - 2;
    let start = end;
    while (start > 0 && end - start < MAX_NAME_LENGTH && /[A-Za-z0-9_.]/.test(bare[start - 1])) start -= 1;
    const name = trim(bare.slice(start, end), ".");
    let rest = bare.slice(after);
    if (!EXCEPTION_CLASS.test(name) || ["Error", "Exception", "Warning"].includes(name)) return false;
    if (called) {
      const quote = rest.slice(0, 1);
      if ((quote !== "'" && quote !== '"') || !rest.slice(1).includes(quote)) return false;
      rest = rest.slice(1, rest.indexOf(quote, 1));
    } else rest = withinQuotes(bare.slice(0, start), rest);
    this.#addException(name, rest, line);
    return true;
  }

  #addException(name, message, line) {
    const { frames, userFrames } = this;
    const earlier = this.exceptions.slice(-REPEAT_WINDOW).filter((each) => !userFrames.length || each.frames.length || each.userFrames.length);
    if (!frames.length && earlier.some((before) => isRepeat(name, message, before))) {
      [this.userFrames, this.indent] = [[], -1];
      this.#addLine(line);
      return;
    }
    if (frames.length || userFrames.length) this.#dropAnnouncement(name, message);
    if (this.exceptions.length === MAX_EXCEPTIONS) this.exceptions.shift();
    this.exceptions.push({ name, message, frames, relation: this.relation, line: line.number, userFrames });
    [this.frames, this.userFrames, this.relation, this.indent, this.innermostLast] = [[], [], "first", -1, true];
    this.#addLine(line);
  }

  #dropAnnouncement(name, message) {
    this.exceptions = this.exceptions.filter((before, at, { length, [at + 1]: after }) =>
      at < length - REPEAT_WINDOW || before.frames.length || before.userFrames.length || (after && after.relation !== "first") || !announces(before, name, message));
  }

  #dropForeignException() {
    const last = this.exceptions.at(-1);
    if (last && !last.frames.length && !last.userFrames.length && this.indent < 0) {
      this.exceptions.pop();
      for (const [text, other] of this.otherLines) if (other.line === last.line) this.otherLines.delete(text);
    }
  }

  #addLine(line) {
    const text = trim(line.text);
    if (this.otherLines.has(text)) return;
    if (this.otherLines.size >= MAX_LINES) this.otherLines.delete(this.otherLines.keys().next().value);
    this.otherLines.set(text, { raw: trim(line.raw), text, line: line.number });
  }
}

function withinQuotes(before, rest) {
  for (const [opening, closing] of Object.entries(QUOTES)) {
    const open = opening === closing ? before.split(opening).length % 2 === 0 : before.lastIndexOf(opening) > before.lastIndexOf(closing);
    if (open) return rest.split(closing)[0];
  }
  return rest;
}

function announces(before, name, message) {
  if (lastPart(name) !== lastPart(before.name)) return false;
  return message.startsWith(trimEnd(before.message, ". \u2026")) || (message.length >= MIN_ANNOUNCED && before.message.startsWith(message));
}

function isRepeat(name, message, before) {
  if (lastPart(name) !== lastPart(before.name)) return false;
  return message === before.message || (message.endsWith("...") && before.message.startsWith(trimEnd(message.slice(0, -3), " ")));
}
