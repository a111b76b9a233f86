"""The formats of `fixcards check`: each is what the program that reads it expects, whatever a card holds."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from fixcards.characters import hidden_characters
from fixcards.cli.formats import FORMATS
from fixcards.records.problem import Problem

HOSTILE = "]]></failure><x a='1'>&amp;\x00\x1b[2J\u202e\ufffe\uffff\ud800\udfff\r\n\t\"'<!-- \U000e0041"
# The fields that GitLab requires, with the severities that it has (docs.gitlab.com, "Code Quality report format").
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^FC[0-9]{3}$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./).+"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def problem(message: str = "is empty", hint: str = "", path: str = "cards/demo/7.yaml", line: int = 3) -> Problem:
    return Problem(path, line, 14, "FC105", message, hint)


def github(message: str = "is empty", hint: str = "", path: str = "cards/demo/7.yaml") -> str:
    return FORMATS["github"].text([problem(message, hint, path)], [path])


def gitlab(*problems: Problem) -> list[dict]:
    report = json.loads(FORMATS["gitlab"].text(problems, []))
    jsonschema.validate(report, CODE_QUALITY)
    return report


def junit(*problems: Problem, paths: tuple[str, ...] = ("cards/demo/7.yaml",)) -> ET.Element:
    return ET.fromstring(FORMATS["junit"].text(problems, paths))  # noqa: S314 - our own


def test_a_problem_is_marked_on_its_line_in_a_pull_request() -> None:
    assert github(hint="write the text") == (
        "::error file=cards/demo/7.yaml,line=3,col=14,title=FC105::is empty (write the text)\n"
    )


def test_a_workflow_command_is_escaped_as_github_asks_for() -> None:
    command = github("100%: a, b::c", path="C:\\a,b%\n/7.yaml")
    assert command == "::error file=C%3A\\a%2Cb%25%0A/7.yaml,line=3,col=14,title=FC105::100%25: a, b::c\n"


def test_a_workflow_command_is_one_line_that_no_card_can_break_out_of() -> None:
    command = github("a\n::stop-commands::x\r", path="x\r\x1b::y")
    assert command == "::error file=x%0D\\x1b%3A%3Ay,line=3,col=14,title=FC105::a\\n::stop-commands::x\\r\n"


def test_gitlab_gets_an_entry_for_each_problem() -> None:
    (entry,) = gitlab(problem(hint="write the text"))
    fingerprint = entry.pop("fingerprint")
    assert entry == {
        "description": "FC105 is empty (write the text)",
        "check_name": "FC105",
        "severity": "major",
        "location": {"path": "cards/demo/7.yaml", "lines": {"begin": 3}},
    }
    assert len(fingerprint) == 64
    assert gitlab() == []


def test_a_fingerprint_is_that_of_the_problem_and_not_of_its_place() -> None:
    (before,), (moved,) = gitlab(problem(line=3)), gitlab(problem(line=30))
    assert before["fingerprint"] == moved["fingerprint"]
    others = [
        problem("is long"),
        problem(path="cards/demo/8.yaml"),
        Problem("cards/demo/7.yaml", 3, 14, "FC106", "is empty"),
    ]
    assert before["fingerprint"] not in {each["fingerprint"] for each in gitlab(*others)}


def test_no_two_problems_share_a_fingerprint() -> None:
    report = gitlab(
        problem(line=3), problem(line=5), problem(line=9), problem("is empty "), problem(path="cards/demo/8.yaml")
    )
    assert len({each["fingerprint"] for each in report}) == 5
    assert [each["fingerprint"] for each in gitlab(problem(line=4), problem(line=6))] == [
        each["fingerprint"] for each in report[:2]
    ]


def test_a_contradiction_that_keeps_nothing_off_the_site_is_minor() -> None:
    (entry,) = gitlab(Problem("cards/demo/7.evidence.json", 1, 1, "FC308", "releases fail"))
    assert entry["severity"] == "minor"


def test_junit_has_a_case_for_each_file_and_one_failure_for_all_its_problems() -> None:
    other = "cards/demo/8.yaml"
    root = junit(problem(hint="write the text"), problem("is long", line=5), paths=("cards/demo/7.yaml", other))
    suite = root.find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "2", "failures": "1", "errors": "0", "skipped": "0",
    }  # fmt: skip
    bad, good = suite.findall("testcase")
    assert (good.get("name"), good.get("classname"), good.get("file"), list(good)) == (other, "cards/demo", other, [])
    (failure,) = bad
    assert (bad.get("file"), bad.get("line")) == ("cards/demo/7.yaml", "3")
    assert (failure.get("type"), failure.get("message")) == ("FC105", "FC105 is empty (and 1 more)")
    assert failure.text == (
        "cards/demo/7.yaml:3:14: FC105 is empty (write the text)\ncards/demo/7.yaml:5:14: FC105 is long\n"
    )


def test_junit_has_every_attribute_that_jenkins_and_gitlab_read() -> None:
    text = FORMATS["junit"].text([problem()], ["cards/demo/7.yaml", "cards/demo/8.yaml"])
    for case in ET.fromstring(text).iter("testcase"):  # noqa: S314 - our own
        assert {"name", "classname", "file", "time"} <= set(case.keys())
    assert text.isascii()
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')


@pytest.mark.parametrize("name", FORMATS)
def test_a_hostile_text_breaks_no_format_and_steers_no_terminal(name: str) -> None:
    bad = Problem(f"cards/{HOSTILE}.yaml", 1, 1, "FC105", HOSTILE, HOSTILE)
    text = FORMATS[name].text([bad], [bad.path, HOSTILE])
    assert [ascii(text[at]) for at in hidden_characters(text)] == []
    text.encode()
    if name == "junit":
        suite = ET.fromstring(text).find("testsuite")  # noqa: S314 - our own
        assert suite is not None
        assert [child.tag for child in suite] == ["testcase", "testcase"]
        assert "]]></failure><x a='1'>&amp;\\x00\\x1b[2J\\u202e" in "".join(suite.itertext())
    elif name in {"json", "gitlab"}:
        assert len(json.loads(text)) == 1
    else:
        assert len(re.findall("\n", text)) == 1


@pytest.mark.parametrize(("name", "empty"), [("text", ""), ("github", ""), ("json", "[]\n"), ("gitlab", "[]\n")])
def test_no_problem_is_an_empty_report(name: str, empty: str) -> None:
    assert FORMATS[name].text([], ["cards/demo/7.yaml"]) == empty
