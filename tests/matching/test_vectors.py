"""What the search decides about texts that programs really printed; `UPDATE=1` writes the vectors anew."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixcards.matching.parse.lines import CHUNK_LENGTH
from tests.matching.samples import DATA, TEXTS, JavaScript, decisions, entries, javascript

VECTORS = DATA / "vectors.json"
STORED_KEYS = ("failure", "query", "matches", "environment")


def vectors() -> dict[str, Any]:
    return dict(json.loads(VECTORS.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaScript]:
    with javascript(tmp_path_factory.mktemp("index")) as started:
        yield started


def test_the_vectors_are_those_of_the_texts() -> None:
    if os.environ.get("UPDATE"):
        vectors_by_name = {name: {key: decisions(text)[key] for key in STORED_KEYS} for name, text in TEXTS.items()}
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(decided)}" for name, decided in vectors_by_name.items())
        VECTORS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    assert set(vectors()) == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_python_decides_as_the_vectors_say(name: str) -> None:
    decided = decisions(TEXTS[name])
    assert {key: decided[key] for key in STORED_KEYS} == vectors()[name]


@pytest.mark.parametrize("name", TEXTS)
def test_javascript_decides_like_python(name: str, browser: JavaScript) -> None:
    assert browser.ask(text=TEXTS[name]) == decisions(TEXTS[name])


WORDS = [word for entry in entries() for word in entry.title.split()]


def swapped(word: str, at: int) -> str:
    return word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :]


PIECES = st.one_of(
    st.sampled_from(
        [
            "\n",
            "\r",
            '  File "',
            '", line 3, in f\n',
            "Traceback (most recent call last):\n",
            "E   ",
            "> ",
            "\\n",
            '{"a": "',
            "&lt;",
            "\x1b[31m",
            "\ud800",
            "\U0001f600",
            "\u0130",
            "\u2028",
            " | ",
            "TypeError: ",
            "\u03a3",
            "C:\\a\\b.py",
            '"',
            "'",
            "\\",
            "0x1f",
            "12:30:01 ",
            "\t",
            "\x00",
            "}",
            "<",
            ">",
            "(",
            "httpx 0.7.1 ",
            "python3.11/",
            "  | ",
            "site-packages/",
            "KeyError('",
            "wax==3.0.1\n",
            "taper 1.9.2\n",
            "candlery (1.0), taper==0.9",
            'name = "taper"\nversion = "1.0"\n',
        ]
    ),
    st.sampled_from([line + "\n" for text in TEXTS.values() for line in text.splitlines()]),
    st.sampled_from([f"{template}\n" for entry in entries() for template in entry.templates]),
    st.sampled_from(WORDS).map(lambda word: word + " "),
    st.lists(st.sampled_from(["url", "quote", "set", "a"]), min_size=2, max_size=9).map("_".join),
    st.tuples(st.sampled_from(WORDS), st.integers(2, 12)).map(lambda cut: cut[0][: cut[1]]),
    st.tuples(st.sampled_from(WORDS), st.integers(1, 8)).map(lambda slip: swapped(*slip)),
    st.text(max_size=12),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_python_and_javascript_agree_on_any_text(browser: JavaScript, text: str) -> None:
    assert browser.ask(text=text) == decisions(text)


@pytest.mark.parametrize("mark", ["\x1b[31m", "&lt;", "\u00a0\u00a0", "\x1b]0;a title\x07"])
def test_they_agree_on_a_line_that_is_cleaned_in_chunks(browser: JavaScript, mark: str) -> None:
    text = mark * (3 * CHUNK_LENGTH // len(mark)) + "KeyError: 'wick'"
    expected = decisions(text)
    assert browser.ask(text=text) == expected
    assert expected["failure"]["exceptions"][-1]["message"] == "'wick'"


VERSIONS = st.from_regex(r"\A[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?\Z")
CLAUSES = st.tuples(st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~="]), VERSIONS).map("".join)


@settings(max_examples=300, deadline=None)
@given(VERSIONS, st.lists(CLAUSES, max_size=3).map(",".join))
def test_python_and_javascript_agree_on_versions(browser: JavaScript, version: str, specifier: str) -> None:
    from fixcards.matching.parse.versions import in_specifier, version_key

    key = version_key(version)
    assert browser.ask(versions=[version, specifier]) == {
        "key": list(key) if key else None,
        "inSpecifier": in_specifier(version, specifier),
    }


def test_the_vectors_have_no_path_of_a_machine() -> None:
    assert "/tmp/" not in Path(VECTORS).read_text(encoding="utf-8")  # noqa: S108 - looked for, not used
