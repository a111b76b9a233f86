"""The style sheet of our pages: which rules of the theme it has. A test in a browser checks that none is missing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from fixcards.mkdocs_plugin.stylesheet import prune_theme

MAX_BYTES = 16_600
"""Size of the style sheet, compressed."""


def pruned(css: str, *configured: str) -> str:
    return prune_theme({"assets/stylesheets/main.1234.min.css": css}, configured)


@pytest.mark.parametrize(
    ("css", "result"),
    [
        ("a{b:c}.md-nav{d:e;f:g}", "a{b:c}.md-nav{d:e;f:g}"),
        (".md-typeset .admonition{b:c}", ""),
        (".admonition,details,.tabbed-set>a{b:c}", "details{b:c}"),
        (":is(.admonition,details) a,:not(.tabbed-set){b:c}", ":is(.admonition,details) a,:not(.tabbed-set){b:c}"),
        ("@media print{.note{b:c}}", ""),
        ("@media print{.note{b:c}a{d:e}}", "@media print{a{d:e}}"),
        ("@keyframes note{0%{b:c}to{d:e}}", "@keyframes note{0%{b:c}to{d:e}}"),
        ("""a:before{content:"}.note{";b:url("data:,;{}")}""", """a:before{content:"}.note{";b:url("data:,;{}")}"""),
        (':root{--a:url("x;y");--b:1px}i{c:var(--a)}', ':root{--a:url("x;y");--b:1px}i{c:var(--a)}'),
        (':root{--a:url("x;y");--b:1px}.note{c:var(--a)}', ":root{--b:1px}"),
        ("[data-md-color-primary=red]{b:c}[data-md-color-primary=indigo]{d:e}", "[data-md-color-primary=indigo]{d:e}"),
    ],
)
def test_only_rules_that_no_generated_page_needs_are_left_out(css: str, result: str) -> None:
    assert pruned(css) == result


@pytest.mark.parametrize("css", [".note{b:c", ".note{b:c}}", ".note{b:'}"])
def test_css_that_is_not_understood_stays_whole(css: str) -> None:
    assert pruned(css) == css


@pytest.mark.parametrize(
    ("css", "name"),
    [
        (".md-search{b:c}", "search"),
        (".md-tooltip--active{b:c}", "content.tooltips"),
        ("[data-md-color-accent=deep-orange]{b:c}", "deep-orange"),
    ],
)
def test_rules_for_what_the_site_has_configured_stay(css: str, name: str) -> None:
    assert (pruned(css), pruned(css, name)) == ("", css)


def test_the_rules_of_the_theme_come_first_whatever_the_order_of_the_files() -> None:
    styles = {
        "assets/fixcards.css": "c{}",
        "assets/stylesheets/palette.1.min.css": "b{}",
        "assets/stylesheets/main.1.min.css": "a{}",
        "extra.css": "d{}",
    }
    assert prune_theme(styles, ()) == "a{}b{}c{}"


def test_it_is_small(library_site: Path) -> None:
    (path,) = (library_site / "assets" / "stylesheets").glob("cards.*.css")
    assert len(gzip.compress(path.read_bytes(), 6)) <= MAX_BYTES
