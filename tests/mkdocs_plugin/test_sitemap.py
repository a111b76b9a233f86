from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fixcards.mkdocs_plugin.sitemap import MAX_URLS, SitemapEntry, sitemap
from tests.sites import ADDRESS, LIBRARY, build, change, project, tree

SITE = "https://cards.example.org/"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SMALL_FILES = """
from fixcards.mkdocs_plugin import plugin
from fixcards.mkdocs_plugin.sitemap import sitemap

plugin.sitemap = lambda entries, site_url: sitemap(entries, site_url, 10)
"""
"""A hook for a site whose maps have ten addresses at most."""


def locations(xml: str | bytes, tag: str) -> list[str | None]:
    """Return the addresses in a map (`url`) or in an index of maps (`sitemap`)."""
    return [place.text for place in ET.fromstring(xml).findall(f"{NAMESPACE}{tag}/{NAMESPACE}loc")]  # noqa: S314 - ours


def entries(*names: object) -> list[SitemapEntry]:
    return [SitemapEntry(f"{SITE}{name}/", "2026-06-01") for name in names]


def test_a_map_that_fits_into_one_file_is_one() -> None:
    text, files = sitemap([*entries("a"), SitemapEntry(f"{SITE}b/?x&y", "")], SITE, max_urls=2)
    assert files == []
    assert text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"<url><loc>{SITE}a/</loc><lastmod>2026-06-01</lastmod></url>\n<url><loc>{SITE}b/?x&amp;y</loc></url>\n</urlset>"
    )
    assert locations(sitemap([], SITE)[0], "url") == []
    assert MAX_URLS == 50_000


def test_a_larger_map_is_an_index_of_files_that_have_every_address_once_in_their_order() -> None:
    index, files = sitemap(entries(*range(7)), SITE, max_urls=3)
    content = {file.path: file.content for file in files}
    names = [f"sitemap-{number}.xml" for number in (1, 2, 3)]
    assert locations(index, "sitemap") == [SITE + name for name in names]
    parts = [range(3), range(3, 6), range(6, 7)]
    assert [locations(content[name], "url") for name in names] == [[f"{SITE}{n}/" for n in part] for part in parts]
    assert content["sitemap-1.xml"].decode() == sitemap(entries(0, 1, 2), SITE)[0]
    assert content.keys() == {*names, *(f"{name}.gz" for name in names)}
    assert all(gzip.decompress(content[f"{name}.gz"]) == content[name] for name in names)


def test_the_same_map_has_the_same_bytes_and_one_more_address_changes_only_the_last_file() -> None:
    before, again, after = (sitemap(entries(*range(to)), SITE, max_urls=2) for to in (5, 5, 6))
    assert before == again
    assert before[0] == after[0]
    changed = [file.path for file, other in zip(before[1], after[1], strict=True) if file != other]
    assert changed == ["sitemap-3.xml", "sitemap-3.xml.gz"]


def test_an_address_of_the_site_with_special_characters_is_escaped() -> None:
    index, _ = sitemap(entries("a", "b"), "https://example.org/a&b/", max_urls=1)
    assert locations(index, "sitemap")[0] == "https://example.org/a&b/sitemap-1.xml"


def test_the_sitemap_has_every_card_and_list(library_site: Path) -> None:
    xml = (library_site / "sitemap.xml").read_bytes()
    pages = {path.parent.relative_to(library_site).as_posix() for path in library_site.rglob("index.html")}
    assert set(locations(xml, "url")) == {ADDRESS + ("" if page == "." else f"{page}/") for page in pages}
    assert ADDRESS + "lantern/12/" in locations(xml, "url")
    assert gzip.decompress((library_site / "sitemap.xml.gz").read_bytes()) == xml


def small_files(config: Path) -> Path:
    """Give a site maps of ten addresses."""
    (config.parent / "hook.py").write_text(SMALL_FILES, encoding="utf-8")
    return change(config, "plugins:\n", "hooks: [hook.py]\nplugins:\n")


@pytest.mark.parametrize("parallel", ["true", "false"])
def test_a_site_with_more_pages_than_a_map_may_have_gets_an_index_of_maps(parallel: str, tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", f"  - fixcards:\n      parallel: {parallel}\n")
    assert build(small_files(config), "--strict").returncode == 0
    site = tmp_path / "site"
    parts = sorted(site.glob("sitemap-*.xml"))
    assert len(parts) > 1
    for path in (*parts, site / "sitemap.xml"):
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
    index = (site / "sitemap.xml").read_bytes()
    assert locations(index, "sitemap") == [ADDRESS + path.name for path in parts]
    addresses = [address for path in parts for address in locations(path.read_bytes(), "url")]
    assert len(addresses) == len(set(addresses)) == len(list(site.rglob("index.html")))


def test_maps_that_are_the_same_are_not_written_and_go_when_one_is_enough(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      parallel: true\n")
    hooked = small_files(config)
    assert build(hooked).returncode == 0
    site = tmp_path / "site"
    before = {path: path.stat().st_mtime_ns for path in site.glob("sitemap*")}
    assert len(before) > 4
    assert build(hooked).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in site.glob("sitemap*")} == before
    assert build(change(config, "hooks: [hook.py]\n", "")).returncode == 0
    assert sorted(path for path in tree(site) if path.startswith("sitemap")) == ["sitemap.xml", "sitemap.xml.gz"]


def test_another_plugin_may_change_the_text_of_the_map_and_a_template_of_ones_own_replaces_it(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "plugins:\n", "hooks: [hook.py]\nplugins:\n")
    (tmp_path / "hook.py").write_text(
        "def on_post_template(text, *, template_name, **_):\n"
        "    return text.replace('lantern/12/', 'lantern/12/?x') if template_name == 'sitemap.xml' else text\n",
        encoding="utf-8",
    )
    assert build(config, "--strict").returncode == 0
    assert ADDRESS + "lantern/12/?x" in locations((tmp_path / "site" / "sitemap.xml").read_bytes(), "url")
    change(config, "  name: material\n", "  name: material\n  custom_dir: own\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitemap.xml").write_text("<own/>", encoding="utf-8")
    assert build(config, "--strict").returncode == 0
    assert (tmp_path / "site" / "sitemap.xml").read_text(encoding="utf-8") == "<own/>"
