from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixcards.matching.parse.normalize import (
    RULES,
    Computed,
    NormalizingRule,
    RuleTable,
    clean_display,
    library_path,
    normalize,
)
from fixcards.matching.parse.packages import library_frame
from tests.matching.samples import JavaScript, javascript

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "matching" / "normal.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("line", "expected"), VECTORS, ids=[str(at) for at in range(len(VECTORS))])
def test_what_varies_is_replaced_and_what_identifies_stays(line, expected):
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
    assert normalize(line) == with_every_rule(line)


def with_every_rule(line: str) -> str:
    """Return the normal form as the table defines it, without any fast path."""
    for rule in RULES:
        line = re.sub(rule.pattern, partial(replaced, rule), line, flags=re.ASCII)
    return line.strip(" ")


def replaced(rule: NormalizingRule, match: re.Match[str]) -> str:
    first = match[1] if match.re.groups else ""
    rest = match[0][len(first) :]
    return first + (library_path(rest) if rule.replacement is Computed.LIBRARY_PATH else rule.replacement)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaScript]:
    with javascript(tmp_path_factory.mktemp("index")) as started:
        yield started


AROUND = st.one_of(st.sampled_from(["", " ", "a", "=", "(", "'", ": ", "1", "-", "\n"]), st.text(max_size=3))


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_both_languages_apply_every_rule_to_what_its_own_pattern_matches(rule, browser):
    consuming = re.sub(r"\(\?[=!][^()]*\)", "", rule.pattern)  # which are met, or not, by what is drawn around
    drawn = st.from_regex(re.compile(consuming, re.ASCII), fullmatch=True)
    lines = st.lists(st.tuples(AROUND, drawn, AROUND).map("".join), min_size=8, max_size=8)

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lines)
    def agree(lines: list[str]) -> None:
        assert [normalize(line) for line in lines] == [with_every_rule(line) for line in lines]
        assert browser.ask(lines=lines) == {"normal": [normalize(line) for line in lines]}

    agree()


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (NormalizingRule("new", "frobnicated", "<x>", "without a hint"), "plain words frobnicated here"),
        (NormalizingRule("new", "fro+b", "<x>", "a text", required_text=("fr",)), "plain words froob here"),
        (NormalizingRule("new", "fro+b", "<x>", "a trigger", ("fro",), trigger="r[n-p]"), "plain words froob here"),
        (NormalizingRule("new", "[\u2500-\u257f]+", "", "one class", non_ascii_only=True), "plain \u2500 words"),
        (NormalizingRule("new", "[a-]+", "<x>", "a class that ends with a dash"), "b-b"),
        (NormalizingRule("new", "[]a]", "<x>", "a class that starts with a bracket"), "b]b"),
    ],
)
def test_no_new_rule_is_skipped(rule, line):
    """The fast path comes from the rules themselves, so that a rule needs no second change."""
    assert RuleTable([*RULES, rule]).apply(line) == rule.apply(line) != line
    assert re.search(RuleTable([rule]).trigger, line)


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


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/usr/lib/python3/dist-packages/pip/_vendor/site-packages/six.py", "six.py"),
        ("/opt/site-packages/venv/lib/python3/dist-packages/yaml/__init__.py", "yaml/__init__.py"),
        ("/a/site-packages/b/site-packages/c/d.py", "c/d.py"),
    ],
)
def test_the_last_library_folder_of_a_path_counts_for_lines_and_frames_alike(path, inside):
    assert library_path(path) == inside
    assert library_frame(path, "f") == f"{inside}:f"
