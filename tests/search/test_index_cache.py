"""The cached index: no answer from one that doesn't fit the cards any more, and no second making of one that does."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fixcards import cache
from fixcards.project import Project
from fixcards.search.finder import Finder
from fixcards.search.index_cache import IndexCache
from tests.sites import LIBRARY

DARK = "lantern.Dark: no wick in lamp 7"
CARD = Path("cards", "lantern", "12.yaml")


@pytest.fixture
def folder(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with cards that were written a while ago."""
    shutil.copytree(LIBRARY, tmp_path / "cards")
    later(monkeypatch)
    return tmp_path


def later(monkeypatch: pytest.MonkeyPatch, seconds: int = 60) -> None:
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + seconds * 10**9)


def cache_path(folder: Path) -> Path:
    [path] = (folder / "cache" / "computed" / "index").iterdir()
    return path


class Maker:
    """Makes the content of the card, and counts how often it was asked to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.times = folder, 0

    def __call__(self) -> dict[str, bytes]:
        self.times += 1
        return {"one": (self.folder / CARD).read_bytes(), "two": b"2" * 1000}

    def read(self) -> bytes:
        return IndexCache(self.folder / "cards", self).read("one")


@pytest.fixture
def maker(folder: Path) -> Maker:
    maker = Maker(folder)
    maker.read()
    maker.read()
    assert maker.times == 1
    return maker


def in_place(path: Path) -> None:
    """Change a letter, so that size and time of change are what they were."""
    before = path.stat()
    text = path.read_bytes()
    path.write_bytes(text[:-2] + b"!\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def put_over(path: Path) -> None:
    """Put a file of the same size and times in the place of another."""
    other = path.with_name("other")
    shutil.copy2(path, other)
    in_place(other)
    other.replace(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "in place": in_place,
    "put over": put_over,
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"# more\n"),
    "evidence": lambda path: in_place(path.with_name("12.evidence.json")),
    "new file": lambda path: path.with_name("99.yaml").write_text("package: lantern\n", encoding="utf-8"),
    "new folder": lambda path: path.parents[1].joinpath("new").mkdir(),
    "removed": lambda path: path.with_name("34.yaml").unlink(),
    "renamed": lambda path: path.with_name("34.yaml").rename(path.with_name("35.yaml")),
    "swapped": lambda path: [
        path.rename(path.with_name("x")),
        path.with_name("34.yaml").rename(path),
        path.with_name("x").rename(path.with_name("34.yaml")),
    ],
    "a link": lambda path: [path.rename(path.parents[2] / "12.yaml"), path.symlink_to(path.parents[2] / "12.yaml")],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_the_folder_is_noticed(change: Callable[[Path], object], maker: Maker) -> None:
    change(maker.folder / CARD)
    assert maker.read() == (maker.folder / CARD).read_bytes()
    assert maker.times == 2


def test_what_was_changed_a_moment_ago_is_not_cached_since_the_next_change_might_not_show(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("FIXCARDS_CACHE", str(folder / "cache"))
    maker = Maker(folder)
    os.utime(folder / CARD, (0, 0))  # of a file that is copied with its times the change is old
    for times in (1, 2):
        maker.read()
        assert maker.times == times
    later(monkeypatch)
    for _ in range(2):
        maker.read()
        assert maker.times == 3


def test_what_changes_while_it_is_read_is_read_again(folder: Path) -> None:
    class Slow(Maker):
        def __call__(self) -> dict[str, bytes]:
            parts = super().__call__()
            if self.times == 1:
                in_place(self.folder / CARD)
            return parts

    maker = Slow(folder)
    maker.read()
    assert maker.read() == (folder / CARD).read_bytes()


def test_no_damage_changes_what_is_read(maker: Maker) -> None:
    whole = cache_path(maker.folder).read_bytes()
    right = maker.read()
    for at in (*range(30), *range(30, len(whole), 97), len(whole) - 1):
        cache_path(maker.folder).write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        assert maker.read() == right
        cache_path(maker.folder).write_bytes(whole[:at])
        assert maker.read() == right


def test_damage_after_the_first_look_costs_nothing_but_time(maker: Maker) -> None:
    index = IndexCache(maker.folder / "cards", maker)
    cache_path(maker.folder).write_bytes(b"")
    assert index.read("two") == b"2" * 1000
    cache_path(maker.folder).unlink()
    assert index.read("one") == (maker.folder / CARD).read_bytes()
    assert maker.times == 2


def test_another_version_of_the_program_makes_its_own(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "environment_fingerprint", lambda: b"another")
    maker.read()
    assert maker.times == 2


def test_the_way_to_the_folder_does_not_matter(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    (maker.folder / "link").symlink_to("cards")
    monkeypatch.chdir(maker.folder)
    for way in ("cards", "link", str(maker.folder / "cards")):
        IndexCache(Path(way), maker).read("one")
    assert maker.times == 1


def test_without_a_cache_folder_the_answer_is_the_same(folder: Path) -> None:
    (folder / "cache").write_text("no folder", encoding="utf-8")
    maker = Maker(folder)
    assert maker.read() == maker.read() == (folder / CARD).read_bytes()


def test_a_search_from_the_cache_finds_the_same_and_reads_no_card(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Finder.of_cards(folder / "cards").match(DARK)
    assert first
    monkeypatch.setattr("fixcards.records.loader.load", None)
    assert Finder.of_cards(folder / "cards").match(DARK) == first


def test_a_change_of_the_site_address_is_noticed(folder: Path) -> None:
    addresses = []
    for settings in (None, "site_url: https://one.example.org\n", "site_url: https://two.example.org/\n", None):
        (folder / "mkdocs.yml").unlink(missing_ok=True)
        if settings:
            (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
        addresses.append(Finder.of_cards(folder / "cards").site)
    assert addresses == ["", "https://one.example.org/", "https://two.example.org/", ""]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("site_url: 'https://a.example.org/x'  # ours\n", "https://a.example.org/x/"),
        ("nav:\n  site_url: https://wrong.example.org\n", ""),
        (
            "plugins: [a]\nslugify: !!python/name:some.module\nsite_url: https://a.example.org\n",
            "https://a.example.org/",
        ),
        ("site_url: !ENV SITE\n", ""),
        ("site_url:\n", ""),
        ("site_url: [\n", ""),
        ("- site_url\n", ""),
        ("", ""),
    ],
)
def test_the_site_address_is_that_of_the_settings(settings: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    project = Project.of_cards(tmp_path / "cards")
    assert project.publishes(tmp_path / "cards")
    assert project.site_url == expected


def test_a_search_shows_a_card_as_it_is_now(folder: Path) -> None:
    [before, *_] = Finder.of_cards(folder / "cards").match(DARK)
    text = (folder / CARD).read_text(encoding="utf-8")
    stamp = (folder / CARD).stat()
    (folder / CARD).write_text(text.replace("Lantern goes out", "Lantern dies out"), encoding="utf-8")
    os.utime(folder / CARD, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    [after, *_] = Finder.of_cards(folder / "cards").match(DARK)
    assert "goes out" in before.entry.title
    assert "dies out" in after.entry.title
