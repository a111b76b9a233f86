"""What evidence of the program can't be: each rule by inputs of its kind, and none of them ends the check."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, evidence_text, lock_digest, run_digest
from fixcards.records.record import RecordReader
from fixcards.records.rules import RULES

from .conftest import GOOD

BROKEN, FIRST_FIX, SECOND_FIX, LATEST, STUB, DISGUISED = range(6)
SIGNATURE = "demo.Stalled: no answer from server.test"
Change = Callable[[dict[str, Any]], object]


def run(at: int, **changes: object) -> Change:
    return lambda data: data["runs"][at].update(changes)


def install(at: int, **packages: str) -> Change:
    """Let a run install other releases, with the digests that belong to them."""

    def change(data: dict[str, Any]) -> None:
        data["runs"][at]["packages"] = packages
        for name, version in packages.items():
            data["distributions"].setdefault(f"{name}=={version}", "1" * 64)
        data["runs"][at]["lock_digest"] = lock_digest(packages, data["distributions"])

    return change


def both(*changes: Change) -> Change:
    return lambda data: [change(data) for change in changes]


def as_described(at: int) -> Change:
    changes = {"outcome": "failed-as-described", "exit": 1, "matched": SIGNATURE, "output": SIGNATURE}
    return run(at, **changes, repetitions=["failed-as-described"])


def codes(evidence: dict[str, Any], card: Card) -> set[str]:
    """Return the codes of the rules that speak of evidence, given as plain data."""
    model = Evidence.model_validate(evidence)
    names = [code for code in RULES if code.startswith(("FC31", "FC32")) and code != "FC310"]
    return {code for code in names if list(RULES[code].check(model, card))}


@pytest.fixture
def plain(evidence: Evidence) -> dict[str, Any]:
    return json.loads(evidence_text(evidence))


IMPOSSIBLE: list[tuple[str, Change]] = [
    ("FC311", lambda data: data["runs"].reverse()),
    ("FC311", run(SECOND_FIX, fix=3)),
    ("FC311", run(LATEST, role="stub")),
    ("FC312", run(BROKEN, exit=2)),  # the card expects 1
    ("FC313", run(BROKEN, matched="demo.Stalled")),
    ("FC313", run(BROKEN, matched="Stalled: no answer from server.test")),
    ("FC314", install(SECOND_FIX, demo="1.10", transport="2.2")),
    ("FC314", lambda data: data["releases"].append({"version": "2.0", "state": "passes"})),
    ("FC316", run(LATEST, date="9999-12-31")),
    ("FC321", run(BROKEN, frames=["demo/client.py:post", "demo/other.py:get"])),
]


def test_the_evidence_that_the_others_start_from_has_no_problem(plain: dict, card: Card) -> None:
    assert codes(plain, card) == set()


@pytest.mark.parametrize(("code", "change"), IMPOSSIBLE)
def test_evidence_that_the_program_cannot_have_written_is_refused(
    code: str, change: Change, plain: dict, card: Card
) -> None:
    change(plain)
    assert code in codes(plain, card)


@pytest.mark.parametrize(
    "change",
    [
        run(LATEST, date=datetime.now(timezone.utc).date().isoformat()),
        run(BROKEN, matched="demo.Stalled:  no answer\tfrom another.test"),
        run(BROKEN, matched="Stalled: gave up on server.test", output="Stalled: gave up on server.test"),
        run(BROKEN, frames=["other/cli.py:main", "demo/client.py:get", "demo/client.py:get", "socket.py:recv"]),
        both(run(BROKEN, release="1.2"), install(BROKEN, demo="1.2", transport="2.1"), run(SECOND_FIX, release="1.2"),
             install(SECOND_FIX, demo="1.2", transport="2.1"), run(STUB, release="1.2"),
             install(STUB, demo="1.2", transport="2.1"), run(DISGUISED, release="1.2"),
             install(DISGUISED, demo="1.2", transport="2.1"), lambda data: data["distributions"].pop("demo==1.10")),
        lambda data: data["runs"].append({**data["runs"][LATEST], "role": "control"}),
        lambda data: data["runs"].pop(STUB),
        lambda data: data["releases"].append({"version": "2.0rc1", "state": "unknown"}),
        # A hang: no exit status, and no frames, since it was stopped.
        lambda data: (data["runs"][BROKEN].pop("exit"), data["runs"][BROKEN].pop("frames")),
    ],
)  # fmt: skip
def test_evidence_that_the_program_writes_is_not(change: Change, plain: dict, card: Card) -> None:
    change(plain)
    assert codes(plain, card) == set()


def test_of_an_earlier_card_the_runs_are_not_held_against_the_new_one(plain: dict, data: dict) -> None:
    data["versions"]["affected"] = "==1.9"
    data["signature"]["frames"] = ["demo/new.py:get"]
    changed = Card.model_validate(data)
    assert codes(plain, changed) == set()
    assert codes({**plain, "digest": run_digest(changed)}, changed) >= {"FC314", "FC321"}


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '{"b": [{"a": 1, "a": 1}]}', '{"a": 1, "\\u0061": 2}', '{"": {}, "": {}}']
)
def test_a_key_that_stands_twice_is_refused_at_any_depth(text: str) -> None:
    assert list(RULES["FC310"].check(text))


def problems(text: str, folder: Path) -> list[tuple[str, int]]:
    path = folder / "demo" / "7.yaml"
    path.parent.mkdir()
    path.write_bytes(GOOD.read_bytes())
    evidence = path.with_name("7.evidence.json")
    evidence.write_text(text, encoding="utf-8")
    record = RecordReader(folder).read(path, evidence).record
    return [(code, line) for _, line, _, code, _, _ in record.problems]


def test_a_problem_has_the_place_of_its_run(evidence: Evidence, plain: dict, tmp_path: Path) -> None:
    lines = evidence_text(evidence).splitlines()
    at = next(number for number, line in enumerate(lines, start=1) if '"failed-otherwise"' in line)
    as_described(STUB)(plain)
    assert problems(evidence_text(Evidence.model_validate(plain)), tmp_path) == [("FC320", at)]


@pytest.mark.parametrize("margin", ["\t", None])
def test_evidence_in_another_layout_is_read(margin: str | None, plain: dict, tmp_path: Path) -> None:
    as_described(STUB)(plain)
    assert [code for code, _ in problems(json.dumps(plain, indent=margin), tmp_path)] == ["FC320"]


EXTREMES: list[object] = ["", "x", 0, -1, 1e300, None, [], {}, "9999-12-31", "0001-01-01", "1!0.0.dev0", "0", True]


def test_no_value_at_any_place_ends_the_check(evidence: Evidence, tmp_path: Path) -> None:
    text = evidence_text(evidence)
    reader = RecordReader(tmp_path)
    card = Card.model_validate(RecordReader(GOOD.parents[1]).read(GOOD, None).data)
    path = tmp_path / "7.evidence.json"
    for container, key in _places(json.loads(text), ()):
        for value in EXTREMES:
            data = json.loads(text)
            target = data
            for step in container:
                target = target[step]
            target[key] = value
            reader.validate_evidence(path, card, json.dumps(data).encode())
    assert reader.problems


def _places(value: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], Any]]:
    """Return the containers of plain data, as paths, each with one of its keys or positions."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in items for place in ((path, key), *_places(each, (*path, key)))]
