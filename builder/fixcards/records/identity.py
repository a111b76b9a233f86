"""What a card is called: its id, its address on the site and its file. Ids and addresses are never used again.

A card of PyPI is `httpx-271`, has the address `/httpx/271/` and the file `httpx/271.yaml`. That of another ecosystem
would be `npm.httpx-271`, `/npm/httpx/271/` and `npm/httpx/271.yaml`: no normalised name of PyPI has a dot, and no
package of PyPI may be called like an ecosystem (rule FC204), so neither is ever taken by a card of PyPI.

The last part of all three is the key of the issue: its number, or for a tracker whose issues have keys such as `ABC-12`
that key in lower case.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SITE_FOLDERS = frozenset({"about", "assets", "cards"})
"""First parts of addresses that the site needs for itself."""
ECOSYSTEMS = frozenset(
    {"cargo", "composer", "conda", "cran", "gem", "golang", "hackage", "hex", "maven", "npm", "nuget", "pub", "pypi"}
    | {"swift"}
)
"""First parts of addresses for other ecosystems, named as package URLs (purl) name their types."""
RESERVED = SITE_FOLDERS | ECOSYSTEMS
"""Names that no package of PyPI may have here."""


KEY = r"(?:[a-z][a-z0-9]{0,30}-)?[1-9][0-9]{0,11}"
"""The key of an issue in ids, addresses and names of files."""

_ISSUE = re.compile(r"https://[\w./-]+/([1-9][0-9]{0,11})")
"""Nearly all addresses of issues; these need not be taken apart."""
_NUMBER = re.compile(r"(?:^|/)([1-9][0-9]{0,11})$")
_TRACKER_KEY = re.compile(r"/([A-Z][A-Z0-9]{0,30}-[1-9][0-9]{0,11})(?:$|/)")


def issue_key(url: str) -> str | None:
    """Return the key of an issue by its URL, whatever the tracker; None where the address has none.

    A number stands at the end of the path, or is the parameter `id`. A key such as `ABC-12` stands in capital letters
    in a part of the path of its own, as Jira, YouTrack and Linear write it.
    """
    if match := _ISSUE.fullmatch(url):
        return match[1]
    path = urlsplit(url).path.rstrip("/")
    match = _NUMBER.search(path) or re.search(r"[?&]id=([1-9][0-9]{0,11})$", url) or _TRACKER_KEY.search(path)
    return match[1].lower() if match else None


def issue_order(key: str) -> tuple[str, int]:
    """Return the place of a key in the order of keys: by the letters, then by the number."""
    letters, _, number = key.rpartition("-")
    return letters, int(number or 0)


def card_id(ecosystem: str, package: str, key: str) -> str:
    """Return the id of a card, from the key of its issue."""
    return f"{_prefix(ecosystem, '.')}{package}-{key}"


def card_path(ecosystem: str, package: str, key: str) -> str:
    """Return the address of a card's page below the site, with a slash at its end."""
    return f"{_prefix(ecosystem, '/')}{package}/{key}/"


def card_file(ecosystem: str, package: str, key: str) -> str:
    """Return the file of a card below the folder of the cards."""
    return f"{_prefix(ecosystem, '/')}{package}/{key}.yaml"


def _prefix(ecosystem: str, separator: str) -> str:
    return "" if ecosystem == "pypi" else f"{ecosystem}{separator}"
