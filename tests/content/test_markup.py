"""The short paths for code and prose on the real cards: they must agree with Pygments and markdown-it."""

from __future__ import annotations

from collections import Counter

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from fixcards.site import highlight, markdown
from tests.content.real import library
from tests.sites import soup

KINDS = {
    Comment: "c", String: "s", Number: "m", Keyword: "k", Operator.Word: "ow", Name.Builtin: "nb",
    Name.Exception: "ne", Name.Decorator: "nd", Name.Function: "nf", Name.Class: "nf",
}  # fmt: skip
"""Our classes for Pygments' tokens."""


def programs() -> list[str]:
    cards = library().cards.values()
    return [text for card in cards for text in (card.reproduction.code, *(fix.code or "" for fix in card.fixes))]


def test_the_programs_of_all_cards_are_highlighted_as_by_pygments() -> None:
    differ: Counter[tuple[str, str, str]] = Counter()
    letters = 0
    for text in programs():
        classes = [(span["class"][0] if span.name else "") for span, size in _pieces(text) for _ in range(size)]
        letters += len(text)
        for at, kind, word in PythonLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(text):
            # The braces of an f-string are part of the string here.
            if classes[at] not in ("s", expected := _expected(kind)):
                differ[classes[at], expected, word] += len(word)
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
    return next((css_class for token, css_class in KINDS.items() if kind in token), "")


def test_most_texts_of_the_cards_need_no_parser() -> None:
    texts = [text for card in library().cards.values() for text in card.prose]
    simple = [text for text in texts if markdown._render_simple(text.strip()) is not None]
    assert len(simple) > 0.9 * len(texts)
    for text in texts:
        assert str(markdown.render_blocks(text)) == markdown._MARKDOWN.render(text)
