"""Clean lines -> Failure: the exceptions with their frames, the other lines, the releases that a text shows.

A text is read line by line, with a little state: whether a traceback is open and how deep its frames are indented,
which frames wait for their exception, how the next exception is related to the last. Texts are cut, wrapped and mixed
with other output, so no line is required: each is taken for what it looks like where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fixcards.matching.parse.lines import Line, clean_lines, split_lines
from fixcards.matching.parse.messages import announces, is_repeat, within_quotes
from fixcards.matching.parse.packages import NO_FILE, NOT_OWN_CODE, library_frame
from fixcards.matching.parse.patterns import (
    CAUSE,
    HANDLING,
    HEADER,
    INNERMOST_FIRST,
    MAX_EXCEPTIONS,
    MAX_FRAMES,
    MAX_LINES,
    MAX_NAME_LENGTH,
    OTHER_FRAMES,
    PATTERNS,
    REPEAT_WINDOW,
    REPEATED,
    UNREACHABLE_INDENT,
)
from fixcards.matching.parse.releases import SeenReleases

_FIND = {name: re.compile(pattern, re.ASCII) for name, pattern in PATTERNS.items()}
_COUNT = _FIND["count"]
_NOT_OWN_CODE, _NO_FILE = re.compile(NOT_OWN_CODE), re.compile(NO_FILE)
_DIGITS = frozenset("[0123456789")
_NAME_CHARACTER = re.compile(r"[A-Za-z0-9_.]")


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
    in_own_code: bool = False
    """Whether the innermost frame is the reader's, apart from those of Python itself."""


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
    """The release that the text shows last, by package; `python` is the interpreter's."""
    other_versions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Further releases of packages that the text shows with several."""
    listed: tuple[str, ...] = ()
    """Packages whose release stands in a list, such as that of `pip freeze`, or in a path: sentences also compare
    releases, and advise."""
    sources: tuple[str, ...] = ()
    """Lines of the reader's own source that stand below its frames, and the head of the last function of the text."""
    own_calls: tuple[str, ...] = ()
    """Library frames right below one of the reader's own: it is the reader's code that calls them."""

    def releases(self, package: str) -> tuple[str, ...]:
        """Return all releases of a package that the text shows."""
        return (*self.other_versions.get(package, ()), self.versions[package]) if package in self.versions else ()


def parse(text: str) -> Failure:
    """Return the failure that a text shows. A text that shows none gives other lines only; no text is an error."""
    return _Parser().parse(split_lines(text))


def parse_numbered(numbered: Iterable[tuple[int, str]]) -> Failure:
    """Do the same for lines with numbers of their own, such as a chunk of a log."""
    return _Parser().parse(clean_lines(numbered))


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
        self.last_line = 0
        self.innermost_last = True  # False below faulthandler's header
        self.releases = SeenReleases()
        self.sources: dict[str, None] = {}  # of the reader's own code
        self.own_calls: dict[str, None] = {}
        self.in_own_code = False  # whether the last frame is the reader's, apart from those of Python itself
        self.printed_function = ""  # function whose source pytest prints above its place
        self.cut_path = ""  # beginning of a path that the next line of a box goes on with
        self.line_prefix = ""  # expression for the words before the last header, with any numbers

    def parse(self, lines: Iterable[Line]) -> Failure:
        for line in lines:
            # Numbers at the start are mostly a time, behind which a list of releases may stand.
            self.releases.add(line.text if line.raw[:1] in _DIGITS else line.raw)
            self._line(self._with_path(self._without_prefix(line)))
            self.last_line = line.number
        # The last function that a text defines is the reader's, unless a place of pytest's follows it.
        if self.printed_function and len(self.sources) < MAX_LINES:
            self.sources[f"def {self.printed_function}("] = None
        releases = self.releases.by_package()
        return Failure(
            tuple(self.exceptions),
            tuple(self.other_lines.values()),
            tuple(self.frames),
            tuple(self.user_frames),
            {name: each[-1] for name, each in releases.items()},
            {name: each[:-1] for name, each in releases.items() if len(each) > 1},
            self.releases.certain(),
            tuple(self.sources),
            tuple(self.own_calls),
        )

    def _without_prefix(self, line: Line) -> Line:
        """Return a line without the words that stood before the last header, whatever numbers are in them.

        No table lists every logger, and what precedes a header precedes the lines below it. A header in the middle of
        a sentence does no harm, since the next lines don't start with the same words.
        """
        if self.line_prefix:
            line = Line(line.raw, re.sub(self.line_prefix, "", line.text), line.number)
        header = _FIND["logged header"].match(line.text)
        if header:
            self.line_prefix = "^" + _COUNT.pattern.join(map(re.escape, _COUNT.split(header[1])))
        return line

    def _with_path(self, line: Line) -> Line:
        """Return a line of a drawn box behind the beginning of its path, where that stands in the lines before it."""
        path = self.cut_path + line.text.strip(" \t")
        self.cut_path = path if _FIND["box"].match(line.raw) and _FIND["cut path"].match(path) else ""
        return line._replace(text=path) if _FIND["rich"].match(path) else line

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
        elif not (self._in_traceback(line, bare) or self._source_line(line)) and not (
            self._exception_line(line, bare, inside=False) or self._inline_exception(line, bare)
        ):
            self._add_line(line)

    def _in_traceback(self, line: Line, bare: str) -> bool:
        """Take a line below a frame: source, marks, or the exception that ends the traceback."""
        if self.indent < 0:
            return False
        self.lines_since_frame += 1
        depth = len(line.text) - len(line.text.lstrip(" \t"))
        if depth > self.indent and _FIND["indented"].match(bare) and self._exception_line(line, bare, inside=True):
            return True  # the indentation was lost or added on the way; no source looks like this
        if depth > self.indent or bare.startswith(REPEATED) or _FIND["source"].match(line.text):
            if self.in_own_code and len(self.sources) < MAX_LINES:
                self.sources[bare] = None
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

    def _source_line(self, line: Line) -> bool:
        """Take a line of source as pytest and IPython print it, without Python's form of a traceback.

        One with an arrow is where it failed, so it may be the line of source that tells an entry. What begins with a
        number may be a sentence: only below a frame is it source without indentation.
        """
        definition = _FIND["def"].match(line.text)
        if definition:
            self.printed_function = definition[1]
        arrow = _FIND["arrow"].match(line.text)
        if arrow:
            self._add_line(line._replace(text=line.text[arrow.end() :]))
        source = _FIND["source"].match(line.text) and line.text[0] not in "0123456789"
        return bool(definition or arrow or source)

    def _marker(self, text: str) -> bool:
        """Take the header of a traceback, or the words between two exceptions of a chain."""
        if HEADER in text or INNERMOST_FIRST in text:
            # Indentation 0, as if a frame stood here: the first line below may be an exception.
            self.indent, self.lines_since_frame = 0, 0
            # A dump shows the stacks of all threads, and any of them may be the one that hangs.
            if HEADER in text or self.innermost_last:
                self.frames, self.user_frames = [], []
            self.innermost_last = HEADER in text
            return True
        for words, relation in ((HANDLING, "handling"), (CAUSE, "cause")):
            if words in text:
                self.relation, self.indent = relation, -1
                return True
        return False

    def _frame(self, line: Line) -> bool:
        """Take a line that names a file and a function."""
        text = line.text
        if ".py" not in text and "File " not in text:  # much faster than the expressions, which few lines match
            return False
        if "File " in text:
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
        for name in OTHER_FRAMES:
            match = _FIND[name].match(text) if name != "cut frame" else _find_cut_frame(text)
            if match:
                path, function = (match[2], match[1]) if name == "py-spy" else (match[1], match[2] or "")
                # rich draws a box, py-spy prints no exception: what follows is outside, whatever its indentation.
                self._add_frame(path, function.strip(" "), UNREACHABLE_INDENT if name in ("py-spy", "rich") else 0)
                return True
        return False

    def _prepend_frames(self, name: str) -> None:
        """Give the waiting frames to the last exception: pytest's long form prints the innermost place below it."""
        last = self.exceptions[-1] if self.exceptions else None
        if last and last.name.split(".")[-1] == name.split(".")[-1]:
            frames, user_frames = (*last.frames, *self.frames), (*last.user_frames, *self.user_frames)
            self.exceptions[-1] = replace(last, frames=frames, user_frames=user_frames, in_own_code=self.in_own_code)
        self.frames, self.user_frames, self.indent = [], [], -1

    def _add_frame(self, path: str, function: str, indent: int) -> None:
        self.indent, self.lines_since_frame = indent, 0
        qualified = function.split(" ")[0].split("(")[0]  # IPython, 3.14 and compiled modules print these
        function = qualified.split(".")[-1]
        frame = library_frame(path, function)
        if frame is None and qualified.startswith(f"{path.partition('/')[0]}."):
            frame = f"{path}:{function}"
        if frame and self.in_own_code and self.user_frames:
            self.own_calls[frame] = None
        if frame or not _NOT_OWN_CODE.search(path):
            self.in_own_code = frame is None
        frames = self.user_frames if frame is None else self.frames
        frame = frame or path.replace("\\", "/") + ":" + function
        if len(frames) >= MAX_FRAMES or frame in frames[-1:] or _NO_FILE.search(path):
            return
        frames.insert(len(frames) if self.innermost_last else 0, frame)

    def _exception_line(self, line: Line, bare: str, *, inside: bool) -> bool:
        """Take the line that names an exception. After frames any class will do; elsewhere it must look like one."""
        match = _FIND["exception"].match(bare)
        if not match:
            return False
        name, message = match[1], match[2]
        # Two spaces are a table's: `lib.Module  1.2` names no class.
        is_class = _FIND["exception class"].match(name) or (_FIND["dotted"].match(name) and "  " not in bare)
        if not is_class and not (inside and (self.lines_since_frame > 1 or message is not None)):
            return False  # the first line below a frame is its source, unless a message follows the name
        # `error: ...` ends an old traceback; behind a blank line it is the next sentence, like `fix: ...`.
        apart = "." not in name and line.number > self.last_line + 1
        if not is_class and not name[:1].isupper() and (message is None or apart):
            return False
        self._add_exception(name, message or "", line)
        return True

    def _inline_exception(self, line: Line, bare: str) -> bool:
        """Take an exception out of the middle of a line: warnings, summaries, logs, the `repr` of an exception."""
        match = _FIND["warning"].match(bare)
        if match and _FIND["exception class"].match(match[2]):
            self._add_frame(match[1], "", 0)
            self.indent = -1
            self._add_exception(match[2], match[3], line)
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
        if not _FIND["exception class"].match(name) or name in ("Error", "Exception", "Warning"):
            return False
        if match[0].endswith("("):  # a call is one only with a text: `raise ValueError(code)` is source
            quote = rest[:1]
            if quote not in ("'", '"') or quote not in rest[1:]:
                return False
            rest = rest[1 : rest.index(quote, 1)]
        else:
            rest = within_quotes(bare[:start], rest)
        self._add_exception(name, rest, line)
        return True

    def _add_exception(self, name: str, message: str, line: Line) -> None:
        frames, user_frames = tuple(self.frames), tuple(self.user_frames)
        before = self.exceptions[-REPEAT_WINDOW:]
        if user_frames:
            before = [each for each in before if each.frames or each.user_frames]
        if not frames and any(is_repeat(name, message, each.name, each.message) for each in before):
            self.user_frames, self.indent = [], -1
            self._add_line(line)
            return
        self._drop_announcement(name, message)
        if len(self.exceptions) == MAX_EXCEPTIONS:
            self.exceptions.pop(0)  # the last ones of a long text are those that it ended with
        in_own_code = self.in_own_code and bool(user_frames)
        exception = RaisedException(name, message, frames, self.relation, line.number, user_frames, in_own_code)
        self.exceptions.append(exception)
        self.frames, self.user_frames, self.relation, self.indent, self.innermost_last = [], [], "first", -1, True
        self._add_line(line)

    def _drop_announcement(self, name: str, message: str) -> None:
        """Forget an exception without frames that a later one repeats, as the title of a post does before it."""
        self.exceptions = [
            before
            for before in self.exceptions
            if before.frames or before.user_frames or not announces(before.name, before.message, name, message)
        ]

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


def _find_cut_frame(text: str) -> re.Match[str] | None:
    return _FIND["cut frame"].search(text) if '", line ' in text else None
