"""The one line that carries out the first fix of a card."""

from __future__ import annotations

from packaging.version import Version

from fixcards.ecosystems import ecosystem
from fixcards.records import script
from fixcards.records.card import Card


def fix_command(card: Card) -> str | None:
    """Return the command of the first fix where that is an upgrade or a pin, None for all others.

    An upgrade goes to the release that the fix was tried on or a later one of its line, a pin to exactly what was
    tried. A reader with pydantic 1.9 in production and an hour for the repair must not be handed pydantic 2.
    """
    first = card.fixes[0]
    if first.kind == "pin" and (pins := [text for text in first.requires or () if "{" not in text]):
        return ecosystem(card.ecosystem).install_line(pins)
    if first.kind == "upgrade" and (target := script.upgrade_target(card, first)):
        # `~=` takes two numbers at least, and no local version (https://peps.python.org/pep-0440/#compatible-release).
        version = Version(target)
        operator = ">=" if len(version.release) < 2 else "==" if version.local else "~="
        return ecosystem(card.ecosystem).install_line([f"{card.package}{operator}{target}"])
    return None
