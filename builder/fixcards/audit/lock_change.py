"""The smallest change of a lock that avoids a known failure, as the resolver confirms it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixcards.audit.auditor import AuditReport, Exposure, audit, versions_of
from fixcards.audit.comparison import ReleaseChange
from fixcards.audit.environment import AuditedEnvironment, Environment, Release
from fixcards.audit.resolver import Resolver, UnresolvableError
from fixcards.audit.target import Target, this_platform
from fixcards.matching.parse.versions import ALTERNATIVE, in_specifier
from fixcards.search.finder import Finder

MAX_CANDIDATES = 8
"""Changes that are tried for one failure: each asks the resolver."""
_CLAUSE = re.compile(r"(~=|===?|!=|<=|>=|<|>)\s*([^\s,]+)")
_OPPOSITES = {">=": "<", ">": "<=", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class LockChange:
    """A way to avoid one known failure."""

    exposure: Exposure
    requirements: tuple[str, ...]
    """What has to be asked for: exact releases where it was checked, else the card's own line; empty without any."""
    changes: tuple[ReleaseChange, ...] = ()
    """Every release that differs then; empty where it was not checked."""
    target: Target | None = None
    """The target for which it was checked."""
    reason: str = ""
    """Why it was not checked, or why nothing can be done; empty where it was checked."""

    @property
    def checked(self) -> bool:
        """Whether the resolver confirmed it."""
        return not self.reason


def lock_changes(report: AuditReport, finder: Finder, resolver: Resolver | None, folder: Path) -> Iterator[LockChange]:
    """Yield a change for each exposure of a report, each on top of those before it.

    An exposure that an earlier change has ended, too, has no further requirements. `folder` is where the settings of
    the resolver are.
    """
    current: dict[Target, Environment] = {}
    for exposure in report.exposures:
        target = _chosen(exposure.targets)
        environment = current.get(target) or _environment(report.audited, target)
        if all(each.id != exposure.id for each in _exposures(environment, finder)):
            yield LockChange(exposure, (), (), target)
            continue
        change = _change(exposure, environment, report.audited, finder, resolver, folder)
        if change.checked:
            names = {each.name: each.new for each in change.changes}
            releases = {name: each for name, each in environment.releases.items() if name not in names}
            releases |= {name: tuple(Release(name, each) for each in new) for name, new in names.items() if new}
            current[target] = Environment(releases, (target,))
        yield change


def _chosen(targets: Sequence[Target]) -> Target:
    """Return the target for which a change is checked: this machine's platform, and the newest interpreter there."""
    here = [target for target in targets if target.platform == this_platform()]
    return (here or list(targets))[-1]


def _environment(audited: AuditedEnvironment, target: Target) -> Environment:
    environment = next(each for each in audited.environments if target in each.targets)
    return Environment(environment.releases, (target,))


def _exposures(environment: Environment, finder: Finder) -> tuple[Exposure, ...]:
    return audit(finder, AuditedEnvironment("", "", (environment,)), lasting=True).exposures


def _change(
    exposure: Exposure,
    environment: Environment,
    audited: AuditedEnvironment,
    finder: Finder,
    resolver: Resolver | None,
    folder: Path,
) -> LockChange:
    candidates = list(_candidates(exposure))[:MAX_CANDIDATES]
    unchecked = next((tuple(fix.install) for fix in exposure.match.fixes if fix.install and fix.fits), ())
    if not candidates:
        return LockChange(exposure, (), reason="no other release avoids it; see the card")
    if resolver is None:
        return LockChange(exposure, unchecked, reason="not checked: uv is not installed")
    target = environment.targets[0]
    before = _exposures(environment, finder)
    pins = {name: versions[0] for name, versions in versions_of(environment).items()}
    roots = [each for each in audited.roots if not _names_any(each, audited.without_release)] or sorted(pins)
    best: LockChange | None = None
    refusals = []
    for candidate in candidates:
        try:
            resolved = resolver.resolve([*roots, *candidate], pins, target, folder)
        except UnresolvableError as error:
            refusals.append(str(error))
            continue
        changed = Environment({name: (Release(name, each),) for name, each in resolved.items()}, (target,))
        after = _exposures(changed, finder)
        if any(each.id == exposure.id for each in after) or _is_worse(before, after):
            continue
        changes = _release_changes(pins, resolved)
        if best is None or len(changes) < len(best.changes):
            # What the resolver drops because no requirement of ours names it any more is no part of the advice.
            names = [each.name for each in changes if each.new]
            best = LockChange(exposure, tuple(f"{name}=={resolved[name]}" for name in names), changes, target)
    if best:
        return best
    why = f"uv finds no solution: {refusals[0]}" if refusals else "what uv resolves is in for it or for another one"
    return LockChange(exposure, unchecked, reason=f"not confirmed for {target}: {why}")


def _names_any(requirement: str, names: Sequence[str]) -> bool:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0] in names


def _is_worse(before: Sequence[Exposure], after: Sequence[Exposure]) -> bool:
    """Return whether there is a known failure at the start that wasn't there before."""
    ids = {each.id for each in before}
    return any(each.at_start and each.id not in ids for each in after)


def _candidates(exposure: Exposure) -> Iterator[tuple[str, ...]]:
    """Yield the requirements that may avoid a failure, each once: the card's own lines before what its ranges say."""
    entry, seen = exposure.match.entry, set()
    lines = [tuple(fix.install) for fix in exposure.match.fixes if fix.install and fix.fits]
    if entry.fixed:
        lines.append((f"{entry.package}>={entry.fixed}",))
    ranges = {
        entry.package: entry.affected,
        **{name: each for name, each in entry.requirements.items() if name != "python"},
    }
    for name, specifier in ranges.items():
        lines += [(each,) for each in _outside(name, specifier, exposure.match.versions.get(name, ""))]
    for line in lines:
        if line not in seen:
            seen.add(line)
            yield line


def _outside(name: str, specifier: str, version: str) -> Iterator[str]:
    """Yield requirements for the releases beside the alternative of a range that has a version."""
    for alternative in specifier.split(ALTERNATIVE):
        if in_specifier(version, alternative):
            for operator, bound in _CLAUSE.findall(alternative):
                if operator in _OPPOSITES:
                    yield f"{name}{_OPPOSITES[operator]}{bound}"


def _release_changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[ReleaseChange, ...]:
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return tuple(
        ReleaseChange(name, (old[name],) if name in old else (), (new[name],) if name in new else ()) for name in names
    )
