"""Clean lines -> Failure: the exceptions with their frames, the other lines, the releases that a text shows.

A text is read line by line, with a little state: whether a traceback is open and how deep its frames are indented,
which frames wait for their exception, how the next exception is related to the last. Texts are cut, wrapped and mixed
with other output, so no line is required: each is taken for what it looks like where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fixcards.matching.parse import versions
from fixcards.matching.parse.lines import Line, clean_lines, split_lines
from fixcards.matching.parse.packages import path_in_library

CLASS = r"[A-Za-z_][A-Za-z0-9_]*(?:[.](?:[A-Za-z_][A-Za-z0-9_]*|<locals>))*"
EXCEPTION_SUFFIXES = (
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
    "exception": rf"^({CLASS})(?:: ([^\n]*)|:?)$",
    # "Error: ..." alone is what programs put before a message of their own.
    "class": rf"^(?!Error$|Warning$)(?:[A-Za-z_][A-Za-z0-9_]*[.])*(?:<locals>[.])?[A-Za-z0-9_]*{EXCEPTION_SUFFIXES}$",
    "dotted": r"^[a-z_][A-Za-z0-9_]*(?:[.][A-Za-z_][A-Za-z0-9_]*)*[.][A-Z][A-Za-z0-9_]*$",
    "raised": r"(?:Error|Exception|Warning|Interrupt|Exit)(?:: |\()",
    "script": r"^[ \t]*at (?![^\n]*[.]pyx?[:)])[^\n]*[:(][0-9a-z<]",
    "django": r"^Exception (Type|Value):[ ]*([^\n]*)$",
    # Source with its number or an arrow, the marks below it, pytest's `>   `, and `raise` without a traceback.
    "source": r"^[ ]*(?:-+> ?[0-9]+|[0-9]+|\u2771) |^[ ]*[\^~]+[ ]*$|^>[ ]{3}|^[ ]*raise [A-Za-z_.]+\(",
    "ruler": r"^[^A-Za-z]*$",
    "box": r"^[ ]*[\u2502|][^\n]*[\u2502|][ ]*$",
    # What a logger puts before the header of a traceback, and the numbers in it, which differ from line to line.
    "header": r"^([ \t]*[^ \t\n][^\n]{0,120}?)Traceback \(most recent call last\)",
    "count": r"[ ]*[0-9]+(?:[ ]+[0-9]+)*",
}

HEADER = "Traceback (most recent call last)"
INNERMOST_FIRST = "(most recent call first):"  # faulthandler
HANDLING = "During handling of the above exception, another exception occurred"
CAUSE = "The above exception was the direct cause of the following exception"
REPEATED = "[Previous line repeated"
ARCHIVE = r"^[^/]+[.](?:egg|whl|zip)/"

MAX_EXCEPTIONS = 64
MAX_FRAMES = 200
MAX_LINES = 400
REPEAT_WINDOW = 8
"""Exceptions back to which a line may repeat one, as the summary at the end of a test run does."""
MAX_NAME_LENGTH = 120
UNREACHABLE_INDENT = 10_000
"""An indentation that no line has: everything below such a frame belongs to it."""

_FIND = {name: re.compile(pattern, re.ASCII) for name, pattern in PATTERNS.items()}
_COUNT = _FIND["count"]
_NAME_CHARACTER = re.compile(r"[A-Za-z0-9_.]")
_ARCHIVE = re.compile(ARCHIVE)


@dataclass(frozen=True, slots=True)
class RaisedException:
    """One exception. `frames` are those of libraries, `package/module.py:function`, innermost last.

    `relation` is the one to the exception before it: `first` (none), `handling`, `cause` or `grouped`. `line` counts
    from 1.
    """

    name: str
    message: str
    frames: tuple[str, ...]
    relation: str
    line: int
    user_frames: tuple[str, ...] = ()
    """Frames of files outside all library folders, `/path/to/module.py:function`."""


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A line that is neither frame nor source: `raw` as printed, `text` without prefixes."""

    raw: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The parts of a text. `exceptions` are in the order of printing, so the outermost of a chain is the last."""

    exceptions: tuple[RaisedException, ...]
    lines: tuple[OtherLine, ...]
    frames: tuple[str, ...]
    """Library frames without an exception, as in a traceback that was cut off at the bottom."""
    user_frames: tuple[str, ...]
    """The same for files outside all library folders."""
    versions: dict[str, str]
    """Releases that the text shows, by package; `python` is the interpreter's."""


def parse(text: str) -> Failure:
    """Return the failure that a text shows. A text that shows none gives other lines only; no text is an error."""
    return _Parser().parse(split_lines(text))


def parse_numbered(numbered: Iterable[tuple[int, str]]) -> Failure:
    """Do the same for lines with numbers of their own, such as a chunk of a log."""
    return _Parser().parse(clean_lines(numbered))


def split_failures(failure: Failure) -> list[Failure]:
    """Return a text's failures one by one: each exception with those that it was raised from or grouped with.

    Each has the other lines from its own first line to the next failure's; lines before all of them go to the first.
    """
    exceptions = failure.exceptions
    starts = [number for number, each in enumerate(exceptions) if number == 0 or each.relation == "first"]
    if len(starts) < 2:
        return [failure]
    failures = []
    ends = [*starts[1:], len(exceptions)]
    for start, end in zip(starts, ends, strict=True):
        first = exceptions[start].line if start else 0
        after = exceptions[end].line if end < len(exceptions) else None
        lines = tuple(each for each in failure.lines if first <= each.line and (after is None or each.line < after))
        # Frames without an exception stand at the end of a text, so they belong to the last failure.
        rest = (failure.frames, failure.user_frames) if after is None else ((), ())
        failures.append(Failure(exceptions[start:end], lines, *rest, failure.versions))
    return failures


def library_frame(path: str, function: str) -> str | None:
    """Return `package/module.py:function` for a file of a library, None for any other.

    A library's file lies below a library folder, or in a package's own `src/`, as compiled modules say.
    """
    path = path.replace("\\", "/").replace("//", "/")
    inside = path_in_library(path)
    if inside is None:
        if not path.startswith("src/") or path.count("/") < 2:
            return None
        inside = path[4:]
    inside = _ARCHIVE.sub("", inside)
    return f"{inside}:{function}" if "/" in inside or inside.endswith(".py") else None


class _Parser:
    """Goes over the lines once."""

    def __init__(self) -> None:
        self.exceptions: list[RaisedException] = []
        self.other_lines: dict[str, OtherLine] = {}  # by text: what a log repeats counts once
        self.frames: list[str] = []  # library frames that wait for their exception
        self.user_frames: list[str] = []
        self.relation = "first"  # of the next exception
        self.indent = -1  # indentation of the open traceback's frames; -1 outside a traceback
        self.lines_since_frame = 0
        self.innermost_last = True  # False below faulthandler's header
        self.releases: dict[str, str] = {}
        self.django = ""  # class from "Exception Type:", until "Exception Value:" follows
        self.printed_function = ""  # function whose source pytest prints above its place
        self.line_prefix = ""  # expression for the words before the last header, with any numbers

    def parse(self, lines: Iterable[Line]) -> Failure:
        for line in lines:
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
        """Return a line without the words that stood before the last header, whatever numbers are in them.

        No table lists every logger, and what precedes a header precedes the lines below it. A header in the middle of
        a sentence does no harm, since the next lines don't start with the same words.
        """
        if self.line_prefix:
            line = Line(line.raw, re.sub(self.line_prefix, "", line.text), line.number)
        header = _FIND["header"].match(line.text)
        if header:
            self.line_prefix = "^" + _COUNT.pattern.join(map(re.escape, _COUNT.split(header[1])))
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
        """Take a line below a frame: source, marks, or the exception that ends the traceback."""
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
        self.indent = -1  # anything else ends the traceback
        return False

    def _in_box(self, raw: str) -> bool:
        """Take a line in a drawn box below a frame: source, or local variables, which may hold exceptions."""
        return bool((self.frames or self.user_frames) and _FIND["box"].match(raw))

    def _source_line(self, text: str) -> bool:
        """Take a line of source as pytest and IPython print it, without Python's form of a traceback."""
        definition = _FIND["def"].match(text)
        if definition:
            self.printed_function = definition[1]
        return bool(definition or _FIND["source"].match(text))

    def _marker(self, text: str) -> bool:
        """Take the header of a traceback, or the words between two exceptions of a chain."""
        if HEADER in text or INNERMOST_FIRST in text:
            # Indentation 0, as if a frame stood here: the first line below may be an exception.
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
        if "File " in text:  # much faster than the expression, which few lines match
            match = _FIND["frame"].search(text)
            if match:
                # The indentation is that behind a margin, such as a group's.
                indent = max(0, match.start() - len(text[: match.start()].lstrip(" \t")))
                self._add_frame(match[1], match[2] or "", indent)
                return True
        match = _FIND["pytest"].match(text)
        if match:
            self._add_frame(match[1], (match[2] or self.printed_function).strip(" "), 0)
            self.printed_function = ""
            if match[3]:
                self._prepend_frames(match[3])
            return True
        for name in ("ipython", "ipython old", "rich"):
            match = _FIND[name].match(text)
            if match:
                # rich draws a box; its exception follows outside, whatever its indentation.
                self._add_frame(match[1], (match[2] or "").strip(" "), UNREACHABLE_INDENT if name == "rich" else 0)
                return True
        return False

    def _prepend_frames(self, name: str) -> None:
        """Give the waiting frames to the last exception: pytest's long form prints the innermost place below it."""
        last = self.exceptions[-1] if self.exceptions else None
        if last and last.name.split(".")[-1] == name.split(".")[-1]:
            frames, user_frames = (*last.frames, *self.frames), (*last.user_frames, *self.user_frames)
            self.exceptions[-1] = replace(last, frames=frames, user_frames=user_frames)
        self.frames, self.user_frames, self.indent = [], [], -1

    def _add_frame(self, path: str, function: str, indent: int) -> None:
        self.indent, self.lines_since_frame = indent, 0
        function = function.split(" ")[0].split("(")[0].split(".")[-1]  # IPython and 3.14 print qualified names
        frame = library_frame(path, function)
        frames = self.user_frames if frame is None else self.frames
        frame = frame or path.replace("\\", "/") + ":" + function
        if len(frames) >= MAX_FRAMES or frame in frames[-1:] or path.startswith("<"):
            return
        frames.insert(len(frames) if self.innermost_last else 0, frame)

    def _exception_line(self, line: Line, bare: str, *, inside: bool) -> bool:
        """Take the line that names an exception. After frames any class will do; elsewhere it must look like one."""
        match = _FIND["exception"].match(bare)
        if not match:
            return False
        name, message = match[1], match[2]
        # Two spaces are a table's: `lib.Module  1.2` names no class.
        is_class = _FIND["class"].match(name) or (_FIND["dotted"].match(name) and "  " not in bare)
        if not is_class and not (inside and (self.lines_since_frame > 1 or message is not None)):
            return False  # the first line below a frame is its source, unless a message follows the name
        if not is_class and message is None and not name[:1].isupper():
            return False
        self._add_exception(name, message or "", line)
        return True

    def _inline_exception(self, line: Line, bare: str) -> bool:
        """Take an exception out of the middle of a line: warnings, summaries, logs, the `repr` of an exception."""
        match = _FIND["warning"].match(bare)
        if match and _FIND["class"].match(match[2]):
            self._add_frame(match[1], "", 0)
            self.indent = -1
            self._add_exception(match[2], match[3], line)
            return True
        match = _FIND["django"].match(bare)
        if match:
            if match[1] == "Value" and self.django:
                self._add_exception(self.django, match[2], line)
            self.django = match[2].split(" ")[0] if match[1] == "Type" else ""
            return True
        match = _FIND["raised"].search(bare)
        if not match:
            return False
        # The expression finds the end of a name. Its start is looked for backwards, since an expression that begins
        # with any number of letters takes quadratic time on a line without an exception.
        end = match.end() - 2 if match[0].endswith(" ") else match.end() - 1
        start = end
        while start > 0 and end - start < MAX_NAME_LENGTH and _NAME_CHARACTER.match(bare[start - 1]):
            start -= 1
        name, rest = bare[start:end].strip("."), bare[match.end() :]
        if not _FIND["class"].match(name) or name in ("Error", "Exception", "Warning"):
            return False
        if match[0].endswith("("):  # a call is one only with a text: `raise ValueError(code)` is source
            quote = rest[:1]
            if quote not in ("'", '"') or quote not in rest[1:]:
                return False
            rest = rest[1 : rest.index(quote, 1)]
        self._add_exception(name, rest, line)
        return True

    def _add_exception(self, name: str, message: str, line: Line) -> None:
        frames, user_frames = tuple(self.frames), tuple(self.user_frames)
        if not frames and any(_is_repeat(name, message, each) for each in self.exceptions[-REPEAT_WINDOW:]):
            self.user_frames, self.indent = [], -1
            self._add_line(line)
            return
        if len(self.exceptions) == MAX_EXCEPTIONS:
            self.exceptions.pop(0)  # the last ones of a long text are those that it ended with
        self.exceptions.append(RaisedException(name, message, frames, self.relation, line.number, user_frames))
        self.frames, self.user_frames, self.relation, self.indent, self.innermost_last = [], [], "first", -1, True
        self._add_line(line)

    def _drop_foreign_exception(self) -> None:
        """Forget the last exception: below it stands a stack of JavaScript or Java."""
        last = self.exceptions[-1] if self.exceptions else None
        if last and not last.frames and not last.user_frames and self.indent < 0:
            self.exceptions.pop()
            self.other_lines = {text: other for text, other in self.other_lines.items() if other.line != last.line}

    def _add_line(self, line: Line) -> None:
        text = line.text.strip(" \t")
        if text in self.other_lines:
            return
        if len(self.other_lines) >= MAX_LINES:
            self.other_lines.pop(next(iter(self.other_lines)))
        self.other_lines[text] = OtherLine(line.raw.strip(" \t"), text, line.number)


def _is_repeat(name: str, message: str, before: RaisedException) -> bool:
    """Return whether an exception is the one before it again, perhaps with a truncated message."""
    if name.split(".")[-1] != before.name.split(".")[-1]:
        return False
    return message == before.message or (
        message.endswith("...") and before.message.startswith(message[:-3].rstrip(" "))
    )
