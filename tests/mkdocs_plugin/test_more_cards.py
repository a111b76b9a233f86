"""A site with cards of several folders: those of the project, and others that it takes in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fixcards.search.finder import Finder
from tests.sites import LIBRARY, build, change, project, read, tree

OPTION = "  - fixcards:\n      more_cards: ../shared\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A project with the cards of one package, beside a folder with those of another."""
    config = project(tmp_path / "site", LIBRARY)
    (tmp_path / "shared").mkdir()
    shutil.move(tmp_path / "site/cards/lantern", tmp_path / "shared/lantern")
    return change(config, "  - fixcards\n", OPTION)


def test_pages_lists_and_search_have_the_cards_of_both_folders(config: Path) -> None:
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    site = config.parent / "site"
    assert (site / "lantern/12/index.html").is_file()
    assert (site / "lantern/12.yaml").read_bytes() == (config.parent.parent / "shared/lantern/12.yaml").read_bytes()
    listed = {link["href"] for link in read(site, "cards").select("a[href]")}
    assert {"../lantern/12/", "../mooring/7/"} <= listed
    finder = Finder.of_site(str(site))
    ids = {each.entry.id for text in ("lantern.Dark: no wick in lamp 7", "mooring") for each in finder.match(text)}
    assert any(card_id.startswith("lantern-") for card_id in ids)
    own, other = read(site, "mooring/7"), read(site, "lantern/12")
    edit = "https://github.com/fixcards/fixcards/edit/main/cards/mooring/7.yaml"
    assert own.select_one(f'a[href="{edit}"]') is not None
    assert other.select_one('a[href*="/edit/"]') is None


def test_the_site_is_that_of_one_folder_with_all_cards_but_for_the_links_to_edit(config: Path, tmp_path: Path) -> None:
    assert build(config).returncode == 0
    whole = project(tmp_path / "whole", LIBRARY)
    assert build(whole).returncode == 0
    one, both = tree(whole.parent / "site"), tree(config.parent / "site")
    assert one.keys() == both.keys()
    # The home page lists the newest cards, those of the project before others.
    assert {path for path in one if one[path] != both[path]} - {"index.html"} <= {
        path for path in one if path.startswith("lantern/") and path.endswith("index.html")
    }


def test_a_rebuild_makes_what_changed_in_either_folder(config: Path) -> None:
    assert build(config).returncode == 0
    change(config.parent.parent / "shared/lantern/12.yaml", "title: ", "title: New words about ")
    done = build(config)
    assert done.returncode == 0, done.stderr
    assert "New words about" in (config.parent / "site/lantern/12/index.html").read_text(encoding="utf-8")


def test_an_id_in_both_folders_is_reported_and_the_own_card_shown(config: Path) -> None:
    shared = config.parent.parent / "shared"
    (shared / "mooring").mkdir()
    text = (config.parent / "cards/mooring/7.yaml").read_text(encoding="utf-8")
    (shared / "mooring/7.yaml").write_text(text.replace("title: ", "title: Foreign "), encoding="utf-8")
    done = build(config)
    assert done.returncode == 0, done.stderr
    assert "FC301 the id mooring-7 is already taken by cards/mooring/7.yaml" in done.stderr
    assert "Foreign" not in (config.parent / "site/mooring/7/index.html").read_text(encoding="utf-8")
    assert build(config, "--strict").returncode == 1


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("../nowhere", "`more_cards: ../nowhere`: no such folder next to mkdocs.yml; correct it"),
        ("cards/mooring", "lie in one another; give folders of cards that are apart"),
        ("{a: b}", "more_cards"),
    ],
)
def test_a_folder_that_can_be_none_is_refused_in_a_sentence(option: str, message: str, config: Path) -> None:
    change(config, "more_cards: ../shared", f"more_cards: {option}")
    done = build(config, "--strict")
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["tracker_hosts: 'a b'", "package_indexes: {x: y}"])
def test_the_build_refuses_what_the_commands_refuse(option: str, config: Path) -> None:
    change(config, "more_cards: ../shared", option)
    done = build(config)
    assert done.returncode == 1
    assert f"fixcards: mkdocs.yml: `{option.partition(':')[0]}`" in done.stderr
