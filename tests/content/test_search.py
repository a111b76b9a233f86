"""Each card is found by what its failure prints."""

from __future__ import annotations

import functools

import pytest

from fixcards.search.finder import Finder
from tests.content.real import CARDS, every_card, id_of, library


@functools.cache
def finder() -> Finder:
    return Finder.of_cards(CARDS)


def ids(text: str) -> list[str]:
    """Return the ids of the cards that a text is answered with, best first."""
    return [match.entry.id for match in finder().match(text)]


@every_card
def test_a_card_is_the_first_answer_to_its_traceback(file: str) -> None:
    card = library().cards[id_of(file)]
    if card.signature.traceback is not None:
        assert ids(card.signature.traceback)[:1] == [card.id]


@every_card
def test_a_card_is_among_the_answers_to_its_message(file: str) -> None:
    # Two packages may fail with one message: then only frames tell them apart. Where more share it than are answered
    # with, their common cause comes first.
    card = library().cards[id_of(file)]
    answers = ids(card.signature.error)
    assert card.id in answers or (card.cause is not None and answers[:1] == [card.cause])


@every_card
def test_what_python_suggests_in_place_of_a_name_hides_no_card(file: str) -> None:
    error = library().cards[id_of(file)].signature.error
    if error.startswith(("AttributeError: ", "ImportError: ", "NameError: ")) and "Did you mean" not in error:
        assert ids(f"{error}. Did you mean: 'coroutines'?")[:1] == ids(error)[:1]


@every_card
def test_a_card_is_the_first_answer_to_what_its_broken_release_printed(file: str) -> None:
    card_id = id_of(file)
    evidence = library().evidence.get(card_id)
    for run in evidence.runs if evidence else ():
        # Of a long output only the end is stored, which may not have the message.
        if run.role == "broken" and run.matched and run.matched in run.output:
            assert ids(run.output)[:1] == [card_id]


@pytest.mark.parametrize("text", ["", "qwertzuiop asdfghjkl", "ZeroDivisionError: division by zero"])
def test_what_no_card_is_about_has_no_answer(text: str) -> None:
    assert ids(text) == []
