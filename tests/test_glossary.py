"""The glossary: one word, one meaning."""

from __future__ import annotations

import re
from collections import Counter

from tests.sites import REPOSITORY
from tests.test_names import VAGUE

GLOSSARY = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS, REFUSED = GLOSSARY.split("## Words we decided against")


def rows(text: str) -> list[list[str]]:
    """Return the cells of the rows below the heads of all tables."""
    lines = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)
    table = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    return [cells for cells in table if cells[0] not in {"term", "word"}]


def test_each_term_has_one_meaning_and_each_meaning_one_term() -> None:
    table = rows(TERMS)
    assert all(cells[0] and cells[1] for cells in table)
    for column in (0, 1):
        repeated = [text for text, times in Counter(cells[column].casefold() for cells in table).items() if times > 1]
        assert repeated == []


def test_no_term_is_among_the_words_decided_against() -> None:
    terms = {cells[0].casefold() for cells in rows(TERMS)}
    words = {word for cells in rows(REFUSED) for word in cells[0].casefold().split(", ")}
    assert not terms & words
    assert {*VAGUE} - {"nobody", "mended"} <= words
    assert all(len(cells) == 3 and all(cells) for cells in rows(REFUSED))
