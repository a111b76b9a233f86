"""Cards or a published site, searched for the failures that a text or a log shows."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fixcards.matching.index.reader import Index
from fixcards.matching.parse.log_chunks import Log, LogChunk, failure_chunks, without_digits
from fixcards.matching.parse.normalized_failure import NormalizedFailure, normalize_failure
from fixcards.matching.parse.parser import Failure, parse, parse_numbered, split_failures
from fixcards.matching.score.environment import EnvironmentMatch, match_environment
from fixcards.matching.score.matcher import DEFAULT_LIMIT, Match, match_failure
from fixcards.search.answer import Answer

if TYPE_CHECKING:
    from fixcards.search.log_fingerprint import LogFingerprint

SMALL_TEXT_BYTES = 1 << 20
"""Size of the largest text that is parsed as a whole."""
_MAX_SEEN = 100_000
"""Chunks and failures of a log whose matches are stored, in case that it repeats them."""
_KEY_FRAMES, _KEY_LINES = 3, 20


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
        from fixcards.search.site_files import site_files  # not above: a search of cards has no need of it

        files, address = site_files(where)
        return cls(Index(files.read, name=where), address)

    def match(self, text: str, limit: int | None = DEFAULT_LIMIT) -> list[Match]:
        """Return the best `limit` known failures that a text shows, best first; none where nothing fits.

        They are those of `answer`, whatever the size of the text.
        """
        return self.answer(io.BytesIO(text.encode("utf-8", "replace"))).matches[:limit]

    def environment(self, text: str) -> list[EnvironmentMatch]:
        """Return the known failures that the releases of a list are in for, such as that of `pip freeze`."""
        return match_environment(parse(text), *self._indexes)

    def answer(self, log: BinaryIO, progress: Callable[[int], None] | None = None) -> Answer:
        """Return all known failures that a log of any size shows, each once.

        A log above `SMALL_TEXT_BYTES` is read in chunks, in bounded memory; `progress` is called with the bytes read
        so far.
        """
        start = log.read(SMALL_TEXT_BYTES + 1)
        if len(start) > SMALL_TEXT_BYTES:
            return self._scan(_Rejoined(start, log), progress)
        failure = parse(start.decode("utf-8", "replace"))
        answer = self._answer(failure)
        for part in split_failures(failure):
            answer.add(failure, self._match(normalize_failure(part)))
        answer.environment = match_environment(failure, *self._indexes)
        return answer

    def _scan(self, log: Log, progress: Callable[[int], None] | None) -> Answer:
        answer = self._answer(parse(""))
        seen: dict[bytes, list[Match]] = {}
        for done, chunk in failure_chunks(log):
            if chunk is not None:
                self._add_chunk(chunk, seen, answer)
            elif progress:
                progress(done)
        return answer

    def _add_chunk(self, chunk: LogChunk, seen: dict[bytes, list[Match]], answer: Answer) -> None:
        """Add the failures of a chunk. Logs repeat themselves with other values, and what was seen is only counted."""
        content = without_digits(chunk.content)
        key = _digest(self._fingerprint.of(content) if self._fingerprint else content)
        if key in seen:
            answer.add(answer.failure, seen[key])
            return
        if len(seen) >= _MAX_SEEN:
            seen.clear()
        matches: list[Match] = []
        for part in split_failures(parse_numbered(chunk.numbered())):
            failure = normalize_failure(part)
            failure_key = _digest(without_digits(_failure_key(failure).encode()))
            if failure_key not in seen:
                seen[failure_key] = self._match(failure)
            answer.add(part, seen[failure_key])
            matches += seen[failure_key]
        seen[key] = matches

    def _match(self, failure: NormalizedFailure) -> list[Match]:
        return _cards(match_failure(failure, *self._indexes))

    def _answer(self, failure: Failure) -> Answer:
        return Answer(failure, self.site, {part.name: part.site for part in self.parts} if self.parts[1:] else {})

    @property
    def _indexes(self) -> list[Index]:
        return [part.index for part in self.parts]

    @cached_property
    def _fingerprint(self) -> LogFingerprint | None:
        words = [part.words for part in self.parts]
        if not all(words):
            return None
        from fixcards.search.log_fingerprint import LogFingerprint  # not above: only large logs need it

        texts = [read() for read in words if read]
        return LogFingerprint(texts[0] if not texts[1:] else b" ".join(sorted({*b" ".join(texts).split()})))


class _Rejoined:
    """A log whose first bytes were read already."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int) -> bytes:
        start, self._start = self._start[:size], self._start[size:]
        return start or self._rest.read(size)


def _cards(matches: list[Match]) -> list[Match]:
    """Return the matches of cards: the index of a site has its other pages, too."""
    return [match for match in matches if match.entry.display.get("kind") != "page"]


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=12).digest()


def _failure_key(failure: NormalizedFailure) -> str:
    """Return a text that is the same for failures with the same matches, whatever their values are."""
    exceptions = zip(failure.exceptions, failure.failure.exceptions, strict=True)
    texts = [f"{text.normal_form} {exception.frames[-_KEY_FRAMES:]}" for text, exception in exceptions]
    return "\n".join(texts or [text.normal_form for text in failure.lines[-_KEY_LINES:]])
