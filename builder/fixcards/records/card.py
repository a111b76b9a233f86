"""The fix card: one real upstream failure of a package, as a frozen model without any I/O.

The field descriptions are the documentation of the record: the JSON Schema, editors and the page
about adding a card all show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal, get_args

from packaging.version import Version
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from fixcards.records.fields import (
    AdvisoryId,
    Affected,
    CardId,
    Day,
    DiscoveryKey,
    ErrorLine,
    ExtraFiles,
    FixTitle,
    Frame,
    Keyword,
    Line,
    PackageName,
    Quote,
    Release,
    Requirements,
    RequirementText,
    SecondPackages,
    Specifier,
    Text,
    Title,
    Url,
    value_error,
)
from fixcards.records.identity import INTERPRETER, card_id, issue_key
from fixcards.records.release_range import ReleaseRange

Category = Literal[
    "import-error",
    "api-change",
    "crash",
    "wrong-result",
    "hang",
    "resource-leak",
    "packaging",
    "typing",
    "testing",
]
FixKind = Literal["upgrade", "pin", "code-change", "configuration", "workaround"]
Platform = Literal["linux", "macos", "windows"]
State = Literal["published", "disputed", "retired"]
Phase = Literal["resolve", "build", "install"]

CATEGORIES: tuple[str, ...] = get_args(Category)


class RecordModel(BaseModel):
    """Base of the record's models: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Versions(RecordModel):
    """Which releases fail and which don't."""

    affected: Affected
    """Releases that fail, as a PEP 440 specifier, or as a list of them where the ranges lie apart. Name the last
    affected one with `<=` (or `==`) where there is one, else the first with `>=`."""
    fixed: Release | None = None
    """First release without the failure; absent where there is none."""
    with_: SecondPackages | None = Field(default=None, alias="with")
    """Second packages that it takes, each with the releases of it that set the failure off."""
    python: Specifier | None = None
    """Python versions that are concerned, when it is not all of them."""
    platform: Platform | None = None
    """Platform that is concerned, when it is only one."""

    @cached_property
    def affected_set(self) -> ReleaseRange:
        """`affected`, parsed; pre-releases that it names count."""
        return ReleaseRange(self.affected)

    @cached_property
    def named_broken(self) -> str | None:
        """The release that stands for the affected ones before any index was asked.

        The highest one that a `==` or `<=` clause names, else the lowest that a `>=` clause names.
        """
        named: dict[str, list[str]] = {"==": [], "<=": [], ">=": []}
        for clause in self.affected_set:
            if clause.operator in named and not clause.version.endswith("*") and clause.version in self.affected_set:
                named[clause.operator].append(clause.version)
        if upper := named["=="] + named["<="]:
            return max(upper, key=Version)
        return min(named[">="], key=Version, default=None)


class Signature(RecordModel):
    """What the failure prints, by which it is searched."""

    error: ErrorLine
    """The one line that people search for, as printed; parts that vary are written `{name}`."""
    exception: Line | None = None
    """Class of the exception as the last line of the traceback names it; absent when nothing is raised."""
    traceback: Text | None = None
    """The traceback as printed by the reproduction."""
    frames: tuple[Frame, ...] = Field(default=(), max_length=200)
    """Library frames `package/module.py:function`, relative to site-packages, innermost last."""
    aliases: tuple[Line, ...] = Field(default=(), max_length=50)
    """Other wordings of the same failure: other interpreters, other names, related messages."""


class Expect(RecordModel):
    """What the broken run shows where that isn't "exit status not 0 and the signature in its output"."""

    during: Phase | None = None
    """When it fails, where the program is never reached: while the requirements are resolved, while a distribution is
    built, or while the releases are installed."""
    exit: int | None = Field(default=None, ge=-64, le=255, strict=True)
    """Exit status of the broken run, for failures that end with 0 (warnings, swallowed errors); negative for the
    number of a signal."""
    output: Text | None = None
    """Text in the output instead of the signature, such as the message of a marked assertion."""
    timeout: float | None = Field(default=None, gt=0, le=60, strict=True)
    """Seconds after which a run that goes on is the symptom (hangs)."""

    @model_validator(mode="after")
    def _says_something(self) -> Expect:
        if all(value is None for value in (self.during, self.exit, self.output, self.timeout)):
            hint = "give `during`, `exit`, `output` or `timeout`, or remove `expect`"
            raise value_error("blank", "expects nothing", hint)
        return self


class Reproduction(RecordModel):
    """The smallest program that shows the failure."""

    python: Specifier | None = None
    """Interpreters on which it reproduces."""
    requires: Requirements = ()
    """Direct requirements; `{version}` stands for the release under test. Default: the package alone."""
    build: tuple[PackageName, ...] = Field(default=(), max_length=50)
    """Distributions that may be built from source, since they have no wheel."""
    overrides: tuple[PackageName, ...] = Field(default=(), max_length=50)
    """Packages for which the requirement here counts and what others require of them doesn't: pairs that no fresh
    resolution gives, but an installation that follows another one does."""
    exclude_newer: Day | None = None
    """Day with whose releases the other requirements are resolved."""
    code: Text
    """One file that exits with 0 when the behaviour is right."""
    files: ExtraFiles | None = None
    """Extra files next to it: relative path and content."""
    expect: Expect | None = None
    """What the broken run shows where that isn't a non-zero exit status and the signature."""
    skip: Text | None = None
    """Reason why it can't be executed."""


class Fix(RecordModel):
    """One way out."""

    title: FixTitle
    """What to do, in one line."""
    kind: FixKind
    """What sort of change it is."""
    body: Text
    """What to do, in full."""
    why: Text | None = None
    """Why it works; for an upgrade what changed upstream, in our own words."""
    use_when: Text | None = None
    """When to choose it."""
    avoid_when: Text
    """When not to choose it."""
    install: Requirements | None = None
    """Requirements that the reader has afterwards, such as `httpx>=0.7.2`. The lines to copy are made from them, and
    they are executed as a reader would: on the broken environment, and with the newest releases of everything else."""
    python: Specifier | None = None
    """Python versions for which the fix can be had, where the failure happens on others too, such as `>=3.9`. A reader
    whose output shows another one is offered the next fix."""
    requires: Requirements | None = None
    """Requirements that replace those of the reproduction when the fix is executed."""
    code: Text | None = None
    """Code that replaces the reproduction's when the fix is executed."""


class Point(RecordModel):
    """Something worth knowing from the upstream thread."""

    point: Text
    """The point, in our own words."""
    url: Url
    """Where it was made."""
    quote: Quote | None = None
    """Words of the thread, at most 200 characters; they count against the own-content ratio."""


class Discovery(RecordModel):
    """How the program came upon the failure by executing packages. A found card has it in place of an issue."""

    key: DiscoveryKey
    """What the found card is called beside its package: `found-` and nine digits, the same for ever."""
    culprit: PackageName
    """Package whose change sets the failure off; `python` where it is the interpreter."""
    release: Release
    """Its first release that does."""
    last_good: Release | None = None
    """Its last release before that with which the program passes; absent where there is none to run."""
    uploaded: Day | None = None
    """Day on which that first release was uploaded; absent where the index doesn't say."""
    day: Day
    """Day on which the program came upon the failure."""
    explained: Day | None = None
    """Day on which a person explained it, on the card that took the place of the found card."""
    victims: tuple[RequirementText, ...] = Field(default=(), max_length=50)
    """Other releases that the same change breaks, such as `airflow==2.10.5`, as executed."""


class Status(RecordModel):
    """Whether the card stands. Ids are never reused, so a card that was wrong is retired, not deleted."""

    state: State
    """`published`, `disputed` or `retired`."""
    reason: Text | None = None
    """Why it is disputed or retired, or why a published one is not verified."""

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"state": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_reason(self) -> Status:
        if self.state != "published" and self.reason is None:
            raise value_error(
                "reason",
                f"is {self.state!r} without a reason",
                "write `state:` and `reason:` on lines of their own below `status:`",
            )
        return self


def _status_schema(schema: dict[str, Any]) -> None:
    """Let the schema accept the bare word that `Status` accepts."""
    mapping = {key: schema.pop(key) for key in list(schema) if key not in {"title", "description"}}
    schema["anyOf"] = [{"const": "published"}, mapping]


Status.model_config["json_schema_extra"] = _status_schema


class Card(RecordModel):
    """One real upstream failure of a package."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["issue"]}, {"required": ["discovery"]}]},
    )
    package: PackageName
    """Distribution name, normalised as PEP 503 does; equals the folder."""
    ecosystem: Literal["pypi"] = "pypi"
    """Package ecosystem; cards of another one would carry its name in their ids and addresses."""
    discovery: Discovery | None = None
    """How the program came upon the failure. Only the program writes it; with it a card may be without an issue, which
    makes it a found card: executed, and not yet explained by a person."""
    issue: Url | None = Field(default=None, validate_default=True)
    """URL of the upstream issue; its number, or its key such as `ABC-12`, is the file name."""
    pr: Url | None = None
    """URL of the fix (pull request, commit or release note); absent only when nothing was changed upstream."""
    ids: tuple[AdvisoryId, ...] = Field(default=(), max_length=20)
    """Other names of the same failure: CVE, GHSA, PYSEC."""
    title: Title
    """What a person would call the failure, at most 100 characters."""
    category: Category
    """What sort of failure it is."""
    symptom: Text
    """What broke, as seen from outside."""
    trigger: Text
    """What the user does or installs that sets it off."""
    mechanism: Text
    """Why it broke: the chain of cause."""
    impact: Text | None = None
    """What happens if it is left alone, and what it looks like in production."""
    cause: CardId | None = None
    """Id of the card about the change in another package that this failure comes from."""
    versions: Versions
    """Which releases fail and which don't."""
    signature: Signature
    """What the failure prints, by which it is searched."""
    keywords: tuple[Keyword, ...] = Field(default=(), max_length=30)
    """Words that people search for and that the card has nowhere else: programs through which it is met, commands,
    options."""
    reproduction: Reproduction
    """The smallest program that shows the failure."""
    fixes: tuple[Fix, ...] = Field(min_length=1, max_length=20)
    """Ways out, best first."""
    verify: Text | None = None
    """How a reader checks the fix in their own system."""
    prevention: tuple[Text, ...] = Field(min_length=1, max_length=30)
    """Habits or checks that would have caught it."""
    discussion: tuple[Point, ...] = Field(default=(), max_length=50)
    """Points from the upstream thread."""
    related: tuple[CardId, ...] = Field(default=(), max_length=50)
    """Ids of related cards, in addition to those that the program finds."""
    supersedes: tuple[CardId, ...] = Field(default=(), max_length=50)
    """Ids of found cards that this one explains. Their files are removed, and their addresses lead here."""
    status: Status = Field(default=Status(state="published"), json_schema_extra={"default": "published"})
    """Whether the card stands: `published`, or a mapping of `state` and `reason`."""

    @field_validator("issue")
    @classmethod
    def _has_issue(cls, issue: str | None, info: ValidationInfo) -> str | None:
        if issue is None and info.data.get("discovery", cls) is None:  # a wrong one is missing among the data
            raise PydanticCustomError("missing", "Field required")
        return issue

    @property
    def explained(self) -> bool:
        """Whether a person explains it with an upstream issue; else it is a found card, made from runs alone."""
        return self.issue is not None

    @property
    def about_python(self) -> bool:
        """Whether it is about Python itself: its releases are interpreters, and nothing is installed."""
        return self.package == INTERPRETER

    @cached_property
    def key(self) -> str:
        """Key of the upstream issue, such as `271` or `abc-12`, or of a found card; `0` when the URL has none."""
        if self.issue is None and self.discovery is not None:
            return self.discovery.key
        return issue_key(self.issue or "") or "0"

    @property
    def issue_label(self) -> str:
        """The issue as its tracker writes it: `#271` or `ABC-12`; of a found card its key."""
        if not self.explained:
            return self.key
        return f"#{self.key}" if self.key.isdecimal() else self.key.upper()

    @cached_property
    def id(self) -> str:
        """`<package>-<key>` for a package of PyPI, unique in the library and never used again."""
        return card_id(self.ecosystem, self.package, self.key)

    @property
    def prose(self) -> Iterator[str]:
        """Every text in our own words that may hold Markdown; a test compares this with the fields of the models.

        Titles are single lines without markup. Code, messages and reasons are not prose.
        """
        texts = [self.symptom, self.trigger, self.mechanism, self.impact, self.verify, *self.prevention]
        texts += [text for fix in self.fixes for text in (fix.body, fix.why, fix.use_when, fix.avoid_when)]
        yield from filter(None, (*texts, *(point.point for point in self.discussion)))


def own_content_ratio(card: Card) -> float:
    """Return the share of the card's prose that is in our own words, 0 to 1.

    Own characters / (own characters + characters quoted from the thread). Error messages, tracebacks and
    code are facts or our own, and count on neither side.
    """
    own = [card.title, *(fix.title for fix in card.fixes), *card.prose]
    written = sum(map(len, own))
    quoted = sum(len(point.quote) for point in card.discussion if point.quote)
    return written / (written + quoted)
