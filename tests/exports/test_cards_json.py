from __future__ import annotations

import json

from tests.sites import files


def test_one_file_has_a_summary_of_every_card_for_lists_and_the_search() -> None:
    contents = files()
    data = json.loads(contents["cards.json"])
    assert data["format"] == 1
    assert [f"{card['path']}card.json" for card in data["cards"]] == [
        path for path in contents if path.endswith("/card.json")
    ]
    for card in data["cards"]:
        whole = json.loads(contents[f"{card['path']}card.json"])
        for key in ("id", "url", "package", "title", "category", "verdict", "confidence"):
            assert card[key] == whole[key]
        assert card["error"] == whole["signature"]["error"]
        assert card["aliases"] == whole["signature"].get("aliases", [])
        assert card["fix"] == whole["fixes"][0]["title"]
