from __future__ import annotations

import json
import re

from fixcards.matching import js_tables
from fixcards.matching.index.format import FORMAT, HASH_LENGTH
from fixcards.matching.index.writer import build
from fixcards.matching.parse import patterns
from tests.matching.samples import ASSETS, entries

SOURCES = {path.name: path.read_text(encoding="utf-8") for path in ASSETS.rglob("*.js")}


def test_the_index_brings_the_tables_of_the_terminal() -> None:
    head = json.loads(dict(build(entries(), tables=js_tables.tables()))["index.json"])
    assert head["tables"] == js_tables.tables()


def test_the_browser_reads_the_format_that_is_written() -> None:
    assert re.findall(r"const FORMAT = ([0-9]+);", SOURCES["worker.js"]) == [str(FORMAT)]
    assert re.findall(r"const HASH_LENGTH = ([0-9]+);", SOURCES["reader.js"]) == [str(HASH_LENGTH)]


def test_the_browser_names_the_constants_in_the_order_of_the_tables() -> None:
    text = re.sub(r"//.*", "", SOURCES["constants.js"])
    names, numbers = re.findall(r"export const \[([^\]]*)\] = (?:\[|tables[.]numbers;)", text)
    assert f"{names} {numbers}".replace(",", " ").split() == js_tables.names()
    assert numbers.replace(",", " ").split() == list(js_tables.numbers())
    assert sum(map(len, js_tables.tables().values())) == len(js_tables.names())
    (kinds,) = re.findall(r"const \{ (.*) \} = tables;", text)
    assert [*kinds.split(", "), "numbers"] == list(js_tables.tables())


def test_the_browser_uses_every_constant() -> None:
    imported = re.findall(r'import \{([^}]*)\} from "\./constants\.js";', "".join(SOURCES.values()))
    assert {name for names in imported for name in names.replace(",", " ").split()} == {*js_tables.names()}
    for code in SOURCES.values():
        for names in re.findall(r"import \{([^}]*)\} from", code):
            for name in names.replace(",", " ").split():
                assert len(re.findall(rf"\b{name}\b", code)) > 1, f"{name} isn't used"


def test_the_browser_has_no_table_of_its_own() -> None:
    assert patterns.HEADER not in "".join(SOURCES.values())
    assert len(SOURCES["tables.js"]) < 500
