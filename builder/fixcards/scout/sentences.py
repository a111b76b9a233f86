"""The sentences of a found card, each made from what was measured. They state nothing that no run showed.

Which sentence stands depends on the facts: who raised the exception, which name vanished, what the metadata ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from fixcards.authoring.distributions import distribution_of
from fixcards.authoring.report import top_module
from fixcards.scout.finding import PYTHON, Finding, Side, VanishedName
from fixcards.standard_library import STANDARD_LIBRARY

_SCRIPT_NAME = re.compile(r'^sys\.argv = \["([^"\n]+)", "--help"\]$', re.MULTILINE)
_IMPORT = re.compile(r"import ([\w.]+)\n?")
_MISSING_MODULE = re.compile(r"No module named '([\w.]+)'|from '([\w.]+)'|module '([\w.]+)' has no attribute")
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_LOOKUPS = (":__getattr__", ":__getattribute__")
"""Functions in which the use of a name fails that another module has written."""
MAX_NAMED = 4
"""Packages that a sentence lists; of more it gives the number."""


@dataclass(frozen=True)
class Facts:
    """A finding, with what its sentences need beside it."""

    finding: Finding
    requirement: str | None = None
    """What the victim's metadata require of the culprit, such as `Werkzeug>=2.2`; empty for a requirement without
    bounds, None where they name no such package or weren't read."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The distribution that installed each file of the frames."""
    newest: str | None = None
    """The newest release of the victim."""

    def owner(self, frame: str) -> str:
        """Return the distribution whose code a frame is."""
        return self.owners.get(frame.partition(":")[0]) or distribution_of(top_module(frame))

    @property
    def culprit(self) -> str:
        """The culprit as a sentence names it."""
        return "Python" if self.finding.culprit.package == PYTHON else self.finding.culprit.package

    @property
    def victim(self) -> str:
        """The victim with its failing releases."""
        return f"{self.finding.package} {self.failing}"

    @property
    def failing(self) -> str:
        """The failing releases of the victim."""
        low, high = self.finding.lowest_failing, self.finding.highest_failing
        return low if low == high else f"{low} to {high}"

    @property
    def bad(self) -> str:
        """The culprit with its releases that set the failure off."""
        culprit = self.finding.culprit
        before = f", before {culprit.fixed}" if culprit.fixed else " or later"
        return f"{self.culprit} {culprit.first_bad}{before}"

    @property
    def command(self) -> str | None:
        """The shortest command that shows the failure; None where it takes a program."""
        if (script := _SCRIPT_NAME.search(self.finding.program)) is not None:
            return f"{script[1]} --help"
        if (module := _IMPORT.fullmatch(self.finding.program)) is not None:
            return f'python -c "import {module[1]}"'
        return None


def symptom(facts: Facts) -> str:
    """Return the symptom: how it breaks, as seen from outside."""
    finding = facts.finding
    ends = f"with {_exception(finding)}"
    module = _IMPORT.fullmatch(finding.program)
    script = _SCRIPT_NAME.search(finding.program)
    if finding.step == "resolve":
        text = f"`{finding.package}=={finding.release}` can't be installed: the resolver has no solution."
    elif finding.step == "build":
        text = f"{finding.package} {finding.release} can't be installed: its build stops {ends}."
    elif finding.step == "consistency":
        text = f"{finding.package} installs, and `pip check` then says that its requirements are not met."
    elif module is not None:
        text = f"`import {module[1]}` stops {ends}" + (
            f", so nothing of {finding.package} can be used." if "." not in module[1] else "."
        )
    elif script is not None:
        text = f"The command `{script[1]}` stops {ends}, even when it is only asked for its help."
    else:
        text = f"An ordinary use of {finding.package}, the program below, stops {ends}."
    return " ".join([text, *_place(facts), *_others(finding)])


def trigger(facts: Facts) -> str:
    """Return the trigger: which releases come together, and why they may."""
    finding, culprit = facts.finding, facts.finding.culprit
    if culprit.package == PYTHON:
        texts = [f"{facts.victim} on {facts.bad}."]
        if culprit.last_good:
            texts.append(f"On Python {culprit.last_good} {_passes(finding)}.")
        return " ".join([*texts, *_no_bound_for_python(facts)])
    if culprit.package == finding.package:
        later = f" or a later release, up to {finding.highest_failing}"
        texts = [
            f"{finding.package} {culprit.first_bad}{later if finding.highest_failing != culprit.first_bad else ''}."
        ]
        return " ".join([*texts, *(_uploads(facts))])
    texts = [f"{facts.victim} together with {facts.bad}."]
    return " ".join([*texts, *_allowed(facts), *_uploads(facts)])


def mechanism(facts: Facts) -> str:
    """Return why it breaks, as far as runs show it."""
    finding = facts.finding
    texts = [*_vanished(facts), *_control(facts)]
    unseen = finding.vanished is None and not (_module_of_culprit(finding) or _lost_distribution(finding))
    if unseen and finding.step not in {"resolve", "build", "consistency"}:
        texts.append(
            f"Which change of {facts.culprit} {finding.culprit.first_bad} does this, no person has looked up yet."
        )
    return " ".join(texts)


def verify(facts: Facts) -> str | None:
    """Return how a reader checks the fix; None where the reproduction is the only way."""
    return f"`{facts.command}` must end without an error." if facts.command else None


def prevention(facts: Facts) -> Iterator[str]:
    """Yield habits and checks that would have caught it."""
    finding, culprit = facts.finding, facts.finding.culprit
    if culprit.package == PYTHON:
        yield f"Run the tests on Python {culprit.first_bad} before an image or a machine moves to it."
    elif culprit.package == finding.package:
        yield f"Take upgrades of {finding.package} through a lock file, and test each before it is merged."
    elif facts.requirement is not None:
        bound = f"`{facts.requirement}`" if facts.requirement else "a requirement without bounds"
        yield (
            f"Install from a lock file, or bound {culprit.package} beside {finding.package}: the package's own "
            f"requirement, {bound}, lets {culprit.first_bad} in."
        )
    else:
        yield (
            f"Install from a lock file, or bound {culprit.package} beside {finding.package}: a pin of the latter alone "
            "does not hold it back."
        )
    if facts.command:
        yield f"Run `{facts.command}` in a freshly resolved environment each day: this failure shows there."


def and_list(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    if len(names) > MAX_NAMED:
        names = [*names[: MAX_NAMED - 1], f"{len(names) - MAX_NAMED + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def in_words(day: date) -> str:
    """Return a day as a sentence names it, such as `3 May 2024`."""
    return f"{day.day} {day:%B} {day.year}"


def time_between(first: date, second: date) -> str:
    """Return the time between two days in words."""
    days = abs((second - first).days)
    if days < 60:
        return f"{days} day{'s' if days != 1 else ''}"
    return f"{days // 30} months" if days < 730 else f"{days // 365} years"


def vanished_words(vanished: VanishedName) -> str:
    """Return the name that vanished as a sentence has it: `module.name`, the module, or an argument of a function."""
    if vanished.kind == "module":
        return f"the module `{vanished.module}`"
    name = ".".join(filter(None, (vanished.module, vanished.name)))
    return f"the argument `{vanished.argument}` of `{name}()`" if vanished.kind == "argument" else f"`{name}`"


def _exception(finding: Finding) -> str:
    name = (finding.signature.exception or "").rpartition(".")[2]
    if not name:
        return "an error"
    return f"{'an' if name[0] in 'AEIOU' else 'a'} `{name}`"


def _place(facts: Facts) -> Iterator[str]:
    """Yield where the exception is raised, and whose code that is."""
    finding = facts.finding
    frames = finding.signature.frames
    if not frames or finding.step in {"resolve", "build", "consistency"}:
        return
    file = frames[-1].partition(":")[0]
    owner = facts.owner(frames[-1])
    before = next((frame for frame in reversed(frames) if facts.owner(frame) != owner), None)
    whose = "" if owner == finding.package else f"{owner}'s "
    caller = f", which `{before.partition(':')[0]}` calls" if before is not None and owner != finding.package else ""
    yield f"It is raised in {whose}`{file}`{caller}."


def _others(finding: Finding) -> Iterator[str]:
    others = [f"{each.package} {each.release}" for each in finding.victims]
    if others:
        yield f"The same change breaks {and_list(others)}, too."


def _allowed(facts: Facts) -> Iterator[str]:
    """Yield why the two come together, by what the victim's metadata say."""
    finding = facts.finding
    if facts.requirement:
        yield f"{finding.package} {finding.release} requires `{facts.requirement}`, which lets it in."
    elif facts.requirement == "":
        yield f"{finding.package} {finding.release} requires {finding.culprit.package} in any release."


def _uploads(facts: Facts) -> Iterator[str]:
    finding, culprit = facts.finding, facts.finding.culprit
    if culprit.first_bad_uploaded is None:
        return
    text = f"{culprit.package} {culprit.first_bad} was uploaded on {in_words(culprit.first_bad_uploaded)}"
    if finding.uploaded is not None and culprit.package != finding.package:
        between = time_between(finding.uploaded, culprit.first_bad_uploaded)
        side = "after" if finding.uploaded <= culprit.first_bad_uploaded else "before"
        text += f", {between} {side} {finding.package} {finding.release}"
    elif culprit.last_good_uploaded is not None and culprit.package == finding.package:
        between = time_between(culprit.last_good_uploaded, culprit.first_bad_uploaded)
        text += f", {between} after {culprit.last_good}"
    yield f"{text}."


def _no_bound_for_python(facts: Facts) -> Iterator[str]:
    finding = facts.finding
    if finding.uploaded is not None and finding.culprit.first_bad_uploaded is not None:
        between = time_between(finding.uploaded, finding.culprit.first_bad_uploaded)
        if finding.uploaded <= finding.culprit.first_bad_uploaded:
            yield (
                f"{finding.package} {finding.release} is {between} older than Python {finding.culprit.first_bad}, and "
                "its metadata don't keep it away from there."
            )
        else:
            yield f"{finding.package} {finding.release} was uploaded {between} after that Python."


def _vanished(facts: Facts) -> Iterator[str]:
    finding, culprit = facts.finding, facts.finding.culprit
    vanished = finding.vanished
    user = _user(facts)
    if vanished is None:
        if culprit.package == PYTHON and (module := _stdlib_module(finding)):
            before = f" up to {culprit.last_good}" if culprit.last_good else ""
            yield (
                f"{user} takes `{module}` from the standard library as it is{before}; that of Python "
                f"{culprit.first_bad} differs."
            )
        elif module := _module_of_culprit(finding):
            yield (
                f"{culprit.package} {culprit.first_bad} no longer brings the module `{module}`, which "
                f"{culprit.last_good} does. {user} imports it{_when(finding)}."
            )
        elif lost := _lost_distribution(finding):
            yield (
                f"With {culprit.package} {culprit.first_bad} nothing requires {lost} any more; {culprit.last_good} "
                f"brought it along. {user} imports it{_when(finding)}."
            )
        return
    had = f"{culprit.last_good} still has it" if culprit.last_good else "earlier releases had it"
    if vanished.kind == "argument":
        had = f"{culprit.last_good} still takes it" if culprit.last_good else "earlier releases took it"
        name = ".".join(filter(None, (vanished.module, vanished.name)))
        yield (
            f"`{name}()` of {culprit.package} {culprit.first_bad} takes no argument `{vanished.argument}` any more; "
            f"{had}. {user} passes it."
        )
        return
    yield f"{facts.culprit} {culprit.first_bad} no longer has {vanished_words(vanished)}; {had}."
    if vanished.moved_to:
        yield (
            f"A module of that name is now `{vanished.moved_to}`."
            if vanished.kind == "module"
            else (f"The name is now in `{vanished.moved_to}`.")
        )
    yield f"{user} {'imports' if _imports(finding) else 'uses'} it{_when(finding)}."


def _user(facts: Facts) -> str:
    """Return the file whose code fails: that of the innermost frame which is not the culprit's, and no mere look-up."""
    for frame in reversed(facts.finding.signature.frames):
        if facts.owner(frame) != facts.finding.culprit.package and not frame.endswith(_LOOKUPS):
            return f"`{frame.partition(':')[0]}`"
    return facts.finding.package


def _imports(finding: Finding) -> bool:
    return (finding.signature.exception or "") in {"ImportError", "ModuleNotFoundError"}


def _when(finding: Finding) -> str:
    inner = finding.signature.frames[-1].rpartition(":")[2] if finding.signature.frames else ""
    return " as soon as the module is loaded" if inner == "<module>" else ""


def _stdlib_module(finding: Finding) -> str | None:
    match = _MISSING_MODULE.search(finding.signature.error)
    module = next(filter(None, match.groups()), None) if match else None
    return module if module and module.partition(".")[0] in STANDARD_LIBRARY else None


def _module_of_culprit(finding: Finding) -> str | None:
    """Return the module that is missing, where nothing but the culprit differs from the run that has it."""
    match = _NO_MODULE.search(finding.signature.error)
    others = [name for name in _differing(finding.suspect, finding.control) if name != finding.culprit.package]
    alike = finding.control.exit == 0 and not others and finding.culprit.package not in {PYTHON, finding.package}
    return match[1] if match and alike and finding.culprit.last_good else None


def _lost_distribution(finding: Finding) -> str | None:
    """Return the distribution of the missing module, where it was installed only because the culprit required it."""
    match = _NO_MODULE.search(finding.signature.error)
    if match is None or finding.culprit.package in {PYTHON, finding.package} or not finding.culprit.last_good:
        return None
    name = distribution_of(match[1].partition(".")[0])
    return name if name in finding.control.packages and name not in finding.suspect.packages else None


def _passes(finding: Finding) -> str:
    return "the same releases pass" if not _differing(finding.suspect, finding.control) else "it passes"


def _control(facts: Facts) -> Iterator[str]:
    """Yield what the control shows, and what differs in it beside the culprit."""
    finding, culprit = facts.finding, facts.finding.culprit
    if culprit.last_good is None:
        return
    others = [name for name in _differing(finding.suspect, finding.control) if name != culprit.package]
    good = f"{facts.culprit} {culprit.last_good}"
    if not finding.control.packages or not finding.suspect.packages:
        yield f"With {good} it can be installed."
    elif not others:
        yield f"With {good}, and nothing else changed, the program passes."
    else:
        packages = finding.control.packages
        changed = [f"{name} {packages[name]}" if name in packages else f"no {name}" for name in others]
        yield f"With {and_list([good, *changed])}, the program passes."


def _differing(suspect: Side, control: Side) -> list[str]:
    """Return the packages that the two sides have in different releases, or one of them not at all."""
    names = sorted({*suspect.packages, *control.packages})
    return [name for name in names if suspect.packages.get(name) != control.packages.get(name)]
