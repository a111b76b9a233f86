"""The report of a run: what was probed, what is broken, by which change, and what of it is known already."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fixcards.scout.finding import PYTHON, Finding, Victim
from fixcards.scout.investigation import Unexplained
from fixcards.scout.probe import Probe

_Z = 1.96
"""Normal quantile of an interval of 95 %."""


@dataclass(frozen=True)
class Report:
    """What a run showed. Equal runs give equal reports: no time and no order of execution is in it."""

    probes: tuple[Probe, ...]
    findings: tuple[Finding, ...]
    """One for each cause, with its victims."""
    unexplained: tuple[Unexplained, ...]
    errors: tuple[tuple[str, str], ...] = ()
    """Tasks that could not be done, each with the reason."""

    @property
    def new(self) -> list[Finding]:
        """The findings that no card knows."""
        return [each for each in self.findings if each.answer is None]

    @property
    def outcomes(self) -> dict[str, int]:
        """How many probes ended how."""
        return dict(sorted(Counter(each.outcome for each in self.probes).items()))

    @property
    def testable(self) -> int:
        """Probes whose control works, or that work themselves."""
        return sum(each.outcome in {"passes", "broken", "flaky"} for each in self.probes)

    @property
    def broken(self) -> int:
        """Probes that fail while a control passes."""
        return self.outcomes.get("broken", 0)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data, the same for equal runs."""
        low, high = wilson(self.broken, self.testable)
        packages = {each.package for each in self.probes}
        broken = {each.package for each in self.probes if each.outcome == "broken"}
        return {
            "packages": len(packages),
            "packages_broken": len(broken),
            "probes": len(self.probes),
            "outcomes": self.outcomes,
            "testable": self.testable,
            "broken": self.broken,
            "broken_share": round(self.broken / self.testable, 4) if self.testable else None,
            "broken_interval": [round(low, 4), round(high, 4)],
            "causes": len(self.findings),
            "new": len(self.new),
            "answered_by_cards": len(self.findings) - len(self.new),
            "on_public_lists": sum(each.listed is not None for each in self.findings),
            "by_culprit": [_cause(each) for each in self.findings],
            "unexplained": [
                {"package": each.broken.package, "release": each.broken.release, "reason": each.reason,
                 "error": each.broken.signature.error}
                for each in self.unexplained
            ],
            "errors": [{"task": task, "reason": reason} for task, reason in self.errors],
        }  # fmt: skip

    def as_json(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(self.as_data(), indent=1, ensure_ascii=False).encode() + b"\n"

    def as_markdown(self) -> str:
        """Return it as a page."""
        data = self.as_data()
        low, high = data["broken_interval"]
        share = f"{100 * data['broken_share']:.1f} % ({100 * low:.1f} to {100 * high:.1f} %)" if self.testable else "-"
        lines = [
            "# Scout",
            "",
            "| | |",
            "|---|---|",
            f"| packages | {data['packages']:,} |",
            f"| probes | {data['probes']:,} |",
            f"| testable | {data['testable']:,} |",
            f"| broken | {data['broken']:,} |",
            f"| share, with its interval of 95 % | {share} |",
            f"| causes | {data['causes']:,} |",
            f"| of these new to the cards | {data['new']:,} |",
            f"| on public lists | {data['on_public_lists']:,} |",
            "",
            *_table(self.findings),
        ]
        if self.unexplained:
            lines += ["", "## Without a culprit", ""]
            lines += [f"- {_code(f'{e.broken.package} {e.broken.release}')}: {e.reason}: "
                      f"{_code(e.broken.signature.error)}" for e in self.unexplained]  # fmt: skip
        if self.errors:
            lines += ["", "## Could not run", "", *(f"- {_code(task)}: {_code(why)}" for task, why in self.errors)]
        return "\n".join(lines) + "\n"


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding for each cause, with the others as its victims, sorted by `Finding.key`.

    Findings have one cause where one release of the culprit began it and the same name is missing, or the same failure
    is printed. The first victim is the one that shows it by the least: by an import, without a fix, alphabetically.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in _each_failure_once(findings):
        groups.setdefault(_cause_key(each), []).append(each)
    result = []
    for group in groups.values():
        group.sort(key=_clearest)
        first, *others = group
        victims = {each.package: each for each in reversed(others) if each.package != first.package}
        result.append(replace(first, victims=tuple(_victim(victims[name]) for name in sorted(victims))))
    return sorted(result, key=lambda each: each.key)


def _each_failure_once(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that have a victim, a cause and, in other words, a failure in common with another.

    That with the longest message stays: a terminal cuts others off.
    """
    chosen: list[Finding] = []
    for each in sorted(
        findings, key=lambda each: (-len(each.signature.error), each.vanished is None, *_clearest(each))
    ):
        alike = (other for other in chosen if (other.key, other.release) == (each.key, each.release))
        if all(other.signature.likeness(each.suspect.output, each.signature) == "differs" for other in alike):
            chosen.append(each)
    return chosen


def _cause_key(finding: Finding) -> tuple[str, ...]:
    culprit, vanished = finding.culprit, finding.vanished
    if culprit.package in {PYTHON, finding.package}:
        # What an interpreter or an own release breaks in one package is another matter than what it breaks elsewhere,
        # unless the failure is the same to the letter.
        return finding.kind, culprit.package, culprit.first_bad, finding.signature.error
    name = f"{vanished.module} {vanished.name} {vanished.argument}" if vanished else finding.signature.error
    return finding.kind, culprit.package, culprit.first_bad, name


_STEPS = ("import", "console-script", "smoke", "consistency", "build", "resolve")


def _clearest(finding: Finding) -> tuple[int, bool, str, str]:
    return _STEPS.index(finding.step), finding.fixed is not None, finding.package, finding.release


def _victim(finding: Finding) -> Victim:
    return Victim(
        package=finding.package,
        release=finding.release,
        uploaded=finding.uploaded,
        fixed=finding.fixed,
        error=finding.signature.error,
        program=finding.program,
        suspect=finding.suspect,
        control=finding.control,
    )


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the interval of 95 % of a share (E. B. Wilson, Probable inference, JASA 22, 1927)."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _Z * _Z
    centre = share + square / (2 * total)
    spread = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _cause(finding: Finding) -> dict[str, Any]:
    culprit = finding.culprit
    return {
        "kind": finding.kind,
        "culprit": culprit.package,
        "last_good": culprit.last_good,
        "first_bad": culprit.first_bad,
        "uploaded": culprit.first_bad_uploaded.isoformat() if culprit.first_bad_uploaded else None,
        "error": finding.signature.error,
        "victims": [
            {"package": each.package, "release": each.release, "fixed": each.fixed} for each in _victims(finding)
        ],
        "card": finding.answer.id if finding.answer else None,
        "listed": finding.listed,
    }


def _table(findings: Sequence[Finding]) -> list[str]:
    lines = ["## By culprit", "", "| culprit | works until | breaks from | victims | failure | card |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for each in findings:
        victims = ", ".join(
            f"{victim.package} {victim.release}{f' (fixed in {victim.fixed})' if victim.fixed else ''}"
            for victim in _victims(each)
        )
        cells = [each.culprit.package, each.culprit.last_good or "-", each.culprit.first_bad, victims,
                 _code(each.signature.error[:160]), each.answer.id if each.answer else "new"]  # fmt: skip
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return lines if findings else ["Nothing is broken."]


def _victims(finding: Finding) -> list[Finding | Victim]:
    return [finding, *finding.victims]


def _code(text: str) -> str:
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"
