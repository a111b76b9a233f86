"""What a built site serves of our scripts and styles."""

from __future__ import annotations

import gzip
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixcards.mkdocs_plugin import assets
from tests.matching.samples import ASSETS, TEXTS, decisions, javascript

MOST = 16_000
"""Bytes that the code of the search may cost on its way, each module compressed by itself as hosts do."""
MOST_OF_A_CARD = 14_500
"""Bytes of a card's page, compressed: with the headers of the answer they are to be less than 15,000."""

minified = pytest.mark.skipif(sys.platform != "linux", reason="the minifier has wheels for Linux only")


@dataclass
class File:
    src_uri: str
    content_string: str


def scripts_of(site: Path) -> Path:
    """Return the folder of our scripts."""
    (folder,) = (site / "assets").glob("scripts.*")
    return folder


@minified
def test_the_code_of_the_search_is_small_on_its_way(real_site: Path) -> None:
    modules = (scripts_of(real_site) / "search").iterdir()
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in modules}
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
    scripts, sources = scripts_of(real_site), ASSETS.parent
    (style,) = (real_site / "assets").glob("fixcards.*.css")
    served = {path: sources / path.relative_to(scripts) for path in scripts.rglob("*.js")}
    served[style] = sources / "fixcards.css"
    assert len(served) == len([path for path in sources.rglob("*") if path.is_file()])
    for path, source in served.items():
        assert path.stat().st_size < 0.9 * source.stat().st_size


@minified
def test_what_the_site_serves_finds_the_same_as_its_sources(real_site: Path, tmp_path: Path) -> None:
    with javascript(tmp_path, scripts_of(real_site) / "search") as browser:
        for text in TEXTS.values():
            assert browser.ask(text=text) == decisions(text)


def test_without_the_minifier_files_go_out_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "minify", None)
    file = File("assets/search/box.js", "// why\nexport const a = 1;\n")
    assets.minify_assets([file])
    assert file.content_string == "// why\nexport const a = 1;\n"


@minified
def test_files_of_others_are_left_alone() -> None:
    files = [
        File("assets/extra.js", "// theirs\n"),
        File("search/index.json", "{ }"),
        File("assets/search/a.txt", "a  b"),
    ]
    before = [file.content_string for file in files]
    assets.minify_assets(files)
    assert [file.content_string for file in files] == before


STYLE, SHEET = File("assets/fixcards.css", "a{}"), File("assets/stylesheets/cards.css", "a{}")
SCRIPTS = [File("assets/fixcards.js", "import './search/box.js'"), File("assets/search/box.js", "export {}")]


def test_every_style_sheet_has_a_digest_of_its_content_in_its_name() -> None:
    found = assets.addresses([STYLE, SHEET])
    assert re.fullmatch(r"assets/fixcards\.[0-9a-f]{8}\.css", found[STYLE.src_uri])
    assert re.fullmatch(r"assets/stylesheets/cards\.[0-9a-f]{8}\.css", found[SHEET.src_uri])
    changed = assets.addresses([File(STYLE.src_uri, "a{b:c}"), SHEET])
    assert changed[STYLE.src_uri] != found[STYLE.src_uri]
    assert changed[SHEET.src_uri] == found[SHEET.src_uri]


def test_scripts_keep_their_places_in_a_folder_named_by_the_content_of_all() -> None:
    found = assets.addresses(SCRIPTS)
    folder = found["assets/fixcards.js"].removesuffix("/fixcards.js")
    assert re.fullmatch(r"assets/scripts\.[0-9a-f]{8}", folder)
    assert found["assets/search/box.js"] == f"{folder}/search/box.js"
    assert assets.addresses([STYLE, *SCRIPTS[::-1]]).items() >= found.items()
    changed = [File("assets/search/box.js", "export {x}"), File("assets/search/more.js", "export {}")]
    for other in ([SCRIPTS[0], changed[0]], [*SCRIPTS, changed[1]], SCRIPTS[:1]):
        assert assets.addresses(other)["assets/fixcards.js"] != found["assets/fixcards.js"]


def test_addresses_of_others_are_left_alone() -> None:
    files = [File("assets/extra.css", "a{}"), File("assets/search/a.txt", "a"), File("search/index.json", "{}")]
    assert assets.addresses([*files, File("assets/stylesheets/main.1234.min.css", "a{}")]) == {}
