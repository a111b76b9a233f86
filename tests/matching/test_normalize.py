from __future__ import annotations

import json
import re
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixcards.matching.parse.normalize import RULES, clean_display, library_path, normalize

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "matching" / "normal.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("line", "expected"), VECTORS, ids=[str(at) for at in range(len(VECTORS))])
def test_what_varies_is_replaced_and_what_identifies_is_kept(line, expected):
    assert normalize(line) == expected


@settings(max_examples=200)
@given(st.text())
def test_a_normal_form_is_its_own_normal_form_and_tidying_changes_nothing_about_it(line):
    once = normalize(line)
    assert normalize(clean_display(line)) == once
    assert normalize(once) == once


PIECES = [
    "1.",
    "/a",
    "a",
    "=",
    "='",
    '"/',
    "0x",
    "abcdef",
    "1-",
    "12:",
    "2024-01-",
    "C:/",
    "1e",
    "http://",
    '="',
    "abcdef01-",
    "~/",
    "0123456789abcdef",
    "site-packages/",
    "'",
    "[",
    "1ms",
]
PIECES += ["\x1b[", "\x1b]", "\x1b[1", " ", "1 "]


@settings(max_examples=500)
@given(
    st.lists(st.one_of(st.sampled_from([*PIECES, "deadbeef", "-", "\u2018", "\t"]), st.text(max_size=3))).map("".join)
)
def test_a_rule_that_is_skipped_would_have_changed_nothing(line):
    applied = line
    for rule in RULES:
        applied = re.sub(rule.pattern, partial(put, rule), applied, flags=re.ASCII)
    assert normalize(line) == applied.strip(" ")


def put(rule, match):
    kept = match[1] if match.re.groups else ""
    return kept + (rule.replacement if isinstance(rule.replacement, str) else rule.replacement(match[0][len(kept) :]))


@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_text_takes_about_twice_the_time(piece):
    def seconds(length: int) -> float:
        text = piece * (length // len(piece)) + "!"
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            normalize(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(320_000) < 8 * max(seconds(80_000), 0.002)


def test_rules_use_nothing_that_another_regular_expression_engine_lacks():
    for rule in RULES:
        assert not re.search(r"\(\?(?:<|P|#|[aiLmsux]|\()|\\[AZGpP]|[*+?}]\+|\(\?>", rule.pattern), rule.name
        assert not re.search(r"\\[sSwWdDbB]", rule.pattern), rule.name  # these mean different sets elsewhere
        assert re.compile(rule.pattern).groups <= 1
        assert rule.why
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_path_below_site_packages_becomes_relative_to_it():
    assert library_path("/venv/lib/python3.12/site-packages/httpx/_client.py") == "httpx/_client.py"
    assert library_path(r"C:\py\Lib\site-packages\httpx\_client.py") == "httpx/_client.py"
    assert library_path("/usr/lib/python3/dist-packages/yaml/__init__.py") == "yaml/__init__.py"
    assert library_path("/home/me/app.py") == "<path>"
