"""The Markdown of a card has the same text as its page, and its code byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fixcards.exports.commonmark import code_span, fenced, plain, prose
from fixcards.records.card import Card
from fixcards.records.card_facts import card_facts
from fixcards.site import markdown
from tests import hostile_cards
from tests.sites import LIBRARY, SNAPSHOT, TODAY, files, library, soup, words

COMMONMARK = MarkdownIt("commonmark")
MARKS = "*_`<>&#!|~=+-\\[]()\"' \n\tab1.:/x"


def blocks(text: str) -> list[str]:
    """Return the content of each block of fenced code."""
    return [token.content for token in COMMONMARK.parse(text) if token.type == "fence"]


def text_of(html: str) -> str:
    return words(soup(html).text)


def complete(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def code_of(card: Card) -> list[str]:
    """Return all code of a card, but that inside prose."""
    texts = [card.signature.error, card.signature.traceback, card.reproduction.code]
    texts += [*(card.reproduction.files or {}).values(), *(fix.code for fix in card.fixes)]
    return [complete(text) for text in texts if text]


def lines_of(card: Card, root: Path) -> list[str]:
    """Return the lines to copy with pip."""
    facts = card_facts(card, library(root).evidence.get(card.id), TODAY)
    lines = [facts.install_lines(number).get("pip") for number in range(1, len(card.fixes) + 1)]
    return [complete(line) for line in lines if line]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "cards"
    hostile_cards.write(folder)
    return folder


@pytest.mark.parametrize("name", ["library", "snapshot", "hostile"])
def test_every_block_of_code_comes_back_byte_for_byte(name: str, hostile: Path) -> None:
    root = {"library": LIBRARY, "snapshot": SNAPSHOT, "hostile": hostile}[name]
    contents = files(root)
    for card in library(root).cards.values():
        twin = contents[f"{card.package}/{card.key}/index.html.md"].decode()
        taken = blocks(twin)
        for text in [*code_of(card), *lines_of(card, root)]:
            assert text in taken, card.id
        in_prose = [content for text in card.prose for content in blocks(text)]
        assert [each for each in in_prose if each not in taken] == [], card.id


@pytest.mark.parametrize("name", ["library", "snapshot", "hostile"])
def test_prose_reads_as_on_the_page(name: str, hostile: Path) -> None:
    root = {"library": LIBRARY, "snapshot": SNAPSHOT, "hostile": hostile}[name]
    contents = files(root)
    for card in library(root).cards.values():
        html = COMMONMARK.render(contents[f"{card.package}/{card.key}/index.html.md"].decode())
        text = text_of(html)
        fixes = [part for fix in card.fixes for part in (fix.body, fix.why, fix.use_when, fix.avoid_when)]
        for each in [card.symptom, card.trigger, card.mechanism, card.impact, card.verify, *fixes]:
            if each:
                assert text_of(markdown.render_blocks(each)) in text, card.id
        assert words(card.title) in text
        assert not soup(html).select("script, img, iframe, svg, div")


def test_it_says_what_to_do_first_and_how_sure_it_is() -> None:
    twin = files()["lantern/12/index.html.md"].decode()
    assert twin.startswith("# Lantern goes out when the wick is trimmed twice\n\n- Card: `lantern-12`, <https://")
    headings = [line for line in twin.split("\n") if line.startswith("## ")]
    assert headings[:4] == ["## The fix", "## Other options", "## What broke", "## When it happens"]
    assert "- Affected: lantern `" in twin
    assert "- Verdict: partly verified, confidence 0." in twin
    assert "last verified 2026-03-02" in twin
    assert '```sh\npip install "lantern>=1.4"\n```' in twin
    assert twin.endswith(")\n")


def test_each_card_has_one_and_no_other_page_has() -> None:
    twins = {path for path in files() if path.endswith(".md")}
    assert twins == {f"{card.package}/{card.key}/index.html.md" for card in library(LIBRARY).cards.values()}


@given(st.text(alphabet=MARKS + "`", max_size=60))
def test_any_code_comes_back_from_a_fence(text: str) -> None:
    assert blocks(f"before\n\n{fenced(text, 'text')}\n\nafter") == [complete(text)]


@given(st.text(alphabet=MARKS.replace("\n", ""), min_size=1, max_size=30).filter(lambda text: text.strip()))
def test_any_line_of_code_comes_back_from_a_span(text: str) -> None:
    (span,) = [
        child for child in COMMONMARK.parse(f"a {code_span(text)} b")[1].children or () if child.type == "code_inline"
    ]
    assert span.content == text


@given(st.text(alphabet=MARKS.replace("\n", "").replace("\t", ""), max_size=60))
def test_a_title_is_text_whatever_is_in_it(text: str) -> None:
    assert soup(COMMONMARK.render(f"# x{plain(text)}x")).text.rstrip("\n") == f"x{' '.join(text.split())}x"


LINES = st.builds(
    "{}x{}x".format,
    st.sampled_from(["", "# ", "## ", "> ", "- ", "* ", "1. ", "=", "--", "__", "<b>"]),
    st.text(alphabet=MARKS.replace("\n", "").replace("\t", ""), max_size=20),
)
"""Lines that begin like a block of another kind, or have any marks in them."""


@given(st.lists(st.lists(LINES, min_size=1, max_size=3).map("\n".join), min_size=1, max_size=3).map("\n\n".join))
def test_prose_reads_alike_whatever_marks_are_in_it(text: str) -> None:
    ours, theirs = text_of(str(markdown.render_blocks(text))), text_of(COMMONMARK.render(prose(text)))
    assert ours == theirs
