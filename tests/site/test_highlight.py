from __future__ import annotations

import time

import pytest
from hypothesis import given, settings

from fixcards.site import highlight
from tests.hostile import LONG
from tests.site.test_markdown import MARKS, TEXT
from tests.sites import soup


def test_python_is_marked_up() -> None:
    html = highlight.highlight_code('@wraps\ndef f(x: int) -> None:  # "why"\n    return b.list < "a\\"b" or 0x1F\n')
    assert html == (
        '<span class="nd">@wraps</span>\n<span class="k">def</span> <span class="nf">f</span>(x: '
        '<span class="nb">int</span>) -&gt; None:  <span class="c"># "why"</span>\n    '
        '<span class="k">return</span> b.list &lt; <span class="s">"a\\"b"</span> <span class="ow">or</span> '
        '<span class="m">0x1F</span>\n'
    )


@pytest.mark.parametrize("language", ["python", "text", "no such language", *sorted(highlight._LANGUAGES)])
@given(TEXT | MARKS)
@settings(max_examples=60, deadline=None)
def test_highlighting_keeps_every_character_so_that_copies_are_exact(language: str, text: str) -> None:
    assert soup(f"<pre>\n{highlight.highlight_code(text, language)}</pre>").pre.text.removeprefix("\n") == text


@pytest.mark.parametrize("text", [
    "\n\n  import os\n", "import os\n\n", "\t\n", " " * 50, "", "x" * 10_000, f"# {LONG}\n", 'print("""\n', "a\\",
    "\n" * 150, "Thread 0x1 (most recent call first):\n", ">>> a\n... b\n", "$ a\nb\n", "+a\n-b\n@@ c\n", "'\\", "def",
])  # fmt: skip
@pytest.mark.parametrize("language", ["python", "console", "diff", "make", "text"])
def test_code_comes_out_character_by_character(language: str, text: str) -> None:
    assert soup(f"<pre>{highlight.highlight_code(text, language)}</pre>").pre.text == text


@pytest.mark.parametrize("language", ["python", *sorted(highlight._LANGUAGES)])
def test_no_code_takes_long_to_highlight(language: str) -> None:
    # Each took Pygments 3 to 16 seconds with one of its lexers.
    start = time.process_time()
    for text in ("{" * 19_000, "_" * 19_000, ": " * 9_000, " \n" * 9_000, "\t\n" * 9_000, "a" * 19_000, "`" * 19_000,
                 "'" * 19_000, '"' * 19_000, "'\\" * 9_000, "1." * 9_000, "def " * 4_000):  # fmt: skip
        highlight.highlight_code(text, language)
    assert time.process_time() - start < 5
