"""The known failures that a text or a log shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from fixcards.matching.limits import DEFAULT_LIMIT
from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.environment import EnvironmentMatch
from fixcards.matching.score.matcher import Match, sort_key


@dataclass
class Answer:
    """All known failures that a text or a log shows, each once.

    `failure` is what was read: the failure with the best match, or the last one where nothing matches.
    """

    failure: Failure
    site: str = ""
    """Address that links start with, empty where it is unknown."""
    sites: dict[str, str] = field(default_factory=dict)
    """The same of each folder and site that was searched, by its name, where these were several."""
    occurrences: dict[str, tuple[Match, int]] = field(default_factory=dict)
    """The best match of each card by its id, and how often the card matches."""
    environment: list[EnvironmentMatch] = field(default_factory=list)
    """The known failures that the releases of a list are in for, where the text is one."""
    _best: tuple[int, int, bool, str] | None = None
    """Sort key of the best match."""

    @property
    def matches(self) -> list[Match]:
        """The matches, best first."""
        return sorted((match for match, _ in self.occurrences.values()), key=sort_key)

    def times(self, card_id: str) -> int:
        """Return how often a card matches. Raises `KeyError` for a card that doesn't."""
        return self.occurrences[card_id][1]

    def url(self, match: Match | EnvironmentMatch) -> str:
        """Return the address of a match's card, relative to the site where its address is unknown."""
        site = self.sites.get(match.sources[0], "") if self.sites and match.sources else self.site
        return site + str(match.entry.display.get("path", ""))

    def as_dict(self, limit: int = DEFAULT_LIMIT) -> dict[str, Any]:
        """Return plain data with the best `limit` matches, as `matching.json_response.SCHEMA` describes it."""
        from fixcards.matching.json_response import answer  # not above: most programs print lines

        ranked = ((match, self.times(match.entry.id), self.url(match)) for match in self.matches[:limit])
        return answer(self.failure, ranked, ((match, self.url(match)) for match in self.environment))

    def add(self, failure: Failure, matches: list[Match]) -> None:
        """Add the matches of one failure, best first. `Match.line` of a card becomes its first one."""
        if not self.occurrences or (matches and self._best is not None and sort_key(matches[0]) < self._best):
            self.failure = failure
        for match in matches:
            before, times = self.occurrences.get(match.entry.id, (None, 0))
            if before is None:
                self.occurrences[match.entry.id] = (match, 1)
            else:
                line = min((each for each in (before.line, match.line) if each), default=0)
                better = min(before, match, key=sort_key)
                first = better if better.line == line else replace(better, line=line)
                self.occurrences[match.entry.id] = (first, times + 1)
            self._best = min(self._best or sort_key(match), sort_key(match))

    def count_again(self, matches: list[Match]) -> None:
        """Count matches that were added before: a log repeats itself, and what it repeats is matched once."""
        for match in matches:
            before, times = self.occurrences[match.entry.id]
            self.occurrences[match.entry.id] = (before, times + 1)
