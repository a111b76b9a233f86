"""Documents for contributors and users name files, commands and links that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import golden
from tests.sites import REPOSITORY
from tests.test_imports import DOORS, STANDS_ON

DOCUMENTS = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
TOP = ("builder/", "templates/", "tests/", "docs/", "benchmarks/", ".github/", ".ci/")
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@each_document
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@each_document
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    # Not those below cards/: cards come and go without the documents.
    for words in re.findall(r"`([^`\n]+)`", document.read_text(encoding="utf-8")):
        if words.startswith(TOP) and not re.search(r"[<>{}…\s]", words):
            assert list(REPOSITORY.glob(words.rstrip("/"))), words


@each_document
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for words in re.findall(r"`make ([a-z -]+)`", document.read_text(encoding="utf-8")):
        assert set(words.split()) <= set(targets)


def test_the_drawing_of_the_rooms_is_the_one_that_the_imports_keep() -> None:
    document = REPOSITORY / "docs" / "architecture.md"
    lines = ["flowchart TD"]
    lines += ['    {0}["{0}/{1}"]'.format(name, " (door)" if name in DOORS else "") for name in STANDS_ON]
    for name, below in STANDS_ON.items():
        lines += [f"    {name} --> {other}" for other in sorted(nearest(below))]
    drawing = "```mermaid\n" + "\n".join(lines) + "\n```\n"
    text = document.read_text(encoding="utf-8")
    whole = re.compile("(?<=<!-- rooms -->\n).*(?=<!-- /rooms -->)", re.DOTALL)
    assert len(whole.findall(text)) == 1
    golden.check(document, whole.sub(lambda _: drawing, text))


def nearest(below: set[str]) -> set[str]:
    """Return the rooms that aren't reached through another one: the drawing leaves out the long arrows."""
    return below - {far for other in below for far in STANDS_ON[other]}
