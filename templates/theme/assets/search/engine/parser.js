// What builder/fixcards/matching/parse/parser.py does. The comments that say why stand there.

import { libraryFrame } from "./packages.js";
import { cleanLine } from "./lines.js";
import {
  ARROW, BOX, BREAK, CAUSE, COUNT, CUT_PATH, DEF, DOTTED, EXCEPTION, EXCEPTION_CLASS, FRAME, FRAME_FORMS, HANDLING,
  HEADER, INDENTED, INNERMOST_FIRST, LOGGED_HEADER, MAX_EXCEPTIONS, MAX_FRAMES, MAX_LINES, MAX_NAME_LENGTH, MEMBER,
  MIN_ANNOUNCED, NO_FILE, PYTEST, QUOTES, RAISED, REPEATED, REPEAT_WINDOW, RICH, RULER, SCRIPT, SOURCE, NOT_OWN_CODE,
  UNREACHABLE_INDENT, WARNING,
} from "./constants.js";
import { lastPart, trim, trimEnd, trimStart } from "./strings.js";
import { seenReleases } from "./releases.js";

const OTHER_FRAMES = Object.entries(FRAME_FORMS).map(([name, pattern]) => [name, new RegExp(pattern)]);

const escaped = (text) => text.replace(/\W/g, "\\$&");

export const hasFrames = ({ frames, userFrames }) => frames.length || userFrames.length;

export function parse(text) {
  const parser = makeParser();
  parser.read(text.split(BREAK));
  return parser.failure();
}

export function splitFailures(failure) {
  const [only, another] = failure.exceptions;
  if (only && !another && !hasFrames(only)) {
    const { frames, userFrames } = failure;
    failure = { ...failure, exceptions: [{ ...only, frames, userFrames }], frames: [], userFrames: [] };
  }
  const { exceptions, frames, lines } = failure;
  const starts = [...exceptions.keys()].filter((number) => !number || exceptions[number].relation === "first");
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

// A parser reads lines, some at a time, and gives the failure that they show.
export function makeParser() {
  let [exceptions, frames, userFrames, relation, innermostLast] = [[], [], [], "first", true];
  const ownCalls = new Set();
  let [indent, linesSinceFrame, number, lastLine, inOwnCode] = [-1, 0, 0, 0, false];
  let [printedFunction, linePrefix, cutPath] = ["", "", ""];
  const otherLines = new Map();
  const sources = new Set();
  const releases = seenReleases();

  function failure() {
    if (printedFunction) addSource(`def ${printedFunction}(`);
    return { exceptions, lines: [...otherLines.values()], frames, userFrames, releases: releases.all(), listed: releases.certain(), sources: [...sources], ownCalls: [...ownCalls] };
  }

  function read(lines) {
    for (const raw of lines) {
      number += 1;
      if (raw) for (const line of cleanLine(raw, number)) add(line);
    }
  }

  function add(line) {
    releases.add(/^[[\d]/.test(line.raw) ? line.text : line.raw);
    line.text = line.text.replace(linePrefix, "");
    const header = LOGGED_HEADER.exec(line.text);
    if (header) linePrefix = new RegExp(`^${header[1].split(COUNT).map(escaped).join(COUNT.source)}`);
    const path = cutPath + trim(line.text);
    cutPath = BOX.test(line.raw) && CUT_PATH.test(path) ? path : "";
    if (RICH.test(path)) line.text = path;
    const { text } = line;
    const bare = trim(text);
    if (RULER.test(bare)) {
      if (MEMBER.test(text)) [relation, indent] = ["grouped", -1];
    } else if (takeMarker(text) || takeFrame(line) || ((frames.length || userFrames.length) && BOX.test(line.raw))) {
      // taken
    } else if (SCRIPT.test(text)) {
      dropForeignException();
    } else if (!takeInTraceback(line, bare) && !takeSource(line) && !takeException(line, bare, false) && !takeInline(line, bare)) {
      addLine(line);
    }
    lastLine = line.number;
  }

  function takeInTraceback(line, bare) {
    if (indent < 0) return false;
    linesSinceFrame += 1;
    const depth = line.text.length - trimStart(line.text).length;
    if (depth > indent && INDENTED.test(bare) && takeException(line, bare, true)) return true;
    if (depth > indent || bare.startsWith(REPEATED) || SOURCE.test(line.text)) {
      if (inOwnCode) addSource(bare);
      return true;
    }
    if (takeException(line, bare, true) || (linesSinceFrame === 1 && depth === indent)) return true;
    indent = -1;
    return false;
  }

  function takeSource({ raw, text, number }) {
    const definition = DEF.exec(text);
    if (definition) printedFunction = definition[1];
    const arrow = ARROW.exec(text);
    if (arrow) addLine({ raw, text: text.slice(arrow[0].length), number });
    return definition || arrow || (SOURCE.test(text) && !/^\d/.test(text));
  }

  function takeMarker(text) {
    const isHeader = text.includes(HEADER);
    if (isHeader || text.includes(INNERMOST_FIRST)) {
      // A dump shows the stacks of all threads, and any of them may be the one that hangs.
      if (isHeader || innermostLast) [frames, userFrames] = [[], []];
      [indent, linesSinceFrame, innermostLast] = [0, 0, isHeader];
      return true;
    }
    const between = text.includes(HANDLING) ? "handling" : text.includes(CAUSE) && "cause";
    if (between) [relation, indent] = [between, -1];
    return between;
  }

  function takeFrame({ text }) {
    let match = FRAME.exec(text);
    if (match) {
      addFrame(match[1], match[2] ?? "", Math.max(0, match.index - trimStart(text.slice(0, match.index)).length));
      return true;
    }
    match = PYTEST.exec(text);
    if (match) {
      addFrame(match[1], trim(match[2] || printedFunction, " "), 0);
      printedFunction = "";
      if (match[3]) prependFrames(match[3]);
      return true;
    }
    for (const [name, pattern] of OTHER_FRAMES) {
      match = pattern.exec(text);
      if (match) {
        const [path, called = ""] = name === "py-spy" ? [match[2], match[1]] : match.slice(1);
        addFrame(path, trim(called, " "), ["py-spy", "rich"].includes(name) ? UNREACHABLE_INDENT : 0);
        return true;
      }
    }
    return false;
  }

  function prependFrames(name) {
    const last = exceptions.at(-1);
    if (last && isSameClass(name, last)) {
      last.frames.push(...frames);
      last.userFrames.push(...userFrames);
      last.inOwnCode = inOwnCode;
    }
    [frames, userFrames, indent] = [[], [], -1];
  }

  function addFrame(path, qualifiedName, depth) {
    [indent, linesSinceFrame] = [depth, 0];
    const qualified = qualifiedName.split(" ")[0].split("(")[0];
    const name = lastPart(qualified);
    const library = libraryFrame(path, name) ?? (qualified.startsWith(`${path.split("/")[0]}.`) ? `${path}:${name}` : null);
    if (library && inOwnCode && userFrames.length) ownCalls.add(library);
    if (library || !NOT_OWN_CODE.test(path)) inOwnCode = !library;
    const waiting = library ? frames : userFrames;
    const frame = library ?? `${path.replaceAll("\\", "/")}:${name}`;
    if (waiting.length >= MAX_FRAMES || waiting.at(-1) === frame || NO_FILE.test(path)) return;
    if (innermostLast) waiting.push(frame);
    else waiting.unshift(frame);
  }

  function takeException(line, bare, inside) {
    const match = EXCEPTION.exec(bare);
    if (!match) return false;
    const [, name, message] = match;
    const isClass = EXCEPTION_CLASS.test(name) || (DOTTED.test(name) && !bare.includes("  "));
    if (!isClass && !(inside && (linesSinceFrame > 1 || message !== undefined))) return false;
    const apart = !name.includes(".") && line.number > lastLine + 1;
    if (!isClass && !/^[A-Z]/.test(name) && (message === undefined || apart)) return false;
    addException(name, message ?? "", line);
    return true;
  }

  function takeInline(line, bare) {
    let match = WARNING.exec(bare);
    if (match && EXCEPTION_CLASS.test(match[2])) {
      addFrame(match[1], "", 0);
      indent = -1;
      addException(match[2], match[3], line);
      return true;
    }
    match = RAISED.exec(bare);
    if (!match) return false;
    const after = match.index + match[0].length;
    const called = match[0].endsWith("(");
    const end = after - (called ? 1 : 2);
    let start = end;
    while (start > 0 && end - start < MAX_NAME_LENGTH && /[\w.]/.test(bare[start - 1])) start -= 1;
    const name = trim(bare.slice(start, end), ".");
    let rest = bare.slice(after);
    if (!EXCEPTION_CLASS.test(name) || ["Error", "Exception", "Warning"].includes(name)) return false;
    if (called) {
      const quoted = /^(['"])([^]*?)\1/.exec(rest);
      if (!quoted) return false;
      rest = quoted[2];
    } else rest = withinQuotes(bare.slice(0, start), rest);
    addException(name, rest, line);
    return true;
  }

  function addException(name, message, line) {
    const earlier = exceptions.slice(-REPEAT_WINDOW).filter((each) => !userFrames.length || hasFrames(each));
    if (!frames.length && earlier.some((before) => isRepeat(name, message, before))) {
      [userFrames, indent] = [[], -1];
      addLine(line);
      return;
    }
    dropAnnouncement(name, message);
    if (exceptions.length === MAX_EXCEPTIONS) exceptions.shift();
    exceptions.push({ name, message, frames, relation, line: line.number, userFrames, inOwnCode: inOwnCode && !!userFrames.length });
    [frames, userFrames, relation, indent, innermostLast] = [[], [], "first", -1, true];
    addLine(line);
  }

  function dropAnnouncement(name, message) {
    exceptions = exceptions.filter((before) => hasFrames(before) || !announces(before, name, message));
  }

  function dropForeignException() {
    const last = exceptions.at(-1);
    if (last && !hasFrames(last) && indent < 0) {
      exceptions.pop();
      for (const [text, other] of otherLines) if (other.line === last.line) otherLines.delete(text);
    }
  }

  function addSource(text) {
    if (sources.size < MAX_LINES) sources.add(text);
  }

  function addLine(line) {
    const text = trim(line.text);
    if (otherLines.has(text)) return;
    if (otherLines.size >= MAX_LINES) otherLines.delete(otherLines.keys().next().value);
    otherLines.set(text, { raw: trim(line.raw), text, line: line.number });
  }

  return { read, failure };
}

function withinQuotes(before, rest) {
  for (const [opening, closing] of Object.entries(QUOTES)) {
    const open = opening === closing ? before.split(opening).length % 2 === 0 : before.lastIndexOf(opening) > before.lastIndexOf(closing);
    if (open) return rest.split(closing)[0];
  }
  return rest;
}

const isSameClass = (name, before) => lastPart(name) === lastPart(before.name);

function announces(before, name, message) {
  return isSameClass(name, before) && (message.startsWith(trimEnd(before.message, ". \u2026")) || (message.length >= MIN_ANNOUNCED && before.message.startsWith(message)));
}

function isRepeat(name, message, before) {
  return isSameClass(name, before) && (message === before.message || (message.endsWith("...") && before.message.startsWith(trimEnd(message.slice(0, -3), " "))));
}
