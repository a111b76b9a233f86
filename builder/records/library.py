"""The folder `cards/` off the disk: every card, or its problems."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from builder.errors import FixcardsError
from builder.records import related, tally
from builder.records.card import Card
from builder.records.evidence import EVIDENCE_SUFFIX, Evidence
from builder.records.problem import Problem
from builder.records.rules import Finding
from builder.records.rules.library import Shelf
from builder.records.rules.rule import RULES, rules_of
from builder.records.rules.shape import errors_in, kind_of
from builder.records.rules.text import MAX_BYTES, MAX_EVIDENCE_BYTES, unreadable
from builder.records.source import Mark, Refused, Source
from builder.records.tally import Tally

_SUFFIXES = (".yaml", ".yml", EVIDENCE_SUFFIX)
_OF_CARDS = rules_of("FC2")
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
    tally: Mapping[str, Tally]
    problems: tuple[Problem, ...]
    known: frozenset[str]
    """Ids of all card files, those with problems included."""
    paths: tuple[str, ...] = ()
    """Every file that is named like a record, as problems name it."""

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

    def summary(self, problems: Sequence[Problem], seconds: float, paths: Collection[str] | None = None) -> str:
        """Return one line about a check that took so long: cards, packages, problems by code, seconds.

        It counts the cards among `paths`, by default all.
        """
        cards = [path for path in (self.paths if paths is None else paths) if not _is_evidence(path)]
        packages = len({os.path.dirname(path) for path in cards})  # noqa: PTH120 - on every path of a large library
        codes = ", ".join(f"{code} {number}" for code, number in sorted(Counter(p.code for p in problems).items()))
        return (
            f"{_count(len(cards), 'card')}, {_count(packages, 'package')}, "
            f"{_count(len(problems), 'problem')}{f' ({codes})' if codes else ''}, {seconds:.2f} s"
        )


def load(root: Path) -> Library:
    """Read every record below `root`.

    Total: a bad file becomes problems and stops no other. Raises `FixcardsError` only where `root` itself
    can't be read.
    """
    return _Loader(root).load()


def read_card(path: Path, root: Path) -> tuple[Card | None, list[Problem]]:
    """Read one card file: the card where it fits the model, and its problems as far as it shows them alone."""
    loader = _Loader(root)
    return loader.card(path), sorted(loader.problems)


class _Loader:
    """Collects cards, evidence and problems on one walk over the files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.problems: set[Problem] = set()

    def load(self) -> Library:
        paths = sorted(self._walk(), key=os.fspath)
        of_cards = [path for path in paths if not _is_evidence(path.name)]
        read = {path: card for path in of_cards if (card := self.card(path)) is not None}
        owners = self._owners(read)
        below = {path: self._below(path) for path in of_cards}
        shelf = Shelf(
            files={card_id: [_shown(path) for path in of_id] for card_id, of_id in owners.items()},
            known=frozenset(owners) | {f"{place.parent.name}-{place.stem}" for place in below.values()},
            places=frozenset(below.values()),
        )
        evidence = {}
        for path in paths:
            if _is_evidence(path.name):
                beside = path.with_name(path.name[: -len(EVIDENCE_SUFFIX)] + ".yaml")
                evidence[beside] = self.evidence(path, read.get(beside), shelf)
        for path, card in read.items():
            self._check_on_shelf(path, card, shelf)
        tallies = self.tally()
        # Evidence that contradicts its card is shown all the same: it is right, and the card is to be mended.
        wrong = {problem.path for problem in self.problems if problem.code != "FC308"}
        good = {card.id: path for path, card in read.items() if _shown(path) not in wrong}
        good = dict(sorted(good.items(), key=lambda item: _by_number(item[0])))
        return Library(
            root=self.root,
            cards={card_id: read[path] for card_id, path in good.items()},
            evidence={
                card_id: found
                for card_id, path in good.items()
                if (found := evidence.get(path)) is not None and _shown(evidence_path(path)) not in wrong
            },
            files={card_id: below[path] for card_id, path in good.items()},
            tally=tallies,
            problems=tuple(sorted(self.problems)),
            known=shelf.known,
            paths=tuple(_shown(path) for path in paths),
        )

    def card(self, path: Path) -> Card | None:
        """Read and check one card by itself."""
        source = self._source(path)
        if source is None:
            return None
        card, invalid = None, None
        try:
            card = Card.model_validate(source.data)
        except ValidationError as misfit:
            invalid = misfit
        for error in errors_in(source.data, invalid):
            rule = _OF_KIND.get(kind_of(error), RULES["FC199"])
            self._report(path, rule.code, rule.check(error, source), source)
        if card is not None:
            below = self._below(path)
            for rule in _OF_CARDS:
                self._report(path, rule.code, rule.check(card, below), source)
        return card

    def evidence(self, path: Path, card: Card | None, shelf: Shelf) -> Evidence | None:
        """Read and check one evidence file, which lies beside `card`."""
        if self._report(path, "FC303", RULES["FC303"].check(self._below(path), shelf)):
            return None
        raw = self._bytes(path, MAX_EVIDENCE_BYTES)
        if raw is None or self._report(path, "FC003", RULES["FC003"].check(raw)):
            return None
        try:
            evidence = Evidence.model_validate_json(raw)
        except ValidationError as error:
            self._report(path, "FC304", RULES["FC304"].check(*_first_fault(error, raw)))
            return None
        if card is not None:
            self._report(path, "FC305", RULES["FC305"].check(evidence, card.id))
            self._report(path, "FC308", RULES["FC308"].check(evidence, card))
        self._report(path, "FC306", RULES["FC306"].check(evidence))
        return evidence

    def tally(self) -> dict[str, Tally]:
        """Read the counted reports of readers."""
        path = self.root / tally.FILE
        raw = self._bytes(path, MAX_EVIDENCE_BYTES) if os.path.lexists(path) else None
        try:
            return tally.parsed(raw) if raw is not None else {}
        except ValidationError as error:
            self._report(path, "FC307", RULES["FC307"].check(*_first_fault(error, raw or b"")))
            return {}

    def _walk(self) -> Iterator[Path]:
        """Yield every path that is named like a record.

        Links to folders are not followed, so that no loop can trap the walk; they are yielded to be reported.
        """
        folders = [self.root]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as found:
                    entries = [(folder / entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
            except OSError as error:
                if folder == self.root:
                    raise FixcardsError(f"{folder}: the cards can't be read: {error.strerror}") from None
                self._report(folder, "FC001", iter([unreadable(error)]))
                continue
            for path, is_folder in entries:
                if path.name.startswith("."):
                    continue
                if path.name.lower().endswith(_SUFFIXES) or (not is_folder and os.path.isdir(path)):  # noqa: PTH112
                    yield path
                elif is_folder:
                    folders.append(path)

    def _owners(self, read: Mapping[Path, Card]) -> dict[str, list[Path]]:
        """Return the files of each id, the one in the right place first."""
        owners: dict[str, list[Path]] = defaultdict(list)
        for path, card in read.items():
            in_place = self._below(path).parts == (card.package, f"{card.number}.yaml")
            owners[card.id].insert(0 if in_place else len(owners[card.id]), path)
        return owners

    def _check_on_shelf(self, path: Path, card: Card, shelf: Shelf) -> None:
        for code, findings in (
            ("FC301", RULES["FC301"].check(card, _shown(path), shelf)),
            ("FC302", RULES["FC302"].check(card, shelf)),
        ):
            # Read once more for the places: to keep those of all cards would take a gigabyte for ten thousand.
            for finding in findings:
                self._report(path, code, iter([finding]), self._source(path))

    def _bytes(self, path: Path, most: int) -> bytes | None:
        """Read a file, or report why it isn't one that may be read."""
        if self._report(path, "FC001", RULES["FC001"].check(path, self.real_root)):
            return None
        try:
            with path.open("rb") as file:
                raw = file.read(most + 1)
        except OSError as error:
            self._report(path, "FC001", iter([unreadable(error)]))
            return None
        return None if self._report(path, "FC002", RULES["FC002"].check(raw, most)) else raw

    def _source(self, path: Path) -> Source | None:
        """Read the YAML of a file, or report why not. Each stage takes for granted what the one before it refused."""
        raw = self._bytes(path, MAX_BYTES)
        if raw is None or self._report(path, "FC003", RULES["FC003"].check(raw)):
            return None
        text = raw.decode()
        for code in ("FC004", "FC005", "FC006", "FC008"):
            if self._report(path, code, RULES[code].check(text)):
                return None
        self._report(path, "FC007", RULES["FC007"].check(text))
        try:
            return Source(text)
        except Refused as refused:
            rule = _OF_KIND[refused.kind]
            self._report(path, rule.code, rule.check(refused))
            return None

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
        try:
            return PurePosixPath(path.relative_to(self.root).as_posix())
        except ValueError:  # the same folder by another name
            return PurePosixPath(Path(os.path.relpath(os.path.realpath(path), self.real_root)).as_posix())


def evidence_path(card_path: Path) -> Path:
    """Return where the evidence of the card at `card_path` lies."""
    return card_path.with_name(card_path.stem + EVIDENCE_SUFFIX)


def _is_evidence(name: str) -> bool:
    return name.lower().endswith(EVIDENCE_SUFFIX)


def _by_number(card_id: str) -> tuple[str, int]:
    package, _, number = card_id.rpartition("-")
    return package, int(number)


def _shown(path: Path) -> str:
    """Return `path` as the user would type it: relative to the working directory where it lies below it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links
    here = os.getcwd().rstrip(os.sep) + os.sep  # noqa: PTH109 - called for every file
    return absolute[len(here) :] if absolute.startswith(here) else str(path)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _first_fault(error: ValidationError, raw: bytes) -> tuple[str, Mark]:
    """Return what is wrong first in a file of JSON that isn't typed by hand, and where."""
    first = error.errors(include_url=False)[0]
    text = raw.decode()
    if first["type"] == "json_invalid":
        try:
            json.loads(text)
        except json.JSONDecodeError as fault:
            # Python's own reader counts columns in characters.
            return f"{fault.msg[:1].lower()}{fault.msg[1:]}", Mark(fault.lineno, fault.colno)
        except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
            pass
        return first["msg"], Mark(1, 1)
    where = ".".join(str(step) for step in first["loc"])
    try:
        mark = Source(text).mark(first["loc"])
    except Refused:
        mark = Mark(1, 1)
    return f"{where}: {first['msg']}" if where else first["msg"], mark
