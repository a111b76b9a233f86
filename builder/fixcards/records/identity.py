"""What a card is called: its id, its address on the site and its file. Ids and addresses are never used again.

A card of PyPI is `httpx-271`, has the address `/httpx/271/` and the file `httpx/271.yaml`. That of another ecosystem
would be `npm.httpx-271`, `/npm/httpx/271/` and `npm/httpx/271.yaml`: no normalised name of PyPI has a dot, and no
package of PyPI may be called like an ecosystem (rule FC204), so neither is ever taken by a card of PyPI.

The last part of all three is the key of the issue: its number, or for a tracker whose issues have keys such as `ABC-12`
that key in lower case.

A found card has no issue. Its key is `found-` and nine digits (`discovery_key`), and its file lies apart, in
`_found/flask/found-481239057.yaml`: no normalised name begins with `_`. Id and address are formed as those of others.
"""

from __future__ import annotations

import hashlib
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
INTERPRETER = "python"
"""The package of cards about Python itself. Its releases are interpreters, so nothing is installed for them."""

KEY = r"(?:[a-z][a-z0-9]{0,30}-)?[1-9][0-9]{0,11}"
"""The key of an issue in ids, addresses and names of files."""

DISCOVERY_FOLDER = "_found"
"""Folder of the found cards below that of all cards."""
DISCOVERY_KEY = r"found-[1-9][0-9]{8}"
"""The key of a found card."""

_DISCOVERY_KEY = re.compile(DISCOVERY_KEY)
_DISCOVERY_ID = re.compile(rf".+-{DISCOVERY_KEY}")
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


def discovery_key(package: str, culprit: str, message: str) -> str:
    """Return the key of the found card about a failure of `package` that a change of `culprit` sets off.

    `message` is what is printed, without what varies. Releases are no part of it: the key is for ever, and where a
    failure begins may be corrected.
    """
    digest = hashlib.sha256("\0".join((package, culprit, message)).encode("utf-8", "surrogatepass")).digest()
    return f"found-{10**8 + int.from_bytes(digest[:8], 'big') % (9 * 10**8)}"


def is_discovery_key(key: str) -> bool:
    """Return whether a key is that of a found card."""
    return _DISCOVERY_KEY.fullmatch(key) is not None


def is_discovery_id(name: str) -> bool:
    """Return whether an id is that of a found card."""
    return _DISCOVERY_ID.fullmatch(name) is not None


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
    folder = f"{DISCOVERY_FOLDER}/" if is_discovery_key(key) else ""
    return f"{folder}{_prefix(ecosystem, '/')}{package}/{key}.yaml"


def published_path(file: str) -> str:
    """Return the address below the site for a card's file: that of a found card lies beside its page, as others do."""
    return file.removeprefix(f"{DISCOVERY_FOLDER}/")


def _prefix(ecosystem: str, separator: str) -> str:
    return "" if ecosystem == "pypi" else f"{ecosystem}{separator}"
