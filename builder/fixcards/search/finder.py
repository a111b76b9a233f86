"""Cards or a published site, searched for the failures that a text or a log shows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, BinaryIO

from fixcards.matching.limits import DEFAULT_LIMIT

# The modules that read an index and search it take longer to import than the interpreter takes to start, so each is
# imported where it is first used. A program that only imports `Finder`, such as one that rarely fails, pays for none.
if TYPE_CHECKING:
    from pathlib import Path

    from fixcards.matching.index.reader import Index
    from fixcards.matching.score.environment import EnvironmentMatch
    from fixcards.matching.score.matcher import Match
    from fixcards.search.answer import Answer
    from fixcards.search.text_search import TextSearch


class Finder:
    """Finds known failures. A text never leaves the machine: of a site only index files are read.

    `Finder.of_site` needs nothing but the standard library, `Finder.of_cards` the extra `[cards]`. `Finder.of_all`
    searches several folders and sites as if they were one.
    """

    def __init__(
        self,
        index: Index,
        site: str | None = None,
        words: Callable[[], bytes] | None = None,
        excluded_cards: int = 0,
        parts: Sequence[Finder] = (),
    ) -> None:
        self.index = index
        self.excluded_cards = excluded_cards
        """Number of cards that have a problem, so that they are not in the index."""
        self.words = words
        """Gives the words that a log's fingerprint leaves as they are, None for a site."""
        published = str(index.head["site"])  # here, so that a missing index is an error here
        self.site = published if site is None else site
        """Address that links start with, empty where it is unknown."""
        self._parts = tuple(parts)

    @property
    def parts(self) -> tuple[Finder, ...]:
        """The finders that are asked, each with one folder or site."""
        return self._parts or (self,)  # not stored: the files of an index in a circle would not be closed in time

    @property
    def name(self) -> str:
        """The folder or the address that was given, by which results say where they are from."""
        return self.index.name

    @classmethod
    def of_all(cls, finders: Iterable[Finder]) -> Finder:
        """Return the finder of all cards of several finders, ranked together.

        Where two have a card with one id, the better match counts, or that of the earlier finder; it says where the
        other one is. Raises `ValueError` without a finder.
        """
        parts = tuple(part for finder in finders for part in finder.parts)
        if not parts:
            raise ValueError("no finder")
        first, *others = parts
        excluded = sum(part.excluded_cards for part in parts)
        return cls(first.index, first.site, first.words, excluded, parts) if others else first

    @classmethod
    def of_cards(
        cls, root: str | Path = "cards", jobs: int | None = 1, *, tracker_hosts: Sequence[str] | None = None
    ) -> Finder:
        """Return the finder of a folder of cards. Cards with a problem are left out, as they are on the site.

        The index is cached. It is written anew where a file has changed, by `jobs` processes (None: one for each
        processor). `tracker_hosts` are hosts whose addresses need not be public, by default those that the project of
        the cards allows in its mkdocs.yml.
        """
        from pathlib import Path

        from fixcards.matching.index.reader import Index
        from fixcards.search.cards_index import EXCLUDED_CARDS, WORDS, cards_index

        parts = cards_index(Path(root), jobs, tracker_hosts)
        index = Index(parts.read, trusted=True, name=str(root))
        return cls(index, words=partial(parts.read, WORDS), excluded_cards=int(parts.read(EXCLUDED_CARDS)))

    @classmethod
    def of_site(cls, where: str) -> Finder:
        """Return the finder of a site: its address, or the folder that it was built into.

        The site may be anyone's: its files are validated and read within limits (`site_files.py`). Raises
        `FixcardsError` where there is no index, one of another version of the program, or one that isn't as its format
        says. So does a search, which reads further files.
        """
        from fixcards.matching.index.reader import Index
        from fixcards.search.site_files import site_files

        files, address = site_files(where)
        return cls(Index(files.read, name=where), address)

    def match(self, text: str, limit: int | None = DEFAULT_LIMIT) -> list[Match]:
        """Return the best `limit` known failures that a text shows, best first; none where nothing fits.

        They are those of `answer`, whatever the size of the text.
        """
        return self.answer(io.BytesIO(text.encode("utf-8", "replace"))).matches[:limit]

    def environment(self, text: str) -> list[EnvironmentMatch]:
        """Return the known failures that the releases of a list are in for, such as that of `pip freeze`."""
        return self._search.environment(text)

    def answer(self, log: BinaryIO, progress: Callable[[int], None] | None = None) -> Answer:
        """Return all known failures that a log of any size shows, each once.

        A log of more than a megabyte is read in chunks, in bounded memory; `progress` is called with the bytes read so
        far.
        """
        return self._search.answer(log, progress)

    @cached_property
    def _search(self) -> TextSearch:
        from fixcards.search.text_search import TextSearch

        sites = {part.name: part.site for part in self.parts} if self.parts[1:] else {}
        return TextSearch([part.index for part in self.parts], self.site, sites, [part.words for part in self.parts])
