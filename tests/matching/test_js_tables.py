from __future__ import annotations

import json
import re

from fixcards.matching import js_tables
from fixcards.matching.index.format import FORMAT, HASH_LENGTH
from fixcards.matching.index.writer import build
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
    tables = js_tables.tables()
    direct = set(re.findall(r"\btables\.(?!js|\*)([A-Za-z]+)", code))
    destructured = " ".join(re.findall(r"const \{ ([^}]*) \} = tables;", code))
    assert direct | set(re.findall(r"\b[a-z]\w+", destructured)) == set(tables)
    assert set(re.findall(r"\blimits\.([A-Z_]+)", code)) == set(tables["limits"])


def test_the_browser_has_no_table_of_its_own() -> None:
    assert js_tables.tables()["limits"]["HEADER"] not in "".join(SOURCES.values())
    assert len(SOURCES["tables.js"]) < 500
