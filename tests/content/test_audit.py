"""The audit reports what every card's evidence says about its environments."""

from __future__ import annotations

import functools

import pytest

from fixcards.audit.auditor import audit
from fixcards.audit.environment import AuditedEnvironment, Environment, Release
from fixcards.audit.target import Target, platform_of
from fixcards.records.evidence import Run
from fixcards.search.finder import Finder
from tests.content.real import CARDS, every_card, id_of, library


@functools.cache
def finder() -> Finder:
    return Finder.of_cards(CARDS)


def exposed(run: Run, platform: str) -> set[str]:
    """Return the ids of the cards that the environment of a run is in for."""
    assert run.python is not None
    target = Target(run.python, platform_of(platform.partition("-")[0]))
    releases = {name: (Release(name, version),) for name, version in run.packages.items()}
    environment = AuditedEnvironment("evidence", "evidence", (Environment(releases, (target,)),))
    return {exposure.id for exposure in audit(finder(), environment, lasting=True).exposures}


def is_audited(card_id: str) -> bool:
    """Return whether an audit can report a card: retired ones are in no report."""
    return library().summaries[card_id].state != "retired"


def is_lasting(card_id: str) -> bool:
    """Return whether every newer release has a failure: a fix may be in the calling package alone."""
    cards = library().summaries
    return cards[card_id].moment == "lasting" or any(card.cause == card_id for card in cards.values())


@every_card
def test_the_environment_of_the_broken_run_is_reported(file: str) -> None:
    card_id = id_of(file)
    evidence = library().evidence.get(card_id)
    if evidence is None or not is_audited(card_id):
        return
    for run in evidence.runs:
        # Where releases can't be resolved, built or installed, there is no environment.
        if run.role in ("broken", "edge") and run.fix is None and run.outcome == "failed-as-described" and run.packages:
            assert card_id in exposed(run, evidence.platform), run.name


@every_card
def test_the_environment_of_a_fix_with_other_releases_is_not_reported(file: str) -> None:
    card_id = id_of(file)
    card, evidence = library().cards[card_id], library().evidence.get(card_id)
    if evidence is None or is_lasting(card_id):
        return
    broken = evidence.runs[0]
    for run in evidence.runs:
        if run.role not in ("fix", "install") or run.outcome != "passed" or not run.packages or run.fix is None:
            continue
        # A change of the code, or a setting, leaves the environment as it was.
        if card.fixes[run.fix - 1].kind in ("upgrade", "pin") and run.packages != broken.packages:
            assert card_id not in exposed(run, evidence.platform), run.name


def test_most_cards_can_be_audited() -> None:
    with_runs = [card_id for card_id, each in library().evidence.items() if each.runs[0].packages]
    audited = [card_id for card_id in with_runs if is_audited(card_id)]
    assert len(audited) >= 0.9 * len(with_runs)


@pytest.mark.parametrize("text", ["pip==25.0\n", "fixcards==0.2.0\n"])
def test_a_nearly_empty_environment_is_in_for_nothing(text: str) -> None:
    from fixcards.audit.locks import read_lock
    from fixcards.audit.target import TargetChoice

    audited = read_lock(text.encode(), "requirements.txt", TargetChoice("3.12", "linux"))
    assert audit(finder(), audited).exposures == ()
