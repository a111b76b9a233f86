"""The theme's scripts and styles, made smaller for the wire and named by what is in them.

They are plain ES modules and CSS that run as they are. The extra `publish` brings a minifier; without it the
site serves them unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fixcards.cache import digest

try:
    import minify
except ImportError:
    minify = None

OUR_PREFIXES = ("assets/copy.js", "assets/fixcards.", "assets/search/", "assets/stylesheets/cards.")
MEDIA_TYPES = {".css": "text/css", ".js": "application/javascript"}


class Asset(Protocol):
    """A file of the site: MkDocs' `File`, or anything that has its address and text."""

    src_uri: str
    content_string: str


def minify_assets(files: Iterable[Asset]) -> None:
    """Make those of `files` smaller that are ours, also where the site's author put something else in their place."""
    for file in filter(_is_ours, files):
        file.content_string = minified(file.src_uri, file.content_string)


def minified(path: str, text: str) -> str:
    """Return the text of a script or style as the site serves it."""
    return text if minify is None else str(minify.string(_media_type(path), text))


def addresses(files: Iterable[Asset]) -> dict[str, str]:
    """Return where the site has those of `files` that are ours, each by its own path.

    A digest of the content is in the address, so no browser puts a page together with what it kept of another version.
    A style sheet has it in its name, scripts in that of a folder for all of them: they call one another by their names.
    """
    contents = {file.src_uri: file.content_string for file in filter(_is_ours, files)}
    scripts = sorted(path for path in contents if path.endswith(".js"))
    folder = f"assets/scripts.{_digest(*(part for path in scripts for part in (path, contents[path])))}"
    return {
        path: path.replace("assets", folder, 1) if path in scripts else f"{path[:-4]}.{_digest(content)}.css"
        for path, content in contents.items()
    }


def _digest(*parts: str) -> str:
    """Return as many digits as the theme's own files have in their names."""
    return digest(*(part.encode() for part in parts)).hex()[:8]


def _is_ours(file: Asset) -> bool:
    return file.src_uri.startswith(OUR_PREFIXES) and _media_type(file.src_uri) is not None


def _media_type(path: str) -> str | None:
    return next((kind for ending, kind in MEDIA_TYPES.items() if path.endswith(ending)), None)
