from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from fixcards.records.card import Card
from fixcards.records.printed_signature import prints_signature

Check = Callable[..., bool]


@pytest.fixture
def check(data: dict) -> Check:
    def prints(error: str, text: str, output: str | None = None) -> bool:
        data["signature"] |= {"error": error, "aliases": ["an alias of {it}"]}
        if output is not None:
            data["reproduction"]["expect"]["output"] = output
        return prints_signature(Card.model_validate(data), text)

    return prints


@pytest.mark.parametrize(
    ("error", "printed", "expected"),
    [
        ("no answer from {host}", "log: no answer from server.test", True),
        ("no answer from {host}", "no answer from ", False),
        ("{name}: no answer", "Demo: no answer, sorry", True),
        ("{name}: no answer", ": no answer", False),
        ("{a} and {b} differ", "1 and 2 differ", True),
        ("{a} and {b} differ", "1 and differ", False),
        ("a {x} b {y} c", "a 1 b 2 b 3 c", True),
        ("a {x} b {y} c", "c b a", False),
        ("one two", "one\n   two", True),
        ("one two", "onetwo", False),
        ("size 4096 of 10", "size 1 of 99999", True),
        ("size 4096", "size", False),
        ("KeyError: 'x'", "keyerror: 'x'", False),
        ("{not a placeholder}", "{not a placeholder}", True),
        ("{host}.*", "any.thing", False),
        ("other", "an alias of it", True),
    ],
)
def test_a_text_has_the_signature_with_something_for_each_placeholder(
    error: str, printed: str, expected: bool, check
) -> None:
    assert check(error, printed) is expected


def test_where_the_card_expects_another_text_the_signature_does_not_count(check: Check) -> None:
    assert check("no answer", "lost 3 of 9 rows", "lost 1 of 2 rows")
    assert not check("no answer", "no answer", "lost 1 of 2 rows")


@pytest.mark.parametrize("part", ["a", "ab", "aab"])
def test_a_hundred_placeholders_take_time_in_proportion_to_the_text(part: str, check: Check) -> None:
    error = "".join(f"{part}{{x}}" for _ in range(100)) + "end"
    seconds = []
    for length in (20_000, 200_000):
        text = part * length
        started = time.perf_counter()
        assert not check(error, text)
        seconds.append(time.perf_counter() - started)
    assert seconds[1] < 30 * seconds[0] + 0.2
