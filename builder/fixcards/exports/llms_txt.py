"""`llms.txt`: where programs that read text find the cards.

Its form is that of https://llmstxt.org/. It lists packages and data files, and no cards: with ten thousand of them no
reader would take it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fixcards.build.page import DataFile
from fixcards.exports import card_json, markdown_twin
from fixcards.exports.commonmark import plain
from fixcards.exports.interface import SITE_NAME, SITE_URL, SUMMARIES, Inputs, LibraryExport


class LlmsTxt(LibraryExport):
    """One file at the root of the site. Its links are absolute where the site has an address."""

    inputs = frozenset({SUMMARIES, SITE_NAME, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the file."""
        url = inputs[SITE_URL]
        packages = Counter(card.package for card in inputs[SUMMARIES].cards.values() if card.state != "retired")
        lines = [
            f"# {plain(inputs[SITE_NAME])}",
            "",
            "> Known failures of Python packages: for each the error, the affected releases, the release that fixes "
            "it, other ways out, and a reproduction whose runs are on record.",
            "",
            f"A card has the address `{url}<package>/<number>/`. The same as Markdown is `{markdown_twin.FILE_NAME}` "
            f"below that address, as data `{card_json.FILE_NAME}`.",
            "",
            "## Data",
            "",
            f"- [cards.json]({url}cards.json): a summary of every card: id, error, affected releases, fix, address",
            f"- [card.schema.json]({url}card.schema.json): the schema of a card",
            *([f"- [feed.xml]({url}feed.xml): the newest cards as an Atom feed"] if url else []),
            "",
            "## Packages",
            "",
            *(
                f"- [{name}]({url}{name}/): {packages[name]} card{'s' if packages[name] != 1 else ''}"
                for name in sorted(packages)
            ),
        ]
        yield DataFile("llms.txt", ("\n".join(lines) + "\n").encode())
