from __future__ import annotations

import pytest

from fixcards.records.script import SCRIPT_NAME
from fixcards.verify.own_failure import own_failure


def traceback(line: int, *deeper: str) -> str:
    frames = [f'  File "/repro/{SCRIPT_NAME}", line {line}, in <module>\n    x\n']
    frames += [f'  File "{path}", line 1, in get\n    y\n' for path in deeper]
    return "Traceback (most recent call last):\n" + "".join(frames) + "demo.Stalled: no answer\n"


@pytest.mark.parametrize(
    "program",
    [
        "import demo\nraise demo.Stalled('no answer')",
        "import demo\nraise demo.Stalled",
        "import demo\nraise RuntimeError('no answer') from None",
        "from demo import Stalled as S\nraise S('no answer')",
        "import demo; error = demo.Stalled('no answer')\nraise error",
        "class stalled(Exception): ...\nraise stalled('no answer')",
        "import demo\nprint('x'); raise SystemExit('x')",
        "import demo\nif demo.get(): raise demo.Stalled('no answer')",
    ],
)
def test_a_new_exception_of_the_program_is_its_own_failure(program: str) -> None:
    assert own_failure(program, traceback(2)) == "raises the exception itself"


@pytest.mark.parametrize("program", ["import sys\nsys.exit('x')", "from sys import exit as e; x = 1\ne(f'{x}')"])
def test_an_exit_that_uses_nothing_else_is_its_own_failure(program: str) -> None:
    assert own_failure(program, traceback(2)) == "calls sys.exit itself"


def test_a_raise_of_several_lines_counts_at_each_of_them() -> None:
    program = "import demo\nraise demo.Stalled(\n    'no answer'\n)"
    assert [own_failure(program, traceback(line)) is None for line in range(1, 6)] == [True, False, False, False, True]


@pytest.mark.parametrize(
    "program",
    [
        "import demo\ndemo.get()",
        "import demo\nassert demo.get() == 1, 'no answer'",
        # An extension module has no frames.
        "import demo\nprint(demo.get())",
        "import demo, sys\nsys.exit(demo.get())",
        # What was caught or returned is handed on.
        "import demo\nraise",
        "import demo\nraise demo.get().exception",
        "import demo\nraise demo.future.exception()",
        "try: import demo\nexcept ImportError as error: raise error",
        "not python\n$",
    ],
)
def test_a_failure_of_the_library_is_not(program: str) -> None:
    assert own_failure(program, traceback(2)) is None


@pytest.mark.parametrize("frame", ["/venv/lib/python3.12/site-packages/demo/client.py", "/repro/helper.py"])
def test_frames_below_the_program_are_the_failure_of_others(frame: str) -> None:
    assert own_failure("import demo\nraise demo.Stalled('no answer')", traceback(2, frame)) is None


def test_the_last_traceback_decides() -> None:
    program = "import demo\nraise demo.Stalled('no answer')"
    library = "/venv/lib/python3.12/site-packages/demo/client.py"
    assert own_failure(program, traceback(1, library) + traceback(2)) is not None
    assert own_failure(program, traceback(2) + traceback(1, library)) is None


def test_without_a_traceback_nothing_is_clear() -> None:
    assert own_failure("raise SystemExit('no answer')", "no answer\n") is None
