from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from fixcards.site import highlight
from tests.hostile_cards import LONG
from tests.site.test_markdown import MARKS, TEXT
from tests.sites import SNAPSHOT, library, soup

KINDS = {
    Comment: "c", String: "s", Number: "m", Keyword: "k", Operator.Word: "ow", Name.Builtin: "nb",
    Name.Exception: "ne", Name.Decorator: "nd", Name.Function: "nf", Name.Class: "nf",
}  # fmt: skip
"""What our classes are called by Pygments."""


def test_python_is_marked_up() -> None:
    html = highlight.highlight_code('@wraps\ndef f(x: int) -> None:  # "why"\n    return b.list < "a\\"b" or 0x1F\n')
    assert html == (
        '<span class="nd">@wraps</span>\n<span class="k">def</span> <span class="nf">f</span>(x: '
        '<span class="nb">int</span>) -&gt; None:  <span class="c"># "why"</span>\n    '
        '<span class="k">return</span> b.list &lt; <span class="s">"a\\"b"</span> <span class="ow">or</span> '
        '<span class="m">0x1F</span>\n'
    )


@pytest.mark.parametrize("language", ["python", "text", "no such language", *sorted(highlight._LANGUAGES)])
@given(TEXT | MARKS)
@settings(max_examples=60, deadline=None)
def test_highlighting_keeps_every_character_so_that_copies_are_exact(language: str, text: str) -> None:
    assert soup(f"<pre>\n{highlight.highlight_code(text, language)}</pre>").pre.text.removeprefix("\n") == text


@pytest.mark.parametrize("text", [
    "\n\n  import os\n", "import os\n\n", "\t\n", " " * 50, "", "x" * 10_000, f"# {LONG}\n", 'print("""\n', "a\\",
    "\n" * 150, "Thread 0x1 (most recent call first):\n", ">>> a\n... b\n", "$ a\nb\n", "+a\n-b\n@@ c\n", "'\\", "def",
])  # fmt: skip
@pytest.mark.parametrize("language", ["python", "console", "diff", "make", "text"])
def test_code_comes_out_character_by_character(language: str, text: str) -> None:
    assert soup(f"<pre>{highlight.highlight_code(text, language)}</pre>").pre.text == text


@pytest.mark.parametrize("language", ["python", *sorted(highlight._LANGUAGES)])
def test_no_code_takes_long_to_highlight(language: str) -> None:
    # Each took Pygments 3 to 16 seconds with one of its lexers.
    start = time.process_time()
    for text in ("{" * 19_000, "_" * 19_000, ": " * 9_000, " \n" * 9_000, "\t\n" * 9_000, "a" * 19_000, "`" * 19_000,
                 "'" * 19_000, '"' * 19_000, "'\\" * 9_000, "1." * 9_000, "def " * 4_000):  # fmt: skip
        highlight.highlight_code(text, language)
    assert time.process_time() - start < 5


def programs() -> list[str]:
    cards = library(SNAPSHOT).cards.values()
    return [text for card in cards for text in (card.reproduction.code, *(fix.code or "" for fix in card.fixes))]


def test_the_programs_of_many_cards_look_as_pygments_would_have_them() -> None:
    differ: Counter[tuple[str, str, str]] = Counter()
    letters = 0
    for text in programs():
        ours = [(span["class"][0] if span.name else "") for span, size in _pieces(text) for _ in range(size)]
        letters += len(text)
        for at, kind, word in PythonLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(text):
            # What stands in the braces of an f-string is part of the string to us.
            if ours[at] not in ("s", expected := _expected(kind)):
                differ[ours[at], expected, word] += len(word)
    assert letters > 10_000
    assert sum(differ.values()) < 0.005 * letters, differ.most_common(20)


def _pieces(text: str) -> list[tuple[object, int]]:
    tree = soup(f"<pre>{highlight.highlight_code(text)}</pre>").pre
    pieces = [(piece, len(piece.text)) for piece in tree.children]
    assert sum(size for _, size in pieces) == len(text)
    return pieces


def _expected(kind: object) -> str:
    if kind in Keyword.Constant:
        return ""
    return next((ours for theirs, ours in KINDS.items() if kind in theirs), "")
