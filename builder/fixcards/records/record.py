"""One record off the disk: a card file and the evidence beside it, and every problem that they show by themselves."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from pydantic import ValidationError

from fixcards.cache import digest, digest_of
from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence
from fixcards.records.problem import Problem
from fixcards.records.rules import Finding
from fixcards.records.rules.rule import RULES, rules_with_prefix
from fixcards.records.rules.shape import errors_in, kind_of
from fixcards.records.rules.text import MAX_BYTES, MAX_EVIDENCE_BYTES, unreadable
from fixcards.records.summary import Summary, summary
from fixcards.records.yaml_document import Position, YamlDocument, YamlError

_CARD_RULES = rules_with_prefix("FC2")
_RULE_OF_KIND = {kind: rule for rule in RULES.values() for kind in rule.kinds}
NON_BLOCKING_RULES = frozenset({"FC308"})
"""Evidence that contradicts its card is right, and the card is to be mended."""


class Record(NamedTuple):
    """What one card file and its evidence came to.

    `summary` is None where the card doesn't fit the model. Problems come as `Problem` has them, without the path and
    with whether it is the evidence's.
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
        return self.summary is not None and not any(not of_evidence for of_evidence, *_ in self.problems)

    def plain(self) -> tuple[Any, ...]:
        """Return plain data; `from_plain` takes it back."""
        return (tuple(self.summary) if self.summary else None, *self[1:])

    @classmethod
    def from_plain(cls, data: tuple[Any, ...]) -> Record:
        """Return the record of plain data."""
        short, *others = data
        return cls(Summary(*short) if short else None, *others)


class Content(NamedTuple):
    """The bytes of a record's files, and the digest of them and of where they stand."""

    digest: bytes
    card: bytes
    evidence: bytes | None


class ReadResult(NamedTuple):
    """A record with all that was read: `data` is what the card's YAML says."""

    card: Card | None
    evidence: Evidence | None
    record: Record
    data: dict[str, Any] | None


UNREAD = Record(None, (), has_evidence=False)


class RecordReader:
    """Reads the files below one folder of cards and collects their problems."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: set[Problem] = set()

    @cached_property
    def real_root(self) -> str:
        """The folder without symbolic links."""
        return os.path.realpath(self.root)

    def read_card(self, path: Path) -> Card | None:
        """Read and check one card by itself."""
        source = self.parse_yaml(path, self.read_bytes(path, MAX_BYTES))
        return self.validate(path, source) if source else None

    def validate(self, path: Path, source: YamlDocument) -> Card | None:
        """Check what the file of a card says by itself."""
        card, invalid = None, None
        try:
            card = Card.model_validate(source.data)
        except ValidationError as misfit:
            invalid = misfit
        for error in errors_in(source.data, invalid):
            rule = _RULE_OF_KIND.get(kind_of(error), RULES["FC199"])
            self.report(path, rule.code, rule.check(error, source), source)
        if card is not None:
            below = self.relative(path)
            for rule in _CARD_RULES:
                self.report(path, rule.code, rule.check(card, below), source)
        return card

    def validate_evidence(self, path: Path, card: Card | None, raw: bytes | None) -> Evidence | None:
        """Check the content of one evidence file, which lies beside `card`."""
        if raw is None or self.report(path, "FC003", RULES["FC003"].check(raw)):
            return None
        try:
            evidence = Evidence.model_validate_json(raw)
        except ValidationError as error:
            self.report(path, "FC304", RULES["FC304"].check(*first_json_error(error, raw)))
            return None
        if card is not None:
            self.report(path, "FC305", RULES["FC305"].check(evidence, card.id))
            self.report(path, "FC308", RULES["FC308"].check(evidence, card))
        self.report(path, "FC306", RULES["FC306"].check(evidence))
        return evidence

    def read(self, path: Path, evidence_path: Path | None, content: Content | None = None) -> ReadResult:
        """Read a card and its evidence, or take their `content`; neither is returned where it may not be shown."""
        before, self.problems = self.problems, set()
        try:
            raw = self.read_bytes(path, MAX_BYTES, content and content.card)
            source = self.parse_yaml(path, raw)
            card = self.validate(path, source) if source else None
            evidence, of_evidence = None, ""
            if evidence_path is not None:
                of_evidence = display_path(evidence_path)
                raw = self.read_bytes(evidence_path, MAX_EVIDENCE_BYTES, content and content.evidence)
                evidence = self.validate_evidence(evidence_path, card, raw)
            problems = tuple(
                (each.path == of_evidence, each.line, each.column, each.code, each.message, each.hint)
                for each in sorted(self.problems)
            )
            if any(ours and code not in NON_BLOCKING_RULES for ours, _, _, code, _, _ in problems):
                evidence = None
            short = summary(card, evidence) if card is not None else None
            made = Record(short, problems, evidence is not None, digest_of(short) if short else b"")
            return ReadResult(card if made.good else None, evidence, made, source.data if source else None)
        finally:
            self.problems = before

    def read_bytes(self, path: Path, most: int, raw: bytes | None = None) -> bytes | None:
        """Return what is in a file, read unless it is given, or report why it isn't one that may be read."""
        if raw is None:
            if self.report(path, "FC001", RULES["FC001"].check(path, self.real_root)):
                return None
            try:
                with path.open("rb") as file:
                    raw = file.read(most + 1)
            except OSError as error:
                self.report(path, "FC001", iter([unreadable(error)]))
                return None
        return None if self.report(path, "FC002", RULES["FC002"].check(raw, most)) else raw

    def parse_yaml(self, path: Path, raw: bytes | None) -> YamlDocument | None:
        """Read the YAML of a file, or report why not. Each stage takes for granted what the one before it refused."""
        if raw is None or self.report(path, "FC003", RULES["FC003"].check(raw)):
            return None
        text = raw.decode()
        for code in ("FC004", "FC005", "FC006", "FC008"):
            if self.report(path, code, RULES[code].check(text)):
                return None
        self.report(path, "FC007", RULES["FC007"].check(text))
        try:
            return YamlDocument(text)
        except YamlError as refused:
            rule = _RULE_OF_KIND[refused.kind]
            self.report(path, rule.code, rule.check(refused))
            return None

    def report(self, path: Path, code: str, findings: Iterator[Finding], source: YamlDocument | None = None) -> bool:
        """Keep what a rule found; return whether it found anything."""
        found = False
        for finding in findings:
            found = True
            mark = finding.where if isinstance(finding.where, Position) else Position(1, 1)
            if source is not None and not isinstance(finding.where, Position):
                mark = source.position(finding.where, key=finding.key)
            problem = Problem(display_path(path), mark.line, mark.column, code, finding.message, finding.hint)
            self.problems.add(problem)
        return found

    def relative(self, path: Path) -> PurePosixPath:
        """Return where a file stands below the folder of the cards."""
        try:
            return PurePosixPath(path.relative_to(self.root).as_posix())
        except ValueError:  # the same folder by another name
            return PurePosixPath(Path(os.path.relpath(os.path.realpath(path), self.real_root)).as_posix())


def read_records(
    root: str, places: Sequence[tuple[str, str | None, bool]], *, parsed: bool = False
) -> list[tuple[bytes | None, Record, bytes | None]]:
    """Read records: paths below `root` of the card and of its evidence, and whether both are regular files.

    With each comes the digest of its bytes, None where they aren't; and if `parsed`, a good card for `card_of`.
    """
    files = RecordReader(Path(root))
    made: list[tuple[bytes | None, Record, bytes | None]] = []
    for path, evidence, plain in places:
        content = read_content(root, path, evidence) if plain else None
        read = files.read(files.root / path, files.root / evidence if evidence else None, content)
        kept = pickle.dumps(read.data) if parsed and read.card is not None else None
        made.append((content.digest if content else None, read.record, kept))
    return made


def unpickle_card(parsed: bytes) -> Card:
    """Return a card that `read_records` has found to be good, without reading its YAML again."""
    return Card.model_validate(pickle.loads(parsed))  # noqa: S301 - from another process of this program


def read_content(root: str, path: str, evidence: str | None) -> Content | None:
    """Read the files of a record, which are regular ones; paths are below `root`. None where they can't be read."""
    try:
        card, *beside = (_raw(f"{root}/{name}") for name in ((path, evidence) if evidence else (path,)))
    except OSError:
        return None
    place = path.encode("utf-8", "surrogateescape")
    return Content(digest(place, card, *beside), card, beside[0] if beside else None)


def _raw(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - on every file of a large library
        if os.fstat(file.fileno()).st_size > MAX_EVIDENCE_BYTES:
            return file.read(MAX_EVIDENCE_BYTES + 1) or b""
        return file.readall()  # `read` takes as much memory as it may need before it looks


def evidence_path(card_path: Path) -> Path:
    """Return where the evidence of the card at `card_path` lies."""
    return card_path.with_name(card_path.stem + EVIDENCE_SUFFIX)


def display_path(path: Path | str) -> str:
    """Return `path` as the user would type it: relative to the working directory where it lies below it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links
    here = os.getcwd().rstrip(os.sep) + os.sep  # noqa: PTH109 - called for every file
    return absolute[len(here) :] if absolute.startswith(here) else str(path)


def first_json_error(error: ValidationError, raw: bytes) -> tuple[str, Position]:
    """Return what is wrong first in a file of JSON that isn't typed by hand, and where."""
    first = error.errors(include_url=False)[0]
    text = raw.decode()
    if first["type"] == "json_invalid":
        try:
            json.loads(text)
        except json.JSONDecodeError as fault:
            # Python's own reader counts columns in characters.
            return f"{fault.msg[:1].lower()}{fault.msg[1:]}", Position(fault.lineno, fault.colno)
        except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
            pass
        return first["msg"], Position(1, 1)
    where = ".".join(str(step) for step in first["loc"])
    try:
        mark = YamlDocument(text).position(first["loc"])
    except YamlError:
        mark = Position(1, 1)
    return f"{where}: {first['msg']}" if where else first["msg"], mark
