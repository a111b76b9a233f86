"""The theme's icons, which are inside its style sheets as `data:` addresses, moved into files.

A strict policy refuses pictures from `data:` addresses. As a file, an icon is loaded only by a page
that displays it.
"""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from fixcards.cache import digest

FOLDER = "assets/images/icons"

_DATA = re.compile(
    r"""url\(\s*(?P<quote>["'])data:image/svg\+xml(?P<parameters>(?:;[\w=-]+)*),(?P<data>.*?)(?P=quote)\s*\)""",
    re.DOTALL,
)
# In a string of CSS: https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)


def move_icons(styles: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the style sheets with addresses of files in place of their SVG pictures, and these files, all by path.

    Pictures of other types, and those without quotes, stay as they are.
    """
    moved: dict[str, str] = {}
    icons: dict[str, str] = {}
    for path, css in styles.items():
        moved[path], used = _move(css, posixpath.dirname(path))
        icons |= used
    return moved, icons


def _move(css: str, folder: str) -> tuple[str, dict[str, str]]:
    """Return the text of a style sheet that is in `folder`, without pictures, and these by path."""
    icons: dict[str, str] = {}

    def move(match: re.Match[str]) -> str:
        content = unquote_to_bytes(_ESCAPE.sub(_character, match["data"]))
        if "base64" in match["parameters"]:
            content = base64.b64decode(content)
        path = f"{FOLDER}/{digest(content).hex()[:16]}.svg"
        icons[path] = content.decode()
        return f'url("{posixpath.relpath(path, folder)}")'

    return _DATA.sub(move, css), icons


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else str(escape[2])
