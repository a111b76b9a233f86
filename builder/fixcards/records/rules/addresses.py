"""Rules about the addresses in a record: `FC13x`. Which hosts are allowed beyond them is a setting of the site."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from fixcards.project import host_allowed
from fixcards.records.card import Card
from fixcards.records.evidence import Provenance
from fixcards.records.fields import fault_for_readers
from fixcards.records.problem import quoted
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import KeyPath


@rule("FC130")
def address_not_public(addresses: Iterable[tuple[str, KeyPath]], allowed: Collection[str]) -> Iterator[Finding]:
    """Addresses begin with https:// and lead every reader to one place.

    A company's own trackers may do otherwise where the plugin's option `tracker_hosts` in mkdocs.yml names their host.
    """
    for url, where in addresses:
        fault = fault_for_readers(url)
        if fault and not host_allowed(urlsplit(url).hostname or "", allowed):
            secure = "write it with https://" if url.startswith("http://") else "link a public address"
            hint = f"{secure}, or allow its host: `tracker_hosts` of the plugin in mkdocs.yml"
            name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).lstrip(".")
            yield Finding(f"{name}: {quoted(url)} {fault}", hint, where)


def addresses_of_card(card: Card) -> Iterator[tuple[str, KeyPath]]:
    """Yield the addresses that a card has in fields of their own, each with its place."""
    if card.issue is not None:
        yield card.issue, ("issue",)
    if card.pr is not None:
        yield card.pr, ("pr",)
    for at, point in enumerate(card.discussion):
        yield point.url, ("discussion", at, "url")


def addresses_of_provenance(provenance: Provenance) -> Iterator[tuple[str, KeyPath]]:
    """Yield the addresses in evidence: that of the CI run which made it."""
    if provenance.url is not None:
        yield provenance.url, ("provenance", "url")
