"""Every format that the site has. A new one is a module of its own and a line here."""

from __future__ import annotations

from fixcards.exports.card_json import CardJson
from fixcards.exports.cards_json import CardsJson
from fixcards.exports.feed import Feed
from fixcards.exports.interface import CardExport, LibraryExport, ListExport
from fixcards.exports.list_data import ListData
from fixcards.exports.llms_txt import LlmsTxt
from fixcards.exports.markdown_twin import MarkdownTwin
from fixcards.exports.preview_picture import PreviewPicture
from fixcards.exports.redirects import Redirects
from fixcards.exports.schemas import AnswerSchemas, RecordSchemas
from fixcards.exports.scripts import Scripts
from fixcards.exports.search_index import SearchIndex

CARD_EXPORTS: tuple[CardExport, ...] = (CardJson(), MarkdownTwin(), Scripts(), PreviewPicture())
LIST_EXPORTS: tuple[ListExport, ...] = (Feed(),)
LIBRARY_EXPORTS: tuple[LibraryExport, ...] = (
    CardsJson(),
    RecordSchemas(),
    SearchIndex(),
    AnswerSchemas(),
    ListData(),
    LlmsTxt(),
    Redirects(),
)
