"""Failure -> NormalizedFailure: every line in the forms in which the search compares it, made once and handed on.

The query asks for the words of the normal forms, and each candidate entry is compared with all forms of all lines. A
form is computed when it is first asked for: many texts have no candidate at all, and then most forms are never needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from fixcards.matching.parse.normalize import clean_display, normalize
from fixcards.matching.parse.packages import distribution_name, frame_package
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.releases import MAX_CONTEXT, is_advice
from fixcards.matching.parse.template import ELLIPSIS_CHARACTERS, end_of_truncated, plain_quotes
from fixcards.matching.parse.tokens import informative_tokens, lower, tokenize

CODE_NAME = (
    r"(?:^|[^A-Za-z0-9_.@-])([A-Za-z_][A-Za-z0-9_-]*)(?=[.\\/](?!pyx?(?:[^A-Za-z0-9_]|$))[A-Za-z_])"
    r"|(?:^|[^A-Za-z0-9_])import[ ]([A-Za-z_][A-Za-z0-9_]*)"
    r"|(?:^|[^A-Za-z0-9_])from[ ]([A-Za-z_][A-Za-z0-9_]*)[A-Za-z0-9_.]*[ ]import[ ]"
    r"|(?:^[$%]|[^A-Za-z](?:RUN|&&|run:|-m))[ ]{1,4}([a-z][a-z0-9_-]*)"
    r"|^([a-z][a-z0-9_-]*)(?=(?:[ ][a-z][a-z0-9-]*){0,2}[ ]-{1,2}[a-z])"
)
"""A name as code, paths and commands have it: `name.attribute`, `name/module.py`, `import name`, `$ name --option`."""
NAMED = r"(?:^|[^A-Za-z0-9_.@/-])([A-Za-z](?:[A-Za-z0-9_.-]{0,50}[A-Za-z0-9])?)(?![A-Za-z0-9_@/=-]|[ ]?==)"
"""A word that may be a package's name. What `==` or the like follows is more often advice than a report."""
NEGATED = (
    r"(?:^|[^a-z])(?:no|not|never|without|kein[a-z]{0,2}|ohne|sans|pas de|sin|sem|senza|bez|\u0431\u0435\u0437)"
    r" (?:[^ ]+ )?$"
)
"""What stands, in lower case, before a name that the reader doesn't use."""
ORIGIN = (
    r"(?:^|[^A-Za-z0-9_.])(?:(?:class|def) ([A-Za-z_][A-Za-z0-9_]*)"
    r"(?=[(:]([A-Z][A-Za-z0-9_]*|[a-z_][A-Za-z0-9_]*(?=[.]))?)"
    r"|from ([A-Za-z_.][A-Za-z0-9_]*)[A-Za-z0-9_.]* import ([A-Za-z0-9_, ]+)"
    r"|import ([A-Za-z_][A-Za-z0-9_]*)(?![A-Za-z0-9_.]| as )"
    r"|([A-Za-z_][A-Za-z0-9_]{3,})[.]([A-Z][A-Za-z0-9_]*)(?=[(])"
    r"|([A-Z][A-Za-z0-9_]*)(?= is (?:mine|ours|my|our)(?:[^a-z]|$))"
    r"|([a-z_][a-z0-9_]*) ?=(?= ?([A-Za-z_][A-Za-z0-9_]*)[.]))"
)
"""What says where a name comes from: `class Name:`, `from module import Name`, `import module`, `module.Name()`,
"Name is our class", and `name = module.`. A module that is called has at least four letters: shorter ones are mostly
aliases."""
SUGGESTION = r"[.] Did you (?:mean|forget)[^\n]*$"
"""What Python adds to a message, from 3.10 on: its words are those of many failures and of none."""
COPY = r"^[A-Za-z0-9_]+/(?:[A-Za-z0-9_]+/)*_vendor/"
"""A frame in a copy of a package that an installed one has inside, as pip and setuptools have."""
ADDRESS = r"(?:file|ftp|git|https?|ssh)://[^ ]+"
QUOTED_MESSAGE = r"[\"\u201c\u00ab`]([^\"\u201d\u00bb`\n]{20,400})[\"\u201d\u00bb`]"
"""Words in quotes that are long enough for a message."""

_CODE_NAME, _NAMED, _NEGATED = map(re.compile, (CODE_NAME, NAMED, NEGATED))
_ORIGIN, _SUGGESTION = re.compile(ORIGIN), re.compile(SUGGESTION)
_ADDRESS, _QUOTED_MESSAGE, _COPY = map(re.compile, (ADDRESS, QUOTED_MESSAGE, COPY))


@dataclass(frozen=True)
class NormalizedText:
    """A text with its forms, each computed once."""

    raw: str

    @cached_property
    def display(self) -> str:
        """The text as printed, without colours and the like, with plain quotes."""
        return plain_quotes(clean_display(self.raw))

    @cached_property
    def normal_form(self) -> str:
        """The text with everything that varies replaced."""
        return normalize(self.raw)

    @cached_property
    def comparable(self) -> str:
        """The normal form with plain quotes, as a template's is compared with it."""
        return plain_quotes(self.normal_form)

    @cached_property
    def tokens(self) -> list[str]:
        """The words of the normal form."""
        return tokenize(self.normal_form)

    @cached_property
    def informative(self) -> dict[str, None]:
        """The informative words of the normal form with plain quotes, each once."""
        return informative_tokens(self.comparable)


class MessageLine(NamedTuple):
    """A text that may be the message of an entry: an exception's, or a whole line of any kind."""

    exception: str
    """Class of the exception, empty for a whole line."""
    text: NormalizedText
    raw: str
    """The line as printed, empty where the exception stands in no line of its own."""
    line: int
    last: bool
    """Whether it is of the exception that the text ended with."""
    repeats_exception: bool = False
    """Whether it is the whole line of an exception. Templates that name a class are compared with the exception."""
    goes_on: str = ""
    """The next line, which a truncated message can't have unless its end was marked."""

    @property
    def may_be_truncated(self) -> bool:
        """Whether it may be the beginning of a message. Where another line follows, that says how this one goes on."""
        return not self.goes_on or self.text.comparable[-1:] in ELLIPSIS_CHARACTERS

    @property
    def truncated(self) -> str | None:
        """What a template contains that the line may be the beginning of, see `template.end_of_truncated`."""
        return end_of_truncated(self.text.comparable) if self.may_be_truncated else None


@dataclass(frozen=True, eq=False)
class NormalizedFailure:
    """One failure with its texts in all forms."""

    failure: Failure
    exceptions: tuple[NormalizedText, ...]
    """`class: message` of each exception, without what Python suggests."""
    lines: tuple[NormalizedText, ...]
    """The other lines without their prefixes."""
    message_lines: tuple[MessageLine, ...]
    frames: frozenset[str]
    """All frames, the user's too."""
    packages: frozenset[str]
    """Packages, as imported, whose library frames the text shows."""

    @cached_property
    def forms(self) -> str:
        """The two forms in which templates are looked for, of all message lines."""
        return "\n".join(form for each in self.message_lines for form in (each.text.display, each.text.comparable))

    @cached_property
    def truncated_lines(self) -> tuple[tuple[int, str], ...]:
        """The message lines that may be the beginning of a message: number, and what a template then contains."""
        ends = ((number, line.truncated) for number, line in enumerate(self.message_lines))
        return tuple((number, end) for number, end in ends if end is not None)

    @cached_property
    def exception_lines(self) -> tuple[MessageLine, ...]:
        """The message lines that are an exception's."""
        return tuple(each for each in self.message_lines if each.exception)

    @cached_property
    def frames_text(self) -> str:
        """All frames in one text, with a line break before and after each."""
        return "\n".join(("", *self.frames, ""))

    @cached_property
    def movable_frames_text(self) -> str:
        """The same without the frames of copies that a package has inside: they are that package's alone."""
        return "\n".join(("", *(frame for frame in self.frames if not _COPY.search(frame)), ""))

    @cached_property
    def packages_in_order(self) -> tuple[str, ...]:
        """The package of each library frame, in the order of printing."""
        frames = [frame for exception in self.failure.exceptions for frame in exception.frames]
        return tuple(map(frame_package, (*frames, *self.failure.frames)))

    @cached_property
    def used_packages(self) -> frozenset[str]:
        """Names, as PEP 503 writes them, that the text shows in code, in a path or as a frame's.

        A word of a sentence is none of these: people also name what they don't use.
        """
        # Compiled modules print paths that begin with their package.
        names = {frame_package(frame) for frame in self.frames if "/" in frame} | self.packages
        for line in self._code:
            names.update(_code_names(line))
        return frozenset(map(distribution_name, names))

    @cached_property
    def named_packages(self) -> frozenset[str]:
        """Words of sentences, as PEP 503 writes names, but for those of an advice."""
        return frozenset(
            distribution_name(match[1])
            for other in self.failure.lines
            for match in _NAMED.finditer(other.raw)
            if not is_advice(before := other.raw[: match.start(1)])
            and not _NEGATED.search(lower(before[-MAX_CONTEXT:]))
        )

    @cached_property
    def origins(self) -> Mapping[str, set[str]]:
        """Modules that names come from, as code says it: an empty one where the text itself defines the name.

        A class comes from where its first base comes from, as far as the text says that, else from the base. What a
        variable is taken from stands under its name with `=` before it, if the text imports that module.
        """
        origins: dict[str, set[str]] = {}
        bases: list[tuple[str, str]] = []
        variables: list[tuple[str, str]] = []
        imported: set[str] = set()
        for match in (each for line in self._code for each in _ORIGIN.finditer(line)):
            defined, base, module, names, whole, called, name, own, variable, source = match.groups(default="")
            if defined:
                bases.append((defined, base))
            for each in (own, name, *names.replace(",", " ").split()):
                origins.setdefault(each, set()).add(called or module.partition(".")[0])
            imported.add(whole)
            variables.append((variable, source))
        for name, base in bases:
            origins.setdefault(name, set()).update(origins.get(base, {base}) if base else {base})
        for variable, source in variables:
            if variable and source in imported:
                origins.setdefault(f"={variable}", set()).add(source)
        return origins

    @property
    def _code(self) -> tuple[str, ...]:
        """All lines, and those of source that a traceback quotes."""
        return *(other.raw for other in self.failure.lines), *self.failure.sources


def _code_names(line: str) -> Iterator[str]:
    """Yield each name that a line has in code, in a path or in a command."""
    for match in _CODE_NAME.finditer(_ADDRESS.sub(" ", line)):
        yield match[match.lastindex or 1]


def without_suggestion(message: str) -> str:
    """Return a message without what Python suggests in its place."""
    return _SUGGESTION.sub("", message)


def normalize_failure(failure: Failure) -> NormalizedFailure:
    """Return one failure of a text, as `split_failures` gives it, in the forms that the search compares.

    Equal texts share their forms, so nothing is normalized twice: the line of an exception is one of the others, too.
    """
    texts: dict[str, NormalizedText] = {}

    def text(raw: str) -> NormalizedText:
        return texts.get(raw) or texts.setdefault(raw, NormalizedText(raw))

    library = {frame for exception in failure.exceptions for frame in exception.frames}.union(failure.frames)
    user = {frame for exception in failure.exceptions for frame in exception.user_frames}.union(failure.user_frames)
    return NormalizedFailure(
        failure,
        tuple(text(without_suggestion(f"{exception.name}: {exception.message}")) for exception in failure.exceptions),
        tuple(text(other.text) for other in failure.lines),
        tuple(_message_lines(failure, text)),
        frozenset(library | user),
        frozenset(map(frame_package, library)),
    )


def _message_lines(failure: Failure, text: Callable[[str], NormalizedText]) -> Iterator[MessageLine]:
    """Yield what may be a message: those of the exceptions first, then every line as printed.

    A message comes with the next line, too, since a narrow terminal or a mail breaks it between words or inside one.
    What a sentence quotes is a message by itself, whatever the sentence says besides.
    """
    by_line = {other.line: other for other in reversed(failure.lines)}
    for exception in failure.exceptions:
        name, message, line = exception.name, exception.message, exception.line
        # Equal lines are kept once, with the number of the first one.
        raw = next((other.raw for other in failure.lines if name in other.raw and message in other.raw), "")
        rest = by_line[line + 1].text if line + 1 in by_line else ""
        variants = (message, without_suggestion(message), f"{message} {rest}".strip(" "), message + rest)
        for variant in dict.fromkeys(variants):
            goes_on = rest if variant == message else ""
            last = exception is failure.exceptions[-1]
            yield MessageLine(name, text(variant), raw, line, last=last, goes_on=goes_on)
    exception_lines = {exception.line for exception in failure.exceptions}
    for other in failure.lines:
        repeats = other.line in exception_lines
        goes_on = by_line[other.line + 1].text if other.line + 1 in by_line else ""
        yield MessageLine(
            "", text(other.raw), other.raw, other.line, last=False, repeats_exception=repeats, goes_on=goes_on
        )
        if not repeats:
            quoted = (match[1] for match in _QUOTED_MESSAGE.finditer(other.raw))
            for message in (f"{other.raw} {goes_on}", *quoted):
                yield MessageLine("", text(message), other.raw, other.line, last=False)
