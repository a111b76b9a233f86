from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from pydantic import ValidationError

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.problem import Problem
from fixcards.records.record import RecordReader, display_path
from fixcards.records.rules.rule import rules_with_prefix
from tests.conftest import GOOD

DATA = GOOD.parents[3]
Folder = Callable[[dict[str, str | bytes]], Path]


def read_card(path: Path, root: Path) -> tuple[Card | None, list[Problem]]:
    """Read one card by itself; return it unless it has a problem, and its problems."""
    result = RecordReader(root).read(path, None)
    return result.card, [Problem(display_path(path), *fields) for _, *fields in result.record.problems]


@pytest.fixture
def card(data: dict) -> Card:
    return Card.model_validate(data)


@pytest.fixture
def evidence() -> Evidence:
    """What the runs of that card showed: all is well."""
    return Evidence.model_validate_json(GOOD.with_name("7.evidence.json").read_bytes())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Return a function that writes files below `cards/` of an empty working directory, and returns `cards`."""
    monkeypatch.chdir(tmp_path)

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = Path("cards", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else os.fsencode(content))
        return Path("cards")

    return write


@pytest.fixture
def check_card() -> Callable[[dict], object]:
    """Return a function that holds data against the model and the rules about a whole card."""

    def check(data: dict) -> object:
        try:
            card = Card.model_validate(data)
        except ValidationError as invalid:
            return invalid.errors()
        return [list(rule.check(card, PurePosixPath("demo/7.yaml"))) for rule in rules_with_prefix("FC2")]

    return check
