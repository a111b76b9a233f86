"""The cards that a command is to execute."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixcards.errors import FixcardsError
from fixcards.records.evidence import EVIDENCE_SUFFIX, run_digest
from fixcards.records.library import Library
from fixcards.verify.branch_changes import branch_changes
from fixcards.verify.session import Task


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
    oldest: int | None = None
    """Number of cards: of those that fulfil the other conditions, the ones whose evidence is oldest."""

    def tasks(self, library: Library, today: date) -> list[Task]:
        """Return the selected cards, those that took longest last time first, so that none is waited for alone.

        Cards without evidence follow in the library's order. Raises `FixcardsError` where a name matches no card.
        """
        ids = list(library.cards)
        if self.names:
            selected = {card_id for name in self.names for card_id in _cards_named(library, name)}
            ids = [card_id for card_id in ids if card_id in selected]
        if self.changed is not None:
            changed = changed_files(library.root, self.changed)
            ids = [card_id for card_id in ids if _path(library, card_id).resolve() in changed]
        if self.stale is not None:
            ids = [card_id for card_id in ids if _is_stale(library, card_id, self.stale, today)]
        if self.shard is not None:
            part, parts = self.shard
            ids = [card_id for card_id in ids if _number(card_id) % parts == part - 1]
        if self.not_by_ci:
            ids = [card_id for card_id in ids if not _is_by_ci(library, card_id)]
        if self.oldest is not None:
            ids = sorted(ids, key=lambda card_id: (library.summaries[card_id].last_verified, card_id))[: self.oldest]
        ids.sort(key=lambda card_id: -library.summaries[card_id].seconds)
        return [Task(library.cards[card_id], _path(library, card_id)) for card_id in ids]


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


def _cards_named(library: Library, name: str) -> Iterator[str]:
    """Yield the ids of the cards that a name on the command line stands for."""
    path = Path(name)
    if name in library.cards:
        yield name
    elif path.exists():
        folder = path.resolve()
        ids = [card_id for card_id in library.cards if _path(library, card_id).resolve().is_relative_to(folder)]
        if not ids:
            raise FixcardsError(f"{name}: has no card without problems; run `fixcards check {name}`")
        yield from ids
    elif name in library.packages:
        yield from (card.id for card in library.packages[name])
    elif name in library.all_ids:
        raise FixcardsError(f"{name}: has problems; run `fixcards check`")
    else:
        raise FixcardsError(f"{name}: no such card; give an id such as httpx-271, a package, a file or a folder")


def _is_stale(library: Library, card_id: str, days: int, today: date) -> bool:
    evidence = library.evidence.get(card_id)
    if evidence is None or evidence.digest != run_digest(library.cards[card_id]):
        return True
    return (today - evidence.last_verified).days > days


def _is_by_ci(library: Library, card_id: str) -> bool:
    evidence = library.evidence.get(card_id)
    return evidence is not None and evidence.provenance.runner == "ci"


def _path(library: Library, card_id: str) -> Path:
    return library.root / library.files[card_id]


def _number(card_id: str) -> int:
    """Return a number that is the same on every machine and spreads cards with similar ids over the parts."""
    return int.from_bytes(hashlib.sha256(card_id.encode()).digest()[:8], "big")
