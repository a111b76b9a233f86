"""`server.json`: what the registry of MCP servers says of ours, and the command that its clients make of it."""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from fixcards import __version__
from fixcards.cli.commands import cli
from tests.sites import REPOSITORY

SCHEMA = Path(__file__).parent / "data" / "mcp-server.schema.json"


@pytest.fixture
def server() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((REPOSITORY / "server.json").read_text(encoding="utf-8"))
    return data


def test_it_is_as_the_schema_of_the_registry_says(server: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="pip install jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(server)] == []


def test_the_readme_of_the_release_names_the_server_so_that_the_registry_believes_it(server: dict[str, Any]) -> None:
    assert f"<!-- mcp-name: {server['name']} -->" in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_command_that_clients_make_of_it_starts_the_server_of_this_version(server: dict[str, Any]) -> None:
    (package,) = server["packages"]
    words = [
        package["runtimeHint"],
        *(word for each in package["runtimeArguments"] for word in (each["name"], each["value"])),
        f"{package['identifier']}@{package['version']}",
        *(each["value"] for each in package["packageArguments"]),
    ]
    assert words == ["uvx", "--with", "fixcards[mcp]", f"fixcards@{__version__}", "mcp"]
    assert [each.name for each in entry_points(group="console_scripts", name=package["identifier"])] == ["fixcards"]
    assert "fixcards-mcp" in cli.commands["mcp"].get_short_help_str(200)
