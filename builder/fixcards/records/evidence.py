"""Evidence: the results of a card's runs, which the program writes next to the card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fixcards.characters import visible
from fixcards.records.card import Card, RecordModel
from fixcards.records.fields import CardId, Frame, PackageName, Release, Specifier, Text, Url
from fixcards.records.identity import is_discovery_id

Outcome = Literal["failed-as-described", "passed", "failed-otherwise", "could-not-run"]
Isolation = Literal["bubblewrap", "container", "none"]
Role = Literal["broken", "fix", "install", "latest", "control", "stub", "disguised", "edge"]
Others = Literal["kept", "newest"]
EXPECTED: dict[str, Outcome] = {
    "broken": "failed-as-described",
    "fix": "passed",
    "install": "passed",
    "control": "passed",
    "stub": "failed-otherwise",
    "disguised": "failed-as-described",
}
"""The outcome that speaks for a card, by the role of the run; that of the newest release depends on the card."""
ReleaseState = Literal["fails", "passes", "inferred-fails", "inferred-passes", "not-testable", "unknown"]

OUTSIDE = "outside"
"""The edge at the release before the lowest affected one."""
EVIDENCE_SUFFIX = ".evidence.json"
REPETITIONS = 3
"""How often each run is made before its outcome counts as shown; the control, stub and disguised runs are made once."""
MAX_FRAMES = 200
"""Frames of a run that are stored, those that were printed last."""
MAX_OUTPUT = 4096
"""Characters of the end of an output that are stored."""

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Limit = Annotated[int, Field(ge=0, lt=2**63)] | Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)]


class Provenance(RecordModel):
    """Who made the runs. A file that says so proves nothing: what counts is that CI runs changed cards again."""

    runner: Literal["person", "ci"]
    """`person`: on a person's machine; `ci`: in continuous integration."""
    url: Url | None = None
    """Address of the CI run."""


class Run(RecordModel):
    """One environment in which the card's program ran, as often as `repetitions` has entries."""

    role: Role
    """`broken`: the last affected release; `fix`: one option of the card; `install`: what a reader gets who
    copies the line of an option; `latest`: the newest release; `control`: the
    same program where it has to pass; `stub`: the broken run with stubs in place of the package's code; `disguised`:
    the broken run under the number of another release; `edge`: the affected release or the second package furthest
    from that of the broken run, alone or with a fix, or the release outside."""
    fix: int | None = Field(default=None, ge=1, le=20)
    """Number of the option in the card's `fixes`, from 1, when the role is `fix` or `install`, and at an edge
    when the fix was tried there."""
    others: Others | None = None
    """What the line of an `install` run does not name: `kept` as it was in the broken run, as far as the line allows
    it, or the `newest` that the index has."""
    edge: Annotated[str, Field(pattern="^(outside|(lowest|highest)( [a-z0-9-]+)?)$", max_length=120)] | None = None
    """Which edge an `edge` run is at: `lowest` or `highest` of the affected releases, or of a second package; `outside`
    is the release before the lowest affected one."""
    release: Release | None = None
    """Release of the card's package that was installed; absent when nothing could be."""
    packages: dict[PackageName, Release] = Field(default_factory=dict, max_length=1000)
    """Resolved versions."""
    other_packages: dict[PackageName, Release | None] = Field(default_factory=dict, max_length=1000)
    """In files of found cards, in place of `packages`: those that differ from the broken run's, null for one that is
    missing. Read evidence has `packages` alone."""
    lock_digest: Sha256 | Literal[""] = ""
    """Digest of the packages with the digests of their files, by which programs tell runs with equal environments."""
    exclude_newer: date | None = None
    """Day up to whose end releases were taken; absent when the index doesn't say when it got them."""
    python: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9A-Za-z+]+)*$", max_length=40)] | None = None
    """Full version of the interpreter."""
    exit: int | None = Field(default=None, ge=-64, le=255)
    """Exit status; negative for the number of a signal; absent when the run did not end by itself."""
    outcome: Outcome
    """What the run showed."""
    reason: Text | None = None
    """Why it could not run, or what differed."""
    matched: Text | None = None
    """Part of the output that carries the signature."""
    frames: tuple[Frame, ...] = Field(default=(), max_length=MAX_FRAMES)
    """Frames of installed packages in the traceback of the broken run, innermost last."""
    seconds: float = Field(ge=0, lt=1e6)
    """Wall time of one run, median of the repetitions."""
    cpu_seconds: float = Field(default=0.0, ge=0, lt=1e6)
    """Processor time of one run, median of the repetitions."""
    output: str = Field(default="", max_length=MAX_OUTPUT)
    """Last 4 kB of what it printed, paths of the host replaced."""
    repetitions: tuple[Outcome, ...] = Field(min_length=1, max_length=20)
    """Outcome of each repetition, in order."""
    date: date
    """Day of the run, UTC."""

    @property
    def name(self) -> str:
        """The role, with what tells it from others of the role."""
        return run_name(self.role, self.fix, self.others, self.edge)

    @property
    def conclusive(self) -> bool:
        """Whether enough repetitions agree on the outcome."""
        return len(self.repetitions) >= REPETITIONS and set(self.repetitions) == {self.outcome}

    @property
    def as_it_should(self) -> bool:
        """Whether each repetition had the outcome that speaks for the card."""
        expected = EXPECTED.get(self.role, self.outcome)
        if self.role == "edge":
            expected = "passed" if self.fix or self.edge == OUTSIDE else "failed-as-described"
        return self.outcome == expected != "could-not-run" and not self.flaky

    @property
    def flaky(self) -> bool:
        """Whether the repetitions differ."""
        return len(set(self.repetitions)) > 1


class ReleaseResult(RecordModel):
    """What a sweep over the releases found for one of them."""

    version: Release
    """The release."""
    state: ReleaseState
    """Tested, inferred between equal tested neighbours, not testable, or unknown."""
    reason: Text | None = None
    """Why it is not testable."""
    uploaded: date | None = None
    """Day of its upload to the index."""
    yanked: bool = False
    """Whether the index marks it as withdrawn."""


class Evidence(RecordModel):
    """Everything that the executions of one card showed."""

    format: Literal[2] = 2
    """Version of this format."""
    card: CardId
    """Id of the card."""
    digest: Sha256
    """Digest of everything of the card that was run; another one makes the evidence stale."""
    provenance: Provenance
    """Who made the runs."""
    exclude_newer: date | None = None
    """Day with whose releases the broken and the fixed runs were resolved."""
    requires_python: Specifier | None = None
    """Pythons on which the affected releases and those of the second packages can be at all, as the index says; absent
    where they ask for none."""
    platform: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=60)
    """Operating system and processor, such as `linux-x86_64`."""
    isolation: Isolation
    """What kept the runs apart from the machine."""
    limits: dict[Annotated[str, Field(max_length=40)], Limit] = Field(default_factory=dict, max_length=40)
    """Limits on each run: name with its unit, such as `memory_bytes`, and value."""
    tools: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=40
    )
    """Versions of the programs that made it, and what limited the runs."""
    runs: tuple[Run, ...] = Field(min_length=1, max_length=40)
    """The runs, broken first, then the fixes in order, the newest release, a control, the stub and disguised runs."""
    notes: tuple[Text, ...] = Field(default=(), max_length=100)
    """What a reader must know to read the runs aright, such as a second package that differs between them."""
    releases: tuple[ReleaseResult, ...] = Field(default=(), max_length=5000)
    """The sweep, oldest version first; empty when none was made."""
    sweep_digest: Sha256 | None = None
    """Digest of what the sweep ran and of how it was judged; the sweep stays while it is the same."""
    distributions: dict[Annotated[str, Field(max_length=220)], Sha256] = Field(default_factory=dict, max_length=5000)
    """Each `name==version` that a run installed, with the digest of the SHA-256 of its files on the index."""

    @model_validator(mode="after")
    def _with_all_packages(self) -> Evidence:
        if not any(run.other_packages for run in self.runs):
            return self
        runs = tuple(_with_packages(run, self.runs[0].packages) for run in self.runs)
        return self.model_copy(update={"runs": runs})

    @property
    def last_verified(self) -> date:
        """Day of the newest run, without the lines to copy, which are also run again by themselves."""
        return max((run.date for run in self.runs if run.role != "install"), default=self.runs[0].date)


def _with_packages(run: Run, of_broken: Mapping[str, str]) -> Run:
    """Return a run with all its packages, given those of the broken run, where a file has only what differs."""
    if not run.other_packages:
        return run
    packages = {**of_broken, **run.other_packages}
    installed = {name: release for name, release in packages.items() if release is not None}
    return run.model_copy(update={"packages": installed, "other_packages": {}})


def evidence_text(evidence: Evidence) -> str:
    """Return the text of an evidence file: keys in the order of the model, absent ones left out.

    Each run, release and distribution has lines of its own, so that a diff shows what changed; what is below them
    stands on one line. Of a found card each run stands on one line, with the packages that differ from the broken run.
    Characters that can't be seen are escapes in it, as text: evidence may not have them (`FC033`).
    """
    data = _with_escapes(evidence.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    data = {"format": evidence.format, **data}
    small = is_discovery_id(evidence.card)
    for run in data["runs"]:
        run["packages"] = dict(sorted(run.get("packages", {}).items()))
    if small:
        data["runs"] = [data["runs"][0], *(_with_differences(run, data["runs"][0]) for run in data["runs"][1:])]
    if data.get("distributions") or not small:
        data["distributions"] = dict(sorted(data.get("distributions", {}).items()))
    parts = []
    for key, value in data.items():
        if key == "runs" and small:
            parts.append(f"{_line(key)}: [" + ",".join(f"\n    {_line(run)}" for run in value) + "\n  ]")
        elif key == "runs":
            parts.append(f"{_line(key)}: [{', '.join(_block(run, 2) for run in value)}]")
        elif key == "releases":
            parts.append(f"{_line(key)}: [" + ",".join(f"\n    {_line(each)}" for each in value) + "\n  ]")
        elif key == "distributions":
            parts.append(f"{_line(key)}: {_block(value, 2)}")
        else:
            parts.append(f"{_line(key)}: {_line(value)}")
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def _with_differences(run: dict[str, Any], broken: dict[str, Any]) -> dict[str, Any]:
    """Return a run in which only the packages stand that differ from those of the broken run, if that is shorter."""
    own, before = run["packages"], broken["packages"]
    others = {name: own.get(name) for name in sorted({*own, *before}) if own.get(name) != before.get(name)}
    if not own or len(others) >= len(own):
        return run
    if not others:  # nothing differs, which must not be taken for nothing installed
        name = min(own)
        others = {name: own[name]}
    return {key if key != "packages" else "other_packages": each for key, each in (run | {"packages": others}).items()}


def _with_escapes(value: Any) -> Any:
    """Return plain data in which every text has escapes for its hidden characters."""
    if isinstance(value, str):
        return visible(value, allowed="\n\t")
    if isinstance(value, dict):
        return {visible(key): _with_escapes(each) for key, each in value.items()}
    return list(map(_with_escapes, value)) if isinstance(value, list) else value


def _block(mapping: Mapping[str, object], indent: int) -> str:
    """Return a mapping as JSON with a line for each key."""
    margin = "\n" + " " * indent
    lines = [f"{margin}  {_line(key)}: {_line(value)}" for key, value in mapping.items()]
    return "{" + ",".join(lines) + f"{margin}}}" if lines else "{}"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def run_name(role: str, fix: int | None, others: Others | None = None, edge: str | None = None) -> str:
    """Return the name of a run for messages: its role, with what tells it from others of the role."""
    if edge:
        return f"{edge} {role}{f' with fix {fix}' if fix else ''}"
    return f"{role} {fix}{f' ({others})' if others else ''}" if fix else role


def files_digest(hashes: Iterable[str]) -> str:
    """Return the digest of a distribution's files, given the SHA-256 of each."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def lock_digest(packages: Mapping[str, str], distributions: Mapping[str, str]) -> str:
    """Return the digest of an environment. Raises `KeyError` where `distributions` lacks one of the packages."""
    names = [f"{name}=={version}" for name, version in sorted(packages.items())]
    return hashlib.sha256("\n".join(f"{name} {distributions[name]}" for name in names).encode()).hexdigest()


def sweep_digest(card: Card) -> str:
    """Return the SHA-256 of everything in `card` that decides what a sweep shows.

    Fixes and stated ranges are no part of it: correcting them by what the sweep shows must not cost the sweep.
    """
    judged = {
        "package": card.package,
        "signature": [card.signature.error, card.signature.exception, sorted({*card.signature.aliases})],
        "reproduction": _reproduction(card),
    }
    text = json.dumps(judged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _reproduction(card: Card, exclude: dict[str, set[str]] | None = None) -> dict[str, Any]:
    """Return the fields that decide a run. One that came later is left out where a card doesn't have it."""
    data = card.reproduction.model_dump(mode="json", exclude=exclude)
    if not data["overrides"]:
        del data["overrides"]
    return data


def run_digest(card: Card) -> str:
    """Return the SHA-256 of everything in `card` that decides what is run and how it is judged.

    The id and the issue are part of it, so that no evidence can be handed on to another card. Prose is left out:
    correcting a sentence doesn't make evidence stale.
    """
    signature = card.signature
    aliases = [alias for alias in dict.fromkeys(signature.aliases) if alias != signature.error]  # twice says no more
    judged: dict[str, Any] = {
        "card": card.id,
        "issue": card.issue,
        "package": card.package,
        "versions": card.versions.model_dump(mode="json", by_alias=True),
        "signature": [signature.error, signature.exception, aliases],
        "reproduction": _reproduction(card, exclude={"expect": {"during"}}),
        "fixes": [[fix.kind, fix.requires, fix.code] for fix in card.fixes],
    }
    # Fields that came later count where a card has them, so that other cards keep their evidence.
    if any(fix.install is not None for fix in card.fixes):
        judged["install"] = [fix.install for fix in card.fixes]
    if card.reproduction.expect is not None and card.reproduction.expect.during is not None:
        judged["during"] = card.reproduction.expect.during
    text = json.dumps(judged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
