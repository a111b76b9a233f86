"""The server for assistants, asked by the client of the SDK: in this process, and on standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from fixcards.mcp_server import make_server
from tests.audit.samples import card, finder, write_site

pytest.importorskip("mcp")
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

FLASK = card("flask-1", ">=2.0,<=2.2.3", needs={"werkzeug": ">=3"}, moment="import", install=["flask>=2.3.3"])
LOGIN = card("flask-login-7", ">=1", moment="lasting")


def ask(question: Callable[[Client], Awaitable[Any]], server: Any = None) -> Any:
    async def run() -> Any:
        async with Client(server or make_server(finder(FLASK, LOGIN))) as client:
            return await question(client)

    return anyio.run(run)


def call(name: str, **arguments: Any) -> Any:
    return ask(lambda client: client.call_tool(name, arguments))


def test_its_tools_only_read_and_say_what_they_are_for() -> None:
    tools = ask(lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == {"match_failure", "audit_environment", "get_card"}
    for tool in tools:
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False
        assert len(tool.description) > 40


def test_a_failure_gets_its_card_with_the_way_out() -> None:
    result = call("match_failure", text="flask is broken")
    (match,) = result.structured_content["matches"]
    assert (match["id"], match["url"]) == ("flask-1", "https://cards.example.org/flask/1/")
    assert match["fixes"][0]["install"] == ["flask>=2.3.3"]


def test_an_environment_gets_the_known_failures_that_it_is_in_for() -> None:
    result = call("audit_environment", packages=["flask==2.2.2", "werkzeug==3.0.1"], python_version="3.12")
    (audit,) = result.structured_content["audits"]
    assert [each["id"] for each in audit["exposures"]] == ["flask-1"]


def test_a_lock_is_read_from_its_file_and_no_other_file_is_opened(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("flask==2.2.2\nwerkzeug==3.0.1\n", encoding="utf-8")
    (audit,) = call("audit_environment", lock=str(lock)).structured_content["audits"]
    assert [each["line"] for each in audit["exposures"]] == [1]
    secret = tmp_path / "secret.pem"
    secret.write_text("flask==2.2.2\n", encoding="utf-8")
    result = call("audit_environment", lock=str(secret))
    assert result.is_error
    assert "is not called as a lock is" in result.content[0].text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either packages or lock"),
        ({"packages": ["a==1"], "lock": "uv.lock"}, "give either packages or lock"),
        ({"packages": ["a==1"], "platform": "amiga"}, "platform: is none of"),
        ({"packages": ["a==1"], "python_version": "three"}, "python_version: write it as"),
        ({"packages": ["a"]}, "no lock that fixcards knows"),
    ],
)
def test_a_question_that_means_nothing_is_an_error_that_says_why(arguments: dict[str, Any], message: str) -> None:
    result = call("audit_environment", **arguments)
    assert result.is_error
    assert message in result.content[0].text


@pytest.mark.parametrize("card_id", ["flask-1", "flask-login-7"])
def test_a_card_is_a_tool_and_a_resource(card_id: str) -> None:
    content = call("get_card", card_id=card_id).structured_content
    assert content["id"] == card_id
    read = ask(lambda client: client.read_resource(f"card://{card_id}"))
    assert json.loads(read.contents[0].text) == content


def test_a_card_that_there_is_not_is_an_error() -> None:
    result = call("get_card", card_id="flask-99")
    assert result.is_error
    assert "flask-99: no such card" in result.content[0].text


def test_all_cards_are_a_resource() -> None:
    read = ask(lambda client: client.read_resource("cards://index"))
    assert json.loads(read.contents[0].text) == {"packages": {"flask": ["flask-1"], "flask-login": ["flask-login-7"]}}


def test_it_answers_on_standard_input_and_output_with_the_cards_at_hand(tmp_path: Path) -> None:
    variables = {
        **os.environ,
        "FIXCARDS_SITES": str(write_site(tmp_path / "site", FLASK)),
        "FIXCARDS_CACHE": str(tmp_path),
    }
    program = "from fixcards.mcp_server import main; main()"
    server = StdioServerParameters(command=sys.executable, args=["-c", program], env=variables, cwd=tmp_path)

    async def question(client: Client) -> Any:
        return await client.call_tool("match_failure", {"text": "flask is broken"})

    result = ask(question, server)
    assert result.structured_content["matches"][0]["id"] == "flask-1"


def test_without_cards_it_says_what_to_do(tmp_path: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("FIXCARDS_")}
    done = subprocess.run(
        [sys.executable, "-c", "from fixcards.mcp_server import main; main()"],
        cwd=tmp_path,
        env={**variables, "FIXCARDS_CACHE": str(tmp_path / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fixcards-mcp: no cards: ")
