from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fixcards.build.output import copy_files, list_files, remove_files, remove_links, write_file


def test_a_file_is_written_with_its_folders_and_only_if_it_differs(tmp_path: Path) -> None:
    state = write_file(str(tmp_path), "a/b/c.txt", b"one")
    path = tmp_path / "a" / "b" / "c.txt"
    assert (path.stat().st_size, path.stat().st_mtime_ns, path.stat().st_ctime_ns) == state
    os.utime(path, ns=(1, 1))
    touched = write_file(str(tmp_path), "a/b/c.txt", b"one")
    assert touched[:2] == (3, 1)
    new = write_file(str(tmp_path), "a/b/c.txt", b"two")
    assert new == list_files(str(tmp_path))["a/b/c.txt"] != touched


def test_a_changed_file_shows_though_its_size_and_time_were_put_back(tmp_path: Path) -> None:
    before = write_file(str(tmp_path), "page.html", b"one")
    path = tmp_path / "page.html"
    time.sleep(0.01)
    path.write_bytes(b"two")
    os.utime(path, ns=(before[1], before[1]))
    after = list_files(str(tmp_path))["page.html"]
    assert after[:2] == before[:2]
    assert after != before


def test_a_new_content_goes_to_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_file(str(tmp_path), "a/b/c.txt", b"one")
    write_file(str(tmp_path), "a/b/c.txt", b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize("blocking", ["file at the parent", "folder at the path", "link at the path"])
def test_what_is_in_the_way_of_a_file_is_removed(blocking: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"mine")
    site = tmp_path / "site"
    site.mkdir()
    if blocking == "file at the parent":
        (site / "a").write_bytes(b"x")
    elif blocking == "folder at the path":
        (site / "a" / "b.txt" / "deep").mkdir(parents=True)
    else:
        (site / "a").mkdir()
        (site / "a" / "b.txt").symlink_to(outside)
    write_file(str(site), "a/b.txt", b"new")
    assert (site / "a" / "b.txt").read_bytes() == b"new"
    assert not (site / "a" / "b.txt").is_symlink()
    assert outside.read_bytes() == b"mine"


def test_a_list_of_files_has_links_and_empty_folders_but_nothing_hidden_at_the_top(tmp_path: Path) -> None:
    for path in ("a/one.txt", "a/.two", ".git/config"):
        write_file(str(tmp_path), path, b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert list_files(str(tmp_path)).keys() == {"a/one.txt", "a/.two", "empty/", "link"}
    assert ".git/config" in list_files(str(tmp_path), hidden=True)
    assert list_files(str(tmp_path / "none")) == {}
    with pytest.raises(NotADirectoryError):
        list_files(str(tmp_path / "a" / "one.txt"))


def test_files_are_removed_with_the_folders_that_they_leave_empty(tmp_path: Path) -> None:
    for path in ("a/b/one.txt", "a/two.txt"):
        write_file(str(tmp_path), path, b"x")
    (tmp_path / "empty").mkdir()
    remove_files(str(tmp_path), ["a/b/one.txt", "empty/", "none/at/all.txt", "a/two.txt/below.txt"])
    assert list_files(str(tmp_path)).keys() == {"a/two.txt"}


def test_links_are_removed_and_files_stay(tmp_path: Path) -> None:
    write_file(str(tmp_path), "a.txt", b"x")
    (tmp_path / "link").symlink_to("nowhere")
    remove_links(str(tmp_path), ["a.txt", "link", "none"])
    assert list_files(str(tmp_path)).keys() == {"a.txt"}


def test_files_are_copied_but_those_excluded(tmp_path: Path) -> None:
    for path in ("a/one.txt", "two.txt", ".hidden/three.txt"):
        write_file(str(tmp_path / "from"), path, b"x")
    copied = copy_files(str(tmp_path / "from"), str(tmp_path / "to"), {"two.txt"})
    assert copied == list_files(str(tmp_path / "to"), hidden=True).keys() == {"a/one.txt", ".hidden/three.txt"}
