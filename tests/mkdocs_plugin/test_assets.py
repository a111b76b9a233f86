from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sites import LIBRARY, REPOSITORY, build, change, own_pages, project, read, tree


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A site that is built and has templates of its own."""
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    assert build(config).returncode == 0
    return config


def linked(site: Path, page: str) -> set[str]:
    """Return the scripts and styles of ours that a page links to."""
    tags = read(site, page).select("link[rel=stylesheet], script[type=module]")
    return {(tag.get("href") or tag.get("src")).removeprefix("../../") for tag in tags}


def our_files(site: Path) -> set[str]:
    """Return the files of our scripts and styles."""
    return {path for path in tree(site) if path.startswith(("assets/scripts", "assets/fixcards")) or "/cards." in path}


@pytest.mark.parametrize(
    ("file", "old", "new", "stay"),
    [
        ("fixcards.css", "background: #0008", "background: #0127", {"scripts"}),
        ("copy.js", "Copied", "It is copied", {"cards", "fixcards"}),
        ("search/results.js", "Library frames", "Frames", {"cards", "fixcards"}),
    ],
)
def test_a_page_links_to_a_changed_script_or_style_by_another_name(
    file: str, old: str, new: str, stay: set[str], config: Path
) -> None:
    site = config.parent / "site"
    before, files = linked(site, "lantern/12"), our_files(site)
    change(config.parent / "looks" / "theme" / "assets" / file, old, new)
    assert build(config).returncode == 0
    after = linked(site, "lantern/12")
    assert len(after) == len(before) == 2
    for address in after:
        assert (site / address).is_file()
    same = {
        path.split("/")[-1].split(".")[0] if path.endswith(".css") else "scripts" for path in files & our_files(site)
    }
    assert same == stay
    assert len(our_files(site)) == len(files), "files that no page links to are gone"


def test_a_style_that_replaces_one_of_the_package_has_a_digest_in_its_name_too(config: Path) -> None:
    site = config.parent / "site"
    before = linked(site, "lantern/12")
    change(config, "  name: material\n", "  name: material\n  custom_dir: own\n")
    own = config.parent / "own" / "assets" / "fixcards.css"
    own.parent.mkdir(parents=True)
    own.write_text("a { color: red }", encoding="utf-8")
    assert build(config).returncode == 0
    (style,) = linked(site, "lantern/12") - before
    assert (site / style).read_text(encoding="utf-8").endswith(("a{color:red}", "a { color: red }"))


def test_a_template_gets_the_path_of_any_other_file_back_unchanged(config: Path) -> None:
    main = config.parent / "looks" / "theme" / "main.html"
    change(main, "asset_url('assets/fixcards.js')", "asset_url('mine.js')")
    assert build(config).returncode == 0
    assert "mine.js" in linked(config.parent / "site", "lantern/12")


def test_only_pages_that_the_author_wrote_have_the_whole_of_the_themes_styles(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  font: false", "  language: en")
    (own_pages(config) / "notes.md").write_text("# Notes\n\n<div class='admonition'>So</div>\n", encoding="utf-8")
    assert build(config).returncode == 0
    styles = {
        path: [link["href"] for link in read(tmp_path / "site", path).select("link[rel=stylesheet]")]
        for path in ("", "lantern/12", "notes")
    }
    (own,) = styles[""]
    assert own.startswith("assets/stylesheets/cards.")
    assert styles["lantern/12"] == [f"../../{own}"]
    assert [path.partition(".min")[0].rpartition("/")[2].split(".")[0] for path in styles["notes"]] == [
        "main",
        "palette",
        "fixcards",
    ]
    for path in styles:
        assert "fonts.g" not in (tmp_path / "site" / path / "index.html").read_text(encoding="utf-8")
