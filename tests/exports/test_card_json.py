from __future__ import annotations

import json

from fixcards.records.card import Card
from fixcards.records.verdict import judge
from tests.sites import LIBRARY, TODAY, files, library

COMPUTED = (
    "id",
    "url",
    "explained",
    "verdict",
    "confidence",
    "reproduced",
    "published",
    "updated",
    "last_verified",
    "own_content_ratio",
    "lines",
    "related",
    "victims",
)


def assert_reads_back(content: bytes, card: Card) -> None:
    """Check that a `card.json` has the record of `card` and nothing else but what is computed."""
    record = {key: value for key, value in json.loads(content).items() if key not in COMPUTED}
    assert Card.model_validate(record) == card.model_copy(update={"related": ()})


def test_every_card_has_its_record_as_json_that_reads_back_as_the_same_card() -> None:
    contents = files()
    for card in library(LIBRARY).cards.values():
        assert_reads_back(contents.pop(f"{card.package}/{card.key}/card.json"), card)
    assert not [path for path in contents if path.endswith("/card.json")]


def test_the_json_of_a_card_has_what_the_program_computed() -> None:
    data = json.loads(files()["lantern/12/card.json"])
    judgement = judge(library(LIBRARY).cards["lantern-12"], library(LIBRARY).evidence["lantern-12"], TODAY)
    assert data["url"] == "https://cards.example.org/lantern/12/"
    assert (data["verdict"], data["confidence"], data["reproduced"]) == (
        judgement.verdict,
        judgement.confidence,
        judgement.reproduced,
    )
    assert data["last_verified"] == "2026-03-02"
    assert data["own_content_ratio"] == 0.99
    assert data["related"][0] == "mooring-8"
    assert (data["lines"][0]["fix"], data["lines"][0]["state"]) == (1, "works")
    assert data["lines"][0]["lines"]["uv"] == 'uv add "lantern>=1.4"'
    assert data["versions"]["with"] == {"wick": "<3"}


def test_without_an_address_of_the_site_addresses_are_relative_to_it() -> None:
    assert json.loads(files(site_url="")["lantern/12/card.json"])["url"] == "lantern/12/"
