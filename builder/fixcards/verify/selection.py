"""The cards that a command is to execute."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixcards.errors import FixcardsError
from fixcards.records.card import Card
from fixcards.records.draft import Draft
from fixcards.records.evidence import EVIDENCE_SUFFIX, run_digest
from fixcards.records.library import Library
from fixcards.records.record import evidence_path
from fixcards.verify.branch_changes import branch_changes
from fixcards.verify.session import Task, read_evidence


@dataclass(frozen=True, slots=True)
class Selection:
    """The conditions for a card to be executed. A card must fulfil all of them; without any, every card does."""

    names: tuple[str, ...] = ()
    """Card ids, packages, files or folders."""
    changed: str | None = None
    """Commit or branch: cards that differ from where the current branch left it; empty for the main branch."""
    stale: int | None = None
    """Days: cards without evidence, with evidence of an earlier form of the card, or with older evidence."""
    shard: tuple[int, int] | None = None
    """Part, counted from 1, and number of parts."""
    not_by_ci: bool = False
    """Cards without evidence that continuous integration made, as the evidence says."""
    lines: bool = False
    """Cards that have a line to copy and evidence of their present form."""
    oldest: int | None = None
    """Number of cards: of those that fulfil the other conditions, the ones whose evidence is oldest."""

    def tasks(self, library: Library, today: date, drafts: Sequence[Draft] = ()) -> list[Task]:
        """Return the selected cards, those that took longest last time first, so that none is waited for alone.

        Drafts and cards without evidence follow in the library's order. Raises `FixcardsError` where a name matches no
        card, or one that can't be run.
        """
        candidates = _Candidates(library, drafts)
        ids = candidates.ids
        if self.names:
            selected = {card_id for name in self.names for card_id in candidates.named(name)}
            ids = [card_id for card_id in ids if card_id in selected]
        if self.changed is not None:
            changed = {path for root in library.roots for path in changed_files(root, self.changed)}
            ids = [card_id for card_id in ids if candidates.path(card_id).resolve() in changed]
        if self.stale is not None:
            ids = [card_id for card_id in ids if candidates.is_stale(card_id, self.stale, today)]
        if self.shard is not None:
            part, parts = self.shard
            ids = [card_id for card_id in ids if _number(card_id) % parts == part - 1]
        if self.not_by_ci:
            ids = [card_id for card_id in ids if not _is_by_ci(library, card_id)]
        if self.lines:
            ids = [card_id for card_id in ids if _has_lines(library, card_id)]
        if self.oldest is not None:
            ids = sorted(ids, key=candidates.age)[: self.oldest]
        ids.sort(key=lambda card_id: -library.summaries[card_id].seconds if card_id in library.summaries else 0)
        return [Task(candidates.card(card_id), candidates.path(card_id)) for card_id in ids]


class _Candidates:
    """The cards of a library and its drafts, by id."""

    def __init__(self, library: Library, drafts: Sequence[Draft]) -> None:
        self.library = library
        self._refused = [draft for draft in drafts if draft.card is None]
        self._drafts = {draft.card.id: (draft.card, draft.path) for draft in reversed(drafts) if draft.card is not None}
        for card_id in library.cards:
            self._drafts.pop(card_id, None)

    @property
    def ids(self) -> list[str]:
        return [*self.library.cards, *sorted(self._drafts)]

    def card(self, card_id: str) -> Card:
        return self._drafts[card_id][0] if card_id in self._drafts else self.library.cards[card_id]

    def path(self, card_id: str) -> Path:
        if card_id in self._drafts:
            return self._drafts[card_id][1]
        return self.library.path_of(card_id)

    def age(self, card_id: str) -> tuple[str, str]:
        """Return the place in the order of age: the cards with the oldest evidence come first; a draft has none."""
        summary = self.library.summaries.get(card_id)
        return summary.last_verified if summary else "", card_id

    def is_stale(self, card_id: str, days: int, today: date) -> bool:
        drafted = card_id in self._drafts
        evidence = read_evidence(evidence_path(self.path(card_id))) if drafted else self.library.evidence.get(card_id)
        if evidence is None or evidence.digest != run_digest(self.card(card_id)):
            return True
        return (today - evidence.last_verified).days > days

    def named(self, name: str) -> Iterator[str]:
        """Yield the ids of the cards that a name on the command line stands for."""
        path = Path(name)
        if name in self.library.cards or name in self._drafts:
            yield name
        elif path.exists():
            folder = path.resolve()
            ids = [card_id for card_id in self.ids if self.path(card_id).resolve().is_relative_to(folder)]
            if not ids:
                raise FixcardsError(self._refusal(name, folder))
            yield from ids
        elif of_package := [card_id for card_id in self.ids if self._package(card_id) == name]:
            yield from of_package
        elif name in self.library.successors:
            yield from self.named(self.library.successors[name])
        elif name in self.library.all_ids:
            places = [draft.path for draft in self._refused if "-".join(draft.path.with_suffix("").parts[-2:]) == name]
            raise FixcardsError(self._refusal(name, places[0].resolve() if places else self.library.root / name))
        else:
            raise FixcardsError(f"{name}: no such card; give an id such as httpx-271, a package, a file or a folder")

    def _package(self, card_id: str) -> str:
        if card_id in self._drafts:
            return self._drafts[card_id][0].package
        return self.library.summaries[card_id].package

    def _refusal(self, name: str, folder: Path) -> str:
        """Return why none of the cards at a place can be run."""
        reasons = [draft.reason for draft in self._refused if draft.path.resolve().is_relative_to(folder)]
        if not reasons:
            return f"{name}: has no card that can be run"
        more = f"; {len(reasons) - 1} more cards there can't be run" if len(reasons) > 1 else ""
        return f"{name}: has problems in what is run: {reasons[0]}{more}; `fixcards check` lists them all"


def shard(text: str) -> tuple[int, int]:
    """Return part and number of parts from `I/N`. Raises `ValueError` for anything else."""
    part, parts = (int(number) for number in text.split("/"))
    if not 1 <= part <= parts:
        raise ValueError(text)
    return part, parts


def changed_files(root: Path, base: str) -> set[Path]:
    """Return the card files that differ from the point where the current branch left `base`, uncommitted ones included.

    A card counts as changed when its evidence is. Raises `FixcardsError` where git can't compare.
    """
    files = [(root / name).resolve() for name in branch_changes(root, base).files]
    return {
        path.with_name(path.name[: -len(EVIDENCE_SUFFIX)] + ".yaml") if path.name.endswith(EVIDENCE_SUFFIX) else path
        for path in files
    }


def _has_lines(library: Library, card_id: str) -> bool:
    card, evidence = library.cards.get(card_id), library.evidence.get(card_id)
    if card is None or evidence is None or evidence.digest != run_digest(card):
        return False
    return any(fix.install is not None for fix in card.fixes)


def _is_by_ci(library: Library, card_id: str) -> bool:
    evidence = library.evidence.get(card_id)
    return evidence is not None and evidence.provenance.runner == "ci"


def _number(card_id: str) -> int:
    """Return a number that is the same on every machine and spreads cards with similar ids over the parts."""
    return int.from_bytes(hashlib.sha256(card_id.encode()).digest()[:8], "big")
