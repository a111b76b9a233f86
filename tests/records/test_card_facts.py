from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from fixcards.build.page import Page
from fixcards.errors import FixcardsError
from fixcards.records import card, script, verdict
from fixcards.records.card import Card
from fixcards.records.card_facts import card_facts
from fixcards.records.fields import Text
from fixcards.records.loader import load
from fixcards.site.site import Site
from tests.sites import LIBRARY, TODAY, settings

NOT_PROSE = {
    "signature.traceback",
    "reproduction.code",
    "reproduction.expect.output",
    "reproduction.skip",
    "fixes.code",
    "status.reason",
}
"""Texts that are code, output, or a plain line without Markdown."""


def _texts(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Yield the path of every field of `model` that is a `Text`, or several."""
    for name, annotation in get_type_hints(model, include_extras=True).items():
        if name in model.model_fields:
            yield from _texts_in(annotation, above + name)


def _texts_in(annotation: Any, path: str) -> Iterator[str]:
    if annotation == Text:
        yield path
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _texts(annotation, f"{path}.")
    elif get_origin(annotation) is Annotated:
        yield from _texts_in(get_args(annotation)[0], path)
    else:
        for part in get_args(annotation):
            yield from _texts_in(part, path)


def _values(value: Any, path: list[str]) -> Iterator[str]:
    """Yield what a card has at the path of a field."""
    if isinstance(value, tuple):
        for each in value:
            yield from _values(each, path)
    elif value is not None:
        yield from _values(getattr(value, path[0]), path[1:]) if path else [value]


def test_every_text_of_the_record_is_prose_or_named_as_none(data: dict[str, Any]) -> None:
    full = Card.model_validate(data)
    paths = set(_texts(Card))
    assert paths >= NOT_PROSE
    prose = {path: list(_values(full, path.split("."))) for path in paths - NOT_PROSE}
    assert all(prose.values()), "the card of this test must have every field"
    assert sorted(full.prose) == sorted(text for texts in prose.values() for text in texts)


def test_facts_without_a_day_have_everything_but_the_judgement(data: dict[str, Any]) -> None:
    facts = card_facts(Card.model_validate(data), None)
    assert facts.own_content_ratio < 1
    assert facts == card_facts(facts.card, None, TODAY).without_day()
    with pytest.raises(FixcardsError, match="no day was given"):
        _ = facts.judgement


def test_facts_have_the_release_the_runs_and_the_fixes_that_can_be_run() -> None:
    library = load(LIBRARY)
    facts = card_facts(library.cards["lantern-12"], library.evidence["lantern-12"], TODAY)
    assert facts.broken_release == "1.3"
    assert list(facts.executable_fixes) == [1, 2, 3]
    assert {number: run.outcome for number, run in facts.fix_runs.items()} == {
        1: "passed",
        2: "failed-otherwise",
        3: "could-not-run",
    }
    assert facts.requirements() == ("lantern==1.3", "wick==2.5")
    assert facts.requirements(facts.card.fixes[2]) == ("lantern==1.3", "wick==2.0")
    assert facts.judgement == verdict.judge(facts.card, facts.evidence, TODAY)


def test_the_page_and_the_exports_of_a_card_compute_each_fact_once(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(load(LIBRARY, keep="cards"), settings())
    (task,) = (task for task in site.page_tasks() if task.name == "lantern/12")
    calls: Counter[str] = Counter()

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            calls[function.__name__] += 1
            return function(*arguments, **options)

        return call

    functions = (verdict.executable_fixes, verdict.judge, script.broken_release, card.own_content_ratio)
    for module in [module for name, module in sys.modules.items() if name.startswith("fixcards.")]:
        for name, value in list(vars(module).items()):
            if any(value is function for function in functions):
                monkeypatch.setattr(module, name, counted(value))
    for output in task.make(site.settings):
        if isinstance(output, Page):
            output.body()
    assert calls == {function.__name__: 1 for function in functions}
