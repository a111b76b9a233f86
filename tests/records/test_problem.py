from __future__ import annotations

import pytest

from fixcards.characters import visible
from fixcards.records.problem import Problem, quoted


def problem(message: str = "is empty", hint: str = "", path: str = "cards/demo/7.yaml") -> Problem:
    return Problem(path, 3, 14, "FC105", message, hint)


def test_a_problem_reads_as_path_place_code_message_and_hint() -> None:
    assert str(problem(hint="write the text")) == "cards/demo/7.yaml:3:14: FC105 is empty (write the text)"


def test_a_problem_without_a_hint_has_no_brackets() -> None:
    assert str(problem()) == "cards/demo/7.yaml:3:14: FC105 is empty"


def test_problems_are_in_the_order_of_path_line_and_column() -> None:
    places = [("b", 1, 1), ("a", 10, 1), ("a", 9, 2), ("a", 9, 1)]
    problems = sorted(Problem(path, line, column, "FC105", "is empty") for path, line, column in places)
    assert [(each.path, each.line, each.column) for each in problems] == sorted(places)


@pytest.mark.parametrize(
    ("written", "displayed"),
    [
        ("two\nlines", r"two\nlines"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("tab\there", r"tab\there"),
        ("back\rover", r"back\rover"),
        ("\x9b2J", r"\x9b2J"),
        ("right\u202eleft", r"right\u202eleft"),
        ("half \udcff", r"half \udcff"),
        ("line\u2028sep", r"line\u2028sep"),
        ("größe 😀 日本", "größe 😀 日本"),
    ],
)
def test_nothing_that_a_file_contains_steers_the_terminal(written: str, displayed: str) -> None:
    assert visible(written) == displayed
    assert str(problem(written, written, written)) == f"{displayed}:3:14: FC105 {displayed} ({displayed})"


def test_a_problem_is_plain_data_too() -> None:
    assert problem(hint="write the text").as_dict() == {
        "path": "cards/demo/7.yaml",
        "line": 3,
        "column": 14,
        "code": "FC105",
        "message": "is empty",
        "hint": "write the text",
    }


def test_a_long_value_is_cut_in_a_message() -> None:
    assert quoted("x" * 80) == "'" + "x" * 80 + "'"
    assert quoted("x" * 81) == "'" + "x" * 80 + "'..."
    assert quoted("it's") == '"it\'s"'
