from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from fixcards.matching.parse.tokens import (
    MAX_WORD_LENGTH,
    WORD,
    distinct_tokens,
    informative,
    informative_tokens,
    lower,
    specificity,
    stem,
    tokenize,
)

PIECES = ["<n>", "<", ">", "12ab", "_a_", "Files", "\u00e9t\u00e9", "\u2500", "x" * 70, "class", "-", "9", "__", "a.b"]
TEXTS = st.lists(st.one_of(st.sampled_from([*PIECES, " "]), st.text(max_size=4))).map("".join)


@settings(deadline=None)
@given(TEXTS)
def test_words_are_what_the_expression_finds(text: str) -> None:
    raw = re.findall(WORD, re.sub(f"<{WORD}>", " ", text))
    assert tokenize(text) == [word for each in raw if (word := stem(lower(each).strip("_")[:MAX_WORD_LENGTH]))]


@settings(deadline=None)
@given(TEXTS)
def test_distinct_words_are_the_words_without_repetition(text: str) -> None:
    assert list(distinct_tokens(text)) == list(dict.fromkeys(tokenize(text)))


@settings(deadline=None)
@given(TEXTS)
def test_informative_words_are_the_informative_ones_of_all(text: str) -> None:
    assert list(informative_tokens(text)) == informative(tokenize(text))


def test_a_class_in_front_of_a_call_identifies_like_a_name_in_quotes() -> None:
    bare = specificity("TypeError", "__init__() takes 1 positional argument but 3 were given", ["lamp"])
    assert bare == 0
    assert specificity("TypeError", "PDF.__init__() takes 1 positional argument but 3 were given", ["lamp"]) == 3
