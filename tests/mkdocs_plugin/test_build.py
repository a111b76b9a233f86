from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import tool
from tests.sites import LIBRARY, REPOSITORY, build, project, read, soup, tree

PROGRAMS = ("mkdocs", "properdocs")


def test_the_fork_builds_the_same_pages(library_site: Path, tmp_path: Path) -> None:
    done = build(project(tmp_path, LIBRARY), "--strict", program="properdocs")
    assert done.returncode == 0, done.stderr
    by_mkdocs, by_fork = tree(library_site), tree(tmp_path / "site")
    assert by_mkdocs.keys() == by_fork.keys()
    for path, content in by_mkdocs.items():
        if path.endswith("index.html") or path.startswith("assets/fixcards"):
            assert soup(content.decode()).select("article") == soup(by_fork[path].decode()).select("article")
        elif path.endswith((".json", ".py", ".yaml")):
            assert content == by_fork[path]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_card_with_a_problem_fails_a_strict_build_and_is_left_out_of_another(program: str, tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    card = tmp_path / "cards" / "lantern" / "34.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("title:", "tittle:"), encoding="utf-8")
    strict = build(config, "--strict", program=program)
    assert strict.returncode == 1
    assert "lantern/34.yaml:5:1: FC101" in strict.stderr
    assert "did you mean 'title'?" in strict.stderr
    assert "Traceback" not in strict.stderr
    loose = build(config, program=program)
    assert loose.returncode == 0
    site = tmp_path / "site"
    assert not (site / "lantern" / "34" / "index.html").exists()
    assert (site / "lantern" / "12" / "index.html").is_file()
    assert [title.text for title in read(site, "lantern").select(".fc-row-title")] == [
        "Lantern goes out when the wick is trimmed twice",
        "Lantern burns the whole night when nobody waits",
    ]
    assert "lantern-34" not in (site / "cards.json").read_text(encoding="utf-8")
    assert "lantern/34/" not in (site / "sitemap.xml").read_text(encoding="utf-8")


def test_evidence_with_a_problem_is_left_out_and_its_card_is_published_without_it(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    (tmp_path / "cards" / "lantern" / "34.evidence.json").write_text("{", encoding="utf-8")
    assert build(config, "--strict").returncode == 1
    assert build(config).returncode == 0
    assert read(tmp_path / "site", "lantern/34").select_one(".fc-badge").text == "not executed"


def test_a_card_that_breaks_a_rule_about_quality_is_published_even_by_a_strict_build(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    card = tmp_path / "cards" / "lantern" / "34.yaml"
    text = card.read_text(encoding="utf-8")
    assert text.count('    install: ["lantern>=1.3"]\n') == 1
    card.write_text(text.replace('    install: ["lantern>=1.3"]\n', ""), encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert "1 problem (FC410 1)" in done.stderr  # `fixcards check` says which
    assert (tmp_path / "site" / "lantern" / "34" / "index.html").is_file()


def test_an_empty_folder_of_cards_builds_a_site(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    done = build(project(tmp_path / "site", tmp_path / "none"), "--strict")
    assert done.returncode == 0, done.stderr
    assert "No cards yet" in read(tmp_path / "site" / "site", "cards").text


def test_two_builds_have_the_same_bytes_from_any_folder_and_with_any_hash_seed(tmp_path: Path) -> None:
    trees = []
    for name, cwd, seed in (("a", tmp_path, "1"), ("b", Path("/"), "2")):
        config = project(tmp_path / name, LIBRARY)
        done = build(config, "--strict", cwd=cwd, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        trees.append(tree(config.parent / "site"))
    assert trees[0].keys() == trees[1].keys()
    assert [path for path in trees[0] if trees[0][path] != trees[1][path]] == []


def test_a_build_on_another_day_changes_the_sitemap_and_what_grows_old(library_site: Path, tmp_path: Path) -> None:
    # MkDocs dates the sitemap; the confidence in what was run falls as it ages.
    done = build(project(tmp_path, LIBRARY), SOURCE_DATE_EPOCH="1900000000")
    assert done.returncode == 0, done.stderr
    before, after = tree(library_site), tree(tmp_path / "site")
    assert before.keys() == after.keys()
    names = ("card.json", "index.html", "index.html.md")
    old = [f"{card}/{name}" for card in ("lantern/12", "lantern/34", "mooring/7") for name in names]
    assert {path for path in before if before[path] != after[path]} == {
        *("cards.json", "cards/list.json", *old),
        *("sitemap.xml", "sitemap.xml.gz"),
    }


def test_make_site_checks_and_builds_without_a_banner(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    shutil.copy2(REPOSITORY / "Makefile", tmp_path)
    shutil.copy2(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copy2(REPOSITORY / "constraints.txt", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NO_MKDOCS", "MAKE", "MFLAGS"))}
    command = ["make", "--old-file=.venv/site", "site"]
    done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=120, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "6 cards, 2 packages, 0 problems" in output
    assert (tmp_path / "site" / "lantern" / "12" / "index.html").is_file()
    assert "Material for MkDocs" not in output
    assert "Zensical" not in output
    command = [tool("mkdocs"), "build", "-q", "-f", str(config)]
    bare = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=120, check=True)
    assert "Material for MkDocs" in bare.stderr, "the banner is gone: so can be what keeps it away"
