"""Nothing is written or deleted through a link, and nothing is published through one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fixcards.files import atomic_write, read_regular
from tests import commands
from tests.sites import LIBRARY, REPOSITORY, build, change, environment, own_pages, project, tree


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A folder outside the project, which nothing may change."""
    folder = tmp_path / "precious"
    (folder / "sub").mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")
    (folder / "sub" / "a.txt").write_text("more", encoding="utf-8")
    return folder


@pytest.mark.parametrize("program", ["mkdocs", "properdocs"])
@pytest.mark.parametrize("parallel", ["", "      parallel: false\n"])
@pytest.mark.parametrize("site_dir", ["site", "public/site"])
def test_a_link_in_the_place_of_the_site_is_refused_and_its_target_stays(
    program: str, parallel: str, site_dir: str, precious: Path, tmp_path: Path
) -> None:
    config = change(project(tmp_path / "project", LIBRARY), "site_dir: site", f"site_dir: {site_dir}")
    change(config, "  - fixcards\n", f"  - fixcards:\n      jobs: 1\n{parallel}")
    (config.parent / site_dir.partition("/")[0]).symlink_to(Path("..", "precious"))
    before = tree(precious)
    done = build(config, program=program)
    assert done.returncode == 1
    assert "is a link to ../precious, whose files a build would delete; remove the link" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(precious) == before


@pytest.mark.parametrize("parallel", ["true", "false"])
def test_a_link_below_the_site_is_not_written_through(parallel: str, precious: Path, tmp_path: Path) -> None:
    config = project(tmp_path / "project", LIBRARY)
    change(config, "  - fixcards\n", f"  - fixcards:\n      jobs: 1\n      parallel: {parallel}\n")
    (precious / "12").mkdir()
    (precious / "12" / "index.html").write_text("mine", encoding="utf-8")
    (config.parent / "site" / "deep").mkdir(parents=True)
    for path in ("lantern", "deep/more"):
        (config.parent / "site" / path).symlink_to(precious)
    before = tree(precious)
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert tree(precious) == before
    assert "<html" in (config.parent / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("pages", ["cards", "cards/lantern", ".", "..", "../precious", "link/own", "site", "nowhere"])
def test_pages_are_in_a_folder_of_their_own_inside_the_project(pages: str, precious: Path, tmp_path: Path) -> None:
    config = project(tmp_path / "project", LIBRARY)
    (precious / "own").mkdir()
    (config.parent / "link").symlink_to(precious)
    (config.parent / "site").mkdir()
    change(config, "  - fixcards\n", f"  - fixcards:\n      pages: {pages}\n")
    done = build(config)
    assert done.returncode == 1
    assert f"`pages: {pages}`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["tally"], ["schema", "--write"], ["verify"]])
def test_a_command_that_writes_refuses_cards_that_are_a_link(arguments: list[str], tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "real")
    (tmp_path / "cards").symlink_to("real")
    before = tree(tmp_path / "real")
    done = run(*arguments, folder=tmp_path, text="[]")
    assert done.returncode == 2
    assert done.stderr.startswith("fixcards: cards: is a link, and nothing is written to where it leads")
    assert tree(tmp_path / "real") == before


def run(*arguments: str, folder: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    env = environment(FIXCARDS_CACHE=str(folder / "cache"))
    return commands.run("fixcards", *arguments, cwd=folder, env=env, typed=text)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("tally.json", ["tally"]), ("card.schema.json", ["schema", "--write"])],
)
def test_a_command_writes_to_no_link(name: str, arguments: list[str], precious: Path, tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "cards")
    path = tmp_path / "cards" / name
    path.unlink(missing_ok=True)
    path.symlink_to(precious / "thesis.txt")
    before = tree(precious)
    reports = json.dumps([{"title": "[lantern-12] fix 1 worked", "state": "CLOSED"}])
    done = run(*arguments, folder=tmp_path, text=reports)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"fixcards: cards/{name}: is a link, and nothing is written to where it leads; remove it\n"
    assert tree(precious) == before
    assert path.is_symlink()


@pytest.mark.parametrize(
    ("link", "arguments"),
    [
        ("computed", ["check"]),
        ("computed/records", ["check"]),
        ("computed/index", ["match"]),
        ("computed", ["clear"]),
        ("verify", ["verify", "--dry-run"]),
        ("verify/work", ["verify", "--dry-run"]),
    ],
)
def test_a_link_inside_the_cache_is_refused(link: str, arguments: list[str], precious: Path, tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "cards")
    place = tmp_path / "cache" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(precious)
    before = tree(precious)
    done = run(*arguments, folder=tmp_path, text="ValueError: 1")
    assert done.returncode == 2
    assert f"/cache/{link}: is a link inside the cache; remove it" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(precious) == before


@pytest.mark.parametrize("link", ["computed", "computed/sites", "builds", "no-pages"])
def test_a_build_refuses_a_link_inside_the_cache(link: str, precious: Path, tmp_path: Path) -> None:
    config = project(tmp_path / "project", LIBRARY)
    place = tmp_path / "cache" / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(precious)
    before = tree(precious)
    done = build(config, FIXCARDS_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert f"/cache/{link}: is a link inside the cache; remove it" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(precious) == before


def test_a_disk_that_is_full_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tally.json"
    atomic_write(path, b"good")

    def full(descriptor: int, mode: str) -> object:
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"good"
    assert [each.name for each in tmp_path.iterdir()] == ["tally.json"]


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "link to nothing", "pipe"])
def test_only_files_of_the_authors_own_folder_are_published(kind: str, precious: Path, tmp_path: Path) -> None:
    config = project(tmp_path / "project", LIBRARY)
    pages = own_pages(config)
    targets = {"link to a file": precious / "thesis.txt", "link to a folder": precious, "link to nothing": Path("gone")}
    if kind == "pipe":
        os.mkfifo(pages / "odd.txt")
    else:
        (pages / "odd.txt").symlink_to(targets[kind])
    done = build(config)
    assert done.returncode == 1
    assert "odd.txt: is a link, a pipe or a device, which can't be published; remove it" in done.stderr
    assert not (config.parent / "site").exists()


def test_a_folder_of_pages_that_is_a_link_is_refused(precious: Path, tmp_path: Path) -> None:
    config = project(tmp_path / "project", LIBRARY)
    own_pages(config).rmdir()
    (config.parent / "pages").symlink_to(precious)
    done = build(config)
    assert done.returncode == 1
    assert "`pages: pages` is no folder below the one of mkdocs.yml" in done.stderr


@pytest.mark.parametrize("strict", [True, False])
def test_files_beside_the_records_are_neither_read_nor_published(strict: bool, precious: Path, tmp_path: Path) -> None:
    config = project(tmp_path / "project", LIBRARY)
    cards = config.parent / "cards"
    (cards / "lantern" / "notes.txt").symlink_to(precious / "thesis.txt")
    (cards / "data").symlink_to("/dev/zero")
    (cards / "more").symlink_to("/")
    os.mkfifo(cards / "lantern" / "pipe")
    for path in ("assets/fixcards.js", "about/rules.md", "lantern/12.md", "CNAME", "evil.html"):
        (cards / path).parent.mkdir(exist_ok=True)
        (cards / path).write_text("<script>window.evil = 1</script>", encoding="utf-8")
    done = build(config, *(["--strict"] if strict else []))
    assert done.returncode == (1 if strict else 0), done.stderr
    assert "Traceback" not in done.stderr
    if not strict:
        site = tree(config.parent / "site")
        assert not [path for path, content in site.items() if b"window.evil" in content or b"years of work" in content]
        assert not {"CNAME", "evil.html", "data", "lantern/notes.txt", "lantern/pipe"} & site.keys()
        assert {"lantern/12/index.html", "about/rules/index.html"} <= site.keys()


def test_a_pipe_or_a_device_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="is not a regular file"):
            read_regular(path, 10)
    (tmp_path / "link").symlink_to("pipe")
    with pytest.raises(OSError, match="is a link"):
        read_regular(tmp_path / "link", 10)


def test_git_ignores_links_that_have_the_names_of_generated_folders() -> None:
    lines = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/site", ".cache", ".venv"} <= set(lines)
    assert [line for line in lines if line.endswith("/")] == []
