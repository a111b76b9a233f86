"""`%load_ext fixcards` in IPython and in a notebook that Jupyter executes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import card_data

pytest.importorskip("IPython", reason="pip install ipython")
TITLE = "exact     lamp does not light without a wick <b>"
FAILS = "from lamp.burner import light; light()"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell of IPython in this process, with the failing package and the data about it."""
    from IPython.core.interactiveshell import InteractiveShell

    from fixcards.ipython_extension import _finder

    packages = card_data.packages_in(tmp_path)
    for name in ("FIXCARDS_CARDS", "FIXCARDS_SITES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.syspath_prepend(packages)
    monkeypatch.chdir(tmp_path)
    _finder.cache_clear()
    InteractiveShell.clear_instance()
    ours = InteractiveShell.instance(colors="nocolor")
    ours.run_line_magic("load_ext", "fixcards")
    yield ours
    ours.history_manager.end_session()
    InteractiveShell.clear_instance()
    _finder.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] in {"lamp", "fixcards_data"}]:
        del sys.modules[name]


def test_a_cell_that_fails_gets_its_card_below_the_traceback(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell(FAILS)
    output = capsys.readouterr().out
    assert re.search(r"NoWick: no wick in the hall\n+" + "fixcards: a known failure\n" + TITLE, output)
    assert "  copy    pip install 'lamp>=3.0'\n" in output


def test_a_cell_that_runs_and_one_with_another_failure_get_nothing(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for cell in ("1 + 1", "1 / 0", "this is no Python", "raise KeyboardInterrupt", "raise SystemExit"):
        shell.run_cell(cell)
    assert "fixcards" not in capsys.readouterr().out


def test_the_traceback_is_that_of_a_shell_without_the_extension(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def printed() -> str:
        shell.run_cell(FAILS)
        return re.sub(r"In\[\d+\]|Cell In|line \d+", "", capsys.readouterr().out)

    with_extension = printed()
    shell.run_line_magic("unload_ext", "fixcards")
    without = printed()
    assert "known failure" not in without
    assert with_extension.startswith(without)


def test_the_magic_looks_up_the_last_exception_or_a_text(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line_magic("fixcard", "lamp.burner.NoWick: no wick in the cellar")
    assert "lamp does not light" in capsys.readouterr().out
    shell.run_line_magic("fixcard", "nothing of ours")
    assert capsys.readouterr().out.startswith("fixcards: no known failure fits surely")
    shell.run_cell(FAILS)
    capsys.readouterr()
    shell.run_line_magic("fixcard", "")
    assert TITLE in capsys.readouterr().out


def test_loading_it_twice_answers_once(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line_magic("reload_ext", "fixcards")
    shell.run_line_magic("load_ext", "fixcards")
    shell.run_cell(FAILS)
    assert capsys.readouterr().out.count(TITLE) == 1


def test_without_cards_a_failed_cell_says_what_to_type(
    shell: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIXCARDS_CARDS", "nowhere")
    shell.run_cell("1 / 0")
    assert "fixcards: nowhere: no such folder" in capsys.readouterr().out


def test_html_shows_every_text_of_a_card_as_text() -> None:
    from fixcards.ipython_extension import DisplayedNotice
    from fixcards.matching.index.reader import Index
    from fixcards.search.failure_notice import notice
    from fixcards.search.finder import Finder

    hostile = replace(
        card_data.LAMP,
        title='<script>alert(1)</script> " \u202e',
        note="<img src=x onerror=alert(1)>",
        display={**card_data.LAMP.display, "path": "lamp/7/"},
    )
    finder = Finder(Index.of([hostile], 'javascript:alert(1)//"'))
    html = DisplayedNotice(notice("lamp.burner.NoWick: no wick in a", finder))._repr_html_()
    assert set(re.findall(r"<(\w+)", html)) <= {"div", "strong", "br", "code"}
    assert "javascript:" not in html
    assert "\u202e" not in html
    finder = Finder(Index.of([hostile], "https://cards.example.org/"))
    html = DisplayedNotice(notice("lamp.burner.NoWick: no wick in a", finder))._repr_html_()
    assert '<a href="https://cards.example.org/lamp/7/" rel="noreferrer">' in html


def test_jupyter_executes_a_notebook_whose_failed_cell_has_the_card_as_html(tmp_path: Path) -> None:
    pytest.importorskip("nbconvert", reason="pip install nbconvert ipykernel")
    pytest.importorskip("ipykernel", reason="pip install nbconvert ipykernel")
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {},
            "outputs": [],
            "source": code,
        }
        for number, code in enumerate(("%load_ext fixcards", FAILS, "print('went on')"))
    ]
    notebook = tmp_path / "book.ipynb"
    notebook.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )
    env = card_data.environment(
        card_data.packages_in(tmp_path), IPYTHONDIR=str(tmp_path / "ipython"), JUPYTER_CONFIG_DIR=str(tmp_path / "conf")
    )
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--inplace"]
    done = subprocess.run(
        [*command, str(notebook)], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    _, failed, last = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert [each["output_type"] for each in failed["outputs"]] == ["error", "display_data"]
    data = failed["outputs"][1]["data"]
    assert TITLE in "".join(data["text/plain"])
    assert "<code>pip install &#x27;lamp&gt;=3.0&#x27;</code>" in "".join(data["text/html"])
    assert last["outputs"][0]["text"] == ["went on\n"]
