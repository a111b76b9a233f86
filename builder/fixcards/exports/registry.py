"""Every format that the site has. A new one is a module of its own and a line here."""

from __future__ import annotations

from fixcards.exports.card_json import CardJson
from fixcards.exports.cards_json import CardsJson
from fixcards.exports.discovery_feed import DiscoveryFeed
from fixcards.exports.interface import CardExport, LibraryExport
from fixcards.exports.redirects import Redirects
from fixcards.exports.schemas import AnswerSchemas, RecordSchemas
from fixcards.exports.scripts import Scripts
from fixcards.exports.search_index import SearchIndex

CARD_EXPORTS: tuple[CardExport, ...] = (CardJson(), Scripts())
LIBRARY_EXPORTS: tuple[LibraryExport, ...] = (
    CardsJson(),
    RecordSchemas(),
    SearchIndex(),
    AnswerSchemas(),
    DiscoveryFeed(),
    Redirects(),
)
