"""NormalizedFailure and entry -> MatchFeatures: what speaks for and against that the text shows the entry's failure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import MessageLine, NormalizedFailure
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.parser import PATTERNS
from fixcards.matching.parse.template import (
    CompiledTemplate,
    compile_template,
    match_template,
    match_truncated,
    plain_quotes,
)
from fixcards.matching.parse.tokens import informative_tokens, specificity, tokenize
from fixcards.matching.parse.versions import in_specifier

_EXCEPTION = re.compile(PATTERNS["exception"], re.ASCII)
_CLASS = re.compile(PATTERNS["class"], re.ASCII)
_DOTTED = re.compile(PATTERNS["dotted"], re.ASCII)

FULL_COVERAGE, CLASS_COVERAGE = 100, 30
"""Coverage of a template that is a class without words of its own: with the same message, and with another one.

The second is below `scoring.MIN_COVERAGE`, since `KeyError` alone says little about `KeyError: 'left'`."""
MAX_RANKED_SPECIFICITY = 9
"""Specificity above which one template ranks no higher than another: both identify the failure."""
MARK_LENGTH = 12
"""Characters of the normal form by which the start of the message is looked for in the line as printed."""

Places = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TemplateFit:
    """A template that matches a line."""

    template: str
    coverage: int
    """Percentage of the line that the template makes up."""
    specificity: int
    """How well the template identifies a failure by itself, see `tokens.specificity`."""
    same_exception: bool | None
    """Whether the exception's class is the template's; None where one of them names none."""
    foreign_class: bool
    """Whether the text prints the class with a module of another package, and the template prints it with none."""
    truncated: bool
    """Whether the line ends before the template does."""
    is_exception_line: bool
    """Whether the line is the one that names an exception."""
    last: bool
    """Whether it is the exception that the text ended with."""
    line: int
    text: str
    marks: Places


@dataclass(frozen=True)
class MatchFeatures:
    """What a text and an entry have in common."""

    fit: TemplateFit | None
    similarity: int
    """Percentage of informative words that a template shares with the most similar message of the same exception."""
    same_exception: bool
    """Whether the text shows an exception of the class."""
    frames: int
    """Number of library frames of the entry that the text shows."""
    innermost: bool
    """Whether the entry's innermost frame is among them."""
    foreign_frames: bool
    """Whether the text shows frames and none belongs to the entry's packages."""
    same_package_other_frames: bool
    """Whether the text shows frames of the entry's packages and none of the entry's."""
    affected: bool | None
    """Whether the release that the text shows is affected; None where it shows none."""
    alias: bool
    """Whether only an alias fits that shares no words with the entry's first message, and nothing names its package."""
    unmet_requirement: str
    """Another package or the interpreter whose release, as the text shows it, doesn't fail; empty where all do."""
    versions: dict[str, str]
    """Releases of the entry's packages that the text shows."""


def compare(failure: NormalizedFailure, entry: Entry) -> MatchFeatures:
    """Return the features that a text and an entry share."""
    own = own_packages(entry)
    fit, first_fits, similarity, same_exception = _best_fit(failure, entry, own)
    shared = [frame for frame in dict.fromkeys(entry.frames) if _has_frame(failure.frames, frame)]
    shows_package = not failure.packages.isdisjoint(own)
    no_frame = bool(entry.frames and failure.frames) and not shared
    affected, unmet_requirement, versions = _compare_releases(failure.failure.versions, entry)
    return MatchFeatures(
        fit=fit,
        similarity=similarity,
        same_exception=same_exception,
        frames=len(shared),
        innermost=bool(entry.frames) and entry.frames[-1] in shared,
        foreign_frames=no_frame and not shows_package,
        same_package_other_frames=no_frame and shows_package,
        affected=affected,
        # A message that a package passes on from another one is that one's message as well.
        alias=bool(fit) and not (first_fits or shared or shows_package or _names_package(failure, entry.package, own)),
        unmet_requirement=unmet_requirement,
        versions=versions,
    )


def _best_fit(
    failure: NormalizedFailure, entry: Entry, own: Sequence[str]
) -> tuple[TemplateFit | None, bool, int, bool]:
    """Return the best fit of an entry's templates, and three features that all its templates have together.

    These are whether the first message or a variant of it fits, the similarity to messages of the same exception, and
    whether there are any.
    """
    fit, first_fits, similarity, same_exception = None, False, 0, False
    packages = [*own, entry.package, *(name for name in entry.requirements if name != "python")]
    first = ""
    for number, template in enumerate(entry.templates):
        name, message = split_template(template, entry.exception)
        normal_form = compile_template(message).normal_form
        if number == 0:
            first = normal_form
        same_message = number == 0 or _contains(first, normal_form)
        for line in failure.message_lines:
            new = _fit_template(template, name, message, line, packages)
            if new:
                first_fits = first_fits or (same_message and new.same_exception is not False)
                if fit is None or _rank(new) > _rank(fit):
                    fit = new
            if line.exception and _same_class(line.exception, name or entry.exception):
                same_exception = True
                similarity = max(similarity, _similarity(normal_form, line))
    return fit, first_fits, similarity, same_exception


def split_template(template: str, exception: str = "") -> tuple[str, str]:
    """Return the exception's class and the message of a template. The class is empty where it starts with none.

    `exception` is a class whatever its name looks like.
    """
    match = _EXCEPTION.match(template)
    if match and (_CLASS.match(match[1]) or _DOTTED.match(match[1]) or _same_class(match[1], exception)):
        return match[1], match[2] or ""
    return "", template


def _contains(one: str, other: str) -> bool:
    """Return whether one of two messages is a part of the other."""
    return bool(one and other) and (one in other or other in one)


def own_packages(entry: Entry) -> list[str]:
    """Return the packages, as imported, whose frames speak for an entry: its own, or all where it has none of these."""
    names = sorted({frame.partition("/")[0] for frame in entry.frames})
    return [name for name in names if canonical_name(name) == entry.package] or names


def _fit_template(
    template: str, name: str, message: str, line: MessageLine, packages: Sequence[str]
) -> TemplateFit | None:
    """Return how a template, split into class and message, matches a line; None where it doesn't."""
    if name and line.repeats_exception:
        return None
    same_exception = None
    if name and line.exception:
        same_exception = _same_class(line.exception, name)
    elif name and name.split(".")[-1] in line.raw:
        same_exception = True
    form = compile_template(message)
    if form.normalized:
        where, places, truncated = _find_parts(form, line, same_exception)
        if not places:
            return None
        fixed_text = "".join(where[start:end] for start, end in places) if truncated else form.normal_form
        coverage = 100 * sum(end - start for start, end in places) // max(1, len(where))
        marks = _mark_parts(line.raw, form.printed, where[places[0][0] :])
    else:  # a class alone, or with a number or the like
        same_message = line.text.comparable == form.normal_form
        if not same_exception or not line.exception or (message and not same_message):
            return None
        fixed_text, coverage, truncated = "", FULL_COVERAGE if same_message else CLASS_COVERAGE, False
        marks = _mark_class(line.raw, name)
    return TemplateFit(
        template=template,
        coverage=coverage,
        specificity=specificity(name, fixed_text, packages),
        same_exception=same_exception,
        foreign_class=_is_foreign_class(line.exception, name, packages),
        truncated=truncated,
        is_exception_line=bool(line.exception),
        last=line.last,
        line=line.line,
        text=line.raw,
        marks=marks,
    )


def _find_parts(form: CompiledTemplate, line: MessageLine, same_exception: bool | None) -> tuple[str, Places, bool]:
    """Return the form of a line that matches a template, where the parts stand there, and whether it is truncated.

    As printed goes first, since it is the stricter comparison and gives exact marks.
    """
    places = match_template(line.text.display, form.printed)
    if places:
        return line.text.display, places, False
    normalized = line.text.comparable
    places = match_template(normalized, form.normalized)
    if places or same_exception is False:
        return normalized, places, False
    return normalized, match_truncated(normalized, form.normalized), True


def _is_foreign_class(printed: str, name: str, packages: Sequence[str]) -> bool:
    """Return whether the text names the module of a class, the template doesn't, and it is none of `packages`."""
    if "." not in printed or "." in name:
        return False
    return canonical_name(printed.partition(".")[0]) not in map(canonical_name, packages)


def _rank(fit: TemplateFit) -> tuple[int, int, int, int, int, int]:
    """Return the key by which one of two fits is better, the most important part first.

    Another exception is nearly another failure; a truncated message could go on differently; an exception says what
    failed and any other line may only mention it; of two messages the more specific one identifies the failure; the
    last exception is the one that the reader saw; and the more of a line a message is, the less it is a part of
    another one.
    """
    exception = 2 if fit.same_exception else 1 if fit.same_exception is None else 0
    specific = min(fit.specificity, MAX_RANKED_SPECIFICITY)
    return exception, int(not fit.truncated), int(fit.is_exception_line), specific, int(fit.last), fit.coverage


def _mark_parts(raw: str, parts: Sequence[str], normalized: str) -> Places:
    """Return which parts of the line as printed match; all from the start of the message where only normal forms do."""
    places = match_template(plain_quotes(raw), parts)
    if places or not raw:
        return places
    return ((max(0, raw.find(normalized[:MARK_LENGTH])), len(raw)),)


def _mark_class(raw: str, name: str) -> Places:
    name = name.split(".")[-1]
    start = raw.find(name)
    return ((start, start + len(name)),) if start >= 0 else ()


def _similarity(normal_form: str, line: MessageLine) -> int:
    """Return the percentage of all informative words of a message and a line that are in both (Jaccard index)."""
    one, other = informative_tokens(normal_form), line.text.informative
    shared = len(one.keys() & other.keys())
    return 100 * shared // max(1, len(one) + len(other) - shared)


def _same_class(name: str, other: str) -> bool:
    """Return whether two classes are the same but for their modules, which programs print or leave out."""
    return bool(name and other) and name.split(".")[-1] == other.split(".")[-1]


def _has_frame(frames: frozenset[str], frame: str) -> bool:
    """Return whether a frame is among those of a text. Its file may lie anywhere, its function may be unknown."""
    if frame in frames:
        return True
    path = f"{frame.rpartition(':')[0]}:"
    return path in frames or any(each.endswith((f"/{frame}", f"/{path}")) for each in frames)


def _names_package(failure: NormalizedFailure, package: str, own: Sequence[str]) -> bool:
    """Return whether the text shows a release of a package, or all words of one of its names in a line."""
    if package in failure.failure.versions:
        return True
    names = [tokenize(name) for name in (*own, package)]
    return any(name and words.issuperset(name) for words in failure.words_by_line for name in names)


def _compare_releases(releases: dict[str, str], entry: Entry) -> tuple[bool | None, str, dict[str, str]]:
    """Return whether the release is affected, which requirement isn't met, and the releases that matter."""
    versions = {name: releases[name] for name in (entry.package, *entry.requirements) if name in releases}
    release = versions.get(entry.package)
    affected = _may_satisfy(release, entry.affected) if release and entry.affected else None
    unmet = [
        name
        for name, specifier in entry.requirements.items()
        if name in versions and _may_satisfy(versions[name], specifier) is False
    ]
    return affected, unmet[-1] if unmet else "", versions


def _may_satisfy(release: str, releases: str) -> bool | None:
    """Return whether a release is in a range. 3.12 may be any 3.12, so it is out only where all of them are."""
    results = [_may_satisfy_specifier(release, alternative) for alternative in releases.split(" or ")]
    return True if True in results else None if None in results else False


def _may_satisfy_specifier(release: str, specifier: str) -> bool | None:
    satisfied = in_specifier(release, specifier)
    if satisfied is False and release.count(".") == 1 and in_specifier(f"{release}.999", specifier):
        return None
    return satisfied
