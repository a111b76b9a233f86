from __future__ import annotations

import ast
import json
import re
import sys
from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.verdict import judge
from fixcards.site.site import Site
from tests.sites import CARDS, LIBRARY, TODAY, library, settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# https://packaging.python.org/en/latest/specifications/inline-script-metadata/#reference-implementation
BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


@pytest.fixture(scope="module", params=[LIBRARY, CARDS], ids=["tests", "real"])
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    return {file.path: file.content for file in Site(library(request.param), settings()).data_files()}


def _of_the_tests() -> dict[str, bytes]:
    return {file.path: file.content for file in Site(library(LIBRARY), settings()).data_files()}


def _metadata(text: str) -> dict[str, Any]:
    (block,) = BLOCK.finditer(text)
    assert block["type"] == "script"
    lines = block["content"].splitlines(keepends=True)
    return tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))


def test_every_card_has_its_record_as_json_that_reads_back_as_the_same_card(files: dict[str, bytes]) -> None:
    found = [path for path in files if path.endswith("/card.json")]
    assert found
    for path in found:
        data = json.loads(files[path])
        computed = ("id", "url", "verdict", "confidence", "reproduced", "last_verified", "own_content_ratio", "related")
        rest = {key: value for key, value in data.items() if key not in computed}
        card = Card.model_validate(rest)
        root = CARDS if data["id"] in library(CARDS).cards else LIBRARY
        assert card == library(root).cards[data["id"]].model_copy(update={"related": ()})
        assert path == f"{card.package}/{card.number}/card.json"


def test_the_json_of_a_card_has_what_the_program_computed() -> None:
    data = json.loads(_of_the_tests()["lantern/12/card.json"])
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
    assert data["versions"]["with"] == {"wick": "<3"}


def test_one_file_has_a_summary_of_every_card_for_lists_and_the_search(files: dict[str, bytes]) -> None:
    data = json.loads(files["cards.json"])
    assert data["format"] == 1
    assert [f"{card['path']}card.json" for card in data["cards"]] == [
        path for path in files if path.endswith("/card.json")
    ]
    for card in data["cards"]:
        whole = json.loads(files[f"{card['path']}card.json"])
        for key in ("id", "url", "package", "title", "category", "verdict", "confidence"):
            assert card[key] == whole[key]
        assert card["error"] == whole["signature"]["error"]
        assert card["aliases"] == whole["signature"].get("aliases", [])
        assert card["fix"] == whole["fixes"][0]["title"]


def test_every_script_says_itself_what_it_needs_and_compiles(files: dict[str, bytes]) -> None:
    scripts = [path for path in files if path.endswith(".py")]
    assert scripts
    for path in scripts:
        text = files[path].decode()
        metadata = _metadata(text)
        assert metadata["dependencies"], path
        assert all("{" not in requirement for requirement in metadata["dependencies"]), path
        assert set(metadata) <= {"dependencies", "requires-python", "tool"}
        if "tool" in metadata:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", metadata["tool"]["uv"]["exclude-newer"])
        ast.parse(text, path)


def test_each_executable_fix_has_a_script_and_advice_has_none() -> None:
    found = {path for path in _of_the_tests() if path.endswith(".py")}
    assert {path for path in found if path.startswith("lantern/12/")} == {
        "lantern/12/reproduction.py",
        "lantern/12/fix-1.py",
        "lantern/12/fix-2.py",
        "lantern/12/fix-3.py",
    }
    assert "lantern/56/reproduction.py" in found
    assert "lantern/56/fix-1.py" not in found


@pytest.mark.parametrize(
    ("name", "dependencies", "has"),
    [
        ("reproduction", ["lantern==1.3", "wick==2.5"], "lamp.trim()  # the second one fails"),
        ("fix-1", ["lantern==1.4", "wick==2.5"], "lamp.trim()  # the second one fails"),
        ("fix-2", ["lantern==1.3", "wick==2.5"], "lantern.Lamp(7).trim()\nlantern.Lamp(7).trim()"),
        ("fix-3", ["lantern==1.3", "wick==2.0"], "lamp.trim()  # the second one fails"),
    ],
)
def test_a_script_is_pinned_to_what_was_run(name: str, dependencies: list[str], has: str) -> None:
    text = _of_the_tests()[f"lantern/12/{name}.py"].decode()
    metadata = _metadata(text)
    assert metadata["dependencies"] == dependencies
    assert metadata["requires-python"] == ">=3.10"
    assert metadata["tool"]["uv"]["exclude-newer"] == "2025-05-03T00:00:00Z"
    assert has in text
    assert "oil: half full" in text
    assert "https://github.com/example/lantern/issues/12" in text


def test_the_bytes_are_the_same_each_time_and_ascii_is_not_forced(files: dict[str, bytes]) -> None:
    again = {
        file.path: file.content for root in (LIBRARY, CARDS) for file in Site(library(root), settings()).data_files()
    }
    of_all = ("cards.json", "search/", "match.schema.json")
    for path, content in files.items():
        if path.startswith(of_all):
            continue
        assert again[path] == content
        assert content.endswith(b"\n")
        assert b"\\u20" not in content or path.endswith(".py")


def test_without_an_address_of_the_site_addresses_are_relative_to_it() -> None:
    made = {file.path: file.content for file in Site(library(LIBRARY), settings(site_url="")).data_files()}
    assert json.loads(made["lantern/12/card.json"])["url"] == "lantern/12/"
