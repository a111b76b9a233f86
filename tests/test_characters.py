"""What a reader can't see becomes an escape wherever it is displayed, and everything else stays as it is."""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixcards.characters import hidden_characters, visible, visible_html
from tests.matching.samples import javascript

HIDDEN = [
    *("\u202e", "\u2066", "\u200b", "\u2060", "\xad", "\U000e0041", "\u3164", "\u115f", "\ufe0f", "\ufeff"),  # tried
    *("\0", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\x9d", "\r", "\x0b", "\x0c"),  # control
    *("\u061c", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202d", "\u2068", "\u2069", "\u206f"),
    *("\u034f", "\u1160", "\u17b4", "\u180b", "\u180e", "\u2800", "\uffa0", "\ufff9", "\ufffb", "\ufffc"),
    *("\ufe00", "\ufe0e", "\U000e0100", "\U000e01ef", "\U000e0001", "\U000e007f", "\U0001d173", "\U0001bca0"),
    *("\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"),  # private
    *("\u0378", "\ufdd0", "\uffff", "\U0001ffff", "\U0010ffff"),  # unassigned
    *("\ud800", "\udfff", "\u2028", "\u2029"),
]
HONEST = [
    'plain text, with "quotes" and <b>',
    "caf\xe9 na\xefve stra\xdfe cafe\u0301 \u0141\xf3d\u017a",
    "\u65e5\u672c\u8a9e\u3000\u3067\u3059 \ud55c\uad6d\uc5b4 \u4e2d\u6587\u3002",
    "\u041f\u0440\u0438\u0432\u0435\u0442 \u05e9\u05dc\u05d5\u05dd \u0645\u0631 \u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f600 \u2764\ufe0f \u26a0\ufe0f \u2122\ufe0f \u2139\ufe0e 3\ufe0f\u20e3 \U0001f1e9\U0001f1ea",
    "\U0001f469\u200d\U0001f4bb \U0001f469\U0001f3fd\u200d\U0001f680 \U0001f3f3\ufe0f\u200d\U0001f308",
    "\u2502\u2500\u256d \u2192 \u2026 \u201cquoted\u201d \u2014 \xd7 \ufffd a\xa0b",
]


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_a_character_that_cannot_be_seen_is_an_escape_everywhere(char: str) -> None:
    text = f"a{char}b"
    assert list(hidden_characters(text)) == [1]
    escape = visible(text)[1:-1]
    assert escape.isascii()
    assert escape.isprintable()
    assert escape.startswith("\\")
    assert visible_html(f"<p>{text}</p>") == f'<p>a<span class="fc-hidden">\u27e8U+{ord(char):04X}\u27e9</span>b</p>'
    assert visible_html(f'<p title="{text}">') == f'<p title="a\u27e8U+{ord(char):04X}\u27e9b">'


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_stays_as_it_is(text: str) -> None:
    for display in (visible, visible_html):
        assert display(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a\ufe0f",
            "\u2764\ufe0f\ufe0f",
            "\u2500\ufe0f",
            "1\ufe0f",
            "\u65e5\ufe0f",
            "\u2764\ufe0f\u200d",
            "\u200d\u2764",
        ),
        *("a\u200db", "\U0001f600\u200da", "\U0001f3f4\U000e0067\U000e0062\U000e007f", "\u0628\u200c\u0628"),
    ],
    ids=ascii,
)
def test_selectors_joiners_and_tags_outside_an_emoji_are_hidden(text: str) -> None:
    assert list(hidden_characters(text))


@given(st.text())
def test_nothing_that_is_displayed_steers_a_terminal_and_escapes_are_stable(text: str) -> None:
    displayed = visible(text)
    assert not {unicodedata.category(char) for char in displayed} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set(displayed) & set("\u200b\u2060\xad\u3164\ufeff\u202e\n\t")
    assert visible(displayed) == displayed
    assert visible_html(visible_html(text)) == visible_html(text)
    assert visible(text, allowed="\n\t").count("\n") == text.count("\n")


def test_every_character_is_either_seen_or_escaped() -> None:
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and char not in "\n\t":
            assert list(hidden_characters(char)) == [0], hex(number)


@pytest.mark.parametrize("piece", ["\u202e", "\u2764\u200d", "\U0001f469\u200d\U0001f4bb", "\u65e5", "1\ufe0f", "<"])
def test_twice_the_text_takes_twice_the_time(piece: str) -> None:
    start = time.process_time()
    visible_html(piece * 200_000)
    visible(piece * 200_000)
    assert time.process_time() - start < 5


def test_the_browser_names_the_same_characters(tmp_path: Path) -> None:
    # Which characters are unassigned depends on the Unicode of each, and JavaScript has no halves in JSON from Python.
    texts = [f"a{char}b" for char in HIDDEN if unicodedata.category(char) not in {"Cn", "Cs"}] + HONEST
    with javascript(tmp_path) as browser:
        displayed = browser.ask(hidden=texts)["visible"]
    assert displayed == [
        re.sub("<[^>]*>", "", visible_html(text.replace("<", "&"))).replace("&", "<") for text in texts
    ]
