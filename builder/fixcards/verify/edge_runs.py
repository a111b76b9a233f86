"""The runs at the edges of what a card claims: its lowest and highest affected releases, its first and last partners.

The release before the lowest affected one, too, which may not fail as described. Each is made once. The broken run is
an edge already where it has the release or the partner of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement, parse_specifier
from fixcards.records.card import Card, Fix
from fixcards.records.evidence import OUTSIDE, Run
from fixcards.records.script import requirements
from fixcards.records.verdict import executable_fixes
from fixcards.verify.interpreters import Interpreter, choose_interpreters
from fixcards.verify.package_index import ReleaseInfo, ReleaseList, resolution_day
from fixcards.verify.plan import PlannedRun, sweep_run
from fixcards.verify.unavailable import EnvironmentUnavailable

MAX_TRIES = 3
"""Releases that are tried at one edge, where the outer ones can't be installed."""
MAX_RUNS = 12
"""Runs at all edges of a card together: evidence has room for few."""
MAX_PARTNERS = 2
"""Second packages whose edges are run."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a range of releases, with the runs that may show it, the outermost release first."""

    name: str
    """`lowest` or `highest`, with the name of a second package where it is one of its releases; or `outside`."""
    candidates: tuple[PlannedRun, ...]
    skipped: int
    """Releases further out that no interpreter here can install."""


def edges(
    card: Card,
    releases: ReleaseList,
    broken: PlannedRun,
    broken_run: Run,
    installed: Sequence[Interpreter],
    releases_of: Callable[[str], ReleaseList],
) -> Iterator[Edge]:
    """Yield the edges that the broken run does not show; `releases_of` asks the index for a second package.

    Of Python itself nothing is run outside, since the Python before is the control, nor of a found card, which says of
    some releases only that they fail.
    """
    offered = _offered(releases)
    affected = [each for each in offered if each.version in card.versions.affected_set]

    def of_package(release: ReleaseInfo) -> PlannedRun:
        return sweep_run(card, release, installed)

    yield from _ends(affected, broken_run.release, "", of_package)
    if affected and card.explained and not card.about_python:
        before = offered[: offered.index(affected[0])]
        yield from _edge(OUTSIDE, before[::-1], None, of_package)
    for name, specifier in list((card.versions.with_ or {}).items())[:MAX_PARTNERS]:
        bad = [each for each in _offered(releases_of(name)) if each.version in parse_specifier(specifier)]

        def of_partner(release: ReleaseInfo, name: str = name) -> PlannedRun:
            return _with_partner(broken, name, release)

        yield from _ends(bad, broken_run.packages.get(name), f" {name}", of_partner)


def run_edges(
    card: Card, planned_edges: Iterable[Edge], run_once: Callable[[PlannedRun], Run]
) -> tuple[list[Run], list[str]]:
    """Run each edge, and the fixes there; return the runs, and what a reader has to know of them.

    An edge is at the first release that can be run. What a run printed that shows what the card says is not stored: it
    would be the output of the broken run once more. A run outside says nothing where it fails otherwise.
    """
    runs: list[Run] = []
    notes: list[str] = []
    for edge in planned_edges:
        for planned in edge.candidates:
            run = run_once(planned)
            if run.outcome != "could-not-run":
                break
        tried = [run]
        if edge.name == OUTSIDE:
            tried = [run] if run.outcome in {"passed", "failed-as-described"} else []
        # At a second package a fix would be set up as in its own run: it names the release of that package.
        elif run.as_it_should and " " not in edge.name:
            tried += map(run_once, _fixes_at(card, planned))
        notes += filter(None, (_finding(edge, card.package, each) for each in tried))
        runs += [each.model_copy(update={"output": ""}) if each.as_it_should else each for each in tried]
    return runs[:MAX_RUNS], notes


def _fixes_at(card: Card, edge: PlannedRun) -> Iterator[PlannedRun]:
    """Yield the runs of the fixes that leave the release of an edge in place, such as pins of a second package."""
    for number, fix in executable_fixes(card):
        if _keeps_release(card, fix):
            texts = requirements(card, edge.release, fix)
            code = fix.code if fix.code is not None else edge.code
            yield replace(edge, requires=texts, code=code, fix=number)


def _finding(edge: Edge, package: str, run: Run) -> str | None:
    """Return a note for the reader about the run at an edge, None where it shows what the card says."""
    if run.as_it_should:
        return None
    if edge.name == OUTSIDE:
        subject = f"{package[:1].upper()}{package[1:]} {run.release}"
        return f"{subject} failed as described, although it is not among the affected: widen `versions.affected`."
    side, _, partner = edge.name.partition(" ")
    affected = f"{package} {run.release}" + (f" with the {side} {partner} that the card names" if partner else "")
    subject = f"Fix {run.fix} on {affected}" if run.fix else affected[:1].upper() + affected[1:]
    if not partner:
        subject += f", the {side} affected release that can be installed here,"
    words = {
        "passed": "passed, although the card says that it fails",
        "failed-as-described": "failed as described, although the fix should help",
        "could-not-run": "could not be run",
    }
    reason = f": {run.reason}" if run.reason else ""
    return f"{subject} {words.get(run.outcome, 'failed otherwise')}{reason}."


def _ends(
    releases: Sequence[ReleaseInfo], excluded: str | None, suffix: str, planned: Callable[[ReleaseInfo], PlannedRun]
) -> Iterator[Edge]:
    yield from _edge(f"lowest{suffix}", releases, excluded, planned)
    yield from _edge(f"highest{suffix}", releases[::-1], excluded, planned)


def _edge(
    name: str, releases: Sequence[ReleaseInfo], excluded: str | None, planned: Callable[[ReleaseInfo], PlannedRun]
) -> Iterator[Edge]:
    """Yield the edge whose outermost release is the first one, nothing where none of them can be run."""
    candidates: list[PlannedRun] = []
    skipped = 0
    for release in releases:
        if release.version == excluded or len(candidates) == MAX_TRIES:
            break
        run = replace(planned(release), role="edge", edge=name)
        if run.missing:
            skipped += 1
        else:
            candidates.append(run)
    if candidates:
        yield Edge(name, tuple(candidates), skipped)


def _offered(releases: ReleaseList) -> list[ReleaseInfo]:
    return [each for each in releases.releases if not each.yanked and not each.parsed.is_prerelease]


def _with_partner(broken: PlannedRun, name: str, release: ReleaseInfo) -> PlannedRun:
    """Return the broken run with another release of a second package, on an interpreter that has it."""
    pin = f"{name}=={release.version}"
    texts = [_repinned(text, pin) if PYPI.requirement_name(text) == name else text for text in broken.requires]
    if not any(PYPI.requirement_name(text) == name for text in texts):
        texts.append(pin)
    day = resolution_day(broken.exclude_newer, release.uploaded) if broken.exclude_newer else None
    usable = choose_interpreters(broken.interpreters, [release.requires_python], day, release)
    missing = None if usable else EnvironmentUnavailable("no wheel", f"{pin} has none for an interpreter of the run")
    return replace(
        broken, requires=tuple(texts), exclude_newer=day, interpreters=tuple(usable), missing=broken.missing or missing
    )


def _repinned(text: str, pin: str) -> str:
    """Return a requirement with another release, and its extras and marker."""
    requirement = parse_requirement(text)
    name, _, version = pin.partition("==")
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{name}{extras}=={version}{marker}"


def _keeps_release(card: Card, fix: Fix) -> bool:
    """Return whether a fix is set up with the release under test."""
    if fix.requires is not None:
        return any("{version}" in text for text in fix.requires)
    if fix.kind == "upgrade" and card.versions.fixed:
        return False
    return not card.reproduction.requires or any("{version}" in text for text in card.reproduction.requires)
