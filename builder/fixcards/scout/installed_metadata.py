"""What the distributions of a finding's environment say about themselves: requirements, and whose files are whose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement

from fixcards.authoring.runs import Runs, usable_interpreters
from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement
from fixcards.scout.finding import PYTHON, Finding
from fixcards.scout.inside import metadata
from fixcards.verify.script_runner import Script

_PROGRAM = Path(metadata.__file__)


@dataclass(frozen=True)
class InstalledMetadata:
    """The answer, with what the index says; the rest is empty where the environment can't be made."""

    requirement: str | None = None
    """What the victim requires of the culprit, as its metadata write it; empty for a requirement without bounds, None
    where they require no such package in any environment."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The distribution that installed each file of the frames."""
    newest: str | None = None
    """The newest release of the victim on the index, None where none is a final one."""


def installed_metadata(finding: Finding, runs: Runs) -> InstalledMetadata:
    """Return the metadata in the environment of the failing run.

    Raises `FixcardsError` where the index can't be reached.
    """
    releases = runs.index.releases(finding.package)
    newest = releases.newest.version if releases.newest is not None else None
    nothing = InstalledMetadata(newest=newest)
    if not finding.suspect.packages:
        return nothing
    package, version = finding.package, finding.suspect.packages.get(finding.package, finding.release)
    files = sorted({frame.partition(":")[0] for frame in finding.signature.frames})
    others = tuple(text for text in finding.suspect.requires if PYPI.requirement_name(text) != package)
    script = Script(
        _PROGRAM.read_text(encoding="utf-8"),
        package,
        requires=others,
        build=finding.build,
        files={"question.json": json.dumps([package, files])},
    )
    runner = runs.runner(script)
    release = releases.get(version)
    if release is None:
        return nothing
    usable = usable_interpreters(script, release, finding.suspect.day)
    same = [each for each in usable if each.version == finding.suspect.python]
    run = runner.run(release, same or usable, finding.suspect.day)
    for line in run.output.splitlines():
        if run.exit == 0 and line.startswith(metadata.MARK):
            answer = json.loads(line[len(metadata.MARK) :])
            owners = {path: PYPI.normalize_name(name) for path, name in answer["owners"].items()}
            return InstalledMetadata(_requirement(answer["requires"], finding.culprit.package), owners, newest)
    return nothing


def _requirement(texts: list[str], culprit: str) -> str | None:
    """Return the requirement of a package, without extras and markers; None where none without an extra does."""
    if culprit == PYTHON:
        return None
    for text in texts:
        try:
            requirement = parse_requirement(text)
        except InvalidRequirement:
            continue
        optional = requirement.marker is not None and "extra" in str(requirement.marker)
        if PYPI.requirement_name(text) == culprit and not optional:
            return f"{requirement.name}{requirement.specifier}" if str(requirement.specifier) else ""
    return None
