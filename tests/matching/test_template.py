from __future__ import annotations

import pytest

from fixcards.matching.parse.template import find_template, match_template, without_source_lines

IMPORT = "ImportError: cannot import name 'soft_unicode' from 'markupsafe' ({path})"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (IMPORT, "ImportError: cannot import name 'soft_unicode' from 'markupsafe' (/a b/markupsafe/__init__.py)"),
        (IMPORT, "E   ImportError: cannot import name 'soft_unicode' from 'markupsafe' (/x.py)"),
        ("got {n} items", "\x1b[31mgot 5 items\x1b[0m"),
        (
            "Expected 96 from C header, got 80 from PyObject",
            "ValueError: Expected 96 from C header, got 88 from PyObject",
        ),
        ("no file /home/a/x.toml", "no file /srv/b/y.toml"),
        ("an  error\twith spaces", "an error with   spaces"),
        ("it\u2019s broken", "it's broken"),
        ("{anything} has no attribute 'x'", "AttributeError: module 'm' has no attribute 'x'"),
    ],
)
def test_a_template_matches(template, text):
    assert find_template([template], f"before\n{text}\nafter").template == template


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (IMPORT, "ImportError: cannot import name 'Markup' from 'markupsafe' (/x.py)"),
        ("first {x} second", "second, then first"),
        ("{a} {b}", "anything at all"),
        ("<n> 5", "1 2 3"),
        ("two lines here", "two lines\nhere"),
        ("trio.TrioInternalError", "    raise TrioInternalError"),
    ],
)
def test_another_text_is_not_mistaken_for_it(template, text):
    assert find_template([template], text) is None


def test_the_first_template_wins_wherever_it_stands():
    assert find_template(["b {n}", "a"], "a\nb 1").line == "b 1"
    assert find_template(["a 7", "b 1"], "a 1\nb 1").line == "b 1", "as printed goes before the normal form"


TRACEBACK = """\
Traceback (most recent call last):
  File "/repro/repro.py", line 3, in <module>
    raise ValueError("quoted")
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
  [Previous line repeated 3 more times]
ValueError: printed

During handling of the above exception, another exception occurred:

  + Exception Group Traceback (most recent call last):
  |   File "/repro/repro.py", line 9, in <module>
  |     quoted()
  | ExceptionGroup: grouped (1 sub-exception)
  +-+---------------- 1 ----------------
    | ValueError: inner
"""


def test_source_lines_that_a_traceback_quotes_do_not_count():
    for quoted in ("quoted", "raise ValueError"):
        assert find_template([quoted], TRACEBACK) is None
    for printed in ("ValueError: printed", "ExceptionGroup: grouped", "ValueError: inner", "Previous line repeated"):
        assert find_template([printed], TRACEBACK) is not None


def test_every_other_line_stays():
    text = "    indented\n  File without quotes\nlast"
    assert list(without_source_lines(text)) == text.splitlines()


def test_a_constructor_without_its_class_is_not_that_of_another_class() -> None:
    parts = ("__init__() got an unexpected keyword argument 'app'",)
    assert match_template("__init__() got an unexpected keyword argument 'app'", parts)
    assert not match_template("JobRunner.__init__() got an unexpected keyword argument 'app'", parts)
