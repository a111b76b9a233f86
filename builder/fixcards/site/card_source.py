"""Where a card comes from, so that another process can read it there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from fixcards.errors import FixcardsError
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.library import Library
from fixcards.records.record import Content, RecordReader, checked_card, read_content, unpickle_card


class CardSource(NamedTuple):
    """The files of one card, as they were when they were checked."""

    root: str
    path: str
    """Card file below `root`, as is `evidence_path`."""
    evidence_path: str | None
    has_evidence: bool
    """Whether the evidence has no problem, so that the page shows it."""
    digest: bytes | None
    """Of the content of both files; None where they could not be read in one go."""
    parsed: bytes | None
    """The card, if it was read just now."""
    tracker_hosts: tuple[str, ...] = ()
    """Hosts whose addresses need not be public."""

    @classmethod
    def of(cls, library: Library, card_id: str) -> CardSource:
        """Return the source of a card of a library."""
        return cls(
            str(library.root_of(card_id)),
            library.files[card_id],
            library.evidence_files.get(card_id),
            card_id in library.with_evidence,
            library.digests.get(card_id),
            library.parsed_cards.get(card_id),
            library.tracker_hosts,
        )

    @property
    def key(self) -> bytes:
        """The digest, or a value that differs each time, so that a card without one is made by every build."""
        return self.digest or os.urandom(16)

    def read(self) -> tuple[Card, Evidence | None, Content]:
        """Return the card, its evidence and the content of both files.

        Raises `FixcardsError` where they are not as they were checked.
        """
        content = read_content(self.root, self.path, self.evidence_path)
        if content and (self.digest or content.digest) == content.digest:
            if self.digest:
                card = unpickle_card(self.parsed) if self.parsed is not None else checked_card(content)
                return card, self._evidence(content), content
            root = Path(self.root)
            evidence_path = root / self.evidence_path if self.evidence_path else None
            checked, evidence, *_ = RecordReader(root, self.tracker_hosts).read(
                root / self.path, evidence_path, content
            )
            if checked is not None:
                return checked, evidence, content
        raise FixcardsError(f"{self.path}: was changed while the site was built; build it again")

    def _evidence(self, content: Content) -> Evidence | None:
        return Evidence.model_validate_json(content.evidence) if self.has_evidence and content.evidence else None
