"""From a text to its matches each step is taken once, and no line is normalized twice."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from fixcards.matching.parse import normalized_failure, parser
from fixcards.matching.parse.failures import split_failures
from fixcards.matching.parse.normalized_failure import NormalizedFailure, normalize_failure
from fixcards.matching.parse.parser import parse
from fixcards.matching.score import matcher
from tests.matching.samples import TEXTS, index

STEPS = [
    "split_failures",
    "normalize_failure",
    "make_query",
    "select_terms",
    "find_candidates",
    "compare",
    "score_match",
]
PER_FAILURE = {"normalize_failure", "make_query", "select_terms", "find_candidates"}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The calls of all steps with their first arguments, in order."""
    calls: list[tuple[str, Any]] = []

    def count(module: object, name: str) -> None:
        step: Callable[..., Any] = getattr(module, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            calls.append((name, arguments[0]))
            return step(*arguments, **options)

        monkeypatch.setattr(module, name, counted)

    for name in STEPS:
        count(matcher, name)
    for name in ("normalize", "clean_display", "tokenize"):
        count(normalized_failure, name)
    return calls


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_step_is_taken_once_and_in_order(name: str, calls: list[tuple[str, Any]]) -> None:
    failure = parse(TEXTS[name])
    failures = len(split_failures(failure))
    matcher.match(failure, index())
    steps = [step for step, _ in calls if step in STEPS]
    assert steps[0] == "split_failures"
    assert Counter(steps)["split_failures"] == 1
    assert {step: steps.count(step) for step in PER_FAILURE} == dict.fromkeys(PER_FAILURE, failures)
    assert steps.count("compare") == steps.count("score_match")
    for one, next_one in itertools.pairwise(steps):
        later = STEPS.index(next_one) - STEPS.index(one)
        next_entry = (one, next_one) == ("score_match", "compare")
        assert later == 1 or next_entry or next_one == "normalize_failure", (one, next_one)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_line_of_a_failure_is_normalized_or_tokenized_twice(name: str, calls: list[tuple[str, Any]]) -> None:
    for failure in split_failures(parse(TEXTS[name])):
        calls.clear()
        matcher.match_failure(normalize_failure(failure), index())
        for step in ("normalize", "clean_display"):
            counts = Counter(text for each, text in calls if each == step)
            assert set(counts.values()) <= {1}, counts.most_common(1)
        normalized = sum(step == "normalize" for step, _ in calls)
        tokenized = sum(step == "tokenize" for step, _ in calls)
        assert tokenized <= normalized + len(failure.lines)  # each normal form, and each line as printed


def test_a_text_that_is_found_twice_shares_its_forms() -> None:
    failure = normalize_failure(parse("ValueError: no wick in lamp 7"))
    assert failure.exceptions[0] is failure.lines[0] is failure.message_lines[-1].text


def test_forms_are_computed_when_they_are_asked_for(calls: list[tuple[str, Any]]) -> None:
    failure: NormalizedFailure = normalize_failure(parse("\n".join(f"line {number}" for number in range(300))))
    assert calls == []
    assert failure.lines[7].normal_form == failure.lines[7].normal_form == "line <n>"
    assert len(calls) == 1


def test_nothing_behind_the_parser_normalizes_lines_by_itself() -> None:
    from fixcards.matching.index import query
    from fixcards.matching.score import features, scoring
    from fixcards.search import finder

    for module in (parser, query, features, scoring, matcher, finder):
        assert not {"normalize", "clean_display"} & vars(module).keys(), module.__name__
