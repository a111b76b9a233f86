from __future__ import annotations

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.log_chunks import without_digits
from fixcards.search.log_fingerprint import LogFingerprint, vocabulary

ENTRY = Entry(
    id="lamp-1",
    package="lamp",
    templates=("lamp.NoWick: wick '{name}' is too short",),
    frames=("lamp/core.py:light",),
    requirements={"oil": ">=2"},
)


def fingerprint(text: str) -> str:
    return LogFingerprint(vocabulary([ENTRY])).of(without_digits(text.encode())).decode()


def test_words_and_numbers_that_no_card_has_make_no_difference() -> None:
    one = '  File "/srv/shop/tea1.py", line 7, in brew\n    brew(7)\n'
    other = '  File "/srv/pots/milk22.py", line 8, in pour\n    pour(8)\n'
    message = "lamp.NoWick: wick '%s' is too short\n"
    assert fingerprint(one + message % "left") == fingerprint(other + message % "gone")


def test_what_a_card_or_the_parser_has_stays() -> None:
    for one, other in [
        ("wick 'left'", "wock 'left'"),
        ("lamp/core.py", "limp/core.py"),
        ("in light", "in dark"),
        ("oil 3", "milk 3"),
        ("FooError: a", "BarError: a"),
        ("Traceback (most recent call last):", "Stack (most recent call last):"),
        ("a: b", "a b"),
        ("Left", "left"),
        ("that solved it", "that pleased it"),
        ("wick 'left' is too sho", "wick 'left' is too big"),
        ("wick 'left' is too sho...", "wick 'left' is too big..."),
        ("wick 'left' is too s...", "wick 'left' is too b..."),
        (
            '{"message": "wick \'left\' is too s...", "level": 3}',
            '{"message": "wick \'left\' is too b...", "level": 3}',
        ),
    ]:
        assert fingerprint(one) != fingerprint(other)
