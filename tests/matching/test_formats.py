"""Shapes in which people have a failure when no table knows the tool that it went through."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.template import compile_template, match_template, plain_quotes
from fixcards.matching.score.matcher import match
from tests.matching.samples import TEXTS, index

BARE = """Traceback (most recent call last):
  File "/srv/shop/.venv/lib/python3.12/site-packages/trio/_core/_run.py", line 1404, in task_exited
    raise TrioInternalError
trio.TrioInternalError"""
"""The exception has no message, so that its line says nothing without what stands before it."""


def first(name: str) -> tuple[str, str]:
    best = match(parse(TEXTS[f"shape-{name}"]), index())[0]
    return best.entry.id, best.tier


@pytest.mark.parametrize(
    "name", ["line-numbers", "unknown-prefix", "airflow", "heroku", "gitlab", "containerd", "build-server-times"]
)
def test_an_exception_without_a_message_is_recognized_behind_what_a_tool_puts_before_its_line(name: str) -> None:
    assert first(name) == ("httpx-271", "exact")


@pytest.mark.parametrize(
    "name",
    ["one-line", "one-line-paragraphs", "list-of-lines", "json-list-indented", "escaped-twice", "page-spaces"],
)
def test_a_traceback_matches_whatever_became_of_the_ends_of_its_lines(name: str) -> None:
    assert first(name) == ("flask-2789", "exact")


@pytest.mark.parametrize("name", ["spaces-in-a-path", "doubled-quotes", "poetry"])
def test_frames_are_read_in_whatever_form_a_tool_writes_them(name: str) -> None:
    assert first(name) == ("httpx-271", "exact")


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("broken-lines", "likely"),
        ("error-printed", "possible"),
        ("other-quotes", "possible"),
        ("rich-handler", "exact"),
    ],
)
def test_a_message_matches_broken_printed_by_hand_in_other_quotes_or_below_a_box(name: str, tier: str) -> None:
    assert first(name) == ("flask-2789", tier)


def test_a_library_inside_a_library_counts_as_what_it_is() -> None:
    assert first("library-in-library") == ("jinja2-1587", "likely")


def test_the_first_of_many_failures_matches() -> None:
    assert first("many-failures") == ("docker-3256", "exact")


def test_a_python_failure_is_not_forgotten_where_the_stack_of_another_language_follows() -> None:
    assert first("python-in-java") == ("multidict-1117", "likely")


def test_source_code_that_raises_the_very_message_is_no_failure() -> None:
    assert match(parse(TEXTS["shape-source-code"]), index()) == []


@pytest.mark.parametrize("before", ["%d: ", "%6d\t", "(worker pid=%d) ", "@40%d ab ", "<%d>1 [x] ", "+ ", "a b %d %d|"])
def test_what_stands_before_the_header_of_a_traceback_is_taken_from_its_lines(before: str) -> None:
    lines = enumerate(BARE.splitlines(), start=8)
    text = "\n".join(before.replace("%d", str(number)).replace("%6d", f"{number:6}") + line for number, line in lines)
    (head,) = parse(text).exceptions
    assert (head.name, head.frames) == ("trio.TrioInternalError", ("trio/_core/_run.py:task_exited",))


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=30), st.text(max_size=8))
def test_what_stands_before_a_header_may_be_anything(before: str, more: str) -> None:
    parse("\n".join(before + more + line for line in BARE.splitlines()))


def test_local_variables_in_a_box_are_no_exceptions() -> None:
    text = """╭────────────── Traceback (most recent call last) ──────────────╮
│ /srv/.venv/lib/python3.12/site-packages/httpx/_client.py:9 in get │
│                                                                   │
│ ❱ 9 │   raise error                                               │
│ ╭───────────────── locals ─────────────────╮                      │
│ │ error = [KeyError("no such order")]      │                      │
│ ╰──────────────────────────────────────────╯                      │
╰───────────────────────────────────────────────────────────────────╯
                    ValueError: no such customer
"""
    (head,) = parse(text).exceptions
    assert (head.name, head.frames) == ("ValueError", ("httpx/_client.py:get",))


def test_json_in_json_is_read_to_the_innermost_text() -> None:
    text = json.dumps({"log": json.dumps({"level": "error", "exc_info": BARE}) + "\n", "stream": "stderr"})
    assert [head.name for head in parse(text).exceptions] == ["trio.TrioInternalError"]


def test_error_before_a_colon_names_no_exception() -> None:
    assert parse("Error: cannot import name 'url_quote' from 'werkzeug.urls'").exceptions == ()


@pytest.mark.parametrize("quote", ["'", '"', "`", "\u201e", "\u2039"])
def test_every_quote_is_the_same_quote(quote: str) -> None:
    assert match_template(plain_quotes(f"no {quote}a_b{quote} here"), compile_template('no "a_b" here').printed)


@pytest.mark.parametrize(
    "line",
    ["`{}`", "The job ends with `{}`", "May 14 14:01:40 shop candled[2567]: 14:01:40 candled      [2567]: {}"],
)
def test_a_time_limit_is_an_exception_wherever_its_line_stands(line: str) -> None:
    message = "requests.exceptions.ReadTimeout: Read timed out. (read timeout=30)"
    assert [each.name for each in parse(line.format(message)).exceptions] == ["requests.exceptions.ReadTimeout"]
