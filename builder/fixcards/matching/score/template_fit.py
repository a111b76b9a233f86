"""A template of an entry and a line -> TemplateFit: how well the one matches the other, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fixcards.matching.parse.normalized_failure import MessageLine
from fixcards.matching.parse.packages import distribution_name
from fixcards.matching.parse.template import (
    CompiledTemplate,
    compile_template,
    match_template,
    match_truncated,
    plain_quotes,
)
from fixcards.matching.parse.tokens import specificity, tokenize
from fixcards.matching.score.split_template import SplitTemplate, is_shadowed, same_class

FULL_COVERAGE, CLASS_COVERAGE = 100, 30
"""Coverage of a template that is a class without words of its own: with the same message, and with another one.

The second is below `scoring.MIN_COVERAGE`, since `KeyError` alone says little about `KeyError: 'left'`."""
SPECIFICITY_ENOUGH = 3
"""Specificity of a message that makes a failure likely, and that a truncated one needs to say anything."""
MAX_RANKED_SPECIFICITY = 9
"""Specificity above which one template ranks no higher than another: both identify the failure."""
MARK_LENGTH = 12
"""Characters of the normal form by which the start of the message is looked for in the line as printed."""
WRAPPED = r"(?:: |[(]|(?:^|[^a-z])(?:because|due to|from|by) )$"
"""What stands before the message of an exception that another one passes on in its own message, without its class."""
ADVISORY = "^(?:CVE|GHSA|PYSEC)-"
"""How the number of an advisory begins."""
BEGINNING = "[^ ] +[^ ]|_|[a-z][A-Z]"
"""What the beginning of a message has at the end of a line: more than the name of a package, with which some begin."""
_WRAPPED, _BEGINNING = re.compile(WRAPPED), re.compile(BEGINNING)
_ADVISORY = re.compile(ADVISORY)
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
    """Whether it begins with that name or is the number of an advisory: `name 1.2 depends on other<3` says the same
    wherever it stands."""
    first: bool = False
    """Whether the template is the entry's first message, or a part or an extension of it."""
    source: bool = False
    """Whether it is a line of source."""
    values: tuple[tuple[str, str], ...] = ()
    """Name and value of each placeholder between two parts, as printed."""


def fit_template(split: SplitTemplate, message: str, line: MessageLine, packages: Sequence[str]) -> TemplateFit | None:
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
        fixed_text = "".join(where[start:end] for start, end in places) if truncated else form.normal_form
        if not places or (truncated and not _BEGINNING.search(fixed_text)):
            return None
        # How long a path is says nothing, such as that of the module from which a name can't be imported.
        paths = sum(b[0] - a[1] for a, b in pairwise(places) if "/" in where[a[1] : b[0]])
        coverage = 100 * sum(end - start for start, end in places) // max(1, len(where) - paths)
        marks = _mark_parts(line.raw, form.printed, where[places[0][0] :])
        wrapped = not truncated and bool(_WRAPPED.search(where[: places[0][0]]))
        is_statement = where is line.text.display and _is_statement(message, packages[-1])
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
        is_statement = _is_statement(message, packages[-1])
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


def _is_statement(message: str, package: str) -> bool:
    return distribution_name(_NO_NAME.split(message)[0]) == package or bool(_ADVISORY.match(message))


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


def rank(fit: TemplateFit) -> tuple[int, int, int, int, int, int]:
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


def _names_package(text: str, packages: Sequence[str]) -> bool:
    """Return whether a text has all words of the name of one of some packages."""
    words = set(tokenize(text))
    return any(words.issuperset(name) for name in map(tokenize, packages) if name)
