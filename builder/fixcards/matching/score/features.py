"""Failure and entry -> what speaks for and against that it is this failure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse import versions
from fixcards.matching.parse.normalize import normal, tidy
from fixcards.matching.parse.parser import PATTERNS, Failure
from fixcards.matching.parse.template import begun, forms, plain_quotes, spans
from fixcards.matching.parse.tokens import lower, strength, telling, words

_HEAD = re.compile(PATTERNS["head"], re.ASCII)
_KNOWN = re.compile(PATTERNS["known"], re.ASCII)
_DOTTED = re.compile(PATTERNS["dotted"], re.ASCII)
_SEPARATORS = re.compile("[-_.]+")


@dataclass(frozen=True, slots=True)
class Fit:
    """A template that stands in a line. `coverage` is the share of the line that is the template's, in percent."""

    template: str
    coverage: int
    strength: int
    """How well the template identifies a failure by itself, see `words.strength`."""
    agrees: bool | None
    """Whether the exception's class is the template's; None where one of them names none."""
    foreign: bool
    """Whether the text prints the class with a module that is none of the entry's, and the template with none."""
    cut: bool
    """Whether the line ends before the template does."""
    headed: bool
    """Whether the line is the one that names an exception."""
    last: bool
    """Whether it is the exception that the text ended with."""
    line: int
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Evidence:
    """What a text and an entry have in common."""

    fit: Fit | None
    likeness: int
    """Percentage of telling words that the nearest exception's message and template share, where none fits."""
    agrees: bool
    """Whether an exception of the class is among them."""
    frames: int
    """Library frames of the entry that the text has."""
    innermost: bool
    """Whether the entry's innermost frame is among them."""
    stranger: bool
    """Whether the text shows frames and none belongs to the entry's packages."""
    elsewhere: bool
    """Whether the text shows frames of the entry's packages and none of the entry's."""
    affected: bool | None
    """Whether the release that the text shows is affected; None where it shows none."""
    alias: bool
    """Whether only an alias of other words than the entry's first message fits, and nothing names its package."""
    unmet: str
    """Another package or interpreter whose release, as the text shows it, doesn't fail."""
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """A line that may carry a message: `name` of the exception, the message as printed and in normal form."""

    name: str
    printed: str
    common: str
    raw: str
    line: int
    last: bool
    again: bool = False
    """Whether it is the whole line of an exception, for templates that name no class."""


def compare(failure: Failure, said: Sequence[Said], entry: Entry) -> Evidence:
    """Return what speaks for and against the entry. `said` is what `sayings` has of the failure."""
    fit, own, likeness, agrees = None, False, 0, False
    packages = (*sorted(home(entry)), entry.package, *(name for name in entry.needs if name != "python"))
    first = forms(parted(entry.templates[0], entry.exception)[1]).common if entry.templates else ""
    for template in entry.templates:
        name, message = parted(template, entry.exception)
        same = template == entry.templates[0] or _cut_short(first, forms(message).common)
        for line in said:
            found = _fit(template, name, message, line, packages)
            own = own or (same and found is not None and found.agrees is not False)
            if found and (fit is None or _rank(found) > _rank(fit)):
                fit = found
            if line.name and _same(line.name, name or entry.exception):
                agrees = True
                likeness = max(likeness, _likeness(message, line.common))
    shown = {each for head in failure.exceptions for each in (*head.frames, *head.others)}
    shown.update(failure.frames, failure.others)
    have = [frame for frame in dict.fromkeys(entry.frames) if _has(shown, frame)]
    away = bool(entry.frames and shown) and not have
    at_home = away and _at_home(failure, entry)
    affected, unmet, seen = _versions(failure.versions, entry)
    return Evidence(
        fit,
        likeness,
        agrees,
        len(have),
        bool(entry.frames) and entry.frames[-1] in have,
        away and not at_home,
        at_home,
        affected,
        fit is not None and not own and not have and not _named(failure, entry),
        unmet,
        seen,
    )


def parted(template: str, exception: str = "") -> tuple[str, str]:
    """Return the exception's class and the message of a template; the class is empty where it begins with none.

    `exception` is a class that is one whatever it is called.
    """
    found = _HEAD.match(template)
    if found and (_KNOWN.match(found[1]) or _DOTTED.match(found[1]) or _same(found[1], exception)):
        return found[1], found[2] or ""
    return "", template


def _cut_short(one: str, other: str) -> bool:
    """Return whether one of two messages is a part of the other."""
    return bool(one and other) and (one in other or other in one)


def home(entry: Entry) -> frozenset[str]:
    """Return the packages, as imported, of which an entry's failure shows frames: its own, else all that it names."""
    tops = frozenset(frame.partition("/")[0] for frame in entry.frames)
    own = frozenset(top for top in tops if _separated(top) == entry.package)
    return own or tops


def sayings(failure: Failure) -> Iterator[Said]:
    """Yield the lines that may carry a message: those of exceptions first, then every line as it is.

    A message is looked at with the next line, too: a narrow terminal or a mail has broken it, between words or in one.
    """
    for number, head in enumerate(failure.exceptions):
        raw = next((loose.raw for loose in failure.lines if loose.line == head.line and head.message in loose.raw), "")
        last = number == len(failure.exceptions) - 1
        rest = _next(failure, head.line)
        for message in dict.fromkeys((head.message, f"{head.message} {rest}".strip(" "), head.message + rest)):
            yield Said(head.name, plain_quotes(tidy(message)), plain_quotes(normal(message)), raw, head.line, last)
    heads = {head.line for head in failure.exceptions}
    for loose in failure.lines:
        again = loose.line in heads
        printed, common = plain_quotes(tidy(loose.raw)), plain_quotes(normal(loose.raw))
        yield Said("", printed, common, loose.raw, loose.line, last=False, again=again)


def _next(failure: Failure, line: int) -> str:
    return next((loose.text for loose in failure.lines if loose.line == line + 1), "")


def _fit(template: str, name: str, message: str, line: Said, packages: Sequence[str]) -> Fit | None:
    if name and line.again:
        return None
    agrees = None
    if name and line.name:
        agrees = _same(line.name, name)
    elif name and name.split(".")[-1] in line.raw:
        agrees = True
    form = forms(message)
    if not form.normal:  # a class alone, or with a number or the like
        if not agrees or not line.name or (message and line.common != form.common):
            return None
        return Fit(
            template,
            100 if line.common == form.common else 30,
            strength(name, "", packages),
            agrees,
            _foreign(line.name, name, packages),
            False,
            True,
            line.last,
            line.line,
            line.raw,
            _mark(line.raw, name),
        )
    places = spans(line.printed, form.printed)
    where = line.printed
    if not places:
        places, where = spans(line.common, form.normal), line.common
    said = form.common
    cut = not places
    if cut and agrees is not False:
        places, where = begun(line.common, form.normal), line.common
        said = "".join(where[start:end] for start, end in places)
    if not places:
        return None
    size = sum(end - start for start, end in places)
    return Fit(
        template,
        100 * size // max(1, len(where)),
        strength(name, said, packages),
        agrees,
        _foreign(line.name, name, packages),
        cut,
        bool(line.name),
        line.last,
        line.line,
        line.raw,
        _marks(line.raw, form.printed, places, where),
    )


def _foreign(shown: str, name: str, packages: Sequence[str]) -> bool:
    return "." in shown and "." not in name and _separated(shown.partition(".")[0]) not in map(_separated, packages)


def _separated(name: str) -> str:
    return _SEPARATORS.sub("-", lower(name)).strip("-")


def _rank(fit: Fit) -> tuple[int, int, int, int, int, int]:
    agreed = 2 if fit.agrees else 1 if fit.agrees is None else 0
    return (agreed, int(not fit.cut), int(fit.headed), min(fit.strength, 9), int(fit.last), fit.coverage)


def _marks(
    raw: str, parts: tuple[str, ...], places: tuple[tuple[int, int], ...], where: str
) -> tuple[tuple[int, int], ...]:
    """Return which parts of the line as printed match; all of the message where only the normal form does."""
    found = spans(plain_quotes(raw), parts)
    if found:
        return found
    first = where[places[0][0] : places[0][0] + 12]
    start = max(0, raw.find(first))
    return ((start, len(raw)),) if raw else ()


def _mark(raw: str, name: str) -> tuple[tuple[int, int], ...]:
    start = raw.find(name.split(".")[-1])
    return ((start, start + len(name.split(".")[-1])),) if start >= 0 else ()


def _likeness(message: str, common: str) -> int:
    mine, theirs = telling(words(forms(message).common)), telling(words(common))
    shared = [word for word in mine if word in theirs]
    return 100 * len(shared) // max(1, len(mine) + len(theirs) - len(shared))


def _same(name: str, other: str) -> bool:
    return bool(name and other) and name.split(".")[-1] == other.split(".")[-1]


def _has(shown: set[str], frame: str) -> bool:
    """Return whether a frame is among those of a text; its file may lie anywhere, its function may be unknown."""
    path = frame.rpartition(":")[0]
    wanted = (frame, f"{path}:")
    return any(each in wanted or each.endswith(("/" + frame, f"/{path}:")) for each in shown)


def _at_home(failure: Failure, entry: Entry) -> bool:
    tops = home(entry)
    frames = [frame for head in failure.exceptions for frame in head.frames]
    return any(frame.partition("/")[0] in tops for frame in (*frames, *failure.frames))


def _named(failure: Failure, entry: Entry) -> bool:
    """Return whether a frame, a release or all words of a name in one line tell of the entry's package."""
    if entry.package in failure.versions or _at_home(failure, entry):
        return True
    names = [words(name) for name in (*home(entry), entry.package)]
    lines = (set(words(loose.raw)) for loose in failure.lines)
    return any(name and told.issuperset(name) for told in lines for name in names)


def _versions(shown: dict[str, str], entry: Entry) -> tuple[bool | None, str, dict[str, str]]:
    """Return whether the shown release is affected, what else isn't as it needs to be, and the releases that matter."""
    seen = {name: shown[name] for name in (entry.package, *entry.needs) if name in shown}
    have = seen.get(entry.package)
    affected = _within(have, entry.affected) if have and entry.affected else None
    unmet = [
        name for name, specifier in entry.needs.items() if name in seen and _within(seen[name], specifier) is False
    ]
    return affected, unmet[-1] if unmet else "", seen


def _within(release: str, specifier: str) -> bool | None:
    """Return whether a release is in a range; 3.12 may be any 3.12, so it is out only where all of them are."""
    found = versions.within(release, specifier)
    if found is False and release.count(".") == 1 and versions.within(f"{release}.999", specifier):
        return None
    return found
