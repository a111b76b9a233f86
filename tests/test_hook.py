"""`python -m fixcards.hook`: an answer below the traceback of one process, of which nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import card_data

NOTICE = "fixcards: a known failure\nexact     lamp does not light without a wick <b>\n"
FAILS = """\
from lamp.burner import light


def main():
    light()


if __name__ == '__main__':
    main()
"""


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return card_data.environment(card_data.packages_in(tmp_path_factory.mktemp("packages")))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.py").write_text(FAILS, encoding="utf-8")
    return tmp_path


def same(project: Path, env: dict[str, str], *arguments: str) -> None:
    """Fail unless a program prints and returns the same with the hook, but for the answer below."""
    alone = card_data.python(*arguments, cwd=project, env=env)
    hooked = card_data.python("-m", "fixcards.hook", *arguments, cwd=project, env=env)
    assert hooked.returncode == alone.returncode
    assert hooked.stdout == alone.stdout
    assert hooked.stderr.partition("fixcards: ")[0] == alone.stderr


@pytest.mark.parametrize("arguments", [("app.py",), ("-m", "app")])
def test_the_traceback_stays_as_it_is_and_the_answer_follows(
    project: Path, env: dict[str, str], arguments: tuple[str, ...]
) -> None:
    done = card_data.python("-m", "fixcards.hook", *arguments, cwd=project, env=env)
    assert done.returncode == 1
    assert NOTICE in done.stderr
    if arguments[0] == "app.py":  # with -m, Python prints the frames of its own runpy, which say nothing
        same(project, env, *arguments)


def test_a_program_that_ends_well_or_by_itself_is_left_alone(project: Path, env: dict[str, str]) -> None:
    for number, code in enumerate(
        (
            "import sys\nprint(sys.argv, __name__, sys.path[0] != '')",
            "import sys\nsys.exit(7)",
            "import sys\nsys.exit('a word')",
            "raise KeyboardInterrupt",
            "raise ValueError('nothing of ours')",
        )
    ):
        (project / f"p{number}.py").write_text(code, encoding="utf-8")
        same(project, env, f"p{number}.py", "--option", "word")


def test_a_program_finds_its_neighbours_and_its_own_arguments(project: Path, env: dict[str, str]) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "near.py").write_text("word = 'near'", encoding="utf-8")
    (project / "sub" / "p.py").write_text("import near, sys\nprint(near.word, sys.argv)", encoding="utf-8")
    same(project, env, "sub/p.py", "a", "-b")


def test_a_hook_that_was_there_is_called_first(project: Path, env: dict[str, str]) -> None:
    program = (
        "import sys\nsys.excepthook = lambda *_: print('theirs', file=sys.stderr)\n"
        "from fixcards import hook\nhook.install()\nhook.install()\nimport lamp.burner\nlamp.burner.light()"
    )
    (project / "p.py").write_text(program, encoding="utf-8")
    done = card_data.python("p.py", cwd=project, env=env)
    assert done.stderr.startswith("theirs\n" + NOTICE)
    assert done.stderr.count("fixcards: ") == 1


def test_threads_are_answered_once(project: Path, env: dict[str, str]) -> None:
    program = (
        "import threading, lamp.burner\nfor _ in range(3):\n    thread = threading.Thread(target=lamp.burner.light)\n"
        "    thread.start()\n    thread.join()\nprint('went on')"
    )
    (project / "p.py").write_text(program, encoding="utf-8")
    done = card_data.python("-m", "fixcards.hook", "p.py", cwd=project, env=env)
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert done.stderr.count("Exception in thread") == 3
    assert done.stderr.count(NOTICE) == 1


def test_processes_that_the_program_spawns_find_its_functions(project: Path, env: dict[str, str]) -> None:
    program = (
        "import multiprocessing\n\ndef double(x):\n    return 2 * x\n\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(double, [21]))"
    )
    (project / "p.py").write_text(program, encoding="utf-8")
    same(project, env, "p.py")


def test_a_program_that_ends_well_loads_no_search(project: Path, env: dict[str, str]) -> None:
    (project / "p.py").write_text(
        "import sys\nprint(sorted(name for name in sys.modules if name.startswith('fixcards.')))", encoding="utf-8"
    )
    done = card_data.python("-m", "fixcards.hook", "p.py", cwd=project, env=env)
    assert done.stdout == "['fixcards.hook']\n"


@pytest.mark.parametrize(("arguments", "status"), [((), 2), (("-m",), 2), (("--help",), 0)])
def test_without_a_program_the_usage_is_printed(
    project: Path, env: dict[str, str], arguments: tuple[str, ...], status: int
) -> None:
    done = card_data.python("-m", "fixcards.hook", *arguments, cwd=project, env=env)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("usage: python -m fixcards.hook (SCRIPT | -m MODULE)")


def test_a_script_that_does_not_exist_is_an_error_as_usual(project: Path, env: dict[str, str]) -> None:
    done = card_data.python("-m", "fixcards.hook", "nowhere.py", cwd=project, env=env)
    assert done.returncode != 0
    assert "nowhere.py" in done.stderr


def test_a_closed_standard_error_harms_nothing(project: Path, env: dict[str, str]) -> None:
    program = "import sys, lamp.burner\nsys.stderr.close()\nlamp.burner.light()"
    (project / "p.py").write_text(program, encoding="utf-8")
    done = card_data.python("-m", "fixcards.hook", "p.py", cwd=project, env=env)
    assert done.returncode == card_data.python("p.py", cwd=project, env=env).returncode
