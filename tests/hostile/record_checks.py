"""What must hold of every hostile record, whoever wrote it."""

from __future__ import annotations

import functools
import re
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path

from tests.hostile.library import Copy, build, check, published
from tests.hostile.records import Attack

_DECEIVING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\U000e0000-\U000e007f]"
)


def is_built(kind: str, position: int) -> bool:
    """Return whether a site is built with a record: every stray file, and to save time every fifth of the others."""
    return kind == "files" or position % 5 == 0


def assert_refused(name: str, attack: Attack, good: Path, folder: Path, *, built: bool) -> None:
    """Check reports a problem at the place, within seconds; a build publishes nothing of it, and all the rest."""
    mark = f"hostile-{zlib.crc32(name.encode()):x}-mark"
    project = folder / "project"
    shutil.copytree(good, project)
    path = attack(Copy(project, mark))
    problems = _assert_problem(project, path)
    if built:
        _assert_unpublished(project, mark)
    assert problems


def _assert_problem(project: Path, path: str) -> list[str]:
    status, lines, text, seconds = check(project)
    assert "Traceback" not in text, text
    assert status == 1, text
    at_place = [line for line in lines if path.partition("\n")[0] in line]
    evidence = [
        line for line in lines if path.endswith(".evidence.json") and path.replace(".evidence.json", ".") in line
    ]
    assert at_place or evidence, text
    assert seconds < 10
    assert len(text) < 100_000
    assert not _DECEIVING.search(text), ascii(text)
    return at_place or evidence


def _assert_unpublished(project: Path, mark: str) -> None:
    done = build(project, "--strict")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr, done.stderr
    site = project / "site"
    assert not site.exists() or not published(site, mark)
    done = build(project)
    assert done.returncode == 0, done.stderr
    for text in (mark, "hush-in-the-build"):
        assert not published(site, text)
    for number in (1, 2):
        page = (site / "demo" / str(number) / "index.html").read_text(encoding="utf-8")
        assert "frobnicator" in page
    _assert_own_pages(site, project)


@functools.cache
def _own_files(site: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and path.suffix in {".js", ".css"}
    }


def _assert_own_pages(site: Path, project: Path) -> None:
    scripts = _own_files(site)
    assert any("fixcards" in path for path in scripts), sorted(scripts)
    assert not (site / "CNAME").exists()


__all__ = ["assert_refused", "is_built"]
