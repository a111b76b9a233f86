"""Which build requirement breaks a build: the one that was uploaded on the day from which on the build fails.

What a build installs for itself can't be pinned from outside without another tool than a reader has, but it obeys the
last day whose uploads count. So days are halved instead of releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from fixcards.scout.culprit import CulpritRuns
from fixcards.scout.finding import Culprit
from fixcards.scout.replay import Replay
from fixcards.verify.package_index import ReleaseInfo

USUAL = ("setuptools", "wheel", "cython", "numpy", "setuptools-scm", "hatchling", "poetry-core", "flit-core",
         "pybind11", "meson-python", "scikit-build-core", "maturin", "cffi", "packaging")  # fmt: skip
"""What most builds require, where the output names nothing else."""


def find_builder(replay: Replay) -> CulpritRuns | None:
    """Return the build requirement as the culprit; None where no upload explains the first day that fails."""
    control, suspect = replay.spec(replay.broken.control), replay.suspect
    low, high = control.exclude_newer, suspect.exclude_newer
    if low is None or high is None:
        return None
    while (high - low).days > 1:
        middle = low + timedelta(days=(high - low).days // 2)
        if replay.fails(replay.on(middle)):
            high = middle
        else:
            low = middle
    failing, passing = replay.run(replay.on(high)), replay.run(replay.on(low))
    if passing[0] != "passes":
        return None
    for name in _named(failing[1].output):
        releases = replay.runner.index.releases(name).releases
        if (pair := _uploaded_on(high, releases)) is not None:
            before, first = pair
            culprit = Culprit(name, before.version, first.version, before.uploaded, first.uploaded)
            return CulpritRuns(culprit, failing[1], passing[1])
    return None


def _named(output: str) -> Iterator[str]:
    """Yield the packages of the frames in the output of a build, innermost first, then those that are usual."""
    frames = [each.replace("_", "-").lower() for each in re.findall(r"site-packages/(\w+)", output)]
    yield from dict.fromkeys([*reversed(frames), *USUAL])


def _uploaded_on(day: date, releases: tuple[ReleaseInfo, ...]) -> tuple[ReleaseInfo, ReleaseInfo] | None:
    """Return the highest final release before a day, and the highest one that was uploaded on it and is above that."""
    finals = [each for each in releases if not each.parsed.is_prerelease and each.uploaded is not None and each.wheels]
    before = [each for each in finals if each.uploaded is not None and each.uploaded < day]
    on_it = [each for each in finals if each.uploaded == day]
    if not before or not on_it or on_it[-1].parsed <= before[-1].parsed:
        return None
    return before[-1], on_it[-1]
