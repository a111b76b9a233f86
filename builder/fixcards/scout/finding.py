"""A finding: one change of a package, interpreter or build that breaks another package, as execution showed it.

Everything in it was measured, and it holds what another program needs to make a record of it. It is plain data that
comes back from JSON as it was: `findings_from(findings_json(findings))`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from pydantic import TypeAdapter

from fixcards.verify.failure_signature import FailureSignature
from fixcards.verify.sandbox.interface import StopReason

Kind = Literal["partner", "interpreter", "release", "build", "resolve"]
"""What makes the difference: a release of another package, an interpreter, a release of the package itself; or it is
not installed any more, because its build or the resolution of its requirements fails."""
Step = Literal["import", "console-script", "smoke", "consistency", "build", "resolve"]
"""What the probe did when it failed."""
PYTHON = "python"
"""Name of the culprit where an interpreter makes the difference."""
MAX_OUTPUT = 8_000
"""Characters of an output that a finding holds: the last ones, where the failure is."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs that a finding compares. It can be repeated from `requires`, `day` and `python`."""

    requires: tuple[str, ...]
    """Requirements that give this environment with the releases of `day`: as few pins as do."""
    day: date | None
    """Last day whose uploads count, as `exclude_newer` of a card; None where the index names no days."""
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    """Everything that was installed, exactly; empty where nothing could be."""
    exit: int | None = None
    """Exit status; -n where signal n ended the program; None where it was stopped or never reached."""
    stopped: StopReason | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class Culprit:
    """The package or interpreter whose change makes the difference."""

    package: str
    """Normalised name; `PYTHON` for the interpreter."""
    last_good: str | None
    """The highest release below `first_bad` with which the program passes; None where none was there to run."""
    first_bad: str
    """The lowest release from which on the program fails."""
    last_good_uploaded: date | None = None
    first_bad_uploaded: date | None = None
    fixed: str | None = None
    """The release after `first_bad`, where it passes again with that; None where it doesn't."""


@dataclass(frozen=True, slots=True)
class VanishedName:
    """A name that the culprit's last good release has and its first bad one hasn't: both were looked up."""

    kind: Literal["module", "attribute", "argument"]
    module: str
    """Dotted name of the module: that which is gone, or in which the attribute or function was."""
    name: str | None = None
    """The attribute; for an argument the function, dotted below the module where it is a method."""
    argument: str | None = None
    moved_to: str | None = None
    """Module of the first bad release that has it under the same name, or None."""


@dataclass(frozen=True, slots=True)
class Victim:
    """Another package that the same change breaks, with the run that showed it."""

    package: str
    release: str
    uploaded: date | None
    fixed: str | None
    """Its first release that passes with the change, or None."""
    error: str
    """The failure in one line, with placeholders."""
    program: str
    suspect: Side
    control: Side


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """The card that answers the failing output, or records the same cause."""

    id: str
    tier: str
    """Tier of the answer, or `cause` where the output found none and the versions of a card say that it is the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One break, with the victim for which it was measured best. See the module."""

    kind: Kind
    step: Step
    package: str
    """The victim, by its normalised name."""
    release: str
    """Its release that was probed."""
    uploaded: date | None
    """Day on which that release was uploaded."""
    program: str
    """Python source that passes in the control and fails in the suspect; `import x` alone where that is enough."""
    suspect: Side
    control: Side
    culprit: Culprit
    signature: FailureSignature
    lowest_failing: str
    """Lowest release of the victim that was run and fails with the culprit's `first_bad`."""
    highest_failing: str
    fixed: str | None = None
    """The victim's first release above `highest_failing` that passes with the culprit's first bad release, or None."""
    fixed_uploaded: date | None = None
    build: tuple[str, ...] = ()
    """Distributions that may be built from source in both runs."""
    vanished: VanishedName | None = None
    victims: tuple[Victim, ...] = ()
    """Others that the same change breaks, by name."""
    answer: CardAnswer | None = None
    """What the cards at hand know of it."""
    listed: str | None = None
    """The entry of a public list that suspects this pair, such as `conda-forge: pandas.yaml`; None where none was
    given or none does."""
    seconds: float = field(default=0.0, compare=False)
    """What it took, all runs together. Not part of what two reports are compared by."""
    runs: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Sort key and identity of the cause: kind, culprit, its first bad release, and the victim."""
        return self.kind, self.culprit.package, self.culprit.first_bad, self.package


_FINDINGS: TypeAdapter[list[Finding]] = TypeAdapter(list[Finding])


def findings_json(findings: Iterable[Finding], *, cost: bool = True) -> bytes:
    """Return findings as JSON, sorted by `Finding.key`; without `cost`, equal findings give equal bytes."""
    ordered = sorted(findings, key=lambda each: each.key)
    if not cost:
        ordered = [replace(each, seconds=0.0, runs=0) for each in ordered]
    return _FINDINGS.dump_json(ordered, indent=1) + b"\n"


def findings_from(data: bytes | str) -> list[Finding]:
    """Return the findings in JSON as `findings_json` writes it. Raises `pydantic.ValidationError` for anything else."""
    return _FINDINGS.validate_json(data)
