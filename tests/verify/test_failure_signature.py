"""The signature of a run that failed, and how another run compares with it."""

from __future__ import annotations

import pytest

from fixcards.verify.failure_signature import FailureSignature, signature_of, with_placeholders

HEAD = 'Traceback (most recent call last):\n  File "/repro/repro.py", line 3, in <module>\n    shapes.area(2)\n'
FRAME = '  File "/venv/lib/python3.11/site-packages/shapes/core.py", line 12, in area\n    raise ValueError(text)\n'
OTHER_FRAME = (
    '  File "/venv/lib/python3.11/site-packages/shapes/late.py", line 90, in area\n    raise ValueError(text)\n'
)


def printed(message: str, frame: str = FRAME) -> str:
    return f"{HEAD}{frame}{message}\n"


def compare(first: str, second: str) -> str:
    return signature_of(first, {}).likeness(second, signature_of(second, {}))


def test_the_last_exception_of_a_chain_is_the_failure() -> None:
    text = printed("KeyError: 'x'") + (
        "\nDuring handling of the above exception, another exception occurred:\n\n"
        + printed("ValueError: no such shape")
    )
    signature = signature_of(text, {})
    assert (signature.error, signature.exception) == ("ValueError: no such shape", "ValueError")
    assert signature.frames == ("shapes/core.py:area",)
    assert signature.innermost == "shapes/core.py:area"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E: shapes 1.2.3 is too old", "E: shapes {shapes} is too old"),
        ("E: shapes 1.2.30 is not 1.2.3.", "E: shapes 1.2.30 is not {shapes}."),
        ("E: needs other-lib 4.5, has 1.2.3", "E: needs other-lib {other_lib}, has {shapes}"),
        ("E: <Shape at 0x7f00deadbeef>", "E: <Shape at {address}>"),
        ("E: no file '/tmp/x1/shape.dat'", "E: no file '{path}'"),
        (
            "E: cannot import name 'a' from 'b' (/venv/lib/python3.9/b.py)",
            "E: cannot import name 'a' from 'b' ({path})",
        ),
        ("E: either/or", "E: either/or"),
    ],
)
def test_what_varies_in_a_message_becomes_a_placeholder(line: str, expected: str) -> None:
    assert with_placeholders(line, {"shapes": "1.2.3", "other-lib": "4.5", "small": "1"}) == expected


def test_a_message_with_another_number_path_or_release_is_the_same() -> None:
    assert compare(printed("ValueError: 3 of /tmp/a"), printed("ValueError: 4 of /tmp/b")) == "fails"


def test_the_same_function_that_says_something_else_is_the_failure_in_other_words() -> None:
    assert compare(printed("ValueError: no area"), printed("ValueError: areas are gone")) == "reworded"


def test_another_place_with_most_of_the_words_is_the_failure_in_other_words() -> None:
    old = printed("ValueError: descriptors cannot not be created directly")
    new = printed("ValueError: Descriptors cannot be created directly.", OTHER_FRAME)
    assert compare(old, new) == "reworded"


@pytest.mark.parametrize(
    "other",
    [
        printed("ValueError: something else entirely", OTHER_FRAME),
        printed("TypeError: something else entirely"),
        printed("ImportError: cannot import name 'area'", ""),
        "Killed\n",
    ],
)
def test_all_else_differs(other: str) -> None:
    assert compare(printed("ValueError: no area of this shape"), other) == "differs"


def test_a_message_in_a_source_line_is_not_the_failure() -> None:
    source = FRAME.replace("raise ValueError(text)", "self.round_corners(shape)")
    failure = printed("AttributeError: round_corners", source)
    assert compare(failure, printed("ModuleNotFoundError: No module named 'cgi'", source)) == "differs"
    assert compare(failure, printed("KeyError: round_corners", source)) == "reworded"


def test_import_errors_of_one_module_are_not_one_failure() -> None:
    frame = FRAME.replace("in area", "in <module>")
    old = printed("ImportError: cannot import name 'json' from 'itsdangerous'", frame)
    new = printed("ImportError: cannot import name 'escape' from 'jinja2'", frame)
    assert compare(old, new) == "differs"


def test_a_function_that_serves_all_callers_makes_no_two_failures_one() -> None:
    frame = FRAME.replace("in area", "in __getattr__")
    old = printed("AttributeError: module 'shapes' has no attribute 'area'", frame)
    new = printed("AttributeError: `shapes.volume` was removed, use another one", frame)
    assert compare(old, new) == "differs"


def test_without_a_message_the_place_decides() -> None:
    assert compare(printed("AssertionError", ""), printed("AssertionError", "")) == "fails"
    assert compare(printed("AssertionError", ""), printed("AssertionError")) == "differs"


def test_what_pip_and_uv_advise_is_not_the_failure() -> None:
    failure = "error in shapes setup command: use_2to3 is invalid."
    uv = (
        f"error: Failed to build `shapes==1.0`\n\n      [stderr]\n      {failure}\n\nhint: Build failures usually ...\n"
    )
    pip = f"  {failure}\n  [end of output]\n\nnote: This error originates from a subprocess.\nhint: See above.\n"
    assert signature_of(uv, {}).error == signature_of(pip, {}).error == failure
    assert signature_of("hint: nothing but advice\n", {}).error == "hint: nothing but advice"


def test_a_program_without_a_traceback_has_its_last_line() -> None:
    signature = signature_of("running setup\nerror in demo setup command: use_2to3 is invalid.\n", {})
    assert (signature.error, signature.exception) == ("error in demo setup command: use_2to3 is invalid.", None)


def test_a_signal_is_a_failure_with_a_name() -> None:
    crash = signature_of("", {}, exit_status=-11)
    assert crash.error == "Segmentation fault"
    assert crash.likeness("", signature_of("", {}, exit_status=-11)) == "fails"
    assert crash.likeness("Killed", signature_of("Killed", {}, exit_status=-9)) == "differs"


def test_one_that_hangs_is_like_another_that_hangs_alone() -> None:
    hang = signature_of("", {}, exit_status=None, hangs=True)
    assert hang.likeness("", hang) == "fails"
    assert hang.likeness(printed("ValueError: x"), signature_of(printed("ValueError: x"), {})) == "differs"


def test_a_text_that_is_given_needs_no_exception() -> None:
    given = FailureSignature("no area of {number}", given=True)
    text = printed("ValueError: no area of 7")
    assert given.likeness(text, signature_of(text, {})) == "fails"
    assert given.completed(signature_of(text, {})).exception == "ValueError"
