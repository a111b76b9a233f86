"""NormalizedFailure and entry -> MatchFeatures: what speaks for and against that the text shows the entry's failure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from fixcards.matching.index.conditions import PYTHON
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import MessageLine, NormalizedFailure
from fixcards.matching.parse.packages import canonical_name, frame_package
from fixcards.matching.parse.template import (
    CompiledTemplate,
    compile_template,
    match_template,
    match_truncated,
    plain_quotes,
)
from fixcards.matching.parse.tokens import specificity, tokenize
from fixcards.matching.score.caller import caller, hidden_package, is_in_own_code
from fixcards.matching.score.origin import is_of_another
from fixcards.matching.score.release_check import compare_releases, wrong_value
from fixcards.matching.score.split_template import (
    SplitTemplate,
    is_shadowed,
    quotes_other_names,
    same_class,
    split_templates,
)

FULL_COVERAGE, CLASS_COVERAGE = 100, 30
"""Coverage of a template that is a class without words of its own: with the same message, and with another one.

The second is below `scoring.MIN_COVERAGE`, since `KeyError` alone says little about `KeyError: 'left'`."""
SPECIFICITY_ENOUGH = 3
"""Specificity of a message that makes a failure likely, and that a truncated one needs to say anything."""
MAX_RANKED_SPECIFICITY = 9
"""Specificity above which one template ranks no higher than another: both identify the failure."""
IDENTIFYING = 6
"""Specificity of a message for which it is enough that a sentence names the entry's package. People also name what they
don't use, mostly where the message has a cause with several victims, so none of these."""
MESSAGE_COVERAGE = 80
"""Percentage from which a line is a message of the entry, and no sentence of a person that quotes it."""
MARK_LENGTH = 12
"""Characters of the normal form by which the start of the message is looked for in the line as printed."""

OWN_EXCEPTION = "AssertionError"
"""The exception of a reproduction's own check. It says nothing about another check."""
INTERRUPTION = "KeyboardInterrupt"
"""The exception of a program that a person ended. It says nothing of what went wrong."""
UNFINISHED = ":"
"""The end of a message whose most important part follows in the next line."""
WRAPPED = r"(?:: |[(]|(?:^|[^a-z])(?:because|due to|from|by) )$"
"""What stands before the message of an exception that another one passes on in its own message, without its class."""
_WRAPPED = re.compile(WRAPPED)
ANNOUNCING = "(?:Removed[A-Za-z0-9]*|Deprecation|Future)Warning:"
"""The class of a warning that something will go away. No earlier release is needed for that, nor does it help."""
_ANNOUNCING = re.compile(ANNOUNCING)
_NO_NAME = re.compile("[^A-Za-z0-9_.-]")

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
    truncated: bool
    """Whether the line ends before the template does."""
    is_exception_line: bool
    """Whether the line is the one that names an exception."""
    last: bool
    """Whether it is the exception that the text ended with."""
    leads: bool
    """Whether the exception's message, or one that it passes on, begins with it, whatever else follows."""
    line: int
    text: str
    marks: Places
    names_package: bool
    """Whether the message names the entry's package."""
    is_statement: bool
    """Whether it begins with that name: `name 1.2 depends on other<3` says the same wherever it stands."""
    first: bool = False
    """Whether the template is the entry's first message, or a part or an extension of it."""
    source: bool = False
    """Whether it is a line of source."""
    values: tuple[tuple[str, str], ...] = ()
    """Name and value of each placeholder between two parts, as printed."""


@dataclass(frozen=True)
class MatchFeatures:
    """What a text and an entry have in common."""

    fit: TemplateFit | None
    has_source: bool
    """Whether a line of source among the entry's messages is in the text, too."""
    similarity: int
    """Percentage of informative words that a template shares with the most similar message of the same exception."""
    other_names: bool
    """Whether that message and the template quote different names, such as `'float'` and `'dtypes'`."""
    same_exception: bool
    """Whether the text shows an exception of the class."""
    frames: int
    """Number of frames of the entry's own packages that the text shows."""
    all_frames: int
    """Number of such frames that the entry has."""
    partner_frames: int
    """Number of the entry's frames of other packages that the text shows. They break ties only."""
    innermost: bool
    """Whether the innermost frame of the entry's own packages is among them."""
    foreign_frames: bool
    """Whether the text shows library frames and none of the entry's own packages. Python itself has none."""
    frames_alone: bool
    """Whether the text shows no exception but that of a program that was interrupted."""
    uses_package: bool
    """Whether the text has the entry's package in a frame, a release, code or a path, or in the message itself.

    Where the message is specific, a sentence that names the package is enough."""
    affected: bool | None
    """Whether the release that the text shows is affected; None where it shows none."""
    alias: bool
    """Whether only an alias fits that shares no words with the entry's first message, and nothing names its package."""
    unmet_requirement: str
    """Another package or the interpreter whose release, as the text shows it, doesn't fail; empty where all do."""
    doubtful: bool
    """Whether a sentence names a release of the package, of a requirement or of the interpreter that doesn't fail, or
    says that the package isn't there, or a plain message came from own code."""
    wrong_value: str
    """A placeholder whose value in the text is no release that fails; empty where all are."""
    versions: dict[str, str]
    """Releases of the entry's packages that the text shows."""
    announced: bool
    """Whether the message only announces what a later release will do: its own doesn't need to be affected."""
    is_newer: bool
    """Whether the text shows a release of the entry's package, in whichever form, and none that is affected."""
    caller: str
    """The package whose frame calls the entry's packages, or the innermost one where none of these is there.

    Where a traceback shows own code alone and ends with an import, it is the package that is imported."""
    own_code: bool
    """Whether the text shows frames of the reader's own code only, down to where it failed."""
    in_own_code: bool
    """Whether own code is where it failed, whatever called it."""
    message_lines: frozenset[int]
    """The lines that a message of the entry stands in."""


def compare(failure: NormalizedFailure, entry: Entry) -> MatchFeatures:
    """Return the features that a text and an entry share."""
    own = own_packages(entry)
    own += sorted(name for name in failure.packages if _is_import_of(name, entry.package) and name not in own)
    fits, (similarity, same_names), same_exception = _fits(failure, entry, own)
    fit = max(fits, key=_rank, default=None)
    shared = [frame for frame in dict.fromkeys(entry.frames) if _has_frame(failure, frame)]
    own_frames = [frame for frame in dict.fromkeys(entry.frames) if frame_package(frame) in own]
    own_shared = [frame for frame in own_frames if frame in shared]
    shows_package = not failure.packages.isdisjoint(own)
    names = frozenset(map(canonical_name, (*own, entry.package)))
    affected, unmet_requirement, doubtful, versions = compare_releases(failure.failure, entry)
    # A release that doesn't fail is no reason to believe that it is this package's failure.
    is_used = entry.package in versions or not failure.used_packages.isdisjoint(names)
    is_victim = entry.cause not in ("", entry.id)
    if fit is not None and fit.specificity >= IDENTIFYING and not is_victim and not is_used:
        is_used = not failure.named_packages.isdisjoint(names)
    announced = fit is not None and bool(_ANNOUNCING.search(fit.text))
    is_newer = affected is False and not announced
    uses = bool(own_shared) or shows_package or (is_used and not is_newer)
    # Own code that met a package's change is no failure of another one, unless the message names that one.
    is_named = fit is not None and fit.names_package and is_victim
    hidden = hidden_package(failure, fit.text if fit else "")
    own_code = bool(failure.frames) and not (failure.packages or is_named or hidden)
    if fit is not None and not (own_shared or shows_package):
        # The entry's packages fail in their own code; a plain message from the reader's is that code's failure.
        doubtful |= own_code and bool(own_frames) and fit.specificity < IDENTIFYING
        doubtful |= is_of_another(fit.text, failure, entry, names)
    doubtful |= not uses and not failure.denied_packages.isdisjoint(names)
    if entry.package not in failure.failure.listed:
        affected, doubtful = affected or None, doubtful or is_newer
    return MatchFeatures(
        fit=fit,
        has_source=fit is not None and any(each.source and each.line != fit.line for each in fits),
        similarity=similarity,
        other_names=not same_names,
        same_exception=same_exception,
        frames=len(own_shared),
        all_frames=len(own_frames),
        partner_frames=len(shared) - len(own_shared),
        innermost=bool(own_shared) and own_frames[-1] in shared,
        foreign_frames=bool(failure.packages) and not (shows_package or own_shared or entry.package == PYTHON),
        frames_alone=all(each.name == INTERRUPTION for each in failure.failure.exceptions),
        uses_package=uses or (fit is not None and fit.names_package),
        affected=affected,
        alias=fit is not None
        and not (any(each.first for each in fits) or uses or fit.is_statement)
        # A message that a package passes on from another one is that one's message as well. A cause is that other one.
        and not (entry.package == PYTHON or (entry.cause == entry.id and fit.names_package)),
        unmet_requirement=unmet_requirement,
        doubtful=doubtful,
        wrong_value=wrong_value(fit.values, entry) if fit else "",
        versions=versions,
        announced=announced,
        is_newer=is_newer,
        caller=caller(failure, entry, own) or (hidden if hidden not in own else ""),
        own_code=own_code,
        in_own_code=own_code or (not hidden and fit is not None and is_in_own_code(failure, fit.line)),
        message_lines=frozenset(each.line for each in fits if each is fit or each.coverage >= MESSAGE_COVERAGE),
    )


def _fits(
    failure: NormalizedFailure, entry: Entry, own: Sequence[str]
) -> tuple[list[TemplateFit], tuple[int, bool], bool]:
    """Return all fits of an entry's templates, their similarity to messages of its exception, and whether such are.

    With the similarity is whether both name the same.

    The exception of a check has a message of its own in each program, so it isn't compared.
    """
    fits: list[TemplateFit] = []
    similarity, same_exception = (0, True), False
    packages = [*own, entry.package]
    for number, part in enumerate(split_templates(entry.templates, entry.exception)):
        for line in part.possible_lines(failure):
            new = None
            for message in part.messages:
                if new is None or new.truncated:
                    new = _fit_template(part, message, line, packages) or new
            if new:
                source = part.is_source and not new.truncated
                first = part.same_message and new.same_exception is not False
                fits.append(replace(new, first=first, source=source))
        # What is said without a class, beside the first message, may be no exception's at all.
        compared = part.name or ("" if number else entry.exception)
        for line in failure.exception_lines:
            if line.exception != OWN_EXCEPTION and same_class(line.exception, compared):
                same_exception = True
                if line.goes_on and line.text.comparable.endswith(UNFINISHED):
                    continue
                new_similarity = _similarity(part.words, line)
                if (new_similarity, True) > similarity:
                    same_names = not (
                        is_shadowed(line.raw, part.message) or quotes_other_names(part.message, line.text.display)
                    )
                    similarity = max(similarity, (new_similarity, same_names))
    return fits, similarity, same_exception


def own_packages(entry: Entry) -> list[str]:
    """Return the packages, as imported, whose frames speak for an entry: its own, or all where it has none of these."""
    names = sorted(set(map(frame_package, entry.frames)))
    others = [name for name in names if canonical_name(name) not in entry.requirements]
    return [name for name in names if _is_import_of(name, entry.package)] or others or names


def _is_import_of(name: str, package: str) -> bool:
    """Return whether a package is imported by a name that differs in its separators at most."""
    return canonical_name(name).replace("-", "") == package.replace("-", "")


def _fit_template(split: SplitTemplate, message: str, line: MessageLine, packages: Sequence[str]) -> TemplateFit | None:
    """Return how the class and a message of a template match a line; None where they don't."""
    name = split.name
    if name and line.repeats_exception:
        return None
    if is_shadowed(line.raw, message):
        return None
    same_exception = None
    if name and line.exception:
        same_exception = same_class(line.exception, name)
    elif name and name.split(".")[-1] in line.raw:
        same_exception = True
    form = compile_template(message)
    values: tuple[tuple[str, str], ...] = ()
    leads = False
    if form.normalized:
        where, places, truncated = _find_parts(form, line, same_exception)
        if not places:
            return None
        fixed_text = "".join(where[start:end] for start, end in places) if truncated else form.normal_form
        coverage = 100 * sum(end - start for start, end in places) // max(1, len(where))
        marks = _mark_parts(line.raw, form.printed, where[places[0][0] :])
        wrapped = not truncated and bool(_WRAPPED.search(where[: places[0][0]]))
        is_statement = where is line.text.display and _begins_with(message, packages[-1])
        leads = wrapped or ((is_statement or (bool(line.exception) and places[0][0] == 0)) and not truncated)
        if same_exception is False and wrapped:
            same_exception = None
        if where is line.text.display and not truncated:
            values = _values(where, places, form.gaps)
    else:  # a class alone, or with a number or the like
        same_message = line.text.comparable == form.normal_form
        if not same_exception or not line.exception or (message and not same_message):
            return None
        fixed_text, coverage, truncated = "", FULL_COVERAGE if same_message else CLASS_COVERAGE, False
        marks = _mark_class(line.raw, name)
        is_statement = _begins_with(message, packages[-1])
    return TemplateFit(
        template=split.template,
        coverage=coverage,
        specificity=specificity(name, fixed_text, packages),
        same_exception=same_exception,
        truncated=truncated,
        is_exception_line=bool(line.exception),
        last=line.last,
        leads=leads,
        line=line.line,
        text=line.raw,
        marks=marks,
        names_package=_names_package(f"{name} {fixed_text}", packages),
        is_statement=is_statement,
        values=values,
    )


def _begins_with(message: str, package: str) -> bool:
    return canonical_name(_NO_NAME.split(message)[0]) == package


def _values(where: str, places: Places, gaps: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the texts between the parts of a template, by the name of the placeholder there."""
    between = zip(places, places[1:], gaps, strict=False)
    return tuple((name, where[one[1] : other[0]]) for one, other, name in between if name)


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
    return normalized, match_truncated(normalized, form.normalized) if line.may_be_truncated else (), True


def _rank(fit: TemplateFit) -> tuple[int, int, int, int, int, int]:
    """Return the key by which one of two fits is better, the most important part first.

    Another exception is nearly another failure, and so is the beginning of a plain message; a truncated message could
    go on differently; an exception says what failed and any other line may only mention it; of two messages the more
    specific one identifies the failure; the last exception is the one that the reader saw; and the more of a line a
    message is, the less it is a part of another one.
    """
    exception = 2 if fit.same_exception else 1 if fit.same_exception is None else 0
    if fit.truncated and fit.specificity < SPECIFICITY_ENOUGH:
        exception = 0
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


def _similarity(words: Set[str], line: MessageLine) -> int:
    """Return the percentage of all informative words of a message and a line that are in both (Jaccard index)."""
    others = line.text.informative
    shared = len(words & others.keys())
    return 100 * shared // max(1, len(words) + len(others) - shared)


def _has_frame(failure: NormalizedFailure, frame: str) -> bool:
    """Return whether a frame is among those of a text. Its file may lie anywhere, its function may be unknown."""
    path = f"{frame.rpartition(':')[0]}:"
    anywhere, frames = failure.movable_frames_text, failure.frames_text
    return f"/{path}\n" in anywhere or f"/{frame}\n" in anywhere or f"\n{path}\n" in frames or f"\n{frame}\n" in frames


def _names_package(text: str, packages: Sequence[str]) -> bool:
    """Return whether a text has all words of the name of one of some packages."""
    words = set(tokenize(text))
    return any(words.issuperset(name) for name in map(tokenize, packages) if name)
