"""One word has one meaning: names and prose of the program avoid the words that say nothing (see docs/glossary.md)."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sites import REPOSITORY

VAGUE = {
    "told": "a digest, key material or reported progress: say which",
    "kept": "a cached, unchanged or remaining thing: say which",
    "shown": "displayed, conclusive or printed: say which",
    "known": "previous, registered or precomputed: say which",
    "found": "name what it is: match, hit, card, path",
    "made": "name what it is: result, index, page",
    "said": "name what it is: message, output, text",
    "mend": "fix or repair",
    "mended": "fixed or repaired",
    "somebody": "the reader, the user, or you",
    "nobody": "no reader, no process",
    "whoever": "the reader, the user, or you",
}
"""Words that no identifier may have, and what to say instead."""
PROSE = re.compile(r"\b(mend(?:s|ed|ing)?|somebody|whoever|nobody|anybody)\b|Return what ", re.IGNORECASE)
"""What no docstring, comment or template may say."""
HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

PACKAGE = REPOSITORY / "builder" / "fixcards"
TEMPLATES = REPOSITORY / "templates"
PYTHON = sorted(
    path
    for folder in (PACKAGE, REPOSITORY / "tests")
    for path in folder.rglob("*.py")
    if "node_modules" not in path.parts
)
SCRIPTS = sorted((TEMPLATES / "theme" / "assets").rglob("*.js"))

# Comments, strings and regular expressions are passed over; what a template string has in braces is code.
JAVASCRIPT = re.compile(
    r"""(?P<skipped>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'
        |(?<=[(,=:\[!&|?{};\ ])/(?![*/\ ])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)
    |(?P<template>`(?:\\.|[^`\\])*`)
    |(?P<name>[A-Za-z_$][\w$]*)""",
    re.VERBOSE | re.DOTALL,
)


def python_names(source: str) -> Iterator[str]:
    """Yield every name that a module binds. Names of tests are sentences and are left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            if not node.name.startswith("test_"):
                yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or ""
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            yield node.name or ""


def javascript_names(source: str) -> Iterator[str]:
    """Yield every identifier of a script."""
    for token in JAVASCRIPT.finditer(source):
        if token["name"]:
            yield token["name"]
        elif token["template"]:
            for code in re.findall(r"\$\{([^{}]*)\}", token["template"]):
                yield from javascript_names(code)


def names_of(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    return python_names(source) if path.suffix == ".py" else javascript_names(source)


def vague_names(names: Iterator[str]) -> Counter[str]:
    """Count the names that have a vague word, whole or as a part."""
    return Counter(name for name in names if VAGUE.keys() & {hump.lower() for hump in HUMP.findall(name)})


def prose_of(path: Path) -> Iterator[str]:
    """Yield the docstrings and comments of a module, or a whole template."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield source
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        # The docstring of a constant or a field is a bare string after it.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


@pytest.mark.parametrize("path", [*PYTHON, *SCRIPTS], ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_no_name_has_a_word_that_says_nothing(path: Path) -> None:
    vague = vague_names(names_of(path))
    hints = {word: hint for word, hint in VAGUE.items() if any(word in name.lower() for name in vague)}
    assert not vague, f"{dict(vague)}: {hints}"


TEXTS = sorted(
    [*PACKAGE.rglob("*.py"), *(path for path in TEMPLATES.rglob("*.*") if path.suffix in {".html", ".js", ".css"})]
)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_docstrings_comments_and_templates_are_in_plain_english(path: Path) -> None:
    assert [line for text in prose_of(path) for line in text.splitlines() if PROSE.search(line)] == []


def test_names_are_read_out_of_python_and_javascript() -> None:
    python = (
        "import a as b\ndef f(found, *, x=1):\n    y.kept = told = x  # made\n    return shown\ndef test_known(): ..."
    )
    assert set(vague_names(python_names(python))) == {"found", "kept", "told"}
    script = 'const lastShown = `${made} kept`; // told\nlet a = b / c / d, r = /said"/; f("known", x.found_at);'
    assert set(vague_names(javascript_names(script))) == {"lastShown", "made", "found_at"}
    assert not vague_names(iter(["foundation", "unknown", "homemade", "makeshift", "amended"]))
