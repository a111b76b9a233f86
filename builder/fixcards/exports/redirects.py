"""Pages at the addresses of found cards that a person has explained since: each leads to the card in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from fixcards.build.page import DataFile
from fixcards.exports.card_json import FILE_NAME
from fixcards.exports.interface import SITE_URL, SUMMARIES, Inputs, LibraryExport
from fixcards.records.identity import card_path
from fixcards.records.summary import Summary


class Redirects(LibraryExport):
    """A page and a `card.json` for each id that a card supersedes. Addresses stay for ever."""

    inputs = frozenset({SUMMARIES, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the files, those of one card after those of another."""
        for card in inputs[SUMMARIES].cards.values():
            for name in card.supersedes:
                package, _, number = name.rpartition("-found-")
                path = card_path(card.ecosystem, package, f"found-{number}")
                yield DataFile(f"{path}index.html", _page(card, path, inputs[SITE_URL]).encode())
                data = {"id": name, "superseded_by": card.id, "url": f"{inputs[SITE_URL]}{card.path}"}
                yield DataFile(f"{path}{FILE_NAME}", json.dumps(data, indent=1).encode() + b"\n")


def _page(card: Summary, path: str, site_url: str) -> str:
    """Return a page without any script. Its link is relative, so it works without an address of the site, too."""
    target = escape(f"{'../' * path.count('/')}{card.path}")
    canonical = f'<link rel="canonical" href="{escape(site_url + card.path)}">\n' if site_url else ""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(card.title)}</title>\n{canonical}"
        '<link rel="icon" href="data:,">\n'  # a browser asks the server for one otherwise
        f'<meta http-equiv="refresh" content="0; url={target}">\n'
        f'<p>A person has explained this failure since: <a href="{target}">{escape(card.title)}</a></p>\n</html>\n'
    )
