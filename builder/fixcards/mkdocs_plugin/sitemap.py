"""The site map, in as many files as its size takes.

A file of more than 50,000 addresses or 50 MiB is refused as a whole by those who read it, so a larger map becomes an
index of such files: https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator

from markupsafe import escape

from fixcards.build.page import DataFile

MOST, LARGEST = 50_000, 50 << 20
"""Addresses and bytes that one file may have."""

_EACH = re.compile(r"(?=<url>\s*<loc>)")


def divided(text: str, site_url: str, most: int = MOST, largest: int = LARGEST) -> tuple[str, list[DataFile]]:
    """Return what `sitemap.xml` has to say where `text` is the whole map, and the files that it then refers to.

    A map that fits is left as it is. So is that of a site without an address, which the index would need; no address
    is in it either. The files keep the order of the addresses and have the same around them; each lies there
    compressed, too, as MkDocs has it.
    """
    head, *urls = _EACH.split(text)
    if not (urls and site_url) or (len(urls) <= most and len(text.encode()) <= largest):
        return text, []
    last, end, tail = urls.pop().rpartition("</url>")
    parts = _parts([*urls, last + end], most, largest - len(f"{head}{tail}".encode()))
    maps = {f"sitemap-{number}.xml": f"{head}{part}{tail}".encode() for number, part in enumerate(parts, 1)}
    # A file that is the same on another day has the same bytes: no time is in the compressed one.
    packed = [DataFile(f"{name}.gz", gzip.compress(content, mtime=0)) for name, content in maps.items()]
    return _index(f"{site_url}{name}" for name in maps), [*(DataFile(*each) for each in maps.items()), *packed]


def _parts(urls: Iterable[str], most: int, room: int) -> Iterator[str]:
    """Yield as many of `urls` at a time as one file may have."""
    part: list[str] = []
    left = room
    for url in urls:
        size = len(url.encode())
        if part and (len(part) == most or size > left):
            yield "".join(part).rstrip()
            part, left = [], room
        part.append(url)
        left -= size
    yield "".join(part).rstrip()


def _index(addresses: Iterable[str]) -> str:
    entries = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</sitemapindex>\n'
    )
