"""The folder `cards/` off the disk: every card, or its problems."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from builder.errors import FixcardsError
from builder.records import related
from builder.records.card import Card
from builder.records.evidence import Evidence
from builder.records.problem import Problem
from builder.records.rules import Finding
from builder.records.rules.library import Shelf
from builder.records.rules.rule import RULES, rules_of
from builder.records.rules.shape import kind_of
from builder.records.source import Mark, Refused, Source

EVIDENCE_SUFFIX = ".evidence.json"
_OF_KIND = {kind: rule for rule in RULES.values() for kind in rule.kinds}


@dataclass(frozen=True)
class Library:
    """Every card of a folder that fits the model, and every problem of all files.

    A card with a problem is not among `cards`, and evidence with a problem not among `evidence`: whoever shows
    the library shows nothing that is wrong. `files` has the path of each card below `root`.
    """

    root: Path
    cards: Mapping[str, Card]
    evidence: Mapping[str, Evidence]
    files: Mapping[str, PurePosixPath]
    problems: tuple[Problem, ...]
    known: frozenset[str]
    """Ids of all card files, those with problems included."""

    @cached_property
    def related(self) -> Mapping[str, list[str]]:
        """Ids of the related cards of each card, nearest first."""
        return related.related(self.cards)

    @cached_property
    def packages(self) -> Mapping[str, list[Card]]:
        """The cards of each package, packages by name, cards by number."""
        groups: dict[str, list[Card]] = defaultdict(list)
        for card in sorted(self.cards.values(), key=lambda card: (card.package, card.number)):
            groups[card.package].append(card)
        return groups


def load(root: Path) -> Library:
    """Read every record below `root`.

    Total: a bad file becomes problems and stops no other. Raises `FixcardsError` only where `root` itself
    can't be read.
    """
    try:
        paths = sorted(_records(root))
    except OSError as error:
        raise FixcardsError(f"{root}: the cards can't be read: {error.strerror}") from None
    return _Loader(root).load(paths)


def read_card(path: Path, root: Path) -> tuple[Card | None, list[Problem]]:
    """Read one card file: the card where it fits the model, and its problems as far as it shows them alone."""
    loader = _Loader(root)
    return loader.card(path), sorted(loader.problems)


class _Loader:
    """Collects cards, evidence and problems on one walk over the files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: set[Problem] = set()
        self.sources: dict[str, Source] = {}

    def load(self, paths: list[Path]) -> Library:
        cards: dict[str, Card] = {}
        evidence: dict[str, Evidence] = {}
        files: dict[str, list[str]] = defaultdict(list)
        card_paths = [path for path in paths if not path.name.endswith(EVIDENCE_SUFFIX)]
        read: list[tuple[Path, Card]] = []
        for path in card_paths:
            card = self.card(path)
            if card is not None:
                files[card.id].append(str(path))
                read.append((path, card))
                cards.setdefault(card.id, card)
        known = frozenset(cards) | {_id_of(self._below(path)) for path in card_paths}
        for path in (path for path in paths if path.name.endswith(EVIDENCE_SUFFIX)):
            card_id = _id_of(self._below(path))
            found = self.evidence(path, card_id, Shelf(cards, evidence, files, known))
            if found is not None and card_id in cards:
                evidence[card_id] = found
        shelf = Shelf(cards, evidence, files, known)
        for path, card in read:
            for rule in (RULES["FC301"], RULES["FC302"]):
                self._report(path, rule.code, rule.check(card, str(path), shelf), self.sources[str(path)])
        wrong = {problem.path for problem in self.problems}
        good = {card.id: path for path, card in reversed(read) if _shown(path) not in wrong}
        return Library(
            root=self.root,
            cards={card_id: cards[card_id] for card_id in sorted(good, key=_by_number)},
            evidence={
                card_id: evidence[card_id]
                for card_id, path in good.items()
                if card_id in evidence and _shown(evidence_path(path)) not in wrong
            },
            files={card_id: self._below(path) for card_id, path in good.items()},
            problems=tuple(sorted(self.problems)),
            known=known,
        )

    def card(self, path: Path) -> Card | None:
        """Read and check one card by itself."""
        source = self._source(path)
        if source is None:
            return None
        self.sources[str(path)] = source
        try:
            card = Card.model_validate(source.data)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False):
                rule = _OF_KIND.get(kind_of(error), RULES["FC199"])
                self._report(path, rule.code, rule.check(error, source), source)
            return None
        for rule in rules_of("FC2"):
            self._report(path, rule.code, rule.check(card, self._below(path)), source)
        return card

    def evidence(self, path: Path, card_id: str, shelf: Shelf) -> Evidence | None:
        """Read and check one evidence file."""
        self._report(path, "FC303", RULES["FC303"].check(card_id, shelf))
        if self._refused_file(path, ("FC001",)):
            return None
        try:
            evidence = Evidence.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            self._report(path, "FC304", RULES["FC304"].check(_first_line(error)))
            return None
        for rule in (RULES["FC305"], RULES["FC306"]):
            self._report(path, rule.code, rule.check(evidence, card_id))
        return evidence

    def _source(self, path: Path) -> Source | None:
        """Read the YAML of a file, or report why not. Each stage takes for granted what the one before it refused."""
        if self._refused_file(path, ("FC001", "FC002")):
            return None
        try:
            raw = path.read_bytes()
        except OSError as error:
            self._report(path, "FC001", iter([Finding(f"can't be read: {error.strerror}", "mend its permissions")]))
            return None
        for code in ("FC003", "FC004", "FC005", "FC006"):
            if self._report(path, code, RULES[code].check(raw)):
                return None
        self._report(path, "FC007", RULES["FC007"].check(raw))
        try:
            return Source(raw.decode())
        except Refused as refused:
            rule = _OF_KIND[refused.kind]
            self._report(path, rule.code, rule.check(refused))
            return None

    def _refused_file(self, path: Path, codes: tuple[str, ...]) -> bool:
        return any(self._report(path, code, RULES[code].check(path, self.root)) for code in codes)

    def _report(self, path: Path, code: str, findings: Iterator[Finding], source: Source | None = None) -> bool:
        """Keep what a rule found; return whether it found anything."""
        found = False
        for finding in findings:
            found = True
            mark = finding.at if isinstance(finding.at, Mark) else Mark(1, 1)
            if source is not None and not isinstance(finding.at, Mark):
                mark = source.mark(finding.at, key=finding.key)
            problem = Problem(_shown(path), mark.line, mark.column, code, finding.message, finding.hint)
            self.problems.add(problem)
        return found

    def _below(self, path: Path) -> PurePosixPath:
        return PurePosixPath(path.relative_to(self.root).as_posix())


def evidence_path(card_path: Path) -> Path:
    """Return where the evidence of the card at `card_path` lies."""
    return card_path.with_name(card_path.stem + EVIDENCE_SUFFIX)


def _records(folder: Path) -> Iterator[Path]:
    """Yield every card and evidence file; links to folders are not followed, so that no loop can trap the walk."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _records(path)
            elif entry.name.endswith((".yaml", ".yml", EVIDENCE_SUFFIX)):
                yield path


def _id_of(path: PurePosixPath) -> str:
    """Return the id that a file's place stands for."""
    return f"{path.parent.name}-{path.name.split('.')[0]}"


def _by_number(card_id: str) -> tuple[str, int]:
    package, _, number = card_id.rpartition("-")
    return package, int(number)


def _shown(path: Path) -> str:
    """Return `path` as the user would type it: relative to the working directory where it lies below it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"]
    return str(error)
