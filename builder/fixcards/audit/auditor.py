"""Environments and cards -> the known failures that the environments are in for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fixcards.audit.environment import AuditedEnvironment, Environment
from fixcards.audit.target import Target, described
from fixcards.matching.index.conditions import LASTING, MOMENTS, Conditions
from fixcards.search.finder import Finder

if TYPE_CHECKING:
    from fixcards.matching.score.environment import EnvironmentMatch


@dataclass(frozen=True)
class Exposure:
    """A known failure that an environment is in for."""

    match: EnvironmentMatch
    moment: str
    """One of `MOMENTS`."""
    url: str
    """Address of the card, relative where the site has none."""
    line: int
    """Line of the lock with the card's package, 0 where no line has it."""
    targets: tuple[Target, ...]
    """The targets that are in for it."""
    where: str
    """The same in words, empty where they are all targets of the environment."""

    @property
    def id(self) -> str:
        """Id of the card."""
        return self.match.entry.id

    @property
    def at_start(self) -> bool:
        """Whether it fails while the releases are installed or the package is imported, whatever it is used for."""
        return self.moment in ("install", "import")


@dataclass(frozen=True)
class AuditReport:
    """What an audit of one environment showed."""

    audited: AuditedEnvironment
    exposures: tuple[Exposure, ...]
    """Those that fail at installation or import first, then by id."""
    ignored: tuple[Exposure, ...] = ()
    """Those that the user wants to hear nothing of."""
    lasting: int = 0
    """Number of further cards about failures that every newer release has; they are left out."""


@dataclass(frozen=True)
class Ignored:
    """Cards that an audit leaves out."""

    ids: Collection[str] = ()
    until_fixed: Collection[str] = ()
    """Left out as long as no release is without the failure."""

    def covers(self, match: EnvironmentMatch) -> bool:
        """Return whether a match is left out."""
        entry = match.entry
        return entry.id in self.ids or (entry.id in self.until_fixed and not entry.fixed)

    @property
    def names(self) -> set[str]:
        """All ids."""
        return {*self.ids, *self.until_fixed}


@dataclass
class _Met:
    """Conditions that are met, with the first environment that meets them."""

    conditions: Conditions
    part: Finder
    environment: Environment
    targets: list[Target] = field(default_factory=list)


def audit(
    finder: Finder, audited: AuditedEnvironment, ignored: Ignored | None = None, *, lasting: bool = False
) -> AuditReport:
    """Return the known failures of all cards of a finder that an environment is in for.

    A card counts only where the release of its package is affected and every second package, the interpreter and the
    platform are there as it says. Lasting failures, which every environment with a newer release of
    one package has, count only with `lasting`. Of cards with one id in several folders or sites the first one counts.
    """
    ignored = ignored or Ignored()
    met: dict[str, _Met] = {}
    for part in finder.parts:
        of_part = _met_conditions(part, audited.environments)
        met.update({card_id: each for card_id, each in of_part.items() if card_id not in met})
    chosen = [card_id for card_id in sorted(met) if lasting or met[card_id].conditions.moment != LASTING]
    exposures = [exposure for card_id in chosen if (exposure := _exposure(met[card_id], audited, finder))]
    exposures.sort(key=lambda each: 0 if each.at_start else MOMENTS.index(each.moment))
    return AuditReport(
        audited,
        tuple(each for each in exposures if not ignored.covers(each.match)),
        tuple(each for each in exposures if ignored.covers(each.match)),
        len(met) - len(chosen),
    )


def _met_conditions(part: Finder, environments: Iterable[Environment]) -> dict[str, _Met]:
    met: dict[str, _Met] = {}
    for environment in environments:
        releases = versions_of(environment)
        for each in part.index.conditions(sorted(releases)):
            if not each.is_met(releases):
                continue
            targets = [target for target in environment.targets if each.is_met_by(target.pythons, target.platform)]
            if targets:
                met.setdefault(each.id, _Met(each, part, environment)).targets += targets
    return met


def versions_of(environment: Environment) -> dict[str, tuple[str, ...]]:
    """Return the versions of each package of an environment."""
    return {name: tuple(each.version for each in of_name) for name, of_name in environment.releases.items()}


def _exposure(met: _Met, audited: AuditedEnvironment, finder: Finder) -> Exposure | None:
    package = next(iter(met.conditions.ranges))
    entry = met.part.index.entry_of(met.conditions.id, package)
    if entry is None:  # the two files of the index are of different days
        return None
    from fixcards.matching.score.environment import match_of  # not above: most environments are in for nothing

    releases = {**versions_of(met.environment), "python": (met.targets[0].python,)}
    match = match_of(entry, releases, met.part.name if finder.parts[1:] else "")
    lines = [release.line for release in met.environment.releases.get(entry.package, ())]
    targets = tuple(dict.fromkeys(met.targets))
    return Exposure(
        match=match,
        moment=met.conditions.moment,
        url=met.part.site + str(entry.display.get("path", "")),
        line=min(lines, default=0),
        targets=targets,
        where=described(targets, audited.targets),
    )
