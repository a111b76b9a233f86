"""By what the failure of a program is recognised in another run: taken from what it printed, or given as a text."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from fixcards.matching.parse.failures import split_failures
from fixcards.matching.parse.normalize import clean_display
from fixcards.matching.parse.packages import library_frame
from fixcards.matching.parse.parser import Failure, parse
from fixcards.matching.parse.template import find_template, without_source_lines
from fixcards.matching.parse.tokens import informative_tokens

Likeness = Literal["fails", "reworded", "differs"]

MAX_ERROR = 300
"""Characters of a message that are taken over: what follows is details."""
_FILE_LINE = re.compile(r'^ *File "([^"]+)", line [0-9]+, in (.+)$', re.MULTILINE)
_PLACES = (
    (re.compile(r"(?<![\w/])/(?:venv|repro|tmp|python|usr)/[^\s'\"`,;:)\]]+"), "{path}"),
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "{address}"),
)
_ADVICE = re.compile(r"(?:hint|note|help): |\[end of output\]", re.IGNORECASE)
"""Lines in which pip and uv say what to do: whatever fails, they say the same."""
_GENERAL = frozenset({"<module>", "__getattr__", "__getattribute__", "__getitem__", "import_module"})
"""Functions in which exceptions of all sorts are raised."""
_ENOUGH_WORDS = 1 / 2
"""Share of the informative words of two messages of one exception that both have if they are the same failure."""


@dataclass(frozen=True, slots=True)
class FailureSignature:
    """By what a failure is recognised. One that was given as a text has the rest from the first run that printed it."""

    error: str
    """The line that people search for, with `{placeholders}`."""
    exception: str | None = None
    frames: tuple[str, ...] = ()
    """Frames of installed packages in the traceback of the exception, innermost last."""
    innermost: str | None = None
    """Where the exception was raised: a frame of a package, or of the program itself."""
    hangs: bool = False
    """Whether the program is stopped while it goes on."""
    given: bool = False
    """Whether the user gave the text, so that no run changes it."""

    @property
    def message(self) -> str:
        """The text after the name of the exception, empty where there is none."""
        return self.error.removeprefix(self.exception).lstrip(": ") if self.exception else self.error

    def likeness(self, output: str, other: FailureSignature) -> Likeness:
        """Return how a run that failed and printed `output`, with the signature `other`, compares with this one.

        It fails as described where the message is there. Without a message, as a bare `assert` has none, the exception
        must come from the same place. The same exception from the same function of a package, called by the same one,
        is the failure in other words, as are another exception with the same message, or most of the words of it. All
        else differs.
        """
        if self.hangs or other.hangs:
            return "fails" if self.hangs and other.hangs else "differs"
        if self.message or self.given:
            # Not the output alone: how a signal ended the program is not in it.
            if find_template([self.error], f"{output}\n{other.error}") is not None:
                return "fails"
        elif (self.exception, self.innermost) == (other.exception, other.innermost):
            return "fails"
        return "reworded" if self._is_reworded(other) else "differs"

    def _is_reworded(self, other: FailureSignature) -> bool:
        if not self.message or not other.message or not self.exception or not other.exception:
            return False
        if self.exception != other.exception:
            # In the message, not in the output: a source line of a traceback may well have a message of one word.
            return find_template([self.message], other.error) is not None and bool({*self.frames} & {*other.frames})
        if self._is_at(other):
            return True
        words, others = set(informative_tokens(self.message)), set(informative_tokens(other.message))
        return len(words & others) > _ENOUGH_WORDS * max(len(words), len(others), 1)

    def _is_at(self, other: FailureSignature) -> bool:
        """Return whether both were raised in the same function of a package, and called from the same function.

        That says nothing where the function serves all sorts of callers, as the body of a module does.
        """
        last = self.frames[-2:]
        anywhere = any(frame.rpartition(":")[2] in _GENERAL for frame in last)
        return bool(last) and not anywhere and (last, self.innermost) == (other.frames[-2:], other.innermost)

    def completed(self, other: FailureSignature) -> FailureSignature:
        """Return a signature that was given, with what a run that printed its text shows beside it."""
        return replace(self, exception=other.exception, frames=other.frames, innermost=other.innermost)


def signature_of(
    output: str, packages: Mapping[str, str], *, exit_status: int | None = 1, hangs: bool = False
) -> FailureSignature:
    """Return the signature of a run that failed, from its output.

    The last exception of the last traceback counts: those before it are its causes. Without one it is the last line,
    or the name of the signal that ended the program. `packages` are those installed: their releases, paths and
    addresses in the message become placeholders.
    """
    if hangs:
        return FailureSignature("still running", frames=_all_frames(output), hangs=True)
    if exit_status is not None and exit_status < 0:
        name = signal.strsignal(-exit_status) or f"signal {-exit_status}"
        return FailureSignature(name, frames=_all_frames(output), innermost=_innermost(output))
    # Frames after the last exception, such as those of a warning, are a failure of their own without one.
    failure = next((each for each in reversed(split_failures(parse(output))) if each.exceptions), None)
    if failure is not None:
        last = failure.exceptions[-1]
        line = f"{last.name}: {last.message}" if last.message else last.name
        return FailureSignature(with_placeholders(line, packages), last.name, last.frames, _innermost(output))
    return FailureSignature(with_placeholders(_last_line(output), packages), innermost=_innermost(output))


def with_placeholders(line: str, packages: Mapping[str, str]) -> str:
    """Return a printed line with placeholders for what varies: paths, addresses, and releases of `packages`.

    A release is named after its package. One that two packages have goes to the one that the line names.
    """
    line = clean_display(line)[:MAX_ERROR].rstrip()
    for pattern, placeholder in _PLACES:
        line = pattern.sub(placeholder, line)
    lower = line.lower()
    for name, version in sorted(packages.items(), key=lambda each: each[0] not in lower):
        if "." in version:
            line = re.sub(rf"(?<![\w.]){re.escape(version)}(?![\w]|\.\w)", f"{{{name.replace('-', '_')}}}", line)
    return line


def _all_frames(output: str) -> tuple[str, ...]:
    failure: Failure | None = parse(output) if output.strip() else None
    if failure is None:
        return ()
    return (*(frame for each in failure.exceptions for frame in each.frames), *failure.frames)


def _innermost(output: str) -> str | None:
    """Return the last frame that is printed: of a package, or the file and function of the program itself."""
    frames = _FILE_LINE.findall(output)
    if not frames:
        return None
    path, function = frames[-1]
    return library_frame(path, function) or f"{path}:{function}"


def _last_line(output: str) -> str:
    lines = [line.strip() for line in without_source_lines(output) if line.strip()]
    messages = [line for line in lines if not _ADVICE.match(line)]
    return (messages or lines or ["nothing printed"])[-1]
