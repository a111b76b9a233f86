"""Facts that follow from one card, its evidence and the day: computed once, read by its page and by every export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from fixcards.ecosystems import ecosystem
from fixcards.errors import FixcardsError
from fixcards.records import script, verdict
from fixcards.records.card import Card, Fix, own_content_ratio
from fixcards.records.evidence import Evidence, Run
from fixcards.records.identity import card_path
from fixcards.records.verdict import InstallState, Judgement


@dataclass(frozen=True, slots=True)
class CardFacts:
    """One card with its evidence and everything that is computed from the two. `card_facts` makes it."""

    card: Card
    evidence: Evidence | None
    broken_release: str | None
    """Release whose failure the evidence shows, or else the one that the card names."""
    executable_fixes: Mapping[int, Fix]
    """The fixes that can be run, by their number from 1."""
    fix_runs: Mapping[int, Run]
    """The run of each fix that was run, by the number that the fix had on that day."""
    install_states: Mapping[int, InstallState]
    """Whether the line of each fix that has one works for a reader, by the number of the fix."""
    own_content_ratio: float
    dated_judgement: Judgement | None
    """None where the facts were made without a day."""

    @property
    def path(self) -> str:
        """Address of the card's page below the site, without slashes at the ends."""
        return card_path(self.card.ecosystem, self.card.package, self.card.key).rstrip("/")

    @property
    def judgement(self) -> Judgement:
        """Verdict and confidence. Raises `FixcardsError` where the facts were made without a day: it depends on one."""
        if self.dated_judgement is None:
            raise FixcardsError(f"{self.card.id}: how sure we are depends on the day, and no day was given")
        return self.dated_judgement

    def without_day(self) -> CardFacts:
        """Return the same facts without the one that depends on the day."""
        return replace(self, dated_judgement=None)

    def requirements(self, fix: Fix | None = None) -> tuple[str, ...]:
        """Return the direct requirements of the reproduction on the broken release, or of one fix."""
        return script.requirements(self.card, self.broken_release, fix)

    def install_lines(self, number: int) -> dict[str, str]:
        """Return the lines to copy of a fix, by the program that they are for; empty where it installs nothing."""
        line = self.card.fixes[number - 1].install
        return ecosystem(self.card.ecosystem).install_lines(line) if line else {}


def card_facts(card: Card, evidence: Evidence | None, day: date | None = None, *, reported: bool = False) -> CardFacts:
    """Return the facts of a card on a day; without a day all but the judgement.

    `reported` says that a reader's report that a fix failed has no answer yet, which makes the card disputed.
    """
    executable = verdict.executable_fixes(card)
    return CardFacts(
        card=card,
        evidence=evidence,
        broken_release=script.broken_release(card, evidence),
        executable_fixes=dict(executable),
        fix_runs={run.fix: run for run in (evidence.runs if evidence else ()) if run.role == "fix" and run.fix},
        install_states=verdict.install_states(card, evidence),
        own_content_ratio=own_content_ratio(card),
        dated_judgement=verdict.judge(card, evidence, day, executable, reported=reported) if day else None,
    )
