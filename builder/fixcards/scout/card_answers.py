"""What the cards at hand know of findings: by what the failure printed, and by the releases that set it off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from packaging.version import Version

from fixcards.ecosystems.pypi import parse_specifier
from fixcards.records.release_range import SEPARATOR, ReleaseRange
from fixcards.records.summary import Summary
from fixcards.scout.finding import CardAnswer, Finding, Victim
from fixcards.search.finder import Finder

_ANSWERS = frozenset({"exact", "likely"})
"""Tiers of an answer: what only resembles a failure is none."""


class CardAnswers:
    """Looks findings up in some cards."""

    def __init__(self, finder: Finder | None, summaries: Iterable[Summary]) -> None:
        self._finder = finder
        self._summaries = list(summaries)

    def answered(self, finding: Finding) -> Finding:
        """Return a finding with the card that answers it, for its own victim or another one; unchanged where none does.

        What a person has pasted finds the card of the victim, or that of the cause.
        """
        answer = self._answer(finding, finding.culprit.package, finding.culprit.first_bad)
        return replace(finding, answer=answer)

    def _answer(self, finding: Finding, culprit: str, first_bad: str) -> CardAnswer | None:
        victims: list[Finding | Victim] = [finding, *finding.victims]
        for victim in victims:
            if (card := self._by_cause(victim, culprit, first_bad)) is not None:
                return CardAnswer(card, "cause")
        for output in (each.suspect.output for each in victims):
            if self._finder is None or not output.strip():
                continue
            best = next(iter(self._finder.match(output, 1)), None)
            if best is not None and best.tier in _ANSWERS:
                return CardAnswer(best.entry.id, best.tier)
        return None

    def _by_cause(self, victim: Finding | Victim, culprit: str, first_bad: str) -> str | None:
        """Return the card of the victim's release that names the culprit's release as what it takes."""
        for each in self._summaries:
            specifier = each.requirements.get(culprit)
            if each.package != victim.package or specifier is None:
                continue
            if Version(first_bad) in parse_specifier(specifier) and victim.release in ReleaseRange(
                each.affected.split(SEPARATOR)
            ):
                return each.id
        return None
