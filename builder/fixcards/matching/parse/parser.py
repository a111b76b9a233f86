"""Pasted text -> Failure: the exceptions with their library frames, the loose lines, the releases that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fixcards.matching.parse import versions
from fixcards.matching.parse.lines import Line, clean_lines, split_lines

CLASS = r"[A-Za-z_][A-Za-z0-9_]*(?:[.](?:[A-Za-z_][A-Za-z0-9_]*|<locals>))*"
KNOWN_SUFFIXES = (
    r"(?:Error|Exception|Warning|ExceptionGroup|Exit|Interrupt|Iteration|Failure|Failed|Fault|Timeout|DoesNotExist"
    r"|NotFound|Invalid[A-Za-z]*)"
)

PATTERNS: dict[str, str] = {
    # Python itself; "in" without a comma is faulthandler's. Also old Django pages: File "..." in name.
    "frame": r'File \\?"([^"\n]+?)\\?"(?:, line [0-9]+)?(?:,? in (<[a-z]+>|[^\n\',\\]+))?',
    "ipython": r"^[ ]*File ([^ \"\n][^\n]{0,400}?):[0-9]+(?:, in ([^\n(]+)|$)",
    "ipython old": r"^(~?[^ \n]+[.]pyx?) in ([A-Za-z_<][A-Za-z0-9_<>]*)",
    "pytest": r"^[ ]*((?:[A-Za-z]:)?[^:\n<>]{1,400}[.]pyx?):[0-9]+:(?: in ([^\n]+)|[ ]*([A-Za-z_][A-Za-z0-9_.]*)?)$",
    "rich": r"^[ ]*((?:[A-Za-z]:)?[^:\n]{1,400}[.]pyx?):[0-9]+ in(?: ([^\n]+))?$",
    "def": r"^[ ]*(?:async )?def ([A-Za-z_][A-Za-z0-9_]*)\(",
    "member": r"^[ ]*\+[-+]+ (?:[0-9]+|[.]{3}) -+$",
    "warning": rf"^[ ]*((?:[A-Za-z]:)?[^:\n]{{1,400}}[.]py):[0-9]+: ({CLASS}): ([^\n]*)$",
    "head": rf"^({CLASS})(?:: ([^\n]*)|:?)$",
    # "Error: ..." alone is what programs put before a message of their own.
    "known": rf"^(?!Error$|Warning$)(?:[A-Za-z_][A-Za-z0-9_]*[.])*(?:<locals>[.])?[A-Za-z0-9_]*{KNOWN_SUFFIXES}$",
    "dotted": r"^[a-z_][A-Za-z0-9_]*(?:[.][A-Za-z_][A-Za-z0-9_]*)*[.][A-Z][A-Za-z0-9_]*$",
    "raised": r"(?:Error|Exception|Warning|Interrupt|Exit)(?:: |\()",
    "script": r"^[ \t]*at (?![^\n]*[.]pyx?[:)])[^\n]*[:(][0-9a-z<]",
    "django": r"^Exception (Type|Value):[ ]*([^\n]*)$",
    "source": r"^[ ]*(?:-+> ?[0-9]+|[0-9]+|\u2771) |^[ ]*[\^~]+[ ]*$|^>[ ]{3}|^[ ]*raise [A-Za-z_.]+\(",
    "ruler": r"^[^A-Za-z]*$",
    "boxed": r"^[ ]*[\u2502|][^\n]*[\u2502|][ ]*$",
    # What may stand before the header of a traceback, and what may differ of it from line to line.
    "headed": r"^([ \t]*[^ \t\n][^\n]{0,120}?)Traceback \(most recent call last\)",
    "count": r"[ ]*[0-9]+(?:[ ]+[0-9]+)*",
}

HEADER = "Traceback (most recent call last)"
INNERMOST_FIRST = "(most recent call first):"  # faulthandler
HANDLING = "During handling of the above exception, another exception occurred"
CAUSE = "The above exception was the direct cause of the following exception"
REPEATED = "[Previous line repeated"
ARCHIVE = r"^[^/]+[.](?:egg|whl|zip)/"
LIBRARY_FOLDERS = ("/site-packages/", "/dist-packages/")

MAX_EXCEPTIONS = 64
MAX_FRAMES = 200
MAX_LINES = 400
REPEAT_WINDOW = 8
"""Exceptions before a line that it may repeat, as the summary at the end of a test run does."""
MAX_NAME_LENGTH = 120
UNREACHABLE_INDENT = 10_000
"""An indentation that no line has."""

_FIND = {name: re.compile(pattern, re.ASCII) for name, pattern in PATTERNS.items()}
_COUNT = _FIND["count"]
_NAME_BACK = re.compile(r"[A-Za-z0-9_.]")
_ARCHIVE = re.compile(ARCHIVE)


@dataclass(frozen=True, slots=True)
class RaisedException:
    """One exception. `frames` are those of libraries, `package/module.py:function`, innermost last.

    `relation` to the exception before it: `first`, `handling`, `cause` or `grouped`. `line` counts from 1.
    """

    name: str
    message: str
    frames: tuple[str, ...]
    relation: str
    line: int
    user_frames: tuple[str, ...] = ()
    """Frames in files that lie in no library's folder, `/path/to/module.py:function`."""


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A line that is no frame and no source: `raw` as printed, `text` without what stands before it."""

    raw: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Failure:
    """What a text says. `exceptions` in the order of printing, so the outermost of a chain is the last."""

    exceptions: tuple[RaisedException, ...]
    lines: tuple[OtherLine, ...]
    frames: tuple[str, ...]
    """Library frames that belong to no exception that was read, as in a fragment cut off at the bottom."""
    user_frames: tuple[str, ...]
    """The same of files that lie in no library's folder."""
    versions: dict[str, str]
    """Releases that the text shows, by package; `python` is the interpreter's."""


def parse(text: str) -> Failure:
    """Return what a text says. Never fails: text without a failure has loose lines only."""
    return _Parser().parse(split_lines(text))


def parse_numbered(numbered: Iterable[tuple[int, str]]) -> Failure:
    """Do the same with lines that have numbers of their own, such as a part of a log."""
    return _Parser().parse(clean_lines(numbered))


def split_failures(failure: Failure) -> list[Failure]:
    """Return a text's failures one by one: each exception with those that it was raised from or grouped with.

    Each has the loose lines from its own first line to the next one's; lines before all of them go to the first.
    """
    starts = [number for number, head in enumerate(failure.exceptions) if number == 0 or head.relation == "first"]
    if len(starts) < 2:
        return [failure]
    found = []
    ends = [*starts[1:], len(failure.exceptions)]
    for start, end in zip(starts, ends, strict=True):
        first = failure.exceptions[start].line if start else 0
        after = failure.exceptions[end].line if end < len(failure.exceptions) else None
        lines = tuple(each for each in failure.lines if first <= each.line and (after is None or each.line < after))
        rest = (failure.frames, failure.user_frames) if after is None else ((), ())
        found.append(Failure(failure.exceptions[start:end], lines, *rest, failure.versions))
    return found


def library_frame(path: str, function: str) -> str | None:
    """Return `package/module.py:function` for a file of a library, None for any other.

    A library's file lies below site-packages or dist-packages, or in a package's own `src/`, as compiled modules say.
    """
    path = path.replace("\\", "/").replace("//", "/")
    at, size = max((path.rfind(folder), len(folder)) for folder in LIBRARY_FOLDERS)
    if at >= 0:
        path = path[at + size :]
    elif path.startswith(LIBRARY_FOLDERS[0][1:]):
        path = path[len(LIBRARY_FOLDERS[0]) - 1 :]
    elif path.startswith("src/") and path.count("/") > 1:
        path = path[4:]
    else:
        return None
    path = _ARCHIVE.sub("", path)
    return f"{path}:{function}" if "/" in path or path.endswith(".py") else None


class _Parser:
    """Walks over the lines once and keeps what they say."""

    def __init__(self) -> None:
        self.exceptions: list[RaisedException] = []
        self.other_lines: dict[str, OtherLine] = {}
        self.frames: list[str] = []
        self.relation = "first"
        self.indent = -1  # indentation of the traceback's frames; -1 outside one
        self.lines_since_frame = 0  # lines since the last frame
        self.user_frames: list[str] = []
        self.innermost_last = True  # whether the innermost frame comes last
        self.releases: dict[str, str] = {}
        self.django = ""
        self.shown_function = ""  # function whose source pytest has shown
        self.line_prefix = ""  # expression for what the header of a traceback showed to stand before each of its lines

    def parse(self, found: Iterable[Line]) -> Failure:
        for line in found:
            versions.add_releases(self.releases, line.raw)
            self._line(self._without_prefix(line))
        return Failure(
            tuple(self.exceptions),
            tuple(self.other_lines.values()),
            tuple(self.frames),
            tuple(self.user_frames),
            self.releases,
        )

    def _without_prefix(self, line: Line) -> Line:
        """Return a line without what stood before the last header, with any numbers: no table knows every logger.

        A header between words teaches nothing that does harm, since the next lines don't begin with these words.
        """
        if self.line_prefix:
            line = Line(line.raw, re.sub(self.line_prefix, "", line.text), line.number)
        headed = _FIND["headed"].match(line.text)
        if headed:
            self.line_prefix = "^" + _COUNT.pattern.join(map(re.escape, _COUNT.split(headed[1])))
        return line

    def _line(self, line: Line) -> None:
        text = line.text
        bare = text.strip(" \t")
        if _FIND["ruler"].match(bare):
            if _FIND["member"].match(text):
                self.relation, self.indent = "grouped", -1
        elif self._marker(text) or self._frame(line) or self._in_box(line.raw):
            pass
        elif _FIND["script"].match(text):
            self._drop_foreign_exception()
        elif not (self._in_traceback(line, bare) or self._source_line(text)) and not (
            self._exception_line(line, bare, inside=False) or self._inline_exception(line, bare)
        ):
            self._add_line(line)

    def _in_traceback(self, line: Line, bare: str) -> bool:
        """Take a line below a frame: source, markers, or the exception that ends the traceback."""
        if self.indent < 0:
            return False
        self.lines_since_frame += 1
        depth = len(line.text) - len(line.text.lstrip(" \t"))
        if depth > self.indent or bare.startswith(REPEATED) or _FIND["source"].match(line.text):
            return True
        if self._exception_line(line, bare, inside=True):
            return True
        if self.lines_since_frame == 1 and depth == self.indent:
            return True  # a source line in a text that lost its indentation
        self.indent = -1
        return False

    def _in_box(self, raw: str) -> bool:
        """Take what stands in a drawn box below a frame: source and local variables, exceptions among them."""
        return bool((self.frames or self.user_frames) and _FIND["boxed"].match(raw))

    def _source_line(self, text: str) -> bool:
        """Take a line of source that pytest or IPython shows outside a traceback's form."""
        defined = _FIND["def"].match(text)
        if defined:
            self.shown_function = defined[1]
        return bool(defined or _FIND["source"].match(text))

    def _marker(self, text: str) -> bool:
        if HEADER in text or INNERMOST_FIRST in text:
            self.indent, self.lines_since_frame, self.innermost_last = 0, 0, HEADER in text
            self.frames, self.user_frames = [], []
            return True
        for words, relation in ((HANDLING, "handling"), (CAUSE, "cause")):
            if words in text:
                self.relation, self.indent = relation, -1
                return True
        return False

    def _frame(self, line: Line) -> bool:
        """Take a line that names a file and a function."""
        text = line.text
        if "File " in text:
            found = _FIND["frame"].search(text)
            if found:
                self._add_frame(
                    found[1], found[2] or "", max(0, found.start() - len(text[: found.start()].lstrip(" \t")))
                )
                return True
        found = _FIND["pytest"].match(text)
        if found:
            self._add_frame(found[1], (found[2] or self.shown_function).strip(" "), 0)
            self.shown_function = ""
            if found[3]:
                self._prepend_frames(found[3])
            return True
        for name in ("ipython", "ipython old", "rich"):
            found = _FIND[name].match(text)
            if found:
                # What rich draws ends with the box, wherever on the screen the exception follows.
                self._add_frame(found[1], (found[2] or "").strip(" "), UNREACHABLE_INDENT if name == "rich" else 0)
                return True
        return False

    def _prepend_frames(self, name: str) -> None:
        """Give the frames to the exception before them: pytest's long form names the innermost place last."""
        last = self.exceptions[-1] if self.exceptions else None
        if last and last.name.split(".")[-1] == name.split(".")[-1]:
            frames, others = (*last.frames, *self.frames), (*last.user_frames, *self.user_frames)
            self.exceptions[-1] = RaisedException(last.name, last.message, frames, last.relation, last.line, others)
        self.frames, self.user_frames, self.indent = [], [], -1

    def _add_frame(self, path: str, function: str, margin: int) -> None:
        self.indent, self.lines_since_frame = margin, 0
        function = function.split(" ")[0].split("(")[0].split(".")[-1]  # IPython and 3.14 show qualified names
        frame = library_frame(path, function)
        kept = self.user_frames if frame is None else self.frames
        frame = frame or path.replace("\\", "/") + ":" + function
        if len(kept) >= MAX_FRAMES or frame in kept[-1:] or path.startswith("<"):
            return
        kept.insert(len(kept) if self.innermost_last else 0, frame)

    def _exception_line(self, line: Line, bare: str, *, inside: bool) -> bool:
        """Take the line that names an exception. After frames any name will do, elsewhere it has to look like one."""
        found = _FIND["head"].match(bare)
        if not found:
            return False
        name = found[1]
        known = _FIND["known"].match(name) or (_FIND["dotted"].match(name) and "  " not in bare)
        if not known and not (inside and (self.lines_since_frame > 1 or found[2] is not None)):
            return False
        if not known and found[2] is None and not name[:1].isupper():
            return False
        self._add_exception(name, found[2] or "", line)
        return True

    def _inline_exception(self, line: Line, bare: str) -> bool:
        """Take an exception out of the middle of a line: warnings, summaries, logs, `repr` of an exception."""
        found = _FIND["warning"].match(bare)
        if found and _FIND["known"].match(found[2]):
            self._add_frame(found[1], "", 0)
            self.indent = -1
            self._add_exception(found[2], found[3], line)
            return True
        found = _FIND["django"].match(bare)
        if found:
            if found[1] == "Value" and self.django:
                self._add_exception(self.django, found[2], line)
            self.django = found[2].split(" ")[0] if found[1] == "Type" else ""
            return True
        found = _FIND["raised"].search(bare)
        if not found:
            return False
        end = found.end() - 2 if found[0].endswith(" ") else found.end() - 1
        start = end
        while start > 0 and end - start < MAX_NAME_LENGTH and _NAME_BACK.match(bare[start - 1]):
            start -= 1
        name = bare[start:end].strip(".")
        rest = bare[found.end() :]
        if not _FIND["known"].match(name) or name in ("Error", "Exception", "Warning"):
            return False
        if found[0].endswith("("):
            quote = rest[:1]
            if quote not in ("'", '"') or quote not in rest[1:]:
                return False
            rest = rest[1 : rest.index(quote, 1)]
        self._add_exception(name, rest, line)
        return True

    def _add_exception(self, name: str, message: str, line: Line) -> None:
        frames, others = tuple(self.frames), tuple(self.user_frames)
        if not frames and any(_is_repeat(name, message, each) for each in self.exceptions[-REPEAT_WINDOW:]):
            self.user_frames, self.indent = [], -1
            self._add_line(line)
            return
        if len(self.exceptions) == MAX_EXCEPTIONS:
            self.exceptions.pop(0)  # in a long text what comes last is what it ended with
        self.exceptions.append(RaisedException(name, message, frames, self.relation, line.number, others))
        self.frames, self.user_frames, self.relation, self.indent, self.innermost_last = [], [], "first", -1, True
        self._add_line(line)

    def _drop_foreign_exception(self) -> None:
        """Forget an exception whose stack is one of JavaScript or Java."""
        last = self.exceptions[-1] if self.exceptions else None
        if last and not last.frames and not last.user_frames and self.indent < 0:
            wrong = self.exceptions.pop()
            self.other_lines = {text: loose for text, loose in self.other_lines.items() if loose.line != wrong.line}

    def _add_line(self, line: Line) -> None:
        text = line.text.strip(" \t")
        if text in self.other_lines:
            return
        if len(self.other_lines) >= MAX_LINES:
            self.other_lines.pop(next(iter(self.other_lines)))
        self.other_lines[text] = OtherLine(line.raw.strip(" \t"), text, line.number)


def _is_repeat(name: str, message: str, before: RaisedException) -> bool:
    """Return whether a line says an exception again, perhaps cut off."""
    if name.split(".")[-1] != before.name.split(".")[-1]:
        return False
    return message == before.message or (
        message.endswith("...") and before.message.startswith(message[:-3].rstrip(" "))
    )
