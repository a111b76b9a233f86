"""Only `mkdocs_plugin/` and `templates/theme/` know the site generator and its theme, so only they follow a move."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.sites import REPOSITORY

PACKAGE = REPOSITORY / "builder" / "fixcards"
TEMPLATES = REPOSITORY / "templates"
GENERATOR = re.compile(r"mkdocs|properdocs|(?-i:\bMaterial\b)|\bmd-[a-z]|stylesheets/(?:main|palette)", re.IGNORECASE)
THEME = re.compile(r"\bmd-[a-z]")
ALLOWED = re.compile(r"mkdocs\.ya?ml")
"""A file of the user, which says where the cards are and what the site is called."""


def lines_with(pattern: re.Pattern[str], text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if pattern.search(ALLOWED.sub("", line))]


def modules() -> list[Path]:
    # A smoke program is run with its package and imported by nothing.
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not {"mkdocs_plugin", "smoke"} & {*path.parts}]


def templates() -> list[Path]:
    return [path for path in sorted(TEMPLATES.rglob("*.*")) if TEMPLATES / "theme" not in path.parents]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_other_module_knows_the_generator(path: Path) -> None:
    assert lines_with(GENERATOR, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_other_template_knows_the_theme(path: Path) -> None:
    assert lines_with(THEME, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "from mkdocs.plugins import BasePlugin",
        "# MkDocs empties the folder",
        '"""Material adds a heading."""',
        'HIDDEN = "md-search"',
        'path.startswith("assets/stylesheets/main.")',
        '(root / "mkdocs.yml").read_text()  # as MkDocs does',
    ],
)
def test_such_knowledge_would_be_noticed(line: str) -> None:
    assert lines_with(GENERATOR, line) == [line]


def test_the_name_of_the_users_configuration_file_is_allowed() -> None:
    assert lines_with(GENERATOR, 'site_url in (root / "mkdocs.yml").read_text()') == []
