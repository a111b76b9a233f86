"""By what lists of cards can be narrowed: the facets, their values with a page for each, and which a card has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from fixcards.records.card import CATEGORIES
from fixcards.records.identity import RESERVED
from fixcards.records.summary import Summary
from fixcards.records.verdict import MEANINGS, VERDICTS

CATEGORY_LABELS = {
    "import-error": "Import errors",
    "api-change": "API changes",
    "crash": "Crashes",
    "wrong-result": "Wrong results",
    "hang": "Hangs",
    "resource-leak": "Resource leaks",
    "packaging": "Packaging and builds",
    "typing": "Typing",
    "testing": "Testing",
}
_CATEGORY_ABOUTS = {
    "import-error": "Cards about imports that fail.",
    "api-change": "Cards about changed or removed APIs.",
    "crash": "Cards about programs that stop with an error.",
    "wrong-result": "Cards about results that are wrong, without any error.",
    "hang": "Cards about programs that never end.",
    "resource-leak": "Cards about memory, files or connections that are never given back.",
    "packaging": "Cards about packages that can't be resolved, built or installed.",
    "typing": "Cards about failures that type checkers report.",
    "testing": "Cards about failures of tests.",
}
_TIERS = {"explained": "Explained by a person", "found": "Found by the program"}
_TIER_ABOUTS = {
    "explained": "Cards that a person has written or explained.",
    "found": "Cards that the program made from its runs, not yet explained by a person.",
}
_PYTHONS = ("2.7", *(f"3.{minor}" for minor in range(5, 20)))


class Value(NamedTuple):
    """One value of a facet: `slug` is its name in addresses, `path` the page that lists its cards."""

    slug: str
    label: str
    path: str
    title: str
    about: str


class Facet(NamedTuple):
    """A question by whose answers cards are told apart. `name` is its parameter in addresses."""

    name: str
    label: str
    slugs: Callable[[Summary], tuple[str, ...]]
    """Returns the values that a card has: none, one or several."""
    value: Callable[[str], Value]
    """Returns a value by its slug."""
    order: tuple[str, ...] = ()
    """The slugs in their order, where they have one that is not that of their letters."""

    def sorted(self, slugs: Iterable[str]) -> list[str]:
        """Return slugs in the order in which a reader expects them."""
        places = {slug: place for place, slug in enumerate(self.order)}
        return sorted(slugs, key=lambda slug: (places.get(slug, len(places)), slug))


def _package(name: str) -> Value:
    return Value(name, name, name, name, f"Known failures of {name}, and the fixes that work.")


def _category(name: str) -> Value:
    label = CATEGORY_LABELS[name]
    return Value(name, label, f"cards/category/{name}", label, _CATEGORY_ABOUTS[name])


def _verdict(slug: str) -> Value:
    name = slug.replace("-", " ")
    title = f"{name.capitalize()} cards"
    if name == "not executed":
        title = "Cards that were not executed"
    return Value(slug, name.capitalize(), f"cards/verdict/{slug}", title, MEANINGS[name])


def _partner(name: str) -> Value:
    about = f"Failures of other packages that take a certain release of {name} beside them."
    return Value(name, name, f"cards/with/{name}", f"Together with {name}", about)


def _python(version: str) -> Value:
    about = f"Failures that happen on some releases of Python alone, {version} among them."
    return Value(version, f"Python {version}", f"cards/python/{version}", f"On Python {version}", about)


def _tier(slug: str) -> Value:
    return Value(slug, _TIERS[slug], f"cards/tier/{slug}", _TIERS[slug], _TIER_ABOUTS[slug])


def _partners_of(card: Summary) -> tuple[str, ...]:
    return tuple(name for name in card.requirements if name != "python" and name not in RESERVED)


def _pythons_of(card: Summary) -> tuple[str, ...]:
    text = card.requirements.get("python", "")
    return _pythons(text) if text else ()


@lru_cache(maxsize=1024)
def _pythons(specifier: str) -> tuple[str, ...]:
    """Return the minor lines of which a specifier allows the first or the last release."""
    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return ()
    return tuple(line for line in _PYTHONS if f"{line}.0" in allowed or f"{line}.99" in allowed)


FACETS: Mapping[str, Facet] = {
    facet.name: facet
    for facet in (
        Facet("category", "Category", lambda card: (card.category,), _category, CATEGORIES),
        Facet("package", "Package", lambda card: (card.package,), _package),
        Facet("with", "Together with", _partners_of, _partner),
        Facet("python", "Python", _pythons_of, _python, _PYTHONS),
        Facet(
            "verdict",
            "Verdict",
            lambda card: (card.verdict.replace(" ", "-"),),
            _verdict,
            tuple(name.replace(" ", "-") for name in VERDICTS),
        ),
        Facet("tier", "Written by", lambda card: ("explained" if card.explained else "found",), _tier, tuple(_TIERS)),
    )
}
"""All facets by name, in the order in which a reader needs them."""
