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
    for file in files:
        if file.src_uri.startswith(OURS) and _kind(file.src_uri):
            file.content_string = served(file.src_uri, file.content_string)


def served(path: str, text: str) -> str:
    """Return the text of a script or style as the site serves it."""
    return text if minify is None else str(minify.string(_kind(path), text))


def _kind(path: str) -> str | None:
    return next((kind for ending, kind in KINDS.items() if path.endswith(ending)), None)
