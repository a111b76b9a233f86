"""Which ways out a finding has is told by runs; here a table answers them instead of a sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixcards.authoring.runs import Runs
from fixcards.scout.ways_out import WaysOut
from fixcards.verify.package_index import ReleaseInfo, ReleaseList
from fixcards.verify.script_runner import Script, ScriptRun

from .findings import finding

Answer = Callable[[str, tuple[str, ...]], "bool | None"]
"""Whether the program passes with a release and other requirements; None where they can't be installed together."""
DAY = date(2023, 1, 1)


class TableRuns(Runs):
    def __init__(self, answer: Answer) -> None:
        super().__init__(Path("/nowhere"))
        self.answer = answer

    @property
    def index(self) -> SimpleNamespace:
        def releases(name: str) -> ReleaseList:
            wheels = ("py3-none-any",)
            numbers = ("1.1", "1.2", "2.0")
            return ReleaseList(name, tuple(ReleaseInfo(each, DAY, False, None, wheels, True, 0) for each in numbers))

        return SimpleNamespace(releases=releases)

    def runner(self, script: Script) -> SimpleNamespace:
        def run(release: ReleaseInfo, interpreters: object, day: date) -> ScriptRun:
            passes = self.answer(release.version, script.requires)
            reason = "resolution: no solution" if passes is None else None
            return ScriptRun(release.version, "3.11.7", day, exit=0 if passes else 1, reason=reason)

        return SimpleNamespace(index=self.index, run=run)


@pytest.mark.parametrize(
    ("with_change", "ways"),
    [
        (True, [("upgrade", ("demo==2.0", "part==2.0")), ("pin", ("demo=={version}", "part==1.1"))]),
        (None, [("upgrade", ("demo==2.0",)), ("pin", ("demo=={version}", "part==1.1"))]),
        (False, [("pin", ("demo=={version}", "part==1.1"))]),
    ],
    ids=["it passes with the change", "it refuses the change", "it fails with the change"],
)
def test_an_upgrade_is_a_way_out_without_the_change_only_where_it_refuses_it(
    with_change: bool | None, ways: list[tuple[str, tuple[str, ...]]]
) -> None:
    def answer(release: str, others: tuple[str, ...]) -> bool | None:
        if release == "2.0" and "part==2.0" in others:
            return with_change
        return "part==2.0" not in others

    passing = WaysOut(finding(), TableRuns(answer)).passing()
    assert [(fix.kind, tuple(fix.requires)) for fix in passing] == ways
