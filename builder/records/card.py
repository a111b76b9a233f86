"""The fix card: one real upstream failure of a package, as a frozen model without any I/O.

The field descriptions are the documentation of the record: the JSON Schema, editors and the page
about adding a card all show them.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

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
State = Literal["published", "disputed", "retired"]

CATEGORIES: tuple[str, ...] = get_args(Category)
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_FRAME = re.compile(r"[\w.\-]+(?:/[\w.\-]+)*\.(?:py|pyx|pyi):(?:<\w+>|[\w.<>]+)")
_CARD_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*-[1-9][0-9]*")


def _refuse(kind: str, message: str, hint: str = "") -> PydanticCustomError:
    """Error of a field validator; `kind` is what the lint rules know it by (see `rules/shape.py`)."""
    return PydanticCustomError(kind, "{problem}", {"problem": message, "hint": hint})


def _not_blank(text: str) -> str:
    if not text.strip():
        raise _refuse("blank", "is empty", "write the text, or remove the key where it is optional")
    return text


def _package_name(name: str) -> str:
    if not name or canonicalize_name(name) != name or not name.isascii():
        raise _refuse(
            "package_name",
            f"{name!r} is not a normalised distribution name",
            f"write {canonicalize_name(name)!r}: lower case, single hyphens (PEP 503)",
        )
    return name


def _specifier(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise _refuse(
            "specifier",
            f"{text!r} is not a version specifier",
            'write it as PEP 440 does, for example ">=2.0,<=2.2.4"',
        ) from None
    return text


def _version(text: str) -> str:
    try:
        Version(text)
    except InvalidVersion:
        raise _refuse(
            "version", f"{text!r} is not a version", 'name one release as PEP 440 does, for example "2.2.5"'
        ) from None
    return text


def _requirement(text: str) -> str:
    try:
        requirement = Requirement(text.replace("{version}", "0"))
    except InvalidRequirement:
        raise _refuse(
            "requirement",
            f"{text!r} is not a requirement",
            'write it as PEP 508 does, for example "httpx=={version}" or "werkzeug==3.0.0"',
        ) from None
    if requirement.url:
        raise _refuse(
            "requirement",
            f"{text!r} installs from an address",
            "name the distribution and a version; a card runs on what the package index offers",
        )
    return text


def _https_url(text: str) -> str:
    hint = "write the whole address, for example https://github.com/encode/httpx/issues/271"
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise _refuse("url", f"{text!r} is not an address", hint) from None
    if parts.scheme != "https" or not host or re.search(r"[\s\"'<>\\`{}|^]", text) or not text.isascii():
        raise _refuse("url", f"{text!r} is not an https URL", hint)
    return text


def _frame(text: str) -> str:
    if not _FRAME.fullmatch(text):
        raise _refuse(
            "frame",
            f"{text!r} is not a library frame",
            "write it relative to site-packages as package/module.py:function, for example httpx/client.py:send",
        )
    return text


def _card_id(text: str) -> str:
    if not _CARD_ID.fullmatch(text):
        raise _refuse("card_id", f"{text!r} is not a card id", "write <package>-<issue number>, for example httpx-271")
    return text


_TEXT_SCHEMA = {"type": "string", "minLength": 1, "pattern": r"\S"}
Text = Annotated[str, AfterValidator(_not_blank), WithJsonSchema(_TEXT_SCHEMA)]
Specifier = Annotated[str, AfterValidator(_specifier)]
Release = Annotated[str, AfterValidator(_version)]
PackageName = Annotated[str, AfterValidator(_package_name)]
Url = Annotated[str, AfterValidator(_https_url), WithJsonSchema({"type": "string", "pattern": "^https://"})]
RequirementText = Annotated[str, AfterValidator(_requirement)]
Frame = Annotated[str, AfterValidator(_frame)]
CardId = Annotated[str, AfterValidator(_card_id)]


class Part(BaseModel):
    """Base of the record's models: frozen, closed to unknown keys, strict about types."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)


class Versions(Part):
    """Which releases fail and which don't."""

    affected: Specifier
    """Releases that fail, as a PEP 440 specifier. Name the last affected one with `<=` (or `==`) where there
    is one, else the first with `>=`."""
    fixed: Release | None = None
    """First release without the failure; absent where there is none."""
    with_: dict[PackageName, Specifier] | None = Field(default=None, alias="with")
    """Second packages that it takes, each with the releases of it that set the failure off."""
    python: Specifier | None = None
    """Python versions that are concerned, when it is not all of them."""
    platform: Text | None = None
    """Platform that is concerned, when it is only one: `linux`, `macos` or `windows`."""

    @cached_property
    def affected_set(self) -> SpecifierSet:
        """`affected`, parsed; pre-releases that it names count."""
        return SpecifierSet(self.affected, prereleases=True)

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


class Signature(Part):
    """What the failure prints, by which it is searched."""

    error: Text = Field(max_length=1000)
    """The one line that people search for, as printed; parts that vary are written `{name}`."""
    exception: Text | None = None
    """Class of the exception as the last line of the traceback names it; absent when nothing is raised."""
    traceback: Text | None = None
    """The traceback as printed by the reproduction."""
    frames: tuple[Frame, ...] = ()
    """Library frames `package/module.py:function`, relative to site-packages, innermost last."""
    aliases: tuple[Text, ...] = ()
    """Other wordings of the same failure: other interpreters, other names, related messages."""


class Expect(Part):
    """What the broken run shows where that isn't "exit status not 0 and the signature in its output"."""

    exit: int | None = None
    """Exit status of the broken run, for failures that end with 0 (warnings, swallowed errors)."""
    output: Text | None = None
    """Text in the output instead of the signature, such as the message of a marked assertion."""
    timeout: float | None = Field(default=None, gt=0, le=60)
    """Seconds after which a run that goes on is the symptom (hangs)."""

    @model_validator(mode="after")
    def _says_something(self) -> Expect:
        if self.exit is None and self.output is None and self.timeout is None:
            raise _refuse("blank", "expects nothing", "give `exit`, `output` or `timeout`, or remove `expect`")
        return self


class Reproduction(Part):
    """The smallest program that shows the failure."""

    python: Specifier | None = None
    """Interpreters on which it reproduces."""
    requires: tuple[RequirementText, ...] = ()
    """Direct requirements; `{version}` stands for the release under test. Default: the package alone."""
    build: tuple[PackageName, ...] = ()
    """Distributions that may be built from source, since they have no wheel."""
    exclude_newer: date | None = None
    """Day with whose releases the other requirements are resolved."""
    code: Text
    """One file that exits with 0 when the behaviour is right."""
    files: dict[Text, str] | None = None
    """Extra files beside it: relative path and content."""
    expect: Expect | None = None
    """What the broken run shows where that isn't a non-zero exit status and the signature."""
    skip: Text | None = None
    """Reason why it can't be executed."""


class Fix(Part):
    """One way out."""

    title: Text = Field(max_length=120)
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
    requires: tuple[RequirementText, ...] | None = None
    """Requirements that replace those of the reproduction when the fix is executed."""
    code: Text | None = None
    """Code that replaces the reproduction's when the fix is executed."""


class Point(Part):
    """Something worth knowing from the upstream thread."""

    point: Text
    """The point, in our own words."""
    url: Url
    """Where it was made."""
    quote: Text | None = Field(default=None, max_length=200)
    """Words of the thread, at most 200 characters; they count against the own-content ratio."""


class Status(Part):
    """Whether the card stands. Ids are never reused, so a card that was wrong is retired, not deleted."""

    state: State
    """`published`, `disputed` or `retired`."""
    reason: Text | None = None
    """Why it is disputed or retired."""

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"state": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_reason(self) -> Status:
        if self.state != "published" and self.reason is None:
            raise _refuse("reason", f"is {self.state!r} without a reason", "add `reason:` below `state:`")
        return self


def _status_schema(schema: dict[str, Any]) -> None:
    """Let the schema accept the bare word that `Status` accepts."""
    mapping = {key: schema.pop(key) for key in list(schema) if key not in {"title", "description"}}
    schema["anyOf"] = [{"const": "published"}, mapping]


Status.model_config["json_schema_extra"] = _status_schema


class Card(Part):
    """One real upstream failure of a package."""

    package: PackageName
    """Distribution name, normalised as PEP 503 does; equals the folder."""
    ecosystem: Literal["pypi"] = "pypi"
    """Package ecosystem."""
    issue: Url
    """URL of the upstream issue; its number is the file name."""
    pr: Url | None = None
    """URL of the fix (pull request, commit or release note); absent only when nothing was changed upstream."""
    title: Text = Field(max_length=100)
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
    versions: Versions
    """Which releases fail and which don't."""
    signature: Signature
    """What the failure prints, by which it is searched."""
    reproduction: Reproduction
    """The smallest program that shows the failure."""
    fixes: tuple[Fix, ...] = Field(min_length=1)
    """Ways out, best first."""
    verify: Text | None = None
    """How a reader checks the fix in their own system."""
    prevention: tuple[Text, ...] = Field(min_length=1)
    """Habits or checks that would have caught it."""
    discussion: tuple[Point, ...] = ()
    """Points from the upstream thread."""
    related: tuple[CardId, ...] = ()
    """Ids of related cards, besides those that the program finds."""
    status: Status = Status(state="published")
    """Whether the card stands: `published`, or a mapping of `state` and `reason`."""

    @cached_property
    def number(self) -> int:
        """Number of the upstream issue, 0 when its URL ends with none."""
        return issue_number(self.issue) or 0

    @cached_property
    def id(self) -> str:
        """`<package>-<number>`, unique in the library and never reused."""
        return f"{self.package}-{self.number}"


def issue_number(url: str) -> int | None:
    """Return the number at the end of an issue's URL, whatever the tracker; None where there is none."""
    path = urlsplit(url).path.rstrip("/")
    found = re.search(r"(?:^|/)([1-9][0-9]{0,11})$", path) or re.search(r"[?&]id=([1-9][0-9]{0,11})$", url)
    return int(found[1]) if found else None


def own_content_ratio(card: Card) -> float:
    """Return the share of the card's prose that is in our own words, 0 to 1.

    Own characters / (own characters + characters quoted from the thread). Error messages, tracebacks and
    code are facts or our own, and count on neither side.
    """
    own = [card.title, card.symptom, card.trigger, card.mechanism, card.impact, card.verify, *card.prevention]
    for fix in card.fixes:
        own += [fix.title, fix.body, fix.why, fix.use_when, fix.avoid_when]
    own += [point.point for point in card.discussion]
    written = sum(len(text) for text in own if text)
    quoted = sum(len(point.quote) for point in card.discussion if point.quote)
    return written / (written + quoted)
