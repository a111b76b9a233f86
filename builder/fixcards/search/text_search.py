"""A text or a log of any size, searched in indexes for the failures that it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from fixcards.matching.index.reader import Index
from fixcards.matching.parse.failures import split_failures
from fixcards.matching.parse.log_chunks import Log, LogChunk, failure_chunks, without_digits
from fixcards.matching.parse.normalized_failure import NormalizedFailure, normalize_failure
from fixcards.matching.parse.parser import Failure, parse, parse_numbered
from fixcards.matching.score.environment import EnvironmentMatch, match_environment
from fixcards.matching.score.matcher import Match, match_failure
from fixcards.search.answer import Answer

if TYPE_CHECKING:
    from fixcards.search.log_fingerprint import LogFingerprint

SMALL_TEXT_BYTES = 1 << 20
"""Size of the largest text that is parsed as a whole."""
_MAX_SEEN = 100_000
"""Chunks and failures of a log whose matches are stored, in case that it repeats them."""
_KEY_FRAMES, _KEY_LINES = 3, 20


class TextSearch:
    """Searches indexes as if they were one. It is the engine of `Finder`, which has the public documentation.

    `site` and `sites` are what an answer says of addresses. `words` gives for each index the words that a log's
    fingerprint leaves as they are, None for one that has none.
    """

    def __init__(
        self,
        indexes: Sequence[Index],
        site: str,
        sites: Mapping[str, str],
        words: Sequence[Callable[[], bytes] | None],
    ) -> None:
        self._indexes = tuple(indexes)
        self._site, self._sites = site, dict(sites)
        self._words = tuple(words)

    def environment(self, text: str) -> list[EnvironmentMatch]:
        """Return the known failures that the releases of a list are in for."""
        return match_environment(parse(text), *self._indexes)

    def answer(self, log: BinaryIO, progress: Callable[[int], None] | None = None) -> Answer:
        """Return all known failures that a log of any size shows, each once."""
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
            answer.count_again(seen[key])
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
        return Answer(failure, self._site, dict(self._sites))

    @cached_property
    def _fingerprint(self) -> LogFingerprint | None:
        if not all(self._words):
            return None
        from fixcards.search.log_fingerprint import LogFingerprint  # not above: only large logs need it

        texts = [read() for read in self._words if read]
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
