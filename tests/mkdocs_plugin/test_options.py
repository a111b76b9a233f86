from __future__ import annotations

from pathlib import Path

from tests.sites import LIBRARY, build, change, project


def test_addresses_without_folders_are_refused_in_a_sentence(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    config.write_text(config.read_text(encoding="utf-8") + "\nuse_directory_urls: false\n", encoding="utf-8")
    done = build(config)
    assert done.returncode == 1
    assert "fixcards: cards have addresses like /httpx/271/; remove `use_directory_urls: false`" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_option_of_the_plugin_is_reported(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      template: x\n")
    done = build(config, "--strict")
    assert done.returncode == 1
    assert "Unrecognised configuration name: template" in done.stderr


def test_a_site_without_an_address_and_a_repository_builds(tmp_path: Path) -> None:
    config = project(tmp_path, LIBRARY)
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    others = [line for line in lines if not line.startswith(("site_url", "repo_", "edit_uri"))]
    config.write_text("".join(others), encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert "uv run" not in (tmp_path / "site" / "lantern" / "12" / "index.html").read_text(encoding="utf-8")


def test_no_process_at_all_is_refused(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      jobs: 0\n")
    done = build(config)
    assert done.returncode == 1
    assert "fixcards: `jobs: 0` starts no process; give a number from 1 on" in done.stderr
