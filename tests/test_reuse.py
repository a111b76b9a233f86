"""What a second build reuses: never a wrong page, and no file written that has not changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixcards import cache
from tests.sites import CARDS, LIBRARY, REPOSITORY, build, change, environment, project, tool, tree

HOOK = """
from pathlib import Path

def on_page_content(html, *, page, **kwargs):
    with Path("seen.txt").open("a") as seen:
        seen.write(page.url + "\\n")
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A project with the real cards, built once: more than are made before other processes are started."""
    assert build(project(tmp_path, CARDS), "--strict").returncode == 0
    return tmp_path / "site"


def again(site: Path) -> str:
    done = build(site.parent / "mkdocs.yml", "--strict")
    assert done.returncode == 0, done.stderr
    return done.stderr


def times(site: Path) -> dict[str, int]:
    """Return when each file of a site was written."""
    found = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.stat().st_mtime_ns for path in found}


def afresh(site: Path, folder: Path) -> dict[str, bytes]:
    """Return what a site is without anything to reuse."""
    shutil.copytree(site.parent, folder, ignore=shutil.ignore_patterns("site", ".cache"))
    assert build(folder / "mkdocs.yml", "--strict").returncode == 0
    return tree(folder / "site")


def test_nothing_is_written_where_nothing_has_changed(site: Path) -> None:
    before = times(site)
    assert "made 0 pieces of the site" in again(site)
    assert times(site) == before


def test_a_changed_card_changes_its_own_files_and_those_that_show_it(site: Path, tmp_path: Path) -> None:
    before = times(site)
    change(tmp_path / "cards" / "httpx" / "271.yaml", "title: Sync Client", "title: Blocking Client")
    again(site)
    written = {path for path, when in times(site).items() if before.get(path) != when}
    assert {"httpx/271/index.html", "httpx/271/card.json", "httpx/271.yaml", "cards/index.html"} <= written
    assert "Blocking Client" in (site / "httpx" / "index.html").read_text(encoding="utf-8")
    assert not {path for path in written if path.startswith(("flask/", "assets/", "about/", "cards/verdict/p"))}
    assert tree(site) == afresh(site, tmp_path / "afresh")


def test_a_changed_title_reaches_the_pages_of_related_cards(site: Path, tmp_path: Path) -> None:
    change(tmp_path / "cards" / "httpx" / "271.yaml", "title: Sync Client", "title: Blocking Client")
    again(site)
    assert "Blocking Client" in (site / "httpx" / "3433" / "index.html").read_text(encoding="utf-8")


def test_a_removed_card_takes_its_files_with_it_and_what_nobody_made_goes_too(site: Path, tmp_path: Path) -> None:
    (tmp_path / "cards" / "flask" / "2789.yaml").unlink()
    (tmp_path / "cards" / "flask" / "2789.evidence.json").unlink()
    (site / "stray").mkdir()
    (site / "stray" / "page.html").write_text("x", encoding="utf-8")
    (site / ".git").mkdir()
    again(site)
    assert not (site / "flask").exists()
    assert not (site / "stray").exists()
    assert (site / ".git").is_dir(), "MkDocs leaves hidden files at the top alone, for who publishes from there"
    (site / ".git").rmdir()
    assert tree(site) == afresh(site, tmp_path / "afresh")


def test_a_file_that_somebody_touched_is_made_again(site: Path) -> None:
    page = site / "httpx" / "271" / "index.html"
    right = page.read_bytes()
    page.write_bytes(right.replace(b"trio", b"tria"))
    (site / "httpx" / "271" / "card.json").unlink()
    again(site)
    assert page.read_bytes() == right
    assert (site / "httpx" / "271" / "card.json").is_file()


def test_a_page_that_the_author_writes_at_a_cards_address_comes_and_goes(site: Path, tmp_path: Path) -> None:
    before = tree(site)
    page = tmp_path / "cards" / "httpx" / "271.md"
    page.write_text("# My own page\n", encoding="utf-8")
    again(site)
    assert "My own page" in (site / "httpx" / "271" / "index.html").read_text(encoding="utf-8")
    assert (site / "httpx" / "271" / "card.json").is_file()
    page.unlink()
    again(site)
    assert tree(site) == before


def test_a_cache_that_cannot_be_written_stops_no_build(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    done = build(project(tmp_path, LIBRARY), "--strict", FIXCARDS_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr


def test_a_changed_template_changes_every_page_as_a_clean_build_does(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    assert build(config).returncode == 0
    change(tmp_path / "looks" / "card.html", "What the states mean", "What states mean")
    change(tmp_path / "looks" / "theme" / "main.html", 'property="og:type"', 'name="og:type"')
    again(tmp_path / "site")
    assert "What states mean" in (tmp_path / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")
    assert tree(tmp_path / "site") == afresh(tmp_path / "site", tmp_path / "afresh")


def _delete(shelf: Path) -> None:
    shelf.unlink()


def _cut_off(shelf: Path) -> None:
    shelf.write_bytes(shelf.read_bytes()[:-7])


def _empty(shelf: Path) -> None:
    shelf.write_bytes(b"")


def _spoil(shelf: Path) -> None:
    raw = bytearray(shelf.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    shelf.write_bytes(bytes(raw))


def _of_another_version(shelf: Path) -> None:
    raw = shelf.read_bytes()
    shelf.write_bytes(bytes(16) + raw[16:])


def test_whatever_happens_to_the_cache_the_site_is_right(site: Path, tmp_path: Path) -> None:
    before = tree(site)
    for damage in (_delete, _cut_off, _empty, _spoil, _of_another_version):
        shelves = [path for name in ("records", "sites") for path in (tmp_path / ".cache" / name).iterdir()]
        assert len(shelves) == 2
        for shelf in shelves:
            damage(shelf)
        again(site)
        assert tree(site) == before, damage


def test_the_cache_of_other_cards_is_not_taken_for_that_of_these(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert build(project(other, LIBRARY), "--strict").returncode == 0
    for name in ("records", "sites"):
        (mine,), (theirs,) = ((folder / ".cache" / name).iterdir() for folder in (tmp_path, other))
        shutil.copy(theirs, mine)
    before = tree(site)
    again(site)
    assert tree(site) == before


def test_what_is_kept_of_one_sort_is_not_taken_for_another(site: Path, tmp_path: Path) -> None:
    before = tree(site)
    shelves = [path for path in (tmp_path / ".cache").rglob("*") if path.is_file()]
    kept = [shelf.read_bytes() for shelf in shelves]
    for shelf, content in zip(shelves, kept[1:] + kept[:1], strict=True):
        shelf.write_bytes(content)
    again(site)
    assert tree(site) == before


def test_a_page_that_the_author_adds_at_a_cards_address_is_shown_and_the_cards_comes_back_with_its_removal(
    site: Path, tmp_path: Path
) -> None:
    before = tree(site)
    own = tmp_path / "cards" / "httpx" / "271.md"
    own.write_text("# A page of my own\n", encoding="utf-8")
    again(site)
    assert "A page of my own" in (site / "httpx" / "271" / "index.html").read_text(encoding="utf-8")
    addresses = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert addresses.count("/httpx/271/</loc>") == 1
    own.unlink()
    again(site)
    assert tree(site) == before


def test_hidden_files_that_the_author_wants_published_are_published(site: Path, tmp_path: Path) -> None:
    (tmp_path / "cards" / ".well-known").mkdir()
    (tmp_path / "cards" / ".well-known" / "security.txt").write_text("Contact: us", encoding="utf-8")
    change(tmp_path / "mkdocs.yml", "plugins:\n", "exclude_docs: '!.well-known'\nplugins:\n")
    again(site)
    assert (site / ".well-known" / "security.txt").read_text(encoding="utf-8") == "Contact: us"


def _folder_for_page(site: Path) -> None:
    for path in (site / "httpx" / "271" / "index.html", site / "404.html"):
        path.unlink()
        path.mkdir()
    (site / "404.html" / "stray.html").write_text("x", encoding="utf-8")


def _file_for_folder(site: Path) -> None:
    for path in (site / "httpx" / "271", site / "flask", site / "assets"):
        shutil.rmtree(path)
        path.write_text("x", encoding="utf-8")


def _links(site: Path) -> None:
    (site / "flask").rename(site.parent / "elsewhere")
    (site / "flask").symlink_to(site.parent / "elsewhere")
    for path, to in ((site / "httpx" / "271" / "index.html", "nowhere"), (site / "404.html", site / "index.html")):
        path.unlink()
        path.symlink_to(to)


def _empty_folders(site: Path) -> None:
    (site / "stray" / "deep").mkdir(parents=True)
    (site / "httpx" / "271" / "more").mkdir()


@pytest.mark.parametrize(
    "harm",
    [_folder_for_page, _file_for_folder, _links, _empty_folders],
    ids=lambda it: it.__name__,
)
def test_whatever_stands_in_the_sites_folder_makes_room_for_the_site(harm: Callable[[Path], None], site: Path) -> None:
    def everything() -> list[tuple[str, bytes | None]]:
        found = sorted(site.rglob("*"))
        assert not [path for path in found if path.is_symlink()]
        return [(path.name, path.read_bytes() if path.is_file() else None) for path in found]

    before = everything()
    harm(site)
    again(site)
    assert everything() == before


def test_a_card_folder_may_become_a_file_and_a_folder_again(site: Path, tmp_path: Path) -> None:
    before = tree(site)
    flask = tmp_path / "cards" / "flask"
    flask.rename(tmp_path / "flask")
    flask.write_text("a file", encoding="utf-8")
    again(site)
    assert (site / "flask").read_text(encoding="utf-8") == "a file"
    flask.unlink()
    (tmp_path / "flask").rename(flask)
    again(site)
    assert tree(site) == before


def test_a_file_where_the_site_should_be_is_left_alone_with_what_to_do(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (tmp_path / "site").write_text("mine", encoding="utf-8")
    done = build(config)
    assert done.returncode == 1
    assert "is no folder; remove it, or set another `site_dir`" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "site").read_text(encoding="utf-8") == "mine"


def test_a_hook_that_changes_how_templates_are_read_changes_the_pages(site: Path, tmp_path: Path) -> None:
    (tmp_path / "hook.py").write_text("def on_env(env, **_):\n    env.trim_blocks = True\n", encoding="utf-8")
    change(tmp_path / "mkdocs.yml", "plugins:\n", "hooks: [hook.py]\nplugins:\n")
    again(site)
    assert tree(site) == afresh(site, tmp_path / "afresh")


@pytest.mark.parametrize("options", ["jobs: 1", "jobs: 2", "jobs: 5", "spread: false"])
def test_the_bytes_are_the_same_for_any_number_of_processes_and_any_way(
    options: str, real_site: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    config = change(project(other, CARDS), "  - fixcards\n", f"  - fixcards:\n      {options}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert build(config, "--strict", cwd=elsewhere).returncode == 0
    ours, theirs = tree(real_site), tree(other / "site")
    if options == "spread: false":  # MkDocs' own site map has the pages in another order
        for each in (ours, theirs):
            each["sitemap.xml"] = b"\n".join(sorted(each.pop("sitemap.xml").split()))
            del each["sitemap.xml.gz"]
    assert ours == theirs


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
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      spread: true\n")
    (tmp_path / "hook.py").write_text(HOOK, encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + "\nhooks:\n  - hook.py\n", encoding="utf-8")
    done = build(config)
    assert "page by page" not in done.stderr
    seen = (tmp_path / "seen.txt").read_text(encoding="utf-8").split()
    assert "cards/" in seen
    assert "lantern/12/" not in seen
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
    assert "set `spread: false` for the plugin fixcards" in done.stderr
    assert "Traceback" not in done.stderr
    change(config, "  - fixcards\n", "  - fixcards:\n      spread: false\n")
    assert build(config).returncode == 0
    text = (tmp_path / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")
    assert "<title>LANTERN GOES OUT WHEN THE WICK IS TRIMMED TWICE</title>" in text


def test_what_is_kept_has_a_bound_and_can_be_cleared(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    for number in range(cache.MAX_FILES + 3):
        assert build(config, "--site-dir", str(tmp_path / f"site-{number}")).returncode == 0
    assert len(list((tmp_path / ".cache" / "sites").iterdir())) == cache.MAX_FILES
    command = [tool("fixcards"), "clear", "--cards", str(tmp_path / "cards")]
    assert subprocess.run(command, env=environment(), check=False).returncode == 0
    assert not [path for path in (tmp_path / ".cache").rglob("*") if path.is_file()]
    assert build(config).returncode == 0


def test_checking_again_finds_the_same_problems(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    shutil.copytree(LIBRARY, cards)
    change(cards / "lantern" / "34.yaml", "title:", "tittle:")
    (cards / "mooring" / "9.evidence.json").write_text("{", encoding="utf-8")
    command = [tool("fixcards"), "check"]
    runs = [
        subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert (tmp_path / ".cache" / "records").is_dir()
    assert runs[0].returncode == runs[1].returncode == 1
    assert runs[0].stdout == runs[1].stdout
    assert "cards/lantern/34.yaml:5:1: FC101" in runs[0].stdout
    elsewhere = subprocess.run(
        [*command, "--cards", str(cards)], cwd="/", env=environment(), capture_output=True, text=True, check=False
    )
    assert os.fspath(cards).lstrip("/") in elsewhere.stdout, "paths are named as seen from where one is"
