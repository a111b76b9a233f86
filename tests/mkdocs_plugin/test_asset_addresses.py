"""What a built site serves of our scripts and styles."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixcards.matching import js_tables
from fixcards.matching.index.writer import build
from fixcards.matching.score.fixes import FIX_TEXTS
from fixcards.mkdocs_plugin import assets
from tests.matching.samples import ASSETS, TEXTS, decisions, entries, javascript

MAX_SEARCH_BYTES = 20_000
"""Size of the code of the search, each script compressed by itself as hosts do."""
WORKER = {"engine.js", "tables.js", "worker.js"}

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
def test_the_code_of_the_search_is_small(library_site: Path) -> None:
    modules = (scripts_of(library_site) / "search").rglob("*.*")
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in modules}
    assert sizes.keys() == {"page.js", "worker.js"}, "one script for pages, and one for what they ask"
    assert sum(sizes.values()) <= MAX_SEARCH_BYTES, sizes


@minified
def test_the_site_serves_our_scripts_and_styles_without_their_comments(library_site: Path) -> None:
    scripts, sources = scripts_of(library_site), ASSETS.parent
    (style,) = (library_site / "assets").glob("fixcards.*.css")
    served = {path: sources / path.relative_to(scripts) for path in scripts.rglob("*.js")}
    served[style] = sources / "fixcards.css"
    worker = {sources / "search" / name for name in WORKER} | set((sources / "search" / "engine").iterdir())
    page = {sources / "copy.js", *(sources / "search").glob("*.js")} - worker
    files = {path for path in sources.rglob("*.*") if path.suffix in {".js", ".css"}}
    assert set(served.values()) == files - worker - page | {
        sources / "search" / name for name in ("page.js", "worker.js")
    }
    for path, source in served.items():
        joined = {"page.js": page, "worker.js": worker}.get(source.name, set())
        assert path.stat().st_size < 0.9 * sum(each.stat().st_size for each in {source, *joined} if each.is_file())


@minified
def test_the_scripts_that_the_site_serves_find_the_same_as_their_sources(library_site: Path, tmp_path: Path) -> None:
    with javascript(tmp_path, scripts_of(library_site) / "search" / "worker.js") as browser:
        for text in TEXTS.values():
            answer, decided = browser.ask(text=text), decisions(text)
            assert answer["matches"][: len(decided["matches"])] == decided["matches"]
            assert answer["environment"] == decided["environment"]
        assert browser.ask(release="1.24", range="<1.20 or >=1.24") == {"inside": True}


def test_the_numbers_that_stand_in_place_of_constants_are_constants_only() -> None:
    numbers = js_tables.numbers().keys()
    constants = ASSETS / "engine" / "constants.js"
    for path in {*ASSETS.rglob("*.js")} - {constants}:
        code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        imported = {name for names in re.findall(r"import \{([^}]*)\}", code) for name in re.findall(r"\w+", names)}
        assert {*re.findall(r"\w+", code)} & numbers <= imported, path.name


def test_only_the_engine_knows_the_fields_that_get_short_names() -> None:
    fields = set(assets.ENGINE_FIELDS.split())
    engine = [ASSETS / "engine.js", ASSETS / "tables.js", ASSETS / "worker.js", *(ASSETS / "engine").iterdir()]
    for path in engine:
        code = re.sub(r'//.*|from ".*"|import\(".*"\)', "", path.read_text(encoding="utf-8"))
        texts = re.findall(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`', code)
        words = {word for text in texts for word in re.findall(r"\w+", re.sub(r"\$\{[^}]*\}", "", text))}
        assert not words & fields, path.name
        assert not re.search(r"[\s.(,{][A-Z]\b", code), f"{path.name} has a name like those that fields get"
    for path in {*ASSETS.parent.rglob("*.js")} - {*engine}:
        assert not set(re.findall(r"[.](\w+)", path.read_text(encoding="utf-8"))) & fields, path.name
    index = dict(build(entries(), tables=js_tables.tables()))
    contents = [json.loads(content) for path, content in index.items() if not path.startswith("terms/")]
    assert not {*keys(contents)} & fields
    assert not {name for text in FIX_TEXTS.values() for name in re.findall(r"\{(\w+)\}", text)} & fields


def keys(data: Any) -> Iterator[str]:
    """Yield the keys of all objects in parsed JSON."""
    if isinstance(data, dict):
        yield from data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from keys(each)


def test_without_the_minifier_files_are_served_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "minify", None)
    file = File("assets/search/box.js", "// why\nexport const a = 1;\n")
    assets.minify_assets([file])
    assert file.content_string == "// why\nexport const a = 1;\n"


@minified
def test_files_of_others_are_left_alone() -> None:
    files = [
        File("assets/extra.js", "// extra\n"),
        File("search/index.json", "{ }"),
        File("assets/search/a.txt", "a  b"),
    ]
    before = [file.content_string for file in files]
    assets.minify_assets(files)
    assert [file.content_string for file in files] == before


STYLE, PAGE_STYLE = File("assets/fixcards.css", "a{}"), File("assets/stylesheets/cards.css", "a{}")
SCRIPTS = [File("assets/fixcards.js", "import './search/box.js'"), File("assets/search/box.js", "export {}")]


def test_every_stylesheet_has_a_digest_of_its_content_in_its_name() -> None:
    urls = assets.addresses([STYLE, PAGE_STYLE])
    assert re.fullmatch(r"assets/fixcards\.[0-9a-f]{8}\.css", urls[STYLE.src_uri])
    assert re.fullmatch(r"assets/stylesheets/cards\.[0-9a-f]{8}\.css", urls[PAGE_STYLE.src_uri])
    changed = assets.addresses([File(STYLE.src_uri, "a{b:c}"), PAGE_STYLE])
    assert changed[STYLE.src_uri] != urls[STYLE.src_uri]
    assert changed[PAGE_STYLE.src_uri] == urls[PAGE_STYLE.src_uri]


def test_scripts_keep_their_places_in_a_folder_named_by_the_content_of_all() -> None:
    urls = assets.addresses(SCRIPTS)
    folder = urls["assets/fixcards.js"].removesuffix("/fixcards.js")
    assert re.fullmatch(r"assets/scripts\.[0-9a-f]{8}", folder)
    assert urls["assets/search/box.js"] == f"{folder}/search/box.js"
    assert assets.addresses([STYLE, *SCRIPTS[::-1]]).items() >= urls.items()
    changed = [File("assets/search/box.js", "export {x}"), File("assets/search/more.js", "export {}")]
    for other in ([SCRIPTS[0], changed[0]], [*SCRIPTS, changed[1]], SCRIPTS[:1]):
        assert assets.addresses(other)["assets/fixcards.js"] != urls["assets/fixcards.js"]


def test_addresses_of_others_are_left_alone() -> None:
    files = [File("assets/extra.css", "a{}"), File("assets/search/a.txt", "a"), File("search/index.json", "{}")]
    assert assets.addresses([*files, File("assets/stylesheets/main.1234.min.css", "a{}")]) == {}
