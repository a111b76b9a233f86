"""NormalizedFailure and entry -> MatchFeatures: what speaks for and against that the text shows the entry's failure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from fixcards.matching.index.conditions import PYTHON
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import MessageLine, NormalizedFailure
from fixcards.matching.parse.packages import distribution_name, frame_package
from fixcards.matching.score.caller import caller, is_in_own_code
from fixcards.matching.score.origin import is_of_another
from fixcards.matching.score.release_check import compare_releases, wrong_value
from fixcards.matching.score.split_template import (
    is_shadowed,
    quotes_other_names,
    same_class,
    split_templates,
)
from fixcards.matching.score.template_fit import SPECIFICITY_ENOUGH, TemplateFit, fit_template, rank

IDENTIFYING = 6
"""Specificity of a message for which it is enough that a sentence names the entry's package. People also name what they
don't use, mostly where the message has a cause with several victims, so none of these."""
MESSAGE_COVERAGE = 80
"""Percentage from which a line is a message of the entry, and no sentence of a person that quotes it."""

OWN_EXCEPTION = "AssertionError"
"""The exception of a reproduction's own check. It says nothing about another check."""
INTERRUPTION = "KeyboardInterrupt"
"""The exception of a program that a person ended. It says nothing of what went wrong."""
UNFINISHED = ":"
"""The end of a message whose most important part follows in the next line."""
ANNOUNCING = r"(?:Removed[A-Za-z0-9]*|Deprecation|Future)Warning:|UserWarning: [^\n]{0,200} deprecated"
"""A warning that something will go away. No earlier release is needed for that, nor does it help."""
_ANNOUNCING = re.compile(ANNOUNCING)


class CommonParts(NamedTuple):
    """The parts of an entry's messages and frames that a text has."""

    own: Sequence[str]
    """The entry's own packages, as imported."""
    fits: Sequence[TemplateFit]
    similarity: tuple[int, bool]
    """See `MatchFeatures.similarity`, and whether the most similar message names the same."""
    same_exception: bool
    frames: Sequence[str]
    """The frames that both have."""

    @property
    def are_none(self) -> bool:
        """Whether there are none, as with most candidates. Then only typed words may speak for the entry."""
        return not (self.fits or self.similarity[0] or self.frames)


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
    a plain message came from own code."""
    wrong_value: str
    """A placeholder whose value in the text is no release that fails; empty where all are."""
    versions: dict[str, str]
    """Releases of the entry's packages that the text shows."""
    announced: bool
    """Whether the message only announces what a later release will do: its own doesn't need to be affected."""
    is_newer: bool
    """Whether the text shows a release of the entry's package, in whichever form, and none that is affected."""
    caller: str
    """The package whose frame calls the entry's packages, or the innermost one where none of these is there."""
    own_code: bool
    """Whether the text shows frames of the reader's own code only, down to where it failed."""
    in_own_code: bool
    """Whether own code is where it failed, whatever called it."""
    message_lines: frozenset[int]
    """The lines that a message of the entry stands in."""


def find_common(failure: NormalizedFailure, entry: Entry) -> CommonParts:
    """Return the parts of the messages and frames of an entry that a text has."""
    own = own_packages(entry)
    own += sorted(name for name in failure.packages if _is_import_of(name, entry.package) and name not in own)
    frames = [frame for frame in dict.fromkeys(entry.frames) if _has_frame(failure, frame)]
    return CommonParts(own, *_fits(failure, entry, own), frames)


def compare(failure: NormalizedFailure, entry: Entry, common: CommonParts) -> MatchFeatures:
    """Return the features that a text and an entry share. `common` is what `find_common` returns for them."""
    own, fits, (similarity, same_names), same_exception, shared = common
    fit = max(fits, key=rank, default=None)
    own_frames = [frame for frame in dict.fromkeys(entry.frames) if frame_package(frame) in own]
    own_shared = [frame for frame in own_frames if frame in shared]
    shows_package = not failure.packages.isdisjoint(own)
    names = frozenset(map(distribution_name, (*own, entry.package)))
    affected, unmet_requirement, doubtful, versions = compare_releases(failure.failure, entry)
    announced = fit is not None and bool(_ANNOUNCING.search(fit.text))
    announced &= not any(each.same_exception and not _ANNOUNCING.search(each.text) for each in fits)
    if announced:  # by the releases before those that fail: of what the entry's package calls, or else of itself
        affected, unmet_requirement = affected if entry.requirements else affected or None, ""
    is_newer = affected is False
    # A release that doesn't fail is no reason to believe that it is this package's failure.
    is_used = entry.package in versions or not failure.used_packages.isdisjoint(names)
    is_victim = entry.cause not in ("", entry.id)
    # A release of what the failure takes beside its package speaks for it as well.
    takes_are_met = not (unmet_requirement or doubtful) and not versions.keys().isdisjoint(entry.requirements)
    enough = SPECIFICITY_ENOUGH if takes_are_met else IDENTIFYING
    if fit is not None and fit.specificity >= enough and not is_victim and not is_used:
        is_used = not failure.named_packages.isdisjoint(names)
    uses = bool(own_shared) or shows_package or (is_used and not is_newer)
    # Own code that met a package's change is no failure of another one, unless the message names that one.
    is_named = fit is not None and fit.names_package and is_victim
    own_code = bool(failure.frames) and not (failure.packages or is_named)
    if fit is not None and not (own_shared or shows_package):
        # The entry's packages fail in their own code; a plain message from the reader's is that code's failure.
        doubtful |= own_code and bool(own_frames) and fit.specificity < IDENTIFYING
        doubtful |= is_of_another(fit.text, failure, entry, names)
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
        caller=caller(failure, entry, own),
        own_code=own_code,
        in_own_code=own_code or (fit is not None and is_in_own_code(failure, fit.line)),
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
                    new = fit_template(part, message, line, packages) or new
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
    others = [name for name in names if distribution_name(name) not in entry.requirements]
    return [name for name in names if _is_import_of(name, entry.package)] or others or names


def _is_import_of(name: str, package: str) -> bool:
    """Return whether a package is imported by a name that differs in its separators at most."""
    return distribution_name(name).replace("-", "") == package.replace("-", "")


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
