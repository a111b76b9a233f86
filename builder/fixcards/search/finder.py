"""Cards or a published site, asked for the failures in a text or a log."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from fixcards import cache
from fixcards.errors import FixcardsError
from fixcards.matching.index.index import Index, build
from fixcards.matching.parse.log_chunks import Log, LogChunk, failure_chunks, without_digits
from fixcards.matching.parse.normalize import normalize
from fixcards.matching.parse.parser import Failure, parse, parse_numbered, split_failures
from fixcards.matching.score.matcher import DEFAULT_LIMIT, Match, match, sort_key
from fixcards.search.index_cache import IndexCache

if TYPE_CHECKING:
    from fixcards.search.log_fingerprint import LogFingerprint

INDEX_FOLDER = "search"
"""Where a site has its index."""
SMALL_TEXT_BYTES = 1 << 20
"""Bytes up to which a text is looked at as a whole."""
_TIMEOUT = 30
_MAX_SEEN = 100_000
_WORDS = "words"
_LEFT_OUT = "left out"
_SITE_URL = re.compile(r"^site_url:\s*['\"]?([^'\"\s#]+)", re.MULTILINE)


@dataclass
class Answer:
    """What was found. `failure` is the one with the best match, or else the last that was read."""

    failure: Failure
    found: dict[str, tuple[Match, int]] = field(default_factory=dict)
    site: str = ""
    _best: tuple[int, int, str] | None = None
    """What the best match is ordered by."""

    @property
    def matches(self) -> list[Match]:
        """The matches, best first."""
        return sorted((each for each, _ in self.found.values()), key=sort_key)

    def times(self, card_id: str) -> int:
        """Return how often a known failure was seen."""
        return self.found[card_id][1]

    def url(self, each: Match) -> str:
        """Return the address of a match's card."""
        return self.site + str(each.entry.display.get("path", ""))

    def as_dict(self, limit: int = DEFAULT_LIMIT) -> dict[str, Any]:
        """Return plain data as `fixcards.matching.json_response.SCHEMA` describes it."""
        from fixcards.matching.json_response import answer  # not above, for a person is shown lines

        ranked = ((each, self.times(each.entry.id)) for each in self.matches[:limit])
        return answer(self.failure, ranked, self.site)

    def add(self, failure: Failure, matches: list[Match]) -> None:
        """Take over what one failure matches."""
        if not self.found or (matches and self._best is not None and sort_key(matches[0]) < self._best):
            self.failure = failure
        for each in matches:
            known, times = self.found.get(each.entry.id, (None, 0))
            if known is each:
                self.found[each.entry.id] = (each, times + 1)
                continue
            self._best = min(self._best or sort_key(each), sort_key(each))
            if known is None:
                self.found[each.entry.id] = (each, 1)
                continue
            first = min((at for at in (known.line, each.line) if at), default=0)
            better = min(known, each, key=sort_key)
            self.found[each.entry.id] = (better if better.line == first else replace(better, line=first), times + 1)


class Finder:
    """Finds known failures. Nothing that it is given leaves the machine: of a site it reads index files only."""

    def __init__(
        self, index: Index, site: str | None = None, words: Callable[[], bytes] | None = None, excluded_cards: int = 0
    ) -> None:
        self.index = index
        self.excluded_cards = excluded_cards  # cards that have a problem, so that they are not in the index
        self._words = words
        published = str(index.head["site"])  # here, so that an index that is not there is an error here
        self.site = published if site is None else site

    @cached_property
    def _fingerprint(self) -> LogFingerprint | None:
        if self._words is None:
            return None
        from fixcards.search.log_fingerprint import LogFingerprint

        return LogFingerprint(self._words())

    @classmethod
    def of_cards(cls, root: str | Path = "cards", jobs: int | None = 1) -> Finder:
        """Return the finder of a folder of cards. Cards with a problem are left out, as they are on the site.

        The index is kept, and made anew, by so many processes (None: one for each processor, as `Workers` has it),
        where a file has another size or time of change.
        """
        root = Path(root)
        kept = IndexCache(root, lambda: dict(_index(root, jobs)))
        return cls(Index(kept.read), _site_url(root), partial(kept.read, _WORDS), int(kept.read(_LEFT_OUT)))

    @classmethod
    def of_site(cls, where: str) -> Finder:
        """Return the finder of a published site: its address, or the folder that it was built into."""
        if re.match(r"https?://", where):
            address = where.rstrip("/") + "/"
            return cls(Index(lambda path: _fetch(f"{address}{INDEX_FOLDER}/{path}")), address)
        folder = Path(where) / INDEX_FOLDER
        if not folder.is_dir():
            raise FixcardsError(f"{where}: has no search index; give the address or the folder of a built site")
        return cls(Index(lambda path: (folder / path).read_bytes()))

    def match(self, text: str, limit: int = DEFAULT_LIMIT) -> list[Match]:
        """Return the known failures that a text fits, best first."""
        return [each for each in match(parse(text), self.index, limit) if _is_card(each)]

    def answer(self, log: BinaryIO, progress: Callable[[int], None] | None = None) -> Answer:
        """Return what a log of any size holds, each known failure once. `progress` is told the bytes read so far."""
        start = log.read(SMALL_TEXT_BYTES + 1)
        if len(start) <= SMALL_TEXT_BYTES:
            failure = parse(start.decode("utf-8", "replace"))
            found = Answer(failure, site=self.site)
            for part in split_failures(failure):
                found.add(failure, self._matches(part))
            return found
        return self._scan(_Rejoined(start, log), progress)

    def _scan(self, log: Log, progress: Callable[[int], None] | None) -> Answer:
        found = Answer(parse(""), site=self.site)
        known: dict[bytes, list[Match]] = {}
        for done, part in failure_chunks(log):
            if part is None:
                if progress:
                    progress(done)
                continue
            self._count(part, known, found)
        return found

    def _count(self, part: LogChunk, known: dict[bytes, list[Match]], found: Answer) -> None:
        """Add what a part of a log holds. Logs repeat themselves with other values: what was read once is counted."""
        content = without_digits(part.content)
        key = _digest(self._fingerprint.of(content) if self._fingerprint else content)
        if key in known:
            found.add(found.failure, known[key])
            return
        if len(known) >= _MAX_SEEN:
            known.clear()
        everything: list[Match] = []
        for failure in split_failures(parse_numbered(part.numbered())):
            inner = _digest(without_digits(_key(failure).encode()))
            if inner not in known:
                known[inner] = self._matches(failure)
            found.add(failure, known[inner])
            everything += known[inner]
        known[key] = everything

    def _matches(self, failure: Failure) -> list[Match]:
        return [each for each in match(failure, self.index, DEFAULT_LIMIT) if _is_card(each)]


class _Rejoined:
    """A log whose first bytes were read already."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int) -> bytes:
        start, self._start = self._start[:size], self._start[size:]
        return start or self._rest.read(size)


def _index(root: Path, jobs: int | None) -> Iterator[tuple[str, bytes]]:
    """Yield the index files of a folder of cards, the words for an outline, and how many cards were left out."""
    from fixcards.exports.index_entries import index_entries
    from fixcards.records.library import load
    from fixcards.search.log_fingerprint import known_words
    from fixcards.worker_pool import WorkerPool

    with WorkerPool(jobs) as workers:
        library = load(root, cache.cache_dir(root), workers)
        known = tuple(index_entries(library.summaries.values()))
        yield from build(known, pool=workers)
    yield _WORDS, known_words(known)
    yield _LEFT_OUT, str(len(library.all_ids) - len(library.summaries)).encode()


def _is_card(each: Match) -> bool:
    return each.entry.display.get("kind") != "page"


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=12).digest()


def _key(failure: Failure) -> str:
    """Return what two failures have in common that are the same."""
    heads = [f"{head.name}: {normalize(head.message)} {head.frames[-3:]}" for head in failure.exceptions]
    return "\n".join(heads or [normalize(loose.text) for loose in failure.lines[-20:]])


def _site_url(root: Path) -> str:
    """Return the address of the site that the cards belong to: `site_url` of the mkdocs.yml beside their folder."""
    try:
        found = _SITE_URL.search((root.resolve().parent / "mkdocs.yml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        found = None
    return found[1].rstrip("/") + "/" if found else ""


def _fetch(address: str) -> bytes:
    import http.client
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT) as response:  # noqa: S310 - http and https only
            return bytes(response.read())
    except (OSError, ValueError, http.client.HTTPException) as error:  # the server's fault, the address's, the server's
        raise FixcardsError(f"{address}: {getattr(error, 'reason', error)}") from None
