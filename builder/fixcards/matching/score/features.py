"""Failure and entry -> what speaks for and against that it is this failure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse import versions
from fixcards.matching.parse.normalize import clean_display, normalize
from fixcards.matching.parse.parser import PATTERNS, Failure
from fixcards.matching.parse.template import compile_template, match_template, match_truncated, plain_quotes
from fixcards.matching.parse.tokens import informative, lower, specificity, tokenize

_HEAD = re.compile(PATTERNS["head"], re.ASCII)
_KNOWN = re.compile(PATTERNS["known"], re.ASCII)
_DOTTED = re.compile(PATTERNS["dotted"], re.ASCII)
_SEPARATORS = re.compile("[-_.]+")


@dataclass(frozen=True, slots=True)
class TemplateFit:
    """A template that stands in a line. `coverage` is the share of the line that is the template's, in percent."""

    template: str
    coverage: int
    specificity: int
    """How well the template identifies a failure by itself, see `words.strength`."""
    same_exception: bool | None
    """Whether the exception's class is the template's; None where one of them names none."""
    foreign_class: bool
    """Whether the text prints the class with a module that is none of the entry's, and the template with none."""
    truncated: bool
    """Whether the line ends before the template does."""
    is_exception_line: bool
    """Whether the line is the one that names an exception."""
    last: bool
    """Whether it is the exception that the text ended with."""
    line: int
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class MatchFeatures:
    """What a text and an entry have in common."""

    fit: TemplateFit | None
    similarity: int
    """Percentage of telling words that the nearest exception's message and template share, where none fits."""
    same_exception: bool
    """Whether an exception of the class is among them."""
    frames: int
    """Library frames of the entry that the text has."""
    innermost: bool
    """Whether the entry's innermost frame is among them."""
    foreign_frames: bool
    """Whether the text shows frames and none belongs to the entry's packages."""
    same_package_other_frames: bool
    """Whether the text shows frames of the entry's packages and none of the entry's."""
    affected: bool | None
    """Whether the release that the text shows is affected; None where it shows none."""
    alias: bool
    """Whether only an alias of other words than the entry's first message fits, and nothing names its package."""
    unmet_requirement: str
    """Another package or interpreter whose release, as the text shows it, doesn't fail."""
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A line that may carry a message: `name` of the exception, the message as printed and in normal form."""

    name: str
    printed: str
    normalized: str
    raw: str
    line: int
    last: bool
    repeats_exception: bool = False
    """Whether it is the whole line of an exception, for templates that name no class."""


def compare(failure: Failure, said: Sequence[MessageLine], entry: Entry) -> MatchFeatures:
    """Return what speaks for and against the entry. `said` is what `sayings` has of the failure."""
    fit, own, likeness, agrees = None, False, 0, False
    packages = (*sorted(own_packages(entry)), entry.package, *(name for name in entry.requirements if name != "python"))
    first = (
        compile_template(split_template(entry.templates[0], entry.exception)[1]).normal_form if entry.templates else ""
    )
    for template in entry.templates:
        name, message = split_template(template, entry.exception)
        same = template == entry.templates[0] or _contains(first, compile_template(message).normal_form)
        for line in said:
            found = _fit_template(template, name, message, line, packages)
            own = own or (same and found is not None and found.same_exception is not False)
            if found and (fit is None or _rank(found) > _rank(fit)):
                fit = found
            if line.name and _same_class(line.name, name or entry.exception):
                agrees = True
                likeness = max(likeness, _similarity(message, line.normalized))
    shown = {each for head in failure.exceptions for each in (*head.frames, *head.user_frames)}
    shown.update(failure.frames, failure.user_frames)
    have = [frame for frame in dict.fromkeys(entry.frames) if _has_frame(shown, frame)]
    away = bool(entry.frames and shown) and not have
    at_home = away and _shows_own_package(failure, entry)
    affected, unmet, seen = _versions(failure.versions, entry)
    return MatchFeatures(
        fit,
        likeness,
        agrees,
        len(have),
        bool(entry.frames) and entry.frames[-1] in have,
        away and not at_home,
        at_home,
        affected,
        fit is not None and not own and not have and not _names_package(failure, entry),
        unmet,
        seen,
    )


def split_template(template: str, exception: str = "") -> tuple[str, str]:
    """Return the exception's class and the message of a template; the class is empty where it begins with none.

    `exception` is a class that is one whatever it is called.
    """
    found = _HEAD.match(template)
    if found and (_KNOWN.match(found[1]) or _DOTTED.match(found[1]) or _same_class(found[1], exception)):
        return found[1], found[2] or ""
    return "", template


def _contains(one: str, other: str) -> bool:
    """Return whether one of two messages is a part of the other."""
    return bool(one and other) and (one in other or other in one)


def own_packages(entry: Entry) -> frozenset[str]:
    """Return the packages, as imported, of which an entry's failure shows frames: its own, else all that it names."""
    tops = frozenset(frame.partition("/")[0] for frame in entry.frames)
    own = frozenset(top for top in tops if _hyphenated(top) == entry.package)
    return own or tops


def message_lines(failure: Failure) -> Iterator[MessageLine]:
    """Yield the lines that may carry a message: those of exceptions first, then every line as it is.

    A message is looked at with the next line, too: a narrow terminal or a mail has broken it, between words or in one.
    """
    for number, head in enumerate(failure.exceptions):
        raw = next((loose.raw for loose in failure.lines if loose.line == head.line and head.message in loose.raw), "")
        last = number == len(failure.exceptions) - 1
        rest = _next(failure, head.line)
        for message in dict.fromkeys((head.message, f"{head.message} {rest}".strip(" "), head.message + rest)):
            yield MessageLine(
                head.name, plain_quotes(clean_display(message)), plain_quotes(normalize(message)), raw, head.line, last
            )
    heads = {head.line for head in failure.exceptions}
    for loose in failure.lines:
        again = loose.line in heads
        printed, common = plain_quotes(clean_display(loose.raw)), plain_quotes(normalize(loose.raw))
        yield MessageLine("", printed, common, loose.raw, loose.line, last=False, repeats_exception=again)


def _next(failure: Failure, line: int) -> str:
    return next((loose.text for loose in failure.lines if loose.line == line + 1), "")


def _fit_template(
    template: str, name: str, message: str, line: MessageLine, packages: Sequence[str]
) -> TemplateFit | None:
    if name and line.repeats_exception:
        return None
    agrees = None
    if name and line.name:
        agrees = _same_class(line.name, name)
    elif name and name.split(".")[-1] in line.raw:
        agrees = True
    form = compile_template(message)
    if not form.normalized:  # a class alone, or with a number or the like
        if not agrees or not line.name or (message and line.normalized != form.normal_form):
            return None
        return TemplateFit(
            template,
            100 if line.normalized == form.normal_form else 30,
            specificity(name, "", packages),
            agrees,
            _is_foreign_class(line.name, name, packages),
            False,
            True,
            line.last,
            line.line,
            line.raw,
            _mark_class(line.raw, name),
        )
    places = match_template(line.printed, form.printed)
    where = line.printed
    if not places:
        places, where = match_template(line.normalized, form.normalized), line.normalized
    said = form.normal_form
    cut = not places
    if cut and agrees is not False:
        places, where = match_truncated(line.normalized, form.normalized), line.normalized
        said = "".join(where[start:end] for start, end in places)
    if not places:
        return None
    size = sum(end - start for start, end in places)
    return TemplateFit(
        template,
        100 * size // max(1, len(where)),
        specificity(name, said, packages),
        agrees,
        _is_foreign_class(line.name, name, packages),
        cut,
        bool(line.name),
        line.last,
        line.line,
        line.raw,
        _mark_parts(line.raw, form.printed, places, where),
    )


def _is_foreign_class(shown: str, name: str, packages: Sequence[str]) -> bool:
    return "." in shown and "." not in name and _hyphenated(shown.partition(".")[0]) not in map(_hyphenated, packages)


def _hyphenated(name: str) -> str:
    return _SEPARATORS.sub("-", lower(name)).strip("-")


def _rank(fit: TemplateFit) -> tuple[int, int, int, int, int, int]:
    agreed = 2 if fit.same_exception else 1 if fit.same_exception is None else 0
    return (
        agreed,
        int(not fit.truncated),
        int(fit.is_exception_line),
        min(fit.specificity, 9),
        int(fit.last),
        fit.coverage,
    )


def _mark_parts(
    raw: str, parts: tuple[str, ...], places: tuple[tuple[int, int], ...], where: str
) -> tuple[tuple[int, int], ...]:
    """Return which parts of the line as printed match; all of the message where only the normal form does."""
    found = match_template(plain_quotes(raw), parts)
    if found:
        return found
    first = where[places[0][0] : places[0][0] + 12]
    start = max(0, raw.find(first))
    return ((start, len(raw)),) if raw else ()


def _mark_class(raw: str, name: str) -> tuple[tuple[int, int], ...]:
    start = raw.find(name.split(".")[-1])
    return ((start, start + len(name.split(".")[-1])),) if start >= 0 else ()


def _similarity(message: str, common: str) -> int:
    mine, theirs = informative(tokenize(compile_template(message).normal_form)), informative(tokenize(common))
    shared = [word for word in mine if word in theirs]
    return 100 * len(shared) // max(1, len(mine) + len(theirs) - len(shared))


def _same_class(name: str, other: str) -> bool:
    return bool(name and other) and name.split(".")[-1] == other.split(".")[-1]


def _has_frame(shown: set[str], frame: str) -> bool:
    """Return whether a frame is among those of a text; its file may lie anywhere, its function may be unknown."""
    path = frame.rpartition(":")[0]
    wanted = (frame, f"{path}:")
    return any(each in wanted or each.endswith(("/" + frame, f"/{path}:")) for each in shown)


def _shows_own_package(failure: Failure, entry: Entry) -> bool:
    tops = own_packages(entry)
    frames = [frame for head in failure.exceptions for frame in head.frames]
    return any(frame.partition("/")[0] in tops for frame in (*frames, *failure.frames))


def _names_package(failure: Failure, entry: Entry) -> bool:
    """Return whether a frame, a release or all words of a name in one line tell of the entry's package."""
    if entry.package in failure.versions or _shows_own_package(failure, entry):
        return True
    names = [tokenize(name) for name in (*own_packages(entry), entry.package)]
    lines = (set(tokenize(loose.raw)) for loose in failure.lines)
    return any(name and told.issuperset(name) for told in lines for name in names)


def _versions(shown: dict[str, str], entry: Entry) -> tuple[bool | None, str, dict[str, str]]:
    """Return whether the shown release is affected, what else isn't as it needs to be, and the releases that matter."""
    seen = {name: shown[name] for name in (entry.package, *entry.requirements) if name in shown}
    have = seen.get(entry.package)
    affected = _may_satisfy(have, entry.affected) if have and entry.affected else None
    unmet = [
        name
        for name, specifier in entry.requirements.items()
        if name in seen and _may_satisfy(seen[name], specifier) is False
    ]
    return affected, unmet[-1] if unmet else "", seen


def _may_satisfy(release: str, specifier: str) -> bool | None:
    """Return whether a release is in a range; 3.12 may be any 3.12, so it is out only where all of them are."""
    found = versions.in_specifier(release, specifier)
    if found is False and release.count(".") == 1 and versions.in_specifier(f"{release}.999", specifier):
        return None
    return found
