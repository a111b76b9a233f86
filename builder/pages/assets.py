"""The theme's scripts and styles, made smaller for the wire.

They are plain ES modules and CSS that run as they are. The extra `publish` brings a minifier; without it the
site serves them unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

try:
    import minify
except ImportError:
    minify = None

OURS = ("assets/copy.js", "assets/fixcards.", "assets/search/")
KINDS = {".css": "text/css", ".js": "application/javascript"}


class Asset(Protocol):
    """A file of the site: MkDocs' `File`, or anything that has its address and text."""

    src_uri: str
    content_string: str


def shrink(files: Iterable[Asset]) -> None:
    """Make those of `files` smaller that are ours, also where the site's author put something else in their place."""
    if minify is None:
        return
    for file in files:
        kind = next((kind for ending, kind in KINDS.items() if file.src_uri.endswith(ending)), None)
        if kind and file.src_uri.startswith(OURS):
            file.content_string = minify.string(kind, file.content_string)
