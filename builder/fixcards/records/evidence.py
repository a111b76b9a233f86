"""Evidence: the results of a card's runs. Written by the program next to the card, never typed by hand."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from fixcards.characters import visible
from fixcards.records.card import Card, RecordModel
from fixcards.records.fields import CardId, PackageName, Release, Text

Outcome = Literal["failed-as-described", "passed", "failed-otherwise", "could-not-run"]
Isolation = Literal["bubblewrap", "container", "none"]
Role = Literal["broken", "fix", "latest"]
ReleaseState = Literal["fails", "passes", "inferred-fails", "inferred-passes", "not-testable", "unknown"]

EVIDENCE_SUFFIX = ".evidence.json"
REPETITIONS = 3
"""How often each run is made before its outcome counts as shown."""


class Run(RecordModel):
    """One environment in which the card's program ran, as often as `repetitions` has entries."""

    role: Role
    """`broken`: the last affected release; `fix`: one option of the card; `latest`: the newest release."""
    fix: int | None = Field(default=None, ge=1)
    """Number of the option in the card's `fixes`, from 1, when the role is `fix`."""
    release: Release | None = None
    """Release of the card's package that was installed; absent when nothing could be."""
    lock: str = ""
    """What was installed: a requirements file with hashes, which names no index."""
    lock_digest: str = ""
    """SHA-256 of `lock`, by which other programs tell runs with equal environments without reading the lock."""
    packages: dict[PackageName, Release] = Field(default_factory=dict)
    """Resolved versions."""
    exclude_newer: date | None = None
    """Day up to whose end releases were taken; absent when the index doesn't say when it got them."""
    python: str | None = None
    """Full version of the interpreter."""
    platform: str
    """Operating system and processor, such as `linux-x86_64`."""
    isolation: Isolation
    """What kept the run apart from the machine."""
    exit: int | None = Field(default=None, ge=-64, le=255)
    """Exit status; negative for the number of a signal; absent when the run did not end by itself."""
    outcome: Outcome
    """What the run showed."""
    reason: Text | None = None
    """Why it could not run, or what differed."""
    matched: Text | None = None
    """Part of the output that carries the signature."""
    seconds: float = Field(ge=0)
    """Wall time of one run, median of the repetitions."""
    cpu_seconds: float = Field(default=0.0, ge=0)
    """Processor time of one run, median of the repetitions."""
    output: str = ""
    """Last 4 kB of what it printed, paths of the host replaced."""
    repetitions: tuple[Outcome, ...] = Field(min_length=1)
    """Outcome of each repetition, in order."""
    date: date
    """Day of the run, UTC."""

    @property
    def conclusive(self) -> bool:
        """Whether enough repetitions agree on the outcome."""
        return len(self.repetitions) >= REPETITIONS and set(self.repetitions) == {self.outcome}

    @property
    def flaky(self) -> bool:
        """Whether the repetitions differ."""
        return len(set(self.repetitions)) > 1


class ReleaseResult(RecordModel):
    """What a sweep over the releases found for one of them."""

    version: Release
    """The release."""
    state: ReleaseState
    """Tested, inferred between equal tested neighbours of its line, not testable, or unknown."""
    reason: Text | None = None
    """Why it is not testable."""
    uploaded: date | None = None
    """Day of its upload to the index."""
    yanked: bool = False
    """Whether the index marks it as withdrawn."""


class Evidence(RecordModel):
    """Everything that the executions of one card showed."""

    format: Literal[1] = 1
    """Version of this format."""
    card: CardId
    """Id of the card."""
    digest: str
    """Digest of everything of the card that was run; another one makes the evidence stale."""
    exclude_newer: date | None = None
    """Day with whose releases the broken and the fixed runs were resolved."""
    limits: dict[str, Annotated[int, Field(ge=0, lt=2**63)] | float] = Field(default_factory=dict)
    """Limits on each run: name with its unit, such as `memory_bytes`, and value."""
    tools: dict[str, str] = Field(default_factory=dict)
    """Versions of the programs that made it, what held its limits, and whether system calls were filtered."""
    runs: tuple[Run, ...] = Field(min_length=1)
    """The runs, broken first, then the fixes in order, then the newest release."""
    notes: tuple[Text, ...] = ()
    """What a reader must know to read the runs aright, such as a second package that differs between them."""
    releases: tuple[ReleaseResult, ...] = ()
    """The sweep, oldest version first; empty when none was made."""

    @property
    def last_verified(self) -> date:
        """Day of the newest run."""
        return max(run.date for run in self.runs)


def evidence_text(evidence: Evidence) -> str:
    """Return the text of an evidence file: keys in the order of the model, absent ones left out.

    Characters that can't be seen are escapes in it, as text: evidence may not have them (`FC033`).
    """
    data = _with_escapes(evidence.model_dump(mode="json", exclude_none=True))
    for run in data["runs"]:
        run["packages"] = dict(sorted(run["packages"].items()))
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _with_escapes(value: Any) -> Any:
    """Return plain data in which every text has escapes for its hidden characters."""
    if isinstance(value, str):
        return visible(value, allowed="\n\t")
    if isinstance(value, dict):
        return {visible(key): _with_escapes(each) for key, each in value.items()}
    return list(map(_with_escapes, value)) if isinstance(value, list) else value


def run_digest(card: Card) -> str:
    """Return the SHA-256 of everything in `card` that decides what is run and how it is judged.

    Prose is left out: correcting a sentence doesn't make evidence stale.
    """
    signature = card.signature
    judged = {
        "package": card.package,
        "versions": card.versions.model_dump(mode="json", by_alias=True),
        "signature": [signature.error, signature.exception, list(signature.aliases)],
        "reproduction": card.reproduction.model_dump(mode="json"),
        "fixes": [[fix.kind, fix.requires, fix.code] for fix in card.fixes],
    }
    text = json.dumps(judged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
