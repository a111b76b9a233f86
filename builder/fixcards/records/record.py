"""One record off the disk: a card file, the evidence next to it, and every problem that they have by themselves."""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from fixcards.cache import digest, digest_of
from fixcards.files import read_regular
from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence
from fixcards.records.fields import fault_for_readers
from fixcards.records.identity import DISCOVERY_FOLDER
from fixcards.records.json_error import first_json_error, json_document
from fixcards.records.problem import Problem
from fixcards.records.repair import Repair
from fixcards.records.rules import Finding
from fixcards.records.rules.addresses import addresses_of_card, addresses_of_provenance
from fixcards.records.rules.rule import RULES, is_blocking, rules_with_prefix
from fixcards.records.rules.shape import errors_in, kind_of
from fixcards.records.rules.text import (
    DISCOVERY_SCHEMA_LINE,
    MAX_BYTES,
    MAX_EVIDENCE_BYTES,
    MAX_FINDINGS,
    SCHEMA_LINE,
    unreadable,
)
from fixcards.records.summary import Summary, summary
from fixcards.records.yaml_document import KeyPath, Position, YamlDocument, YamlError

_CARD_RULES = rules_with_prefix("FC2")
_QUALITY_RULES = rules_with_prefix("FC41") + rules_with_prefix("FC42")
_EVIDENCE_RULES = [each for each in rules_with_prefix("FC31") + rules_with_prefix("FC32") if each.code != "FC310"]
_RULE_OF_KIND = {kind: rule for rule in RULES.values() for kind in rule.kinds}
_YAML_ESCAPE = re.compile(r"\\[xuUN_]")
"""Escapes by which a text in double quotes may have other characters than the file."""
Keep = Literal["cards", "records"]
"""What is handed on of a good record: the card as bytes for `unpickle_card`, or a `CheckedRecord`."""


class Record(NamedTuple):
    """The result of checking one card file and its evidence, small enough to hold those of a hundred thousand.

    `summary` is None where the card doesn't fit the model. Problems have the fields of `Problem`, except that the first
    says whether the problem is in the evidence, instead of the path.
    """

    summary: Summary | None
    problems: tuple[tuple[bool, int, int, str, str, str], ...]
    has_evidence: bool
    """Whether there is evidence that may be shown."""
    summary_digest: bytes = b""
    """Digest of the summary."""

    @property
    def good(self) -> bool:
        """Whether the card by itself may be shown."""
        return self.summary is not None and not any(
            not of_evidence and is_blocking(code) for of_evidence, _, _, code, _, _ in self.problems
        )

    def disputed(self) -> Record:
        """Return the record of the card while a report that a fix failed has no answer."""
        summary = self.summary.disputed() if self.summary else None
        return self._replace(summary=summary, summary_digest=digest_of(summary) if summary else b"")

    def plain(self) -> tuple[Any, ...]:
        """Return plain data; `from_plain` takes it back."""
        return (tuple(self.summary) if self.summary else None, *self[1:])

    @classmethod
    def from_plain(cls, data: tuple[Any, ...]) -> Record:
        """Return the record of plain data."""
        summary_fields, *others = data
        return cls(Summary(*summary_fields) if summary_fields else None, *others)


class Content(NamedTuple):
    """The bytes of a record's files, and the digest of them and of where they stand."""

    digest: bytes
    card: bytes
    evidence: bytes | None


class CheckedRecord(NamedTuple):
    """A card and its evidence, each None where it has a problem or isn't there."""

    card: Card | None
    evidence: Evidence | None


class ReadResult(NamedTuple):
    """A `CheckedRecord` with the result of the checks, and the data of the card's YAML."""

    card: Card | None
    evidence: Evidence | None
    record: Record
    data: dict[str, Any] | None


UNREAD = Record(None, (), has_evidence=False)


class RecordReader:
    """Reads the files below one folder of cards and collects their problems."""

    def __init__(self, root: Path, tracker_hosts: Sequence[str] = ()) -> None:
        self.root = root
        self.tracker_hosts = tracker_hosts
        self.problems: set[Problem] = set()
        self.repairs: list[tuple[Problem, Repair]] = []
        """The problems that `fixcards check --fix` can repair, in the order in which the rules were applied."""

    @cached_property
    def real_root(self) -> str:
        """The folder without symbolic links."""
        return os.path.realpath(self.root)

    def validate(self, path: Path, source: YamlDocument) -> Card | None:
        """Return the card of a YAML document, None where it doesn't fit the model, and report its problems."""
        card, invalid = None, None
        try:
            card = Card.model_validate(source.data)
        except ValidationError as error:
            invalid = error
        for details in errors_in(source.data, invalid):
            rule = _RULE_OF_KIND.get(kind_of(details), RULES["FC199"])
            self.report(path, rule.code, rule.check(details, source), source)
        if card is not None:
            relative = self.relative(path)
            for rule in _CARD_RULES:
                self.report(path, rule.code, rule.check(card, relative), source)
            self._report_addresses(path, addresses_of_card(card), source)
        return card

    def validate_evidence(self, path: Path, card: Card | None, raw: bytes | None) -> Evidence | None:
        """Return the evidence in the bytes of a file, None where it doesn't fit the model, and report its problems."""
        if raw is None or self.report(path, "FC003", RULES["FC003"].check(raw)):
            return None
        try:
            evidence = Evidence.model_validate_json(raw)
        except ValidationError as error:
            self.report(path, "FC304", RULES["FC304"].check(*first_json_error(error, raw)))
            return None
        text = raw.decode()
        for code in ("FC033", "FC310"):
            self.report(path, code, RULES[code].check(text))
        if card is not None:
            self.report(path, "FC305", RULES["FC305"].check(evidence, card.id))
            self.report(path, "FC308", RULES["FC308"].check(evidence, card))
            findings = [(rule.code, finding) for rule in _EVIDENCE_RULES for finding in rule.check(evidence, card)]
            document = json_document(text) if findings else None
            for code, finding in findings:
                self.report(path, code, iter([finding]), document)
        self.report(path, "FC306", RULES["FC306"].check(evidence))
        if evidence.provenance.url is not None and fault_for_readers(evidence.provenance.url):
            self._report_addresses(path, addresses_of_provenance(evidence.provenance), json_document(text))
        return evidence

    def read(self, path: Path, evidence_path: Path | None, content: Content | None = None) -> ReadResult:
        """Read a card and its evidence, or take their `content`; one that has a problem is None in the result.

        The problems are those of this record alone, and are not added to `problems`.
        """
        reader = RecordReader(self.root, self.tracker_hosts)
        card, evidence, document = reader.examine(path, evidence_path, content)
        evidence_display = display_path(evidence_path) if evidence_path is not None else ""
        problems = tuple(
            (each.path == evidence_display, each.line, each.column, each.code, each.message, each.hint)
            for each in sorted(reader.problems)
        )
        short = summary(card, evidence) if card is not None else None
        record = Record(short, problems, evidence is not None, digest_of(short) if short else b"")
        return ReadResult(card if record.good else None, evidence, record, document.data if document else None)

    def examine(
        self, path: Path, evidence_path: Path | None, content: Content | None = None
    ) -> tuple[Card | None, Evidence | None, YamlDocument | None]:
        """Apply every rule about one record to a card and its evidence, and report their problems and repairs.

        The result has None for a card that does not fit the model and for evidence that may not be shown.
        """
        raw = self.read_bytes(path, MAX_BYTES, content and content.card)
        document = self.parse_yaml(path, raw)
        card = self.validate(path, document) if document else None
        evidence = None
        if evidence_path is not None:
            raw = self.read_bytes(evidence_path, MAX_EVIDENCE_BYTES, content and content.evidence)
            evidence = self.validate_evidence(evidence_path, card, raw)
            display = display_path(evidence_path)
            if any(problem.path == display and is_blocking(problem.code) for problem in self.problems):
                evidence = None
        if card is not None and document is not None:
            for rule in _QUALITY_RULES:
                self.report(path, rule.code, rule.check(card, evidence), document)
        return card, evidence, document

    def _report_addresses(
        self, path: Path, addresses: Iterable[tuple[str, KeyPath]], source: YamlDocument | None = None
    ) -> None:
        self.report(path, "FC130", RULES["FC130"].check(addresses, self.tracker_hosts), source)

    def read_bytes(self, path: Path, most: int, raw: bytes | None = None) -> bytes | None:
        """Return the bytes of a file, read unless they are given; None where it may not be read, which is reported."""
        if raw is None:
            if self.report(path, "FC001", RULES["FC001"].check(path, self.real_root)):
                return None
            try:
                raw = read_regular(path, most + 1)
            except OSError as error:
                self.report(path, "FC001", iter([unreadable(error)]))
                return None
        return None if self.report(path, "FC002", RULES["FC002"].check(raw, most)) else raw

    def parse_yaml(self, path: Path, raw: bytes | None) -> YamlDocument | None:
        """Return the YAML of a file, or report why not. Each stage relies on what the one before it has refused."""
        if raw is None or self.report(path, "FC003", RULES["FC003"].check(raw)):
            return None
        text = raw.decode()
        for code in ("FC004", "FC005", "FC006", "FC008"):
            if self.report(path, code, RULES[code].check(text)):
                return None
        schema_line = DISCOVERY_SCHEMA_LINE if path.parts[-3:-2] == (DISCOVERY_FOLDER,) else SCHEMA_LINE
        self.report(path, "FC007", RULES["FC007"].check(text, schema_line))
        try:
            document = YamlDocument(text)
        except YamlError as refused:
            rule = _RULE_OF_KIND[refused.kind]
            self.report(path, rule.code, rule.check(refused))
            return None
        if " \n" in text or "\t\n" in text or text.endswith((" ", "\t")):
            self.report(path, "FC430", RULES["FC430"].check(text))
        if not text.isascii() or _YAML_ESCAPE.search(text):  # as few cards are
            for code in ("FC031", "FC032"):
                self.report(path, code, islice(RULES[code].check(document, text), MAX_FINDINGS))
        return document

    def report(self, path: Path, code: str, findings: Iterator[Finding], source: YamlDocument | None = None) -> bool:
        """Add the findings of a rule to the problems; return whether there are any."""
        first = next(findings, None)
        if first is None:  # as nearly always: the path to display costs more than most rules
            return False
        for finding in chain([first], findings):
            (problem,) = problems_at(display_path(path), code, [finding], source)
            self.problems.add(problem)
            if finding.repair is not None:
                self.repairs.append((problem, finding.repair))
        return True

    def relative(self, path: Path) -> PurePosixPath:
        """Return the path of a file below the folder of the cards."""
        try:
            return PurePosixPath(path.relative_to(self.root).as_posix())
        except ValueError:  # the same folder by another name
            return PurePosixPath(Path(os.path.relpath(os.path.realpath(path), self.real_root)).as_posix())


def problems_at(
    path: str, code: str, findings: Iterable[Finding], document: YamlDocument | None = None
) -> Iterator[Problem]:
    """Yield the findings of a rule as problems of the file `path`, at their places in its `document`."""
    for finding in findings:
        position = finding.where if isinstance(finding.where, Position) else Position(1, 1)
        if document is not None and not isinstance(finding.where, Position):
            position = document.position(finding.where, key=finding.key)
        yield Problem(path, position.line, position.column, code, finding.message, finding.hint)


def read_records(
    root: str,
    places: Sequence[tuple[str, str | None, bool]],
    *,
    keep: Keep | None = None,
    tracker_hosts: Sequence[str] = (),
) -> list[tuple[bytes | None, Record, bytes | CheckedRecord | None]]:
    """Read records: paths below `root` of the card and of its evidence, and whether both are regular files.

    With each comes the digest of its bytes, None where they aren't regular, and the `keep` form of a good one.
    """
    reader = RecordReader(Path(root), tracker_hosts)
    results: list[tuple[bytes | None, Record, bytes | CheckedRecord | None]] = []
    for path, evidence, regular in places:
        content = read_content(root, path, evidence) if regular else None
        result = reader.read(reader.root / path, reader.root / evidence if evidence else None, content)
        parsed: bytes | CheckedRecord | None = None
        if keep and result.card is not None:
            parsed = pickle.dumps(result.data) if keep == "cards" else CheckedRecord(result.card, result.evidence)
        results.append((content.digest if content else None, result.record, parsed))
    return results


def unpickle_card(parsed: bytes) -> Card:
    """Return a card that `read_records` has checked, without reading its YAML again."""
    return Card.model_validate(pickle.loads(parsed))  # noqa: S301 - from another process of this program


def read_content(root: str, path: str, evidence: str | None) -> Content | None:
    """Read the files of a record, which are regular ones; paths are below `root`. None where they can't be read."""
    try:
        names = (path, evidence) if evidence else (path,)
        card, *others = (read_regular(f"{root}/{name}", MAX_EVIDENCE_BYTES + 1) for name in names)
    except OSError:
        return None
    place = path.encode("utf-8", "surrogateescape")
    return Content(digest(place, card, *others), card, others[0] if others else None)


def checked_card(content: Content) -> Card:
    """Return the card of a content that was checked and found good: the rules are not applied once more."""
    return Card.model_validate(YamlDocument(content.card.decode()).data)


def evidence_path(card_path: Path) -> Path:
    """Return the path of the evidence of the card at `card_path`."""
    return card_path.with_name(card_path.stem + EVIDENCE_SUFFIX)


def display_path(path: Path | str) -> str:
    """Return `path` as the user would type it: relative to the working directory where it lies below it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links
    here = os.getcwd().rstrip(os.sep) + os.sep  # noqa: PTH109 - called for every file
    return absolute[len(here) :] if absolute.startswith(here) else str(path)
