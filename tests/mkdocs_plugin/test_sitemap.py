from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from fixcards.mkdocs_plugin.sitemap import MOST
from tests.mkdocs_plugin.test_sitemap_parts import located
from tests.sites import ADDRESS, LIBRARY, build, change, project, tree

MANY = f"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{{%- for number in range({MOST + 1}) %}}
<url><loc>{{{{ config.site_url }}}}{{{{ number }}}}/</loc></url>
{{%- endfor %}}
</urlset>
"""


def test_the_sitemap_has_every_card_and_list(library_site: Path) -> None:
    xml = (library_site / "sitemap.xml").read_bytes()
    found = set(located(xml, "url"))
    pages = {path.parent.relative_to(library_site).as_posix() for path in library_site.rglob("index.html")}
    assert found == {ADDRESS + ("" if page == "." else f"{page}/") for page in pages}
    assert ADDRESS + "lantern/12/" in found
    assert gzip.decompress((library_site / "sitemap.xml.gz").read_bytes()) == xml


@pytest.mark.parametrize("options", ["spread: true", "spread: false"])
def test_a_site_with_more_pages_than_a_map_may_have_gets_an_index_of_maps(options: str, tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", f"  - fixcards:\n      {options}\n")
    change(config, "  name: material\n", "  name: material\n  custom_dir: own\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitemap.xml").write_text(MANY, encoding="utf-8")
    assert build(config, "--strict").returncode == 0
    site = tmp_path / "site"
    maps = sorted(path.name for path in site.glob("sitemap*"))
    assert maps == [f"sitemap{part}.xml{gz}" for part in ("-1", "-2", "") for gz in ("", ".gz")]
    for name in maps[::2]:
        assert gzip.decompress((site / f"{name}.gz").read_bytes()) == (site / name).read_bytes()
    assert located((site / "sitemap.xml").read_bytes(), "sitemap") == [ADDRESS + name for name in maps[:4:2]]
    first, last = (located((site / name).read_bytes(), "url") for name in maps[:4:2])
    assert [*first, *last] == [f"{ADDRESS}{number}/" for number in range(MOST + 1)]
    assert len(last) == 1


def test_maps_that_are_the_same_are_not_written_and_go_when_one_is_enough(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  name: material\n", "  name: material\n  custom_dir: own\n")
    (tmp_path / "own").mkdir()
    own = tmp_path / "own" / "sitemap.xml"
    own.write_text(MANY, encoding="utf-8")
    assert build(config).returncode == 0
    site = tmp_path / "site"
    before = {path: path.stat().st_mtime_ns for path in site.glob("sitemap*")}
    assert len(before) == 6
    assert build(config).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in site.glob("sitemap*")} == before
    own.unlink()
    assert build(config).returncode == 0
    assert sorted(path for path in tree(site) if path.startswith("sitemap")) == ["sitemap.xml", "sitemap.xml.gz"]
