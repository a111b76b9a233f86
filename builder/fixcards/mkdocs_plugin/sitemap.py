"""The site map, in as many files as the protocol asks for.

A file with more than 50,000 addresses is refused as a whole, so a larger map becomes an index of such files. The
protocol's other limit, 50 MiB, is out of reach: it would take addresses of 1,000 bytes.
https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import escape

from fixcards.build.page import DataFile

MAX_URLS = 50_000
"""Addresses in one file."""


class SitemapEntry(NamedTuple):
    """A page of the site."""

    url: str
    date: str
    """Day of its last change; empty if it has none."""


def sitemap(entries: Sequence[SitemapEntry], site_url: str, max_urls: int = MAX_URLS) -> tuple[str, list[DataFile]]:
    """Return the text of `sitemap.xml`, and the files that it refers to if it is an index of several.

    They have the entries in their order, and each has a compressed copy next to it, as MkDocs makes one of
    `sitemap.xml`. `site_url` is the address of the site with a slash at the end.
    """
    if len(entries) <= max_urls:
        return _urlset(entries), []
    parts = [entries[start : start + max_urls] for start in range(0, len(entries), max_urls)]
    files = [DataFile(f"sitemap-{number}.xml", _urlset(part).encode()) for number, part in enumerate(parts, 1)]
    # Without a time, so that a file that is the same on another day has the same bytes.
    packed = [DataFile(f"{file.path}.gz", gzip.compress(file.content, mtime=0)) for file in files]
    index = _xml("sitemapindex", (f"<sitemap>{_loc(site_url + file.path)}</sitemap>" for file in files))
    return index, [*files, *packed]


def _urlset(entries: Iterable[SitemapEntry]) -> str:
    return _xml("urlset", (f"<url>{_loc(entry.url)}{_lastmod(entry.date)}</url>" for entry in entries))


def _lastmod(date: str) -> str:
    return f"<lastmod>{date}</lastmod>" if date else ""


def _loc(url: str) -> str:
    return f"<loc>{escape(url)}</loc>"


def _xml(tag: str, lines: Iterable[str]) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return "\n".join([head, f'<{tag} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', *lines, f"</{tag}>"])
