"""Cards as records of the OSV schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixcards.exports.osv import InexpressibleError, osv_record
from tests.commands import run
from tests.records.test_failure_moment import card
from tests.sites import LIBRARY, library

SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "osv.schema.json").read_text(encoding="utf-8"))
ALONE: dict[str, Any] = {"with": None, "python": None, "platform": None}


def record(**versions: Any) -> dict[str, Any]:
    evidence = library(LIBRARY).evidence["lantern-12"]
    exported = osv_record(card(versions={**ALONE, "fixed": None, **versions}), evidence, "https://cards.example.org/")
    jsonschema.validate(exported, SCHEMA, format_checker=jsonschema.FormatChecker())
    return exported


def test_a_record_has_the_id_of_a_local_database_and_the_links_of_its_card() -> None:
    exported = record(affected="<=1.3")
    assert exported["id"] == "x_FIXCARDS-lantern-12"
    assert exported["modified"] == "2026-03-02T00:00:00Z"
    assert exported["affected"][0]["package"] == {"ecosystem": "PyPI", "name": "lantern", "purl": "pkg:pypi/lantern"}
    assert {each["type"]: each["url"] for each in exported["references"]} == {
        "REPORT": "https://github.com/example/lantern/issues/12",
        "FIX": "https://github.com/example/lantern/pull/15",
        "EVIDENCE": "https://cards.example.org/lantern/12/",
    }


@pytest.mark.parametrize(
    ("affected", "ranges", "versions"),
    [
        ("<=1.3", [[{"introduced": "0"}, {"last_affected": "1.3"}]], None),
        ("<1.4", [[{"introduced": "0"}, {"fixed": "1.4"}]], None),
        (">=1.0,<1.4", [[{"introduced": "1.0"}, {"fixed": "1.4"}]], None),
        (">=1.0", [[{"introduced": "1.0"}]], None),
        ("==1.3", None, ["1.3"]),
        ("==1.3.*", [[{"introduced": "1.3"}, {"fixed": "1.4"}]], None),
        ("~=1.3.2", [[{"introduced": "1.3.2"}, {"fixed": "1.4"}]], None),
        (["==0.9", ">=1.0,<=1.3"], [[{"introduced": "1.0"}, {"last_affected": "1.3"}]], ["0.9"]),
    ],
)
def test_a_range_is_events_and_single_releases_are_versions(affected: Any, ranges: Any, versions: Any) -> None:
    (exported,) = record(affected=affected)["affected"]
    assert [each["events"] for each in exported.get("ranges", [])] == (ranges or [])
    assert exported.get("versions") == versions


@pytest.mark.parametrize("affected", [">=1.0,!=1.2.9", ">1.0"])
def test_a_range_that_the_format_cannot_say_is_left_out(affected: str) -> None:
    with pytest.raises(InexpressibleError, match="has no form there"):
        record(affected=affected)


@pytest.mark.parametrize(
    ("versions", "what"),
    [({"with": {"wick": "<3"}}, "wick"), ({"python": ">=3.10"}, "python"), ({"platform": "linux"}, "platform")],
)
def test_a_card_that_takes_more_than_its_package_is_left_out_unless_it_is_asked_for(
    versions: dict[str, Any], what: str
) -> None:
    of_card = card(versions={**ALONE, "affected": "<=1.3", **versions})
    evidence = library(LIBRARY).evidence["lantern-12"]
    with pytest.raises(InexpressibleError, match=f"takes {what}, too"):
        osv_record(of_card, evidence)
    exported = osv_record(of_card, evidence, with_conditions=True)
    jsonschema.validate(exported, SCHEMA)
    assert list(exported["database_specific"]["requires"]) == [what]


def test_the_command_writes_valid_files_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    output = tmp_path / "osv"
    done = run("fixcards", "export", "--format", "osv", "--cards", LIBRARY, "--output", output, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in output.iterdir()}
    for path in output.iterdir():
        exported = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(exported, SCHEMA, format_checker=jsonschema.FormatChecker())
        assert path.name == f"{exported['id']}.json"
    assert f"{len(names)} of 6 cards written" in done.stderr
    assert "takes more than its package; --with-conditions exports them" in done.stderr
    assert "x_FIXCARDS-lantern-34.json" in names
    assert "x_FIXCARDS-lantern-12.json" not in names
    (output / "x_FIXCARDS-gone-1.json").write_text("{}")
    run("fixcards", "export", "--format", "osv", "--cards", LIBRARY, "--output", output, cwd=tmp_path)
    assert {path.name for path in output.iterdir()} == names


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    done = run("fixcards", "export", "--format", "osv", "--cards", LIBRARY, "--output", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "has other files, such as thesis.tex; give an empty folder" in done.stderr
