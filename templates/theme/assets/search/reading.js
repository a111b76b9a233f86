// Pasted text -> what it says: exceptions with their library frames, loose lines, releases.

import rules from "./rules.js";
import { FIND, addSeen, lines, trim, trimEnd, trimStart } from "./text.js";

const { HEADER, INNERMOST_FIRST, HANDLING, CAUSE, REPEATED, MAX_NAME_LENGTH, UNREACHABLE_INDENT, MAX_EXCEPTIONS, MAX_FRAMES, MAX_LINES, REPEAT_WINDOW } = rules.limits;

const escape = (text) => text.replace(/[^A-Za-z0-9_]/g, "\\$&");

export const lastPart = (name) => name.slice(name.lastIndexOf(".") + 1);

export function read(text) {
  const reader = new Reader();
  for (const line of lines(text)) reader.take(line);
  return reader.failure();
}

// The failures of a text one by one, each with its chain and its own lines.
export function chains(failure) {
  const { exceptions } = failure;
  const starts = [...exceptions.keys()].filter((number) => number === 0 || exceptions[number].relation === "first");
  if (starts.length < 2) return [failure];
  return starts.map((start, at) => {
    const end = starts[at + 1] ?? exceptions.length;
    const first = start ? exceptions[start].line : 0;
    const after = end < exceptions.length ? exceptions[end].line : Infinity;
    return {
      ...failure,
      ...(end < exceptions.length && { frames: [], userFrames: [] }),
      exceptions: exceptions.slice(start, end),
      lines: failure.lines.filter((each) => first <= each.line && each.line < after),
    };
  });
}

export function libraryFrame(path, name) {
  let rest = path.replaceAll("\\", "/").replaceAll("//", "/");
  const first = rules.libraryFolders[0].slice(1);
  const end = Math.max(...rules.libraryFolders.map((folder) => rest.lastIndexOf(folder))) + 1;
  if (end) rest = rest.slice(end + first.length);
  else if (rest.startsWith(first)) rest = rest.slice(first.length);
  else if (rest.startsWith("src/") && rest.split("/").length > 2) rest = rest.slice(4);
  else return null;
  rest = rest.replace(FIND.archive, "");
  return rest.includes("/") || rest.endsWith(".py") ? `${rest}:${name}` : null;
}

export class Reader {
  exceptions = [];
  loose = new Map();
  frames = [];
  userFrames = [];
  relation = "first";
  margin = -1;
  since = 0;
  inward = true;
  versions = new Map();
  before = "";
  django = "";
  within = "";

  failure() {
    const { exceptions, loose, frames, userFrames, versions } = this;
    return { exceptions, lines: [...loose.values()], frames, userFrames, versions };
  }

  take(line) {
    addSeen(this.versions, line.raw);
    const text = (line.text = line.text.replace(this.before, ""));
    const headed = FIND.headed.exec(text);
    // What stood before a header stands before the lines below it, with any numbers: no table knows every logger.
    if (headed) this.before = new RegExp(`^${headed[1].split(FIND.count).map(escape).join(rules.patterns.count)}`);
    const bare = trim(text);
    if (FIND.ruler.test(bare)) {
      if (FIND.member.test(text)) [this.relation, this.margin] = ["grouped", -1];
    } else if (this.#marker(text) || this.#frame(line) || ((this.frames.length || this.userFrames.length) && FIND.boxed.test(line.raw))) {
      // taken
    } else if (FIND.script.test(text)) {
      this.#notPython();
    } else if (!this.#inside(line, bare) && !this.#source(text) && !this.#head(line, bare, false) && !this.#said(line, bare)) {
      this.#keep(line);
    }
  }

  #inside(line, bare) {
    if (this.margin < 0) return false;
    this.since += 1;
    const depth = line.text.length - trimStart(line.text).length;
    if (depth > this.margin || bare.startsWith(REPEATED) || FIND.source.test(line.text)) return true;
    if (this.#head(line, bare, true) || (this.since === 1 && depth === this.margin)) return true;
    this.margin = -1;
    return false;
  }

  #source(text) {
    const defined = FIND.def.exec(text);
    if (defined) this.within = defined[1];
    return Boolean(defined) || FIND.source.test(text);
  }

  #marker(text) {
    if (text.includes(HEADER) || text.includes(INNERMOST_FIRST)) {
      [this.margin, this.since, this.inward] = [0, 0, text.includes(HEADER)];
      [this.frames, this.userFrames] = [[], []];
      return true;
    }
    for (const [words, relation] of [[HANDLING, "handling"], [CAUSE, "cause"]]) {
      if (text.includes(words)) {
        [this.relation, this.margin] = [relation, -1];
        return true;
      }
    }
    return false;
  }

  #frame(line) {
    const { text } = line;
    if (text.includes("File ")) {
      const found = FIND.frame.exec(text);
      if (found) {
        this.#add(found[1], found[2] ?? "", Math.max(0, found.index - trimStart(text.slice(0, found.index)).length));
        return true;
      }
    }
    const found = FIND.pytest.exec(text);
    if (found) {
      this.#add(found[1], trim(found[2] || this.within, " "), 0);
      this.within = "";
      if (found[3]) this.#late(found[3]);
      return true;
    }
    for (const name of ["ipython", "ipython old", "rich"]) {
      const other = FIND[name].exec(text);
      if (other) {
        this.#add(other[1], trim(other[2] ?? "", " "), name === "rich" ? UNREACHABLE_INDENT : 0);
        return true;
      }
    }
    return false;
  }

  #late(name) {
    const last = this.exceptions.at(-1);
    if (last && lastPart(last.name) === lastPart(name)) {
      last.frames = [...last.frames, ...this.frames];
      last.userFrames = [...last.userFrames, ...this.userFrames];
    }
    [this.frames, this.userFrames, this.margin] = [[], [], -1];
  }

  #add(path, within, margin) {
    [this.margin, this.since] = [margin, 0];
    const name = lastPart(within.split(" ")[0].split("(")[0]);
    const library = libraryFrame(path, name);
    const kept = library === null ? this.userFrames : this.frames;
    const frame = library ?? `${path.replaceAll("\\", "/")}:${name}`;
    if (kept.length >= MAX_FRAMES || kept.at(-1) === frame || path.startsWith("<")) return;
    if (this.inward) kept.push(frame);
    else kept.unshift(frame);
  }

  #head(line, bare, inside) {
    const found = FIND.head.exec(bare);
    if (!found) return false;
    const [, name, message] = found;
    const known = FIND.known.test(name) || (FIND.dotted.test(name) && !bare.includes("  "));
    if (!known && !(inside && (this.since > 1 || message !== undefined))) return false;
    if (!known && message === undefined && !/^[A-Z]/.test(name)) return false;
    this.#raise(name, message ?? "", line);
    return true;
  }

  #said(line, bare) {
    const warning = FIND.warning.exec(bare);
    if (warning && FIND.known.test(warning[2])) {
      this.#add(warning[1], "", 0);
      this.margin = -1;
      this.#raise(warning[2], warning[3], line);
      return true;
    }
    const django = FIND.django.exec(bare);
    if (django) {
      if (django[1] === "Value" && this.django) this.#raise(this.django, django[2], line);
      this.django = django[1] === "Type" ? django[2].split(" ")[0] : "";
      return true;
    }
    const found = FIND.raised.exec(bare);
    if (!found) return false;
    const after = found.index + found[0].length;
    const called = found[0].endsWith("(");
    const end = called ? after - 1 : after - 2;
    let start = end;
    while (start > 0 && end - start < MAX_NAME_LENGTH && /[A-Za-z0-9_.]/.test(bare[start - 1])) start -= 1;
    const name = trim(bare.slice(start, end), ".");
    let rest = bare.slice(after);
    if (!FIND.known.test(name) || ["Error", "Exception", "Warning"].includes(name)) return false;
    if (called) {
      const quote = rest.slice(0, 1);
      if ((quote !== "'" && quote !== '"') || !rest.slice(1).includes(quote)) return false;
      rest = rest.slice(1, rest.indexOf(quote, 1));
    }
    this.#raise(name, rest, line);
    return true;
  }

  #raise(name, message, line) {
    const { frames, userFrames } = this;
    if (!frames.length && this.exceptions.slice(-REPEAT_WINDOW).some((before) => again(name, message, before))) {
      [this.userFrames, this.margin] = [[], -1];
      this.#keep(line);
      return;
    }
    if (this.exceptions.length === MAX_EXCEPTIONS) this.exceptions.shift();
    this.exceptions.push({ name, message, frames, relation: this.relation, line: line.number, userFrames });
    [this.frames, this.userFrames, this.relation, this.margin, this.inward] = [[], [], "first", -1, true];
    this.#keep(line);
  }

  #notPython() {
    const last = this.exceptions.at(-1);
    if (last && !last.frames.length && !last.userFrames.length && this.margin < 0) {
      this.exceptions.pop();
      for (const [text, loose] of this.loose) if (loose.line === last.line) this.loose.delete(text);
    }
  }

  #keep(line) {
    const text = trim(line.text);
    if (this.loose.has(text)) return;
    if (this.loose.size >= MAX_LINES) this.loose.delete(this.loose.keys().next().value);
    this.loose.set(text, { raw: trim(line.raw), text, line: line.number });
  }
}

function again(name, message, before) {
  if (lastPart(name) !== lastPart(before.name)) return false;
  return message === before.message || (message.endsWith("...") && before.message.startsWith(trimEnd(message.slice(0, -3), " ")));
}
