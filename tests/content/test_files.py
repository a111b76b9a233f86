"""The files of the real cards for machines."""

from __future__ import annotations

from tests.exports.test_card_json import assert_reads_back
from tests.exports.test_scripts import assert_runs_alone
from tests.sites import CARDS, files, library


def test_the_json_of_every_card_reads_back_as_the_same_card() -> None:
    contents = files(CARDS)
    for card in library(CARDS).cards.values():
        content = contents[f"{card.package}/{card.number}/card.json"]
        assert_reads_back(content, card)
        assert b"\\u20" not in content, "text is not escaped to ASCII"


def test_every_script_names_what_it_needs_and_compiles() -> None:
    scripts = {path: content for path, content in files(CARDS).items() if path.endswith(".py")}
    assert scripts
    for path, content in scripts.items():
        assert_runs_alone(path, content.decode())
