"""What a card is called: its id, its address on the site and its file. Ids and addresses are never used again.

A card of PyPI is `httpx-271`, has the address `/httpx/271/` and the file `httpx/271.yaml`. That of another ecosystem
would be `npm.httpx-271`, `/npm/httpx/271/` and `npm/httpx/271.yaml`: no normalised name of PyPI has a dot, and no
package of PyPI may be called like an ecosystem (rule FC204), so neither is ever taken by a card of PyPI.
"""

from __future__ import annotations

SITE_FOLDERS = frozenset({"about", "assets", "cards"})
"""First parts of addresses that the site needs for itself."""
ECOSYSTEMS = frozenset(
    {"cargo", "composer", "conda", "cran", "gem", "golang", "hackage", "hex", "maven", "npm", "nuget", "pub", "pypi"}
    | {"swift"}
)
"""First parts of addresses for other ecosystems, named as package URLs (purl) name their types."""
RESERVED = SITE_FOLDERS | ECOSYSTEMS
"""Names that no package of PyPI may have here."""


def card_id(ecosystem: str, package: str, number: int | str) -> str:
    """Return the id of a card, from the number of its issue."""
    return f"{_prefix(ecosystem, '.')}{package}-{number}"


def card_path(ecosystem: str, package: str, number: int | str) -> str:
    """Return the address of a card's page below the site, with a slash at its end."""
    return f"{_prefix(ecosystem, '/')}{package}/{number}/"


def card_file(ecosystem: str, package: str, number: int | str) -> str:
    """Return the file of a card below the folder of the cards."""
    return f"{_prefix(ecosystem, '/')}{package}/{number}.yaml"


def _prefix(ecosystem: str, separator: str) -> str:
    return "" if ecosystem == "pypi" else f"{ecosystem}{separator}"
