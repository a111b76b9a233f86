"""What a second build of a site reuses: never a wrong page, and no file is written that has not changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fixcards import cache
from tests import commands
from tests.sites import (
    LIBRARY,
    REPOSITORY,
    build,
    built,
    built_once,
    change,
    large_library,
    own_pages,
    project,
    tree,
)

HOOK = """
from pathlib import Path

def on_page_content(html, *, page, **kwargs):
    with Path("seen.txt").open("a") as seen:
        seen.write(page.url + "\\n")
"""


@pytest.fixture(scope="module")
def large_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site; tests do not change it."""
    return built_once(tmp_path_factory, "large", large_library)


@pytest.fixture
def site(tmp_path: Path, own_cache: Path) -> Path:
    """A site with so many cards that several processes make it."""
    return built(tmp_path, large_library)


def rebuild(site: Path) -> str:
    done = build(site.parent / "mkdocs.yml", "--strict")
    assert done.returncode == 0, done.stderr
    return done.stderr


def times(site: Path) -> dict[str, int]:
    """Return when each file of a site was written."""
    files = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.stat().st_mtime_ns for path in files}


def clean_build(site: Path, folder: Path) -> dict[str, bytes]:
    """Return the files of a copy of the site, built without anything to reuse."""
    shutil.copytree(site.parent, folder, ignore=shutil.ignore_patterns("site", "cache"))
    assert build(folder / "mkdocs.yml", "--strict").returncode == 0
    return tree(folder / "site")


def test_nothing_is_written_where_nothing_has_changed(site: Path) -> None:
    before = times(site)
    assert "0 tasks run" in rebuild(site)
    assert times(site) == before


def test_a_changed_card_changes_its_own_files_and_those_that_show_it(site: Path, tmp_path: Path) -> None:
    before = times(site)
    change(tmp_path / "cards" / "lantern" / "12.yaml", "title: Lantern goes out", "title: Lantern dims")
    rebuild(site)
    written = {path for path, at in times(site).items() if before.get(path) != at}
    assert {"lantern/12/index.html", "lantern/12/card.json", "lantern/12.yaml", "cards/index.html"} <= written
    assert "Lantern dims" in (site / "lantern" / "index.html").read_text(encoding="utf-8")
    assert not {path for path in written if path.startswith(("anchor/", "assets/", "about/", "cards/verdict/not"))}
    assert tree(site) == clean_build(site, tmp_path / "clean")


def test_a_changed_title_reaches_the_pages_of_related_cards(site: Path, tmp_path: Path) -> None:
    change(tmp_path / "cards" / "mooring" / "8.yaml", "on a Sunday", "on a Monday")
    rebuild(site)
    assert "on a Monday" in (site / "lantern" / "12" / "index.html").read_text(encoding="utf-8")


def test_a_removed_card_takes_its_files_with_it_and_unknown_files_go_too(site: Path, tmp_path: Path) -> None:
    (tmp_path / "cards" / "anchor" / "1.yaml").unlink()
    (tmp_path / "cards" / "mooring" / "7.yaml").unlink()
    (tmp_path / "cards" / "mooring" / "7.evidence.json").unlink()
    (site / "stray").mkdir()
    (site / "stray" / "page.html").write_text("x", encoding="utf-8")
    (site / ".git").mkdir()
    rebuild(site)
    assert not (site / "anchor").exists()
    assert not (site / "mooring" / "7").exists()
    assert not (site / "stray").exists()
    assert (site / ".git").is_dir(), "MkDocs leaves hidden files at the top alone, because people publish from there"
    (site / ".git").rmdir()
    assert tree(site) == clean_build(site, tmp_path / "clean")


def test_a_file_that_was_changed_or_removed_is_written_again(site: Path) -> None:
    page = site / "lantern" / "12" / "index.html"
    right = page.read_bytes()
    page.write_bytes(right.replace(b"wick", b"wack"))
    (site / "lantern" / "12" / "card.json").unlink()
    rebuild(site)
    assert page.read_bytes() == right
    assert (site / "lantern" / "12" / "card.json").is_file()


def test_a_cache_that_cannot_be_written_stops_no_build(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    done = build(project(tmp_path, LIBRARY), "--strict", FIXCARDS_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr


def test_a_changed_template_changes_every_page_as_a_clean_build_does(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    assert build(config).returncode == 0
    change(tmp_path / "looks" / "card.html", "Search for this line", "Look for this line")
    change(tmp_path / "looks" / "theme" / "main.html", 'name="color-scheme"', 'name="colour-scheme"')
    rebuild(tmp_path / "site")
    assert "Look for this line" in (tmp_path / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")
    assert tree(tmp_path / "site") == clean_build(tmp_path / "site", tmp_path / "clean")


def _delete(path: Path) -> None:
    path.unlink()


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _spoil(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(bytes(raw))


def _of_another_version(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(bytes(16) + raw[16:])


def test_the_site_is_right_whatever_happens_to_the_cache(site: Path, own_cache: Path) -> None:
    before = tree(site)
    for damage in (_delete, _cut_off, _empty, _spoil, _of_another_version):
        paths = [path for name in ("records", "sites") for path in (own_cache / name).iterdir()]
        assert len(paths) == 2
        for path in paths:
            damage(path)
        rebuild(site)
        assert tree(site) == before, damage


def test_the_cache_of_other_cards_is_not_taken_for_that_of_these(site: Path, tmp_path: Path, own_cache: Path) -> None:
    own = {name: next((own_cache / name).iterdir()) for name in ("records", "sites")}
    assert build(project(tmp_path / "other", LIBRARY), "--strict").returncode == 0
    for name, path in own.items():
        (foreign,) = set((own_cache / name).iterdir()) - {path}
        shutil.copy(foreign, path)
    before = tree(site)
    rebuild(site)
    assert tree(site) == before


def test_one_kind_of_cache_file_is_not_taken_for_another(site: Path, own_cache: Path) -> None:
    before = tree(site)
    paths = [path for path in own_cache.rglob("*") if path.is_file()]
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)
    rebuild(site)
    assert tree(site) == before


def test_a_page_of_the_author_replaces_that_of_a_card_until_it_is_removed(site: Path, tmp_path: Path) -> None:
    before = tree(site)
    own = own_pages(tmp_path / "mkdocs.yml") / "lantern" / "12.md"
    own.parent.mkdir()
    own.write_text("# A page of my own\n", encoding="utf-8")
    rebuild(site)
    assert "A page of my own" in (site / "lantern" / "12" / "index.html").read_text(encoding="utf-8")
    assert (site / "lantern" / "12" / "card.json").is_file()
    addresses = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert addresses.count("/lantern/12/</loc>") == 1
    own.unlink()
    rebuild(site)
    assert tree(site) == before


def test_hidden_files_that_the_author_wants_published_are_published(site: Path, tmp_path: Path) -> None:
    pages = own_pages(tmp_path / "mkdocs.yml")
    (pages / ".well-known").mkdir()
    (pages / ".well-known" / "security.txt").write_text("Contact: us", encoding="utf-8")
    change(tmp_path / "mkdocs.yml", "plugins:\n", "exclude_docs: '!.well-known'\nplugins:\n")
    rebuild(site)
    assert (site / ".well-known" / "security.txt").read_text(encoding="utf-8") == "Contact: us"


def _folder_for_page(site: Path) -> None:
    for path in (site / "lantern" / "12" / "index.html", site / "404.html"):
        path.unlink()
        path.mkdir()
    (site / "404.html" / "stray.html").write_text("x", encoding="utf-8")


def _file_for_folder(site: Path) -> None:
    for path in (site / "lantern" / "12", site / "anchor", site / "assets"):
        shutil.rmtree(path)
        path.write_text("x", encoding="utf-8")


def _links(site: Path) -> None:
    (site / "anchor").rename(site.parent / "elsewhere")
    (site / "anchor").symlink_to(site.parent / "elsewhere")
    for path, to in ((site / "lantern" / "12" / "index.html", "nowhere"), (site / "404.html", site / "index.html")):
        path.unlink()
        path.symlink_to(to)


def _empty_folders(site: Path) -> None:
    (site / "stray" / "deep").mkdir(parents=True)
    (site / "lantern" / "12" / "more").mkdir()


@pytest.mark.parametrize(
    "harm",
    [_folder_for_page, _file_for_folder, _links, _empty_folders],
    ids=lambda it: it.__name__,
)
def test_whatever_is_in_the_sites_folder_makes_room_for_the_site(harm: Callable[[Path], None], site: Path) -> None:
    def everything() -> list[tuple[str, bytes | None]]:
        paths = sorted(site.rglob("*"))
        assert not [path for path in paths if path.is_symlink()]
        return [(path.name, path.read_bytes() if path.is_file() else None) for path in paths]

    before = everything()
    harm(site)
    rebuild(site)
    assert everything() == before


def test_a_card_folder_may_become_a_file_and_a_folder_again(site: Path, tmp_path: Path) -> None:
    pages = own_pages(tmp_path / "mkdocs.yml")
    rebuild(site)
    before = tree(site)
    folder = tmp_path / "cards" / "anchor"
    folder.rename(tmp_path / "anchor")
    (pages / "anchor").write_text("a file", encoding="utf-8")
    rebuild(site)
    assert (site / "anchor").read_text(encoding="utf-8") == "a file"
    (pages / "anchor").unlink()
    (tmp_path / "anchor").rename(folder)
    rebuild(site)
    assert tree(site) == before


def test_a_file_where_the_site_should_be_is_left_alone_with_what_to_do(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (tmp_path / "site").write_text("mine", encoding="utf-8")
    done = build(config)
    assert done.returncode == 1
    assert "is not a folder; remove it, or set another `site_dir`" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "site").read_text(encoding="utf-8") == "mine"


def test_a_hook_that_changes_how_templates_are_read_changes_the_pages(site: Path, tmp_path: Path) -> None:
    (tmp_path / "hook.py").write_text("def on_env(env, **_):\n    env.trim_blocks = True\n", encoding="utf-8")
    change(tmp_path / "mkdocs.yml", "plugins:\n", "hooks: [hook.py]\nplugins:\n")
    rebuild(site)
    assert tree(site) == clean_build(site, tmp_path / "clean")


@pytest.mark.parametrize("options", ["jobs: 1", "jobs: 2", "jobs: 5", "parallel: false"])
def test_the_bytes_are_the_same_for_any_number_of_processes_and_any_way(
    options: str, large_site: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    config = change(project(other, large_library), "  - fixcards\n", f"  - fixcards:\n      {options}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert build(config, "--strict", cwd=elsewhere).returncode == 0
    sites = tree(large_site), tree(other / "site")
    if options == "parallel: false":  # the site map has the pages in MkDocs' order then
        for files in sites:
            files["sitemap.xml"] = b"\n".join(sorted(files.pop("sitemap.xml").split()))
            del files["sitemap.xml.gz"]
    assert sites[0] == sites[1]


def test_another_plugin_with_page_events_sees_every_card_and_the_build_says_so_once(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (tmp_path / "hook.py").write_text(HOOK, encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + "\nhooks:\n  - hook.py\n", encoding="utf-8")
    done = build(config)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("page by page") == 1
    assert "hook.py" in done.stderr
    seen = (tmp_path / "seen.txt").read_text(encoding="utf-8").splitlines()
    assert {"lantern/12/", "lantern/", "cards/category/crash/", "cards/"} <= set(seen)
    assert len(seen) == len(set(seen)) == len(list((tmp_path / "site").rglob("index.html")))
    plain = project(tmp_path / "plain", LIBRARY)
    assert build(plain).returncode == 0
    page = Path("lantern", "12", "index.html")
    assert (tmp_path / "site" / page).read_bytes() == (tmp_path / "plain" / "site" / page).read_bytes()


def test_a_site_may_say_that_other_plugins_need_not_see_the_cards(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      parallel: true\n")
    (tmp_path / "hook.py").write_text(HOOK, encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + "\nhooks:\n  - hook.py\n", encoding="utf-8")
    done = build(config)
    assert "page by page" not in done.stderr
    seen = (tmp_path / "seen.txt").read_text(encoding="utf-8").split()
    assert "cards/" in seen
    assert "lantern/12/" not in seen
    assert (tmp_path / "site" / "lantern" / "12" / "index.html").is_file()


def test_the_old_name_of_the_option_parallel_is_accepted_with_a_message(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      spread: false\n")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert "the option `spread` is called `parallel` now; rename it" in done.stderr
    assert "tasks run" not in done.stderr
    assert (tmp_path / "site" / "lantern" / "12" / "index.html").is_file()


def test_a_theme_that_changes_words_is_refused_with_what_to_do(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "main.html").write_text(
        '{% extends "base.html" %}{% block htmltitle %}<title>{{ page.title | upper }}</title>{% endblock %}',
        encoding="utf-8",
    )
    change(config, "  name: material\n", "  name: material\n  custom_dir: mine\n")
    done = build(config)
    assert done.returncode == 1
    assert "set `parallel: false` for the plugin fixcards" in done.stderr
    assert "Traceback" not in done.stderr
    change(config, "  - fixcards\n", "  - fixcards:\n      parallel: false\n")
    assert build(config).returncode == 0
    text = (tmp_path / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")
    assert "<title>LANTERN GOES OUT WHEN THE WICK IS TRIMMED TWICE</title>" in text


def test_the_cache_has_a_bound_and_can_be_cleared(tmp_path: Path, own_cache: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (own_cache / "sites").mkdir(parents=True)
    of_others = [own_cache / "sites" / f"{number:032x}" for number in range(cache.MAX_FILES + 3)]
    for path in of_others:
        path.write_bytes(b"of another site, built before")
    assert build(config).returncode == 0
    assert build(config, "--site-dir", str(tmp_path / "site-2")).returncode == 0
    left = set((own_cache / "sites").iterdir())
    assert (len(left), len(left - set(of_others))) == (cache.MAX_FILES, 2)
    executions = own_cache.parent / "verify" / "uv"
    executions.mkdir(parents=True)
    assert commands.run("fixcards", "clear").returncode == 0
    assert [path for path in own_cache.parent.rglob("*") if not path.is_dir()] == []
    assert executions.is_dir()
    assert build(config).returncode == 0


def test_checking_again_finds_the_same_problems(tmp_path: Path, own_cache: Path) -> None:
    cards = tmp_path / "cards"
    shutil.copytree(LIBRARY, cards)
    change(cards / "lantern" / "34.yaml", "title:", "tittle:")
    (cards / "mooring" / "9.evidence.json").write_text("{", encoding="utf-8")
    runs = [commands.run("fixcards", "check", cwd=tmp_path) for _ in range(2)]
    assert (own_cache / "records").is_dir()
    assert runs[0].returncode == runs[1].returncode == 1
    assert runs[0].stdout == runs[1].stdout
    assert "cards/lantern/34.yaml:5:1: FC101" in runs[0].stdout
    elsewhere = commands.run("fixcards", "check", "--cards", cards, cwd="/")
    assert os.fspath(cards).lstrip("/") in elsewhere.stdout, "paths are relative to the current folder"
