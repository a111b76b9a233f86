"""What a built site serves of our scripts and styles."""

from __future__ import annotations

import gzip
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.pages import assets
from tests.signature.samples import ASSETS, TEXTS, decided, javascript

MOST = 15_000
"""Bytes that the code of the search may cost on its way, each module compressed by itself as hosts do."""
MOST_OF_A_CARD = 14_500
"""Bytes of a card's page, compressed: with the headers of the answer they are to be less than 15,000."""

minified = pytest.mark.skipif(sys.platform != "linux", reason="the minifier has wheels for Linux only")


@dataclass
class File:
    src_uri: str
    content_string: str


@minified
def test_the_code_of_the_search_is_small_on_its_way(real_site: Path) -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in (real_site / "assets/search").iterdir()}
    assert sizes.keys() == {path.name for path in ASSETS.iterdir()}
    assert sum(sizes.values()) <= MOST, sizes


def test_every_card_is_small_on_its_way_to_who_has_seen_one(real_site: Path) -> None:
    sizes = {
        path: len(gzip.compress(path.with_name("index.html").read_bytes(), 6))
        for path in real_site.glob("*/*/card.json")
    }
    assert len(sizes) >= 32
    assert max(sizes.values()) <= MOST_OF_A_CARD, max(sizes, key=sizes.__getitem__)


@minified
def test_the_site_serves_nothing_of_ours_with_its_comments(real_site: Path) -> None:
    served = [path for path in (real_site / "assets").rglob("*") if str(path).endswith((".js", ".css"))]
    ours = [path for path in served if path.relative_to(real_site).as_posix().startswith(assets.OURS)]
    assert len(ours) == len(list(ASSETS.iterdir())) + 3
    for path in ours:
        source = ASSETS.parents[1] / path.relative_to(real_site)
        assert path.stat().st_size < 0.9 * source.stat().st_size


@minified
def test_what_the_site_serves_finds_the_same_as_its_sources(real_site: Path, tmp_path: Path) -> None:
    with javascript(tmp_path, real_site / "assets" / "search") as browser:
        for text in TEXTS.values():
            assert browser.ask(text=text) == decided(text)


def test_without_the_minifier_files_go_out_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "minify", None)
    file = File("assets/search/box.js", "// why\nexport const a = 1;\n")
    assets.shrink([file])
    assert file.content_string == "// why\nexport const a = 1;\n"


@minified
def test_files_of_others_are_left_alone() -> None:
    files = [
        File("assets/extra.js", "// theirs\n"),
        File("search/index.json", "{ }"),
        File("assets/search/a.txt", "a  b"),
    ]
    before = [file.content_string for file in files]
    assets.shrink(files)
    assert [file.content_string for file in files] == before
