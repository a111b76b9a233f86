from __future__ import annotations

import json
import re

import pytest

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
    assert re.findall(r"HASH_LENGTH\] = \[.*, ([0-9]+)\];", SOURCES["reader.js"]) == [str(HASH_LENGTH)]


def test_the_browser_reads_every_table_and_no_other() -> None:
    code = "\n".join(SOURCES.values())
    direct = set(re.findall(r"\btables\.(?!js|\*)([A-Za-z]+)", code))
    read = {module: names.split() for names, module in re.findall(r'const \[([^\]]*)\] = table\("(\w+)"\)', code)}
    assert direct | set(read) == set(js_tables.tables())


@pytest.mark.parametrize("module", js_tables.names())
def test_a_module_of_the_browser_names_its_constants_in_the_order_of_its_table(module: str) -> None:
    ((names, table),) = re.findall(r'const \[([^\]]*)\] = table\("(\w+)"\)', SOURCES[f"{module}.js"])
    assert table == module
    assert names.replace(",", " ").split() == js_tables.names()[module]
    for name in js_tables.names()[module]:
        assert len(re.findall(rf"(?<![.\w]){name}\b", "".join(SOURCES.values()))) > 1, f"{name} isn't used"


def test_the_browser_has_no_table_of_its_own() -> None:
    assert patterns.HEADER not in "".join(SOURCES.values())
    assert len(SOURCES["tables.js"]) < 500
