"""The cache: private to the user, bounded, never believed where it doesn't fit, and never next to the cards."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS

from fixcards import cache
from fixcards.cache import CacheFile
from fixcards.records.loader import load
from tests import commands
from tests.sites import LIBRARY, change, environment


def check(cwd: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in environment(**more).items() if value}
    return commands.run("fixcards", "check", "--ignore", "FC4", *arguments, cwd=cwd, env=env)


def paths(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture
def forged(tmp_path: Path, own_cache: Path) -> Path:
    """A repository with a bad card, and the cache that says that the card is as good as it was."""
    repository = tmp_path / "repository"
    card = shutil.copytree(LIBRARY, repository / "cards") / "lantern" / "12.yaml"
    load(repository / "cards", cached=True)
    records = cache.cache_file("records", os.path.realpath(repository / "cards"))
    key = cache.digest_of(())  # of the hosts whose addresses need not be public: none
    good = records.read(key)["lantern/12.yaml"][2]
    change(card, "category: ", "category: non")
    load(repository / "cards", cached=True)
    entries = records.read(key)
    states, digest, _ = entries["lantern/12.yaml"]
    records.write({**entries, "lantern/12.yaml": (states, digest, good)}, key)
    assert check(repository, FIXCARDS_CACHE=str(own_cache.parent)).returncode == 0, "the forgery is a good one"
    return repository


def test_a_cache_that_comes_with_the_cards_changes_nothing(forged: Path, tmp_path: Path, own_cache: Path) -> None:
    for folder in (".cache", ".cache/fixcards", "cards/.cache", "cards/.cache/fixcards", "fixcards", "computed"):
        shutil.copytree(own_cache.parent, forged / folder, dirs_exist_ok=True)  # as it is now
        shutil.copytree(own_cache, forged / folder, dirs_exist_ok=True)  # as it was in earlier releases
    done = check(forged, FIXCARDS_CACHE="", XDG_CACHE_HOME="", HOME=str(tmp_path / "home"))
    assert done.returncode == 1
    assert "cards/lantern/12.yaml" in done.stdout
    assert "FC106 category can't be" in done.stdout


@pytest.mark.parametrize(("start", "root"), [(".", "cards"), ("cards", "."), ("cards/lantern", "..")])
def test_nothing_is_written_next_to_the_cards(tmp_path: Path, start: str, root: str) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(LIBRARY, repository / "cards")
    before = paths(repository)
    done = check(repository / start, "--cards", root, FIXCARDS_CACHE="", XDG_CACHE_HOME="", HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done
    assert paths(repository) == before
    assert list((tmp_path / "home" / ".cache" / "fixcards" / "computed" / "records").iterdir())


def test_only_the_user_can_read_or_write_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "new" / "cache"))
    before = os.umask(0)
    try:
        cache.cache_file("test", "name").write(1)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")}
    assert {modes.pop(name) for name in ("cache", "computed", "test")} == {0o700}
    assert set(modes.values()) == {0o600}


def test_the_cache_is_where_the_system_wants_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FIXCARDS_CACHE")
    for home in ("", str(tmp_path), "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", home)
        assert cache.cache_dir() == platformdirs.user_cache_path("fixcards", appauthor=False)


def test_the_cache_is_where_other_systems_want_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FIXCARDS_CACHE")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.cache_dir() == MacOS("fixcards", appauthor=False).user_cache_path
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache.cache_dir() == tmp_path / "fixcards" / "Cache"


def test_the_same_folder_by_another_way_has_the_same_cache(tmp_path: Path, own_cache: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "cards")
    (tmp_path / "link").symlink_to("cards")
    for name in ("cards", "link"):
        load(tmp_path / name, cached=True)
    assert len(list((own_cache / "records").iterdir())) == 1


@pytest.fixture
def file(tmp_path: Path) -> CacheFile:
    file = CacheFile(tmp_path / "kind" / "name", lambda: b"1")
    file.write({"a": (1, b"x", None)}, b"key", {"one": b"1" * 100, "two": b""})
    return file


def test_what_was_written_is_read(file: CacheFile) -> None:
    assert file.read(b"key") == {"a": (1, b"x", None)}
    content = file.open(b"key")
    assert content is not None
    assert (content.blob("one"), content.blob("two")) == (b"1" * 100, b"")
    with pytest.raises(KeyError):
        content.blob("three")


def test_another_key_version_or_kind_is_not_read(file: CacheFile, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "kind", tmp_path / "other")
    assert file.read() is None
    assert CacheFile(file.path, lambda: b"2").read(b"key") is None
    assert CacheFile(tmp_path / "other" / "name", lambda: b"1").read(b"key") is None


def test_damage_is_noticed_wherever_it_is(file: CacheFile) -> None:
    whole = file.path.read_bytes()
    for at in range(len(whole)):
        file.path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        content = file.open(b"key")
        assert content is None or content.blob("one") in {None, b"1" * 100}
        assert content is None or content.data == {"a": (1, b"x", None)}
        file.path.write_bytes(whole[:at])
        assert file.read(b"key") is None


def test_content_that_is_open_stays_what_it_is_when_the_file_is_replaced(file: CacheFile) -> None:
    content = file.open(b"key")
    file.write(2, b"key", {"one": b"2"})
    assert content is not None
    assert content.blob("one") == b"1" * 100


def test_the_oldest_files_of_a_kind_make_room(own_cache: Path) -> None:
    for number in range(cache.MAX_FILES + 3):
        cache.cache_file("test", str(number)).write(number)
    assert len(list((own_cache / "test").iterdir())) == cache.MAX_FILES
    assert cache.cache_file("test", str(cache.MAX_FILES + 2)).read() == cache.MAX_FILES + 2
