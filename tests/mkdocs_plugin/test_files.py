from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.records.schema import SCHEMAS, schema_text
from tests.sites import LIBRARY, read


def test_records_are_published_next_to_their_pages(library_site: Path) -> None:
    for path in LIBRARY.rglob("*/*.*"):
        assert (library_site / path.relative_to(LIBRARY)).read_bytes() == path.read_bytes()
    links = {link["href"] for link in read(library_site, "lantern/12").select("#sources ~ * a")}
    assert {"../12.yaml", "../12.evidence.json", "card.json"} <= links


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_published_with_any_library(name: str, library_site: Path) -> None:
    assert (library_site / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(name)


def test_cards_do_not_pass_through_the_themes_search(library_site: Path) -> None:
    assert not (library_site / "search" / "search_index.json").exists()
