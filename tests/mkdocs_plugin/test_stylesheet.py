"""The style sheet of our pages: what it keeps of the theme's. That nothing is missing, a test in a browser shows."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixcards.mkdocs_plugin.stylesheet import prune_theme

MOST = 16_000
"""Bytes of the style sheet on its way."""


@dataclass
class File:
    src_uri: str
    content_string: str


def _of(css: str, *configured: str) -> str:
    return prune_theme([File("assets/stylesheets/main.1234.min.css", css)], configured)


@pytest.mark.parametrize(
    ("css", "left"),
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
def test_only_what_no_page_of_ours_has_is_left_out(css: str, left: str) -> None:
    assert _of(css) == left


@pytest.mark.parametrize("css", [".note{b:c", ".note{b:c}}", ".note{b:'}"])
def test_what_is_not_understood_stays_whole(css: str) -> None:
    assert _of(css) == css


@pytest.mark.parametrize(
    ("css", "name"),
    [
        (".md-search{b:c}", "search"),
        (".md-tooltip--active{b:c}", "content.tooltips"),
        ("[data-md-color-accent=deep-orange]{b:c}", "deep-orange"),
    ],
)
def test_what_the_site_has_configured_stays(css: str, name: str) -> None:
    assert (_of(css), _of(css, name)) == ("", css)


def test_it_has_the_theme_first_and_ours_last_whatever_the_order_of_the_files() -> None:
    files = [
        File("assets/fixcards.css", "c{}"),
        File("assets/stylesheets/palette.1.min.css", "b{}"),
        File("assets/stylesheets/main.1.min.css.map", "{}"),
        File("assets/stylesheets/main.1.min.css", "a{}"),
        File("extra.css", "d{}"),
    ]
    assert prune_theme(files, ()) == "a{}b{}c{}"


def test_it_is_small_on_its_way(real_site: Path) -> None:
    (path,) = (real_site / "assets" / "stylesheets").glob("cards.*.css")
    assert len(gzip.compress(path.read_bytes(), 6)) <= MOST
