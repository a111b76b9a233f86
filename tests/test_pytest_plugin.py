"""The plugin in real runs of pytest: what it adds to a failed one, and that it changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import card_data, sites

HEADING = "known failures of packages"
LINES = """\
*= known failures of packages =*
exact     lamp does not light without a wick <b>
  fix     Upgrade lamp to 3.0
  copy    pip install 'lamp>=3.0'
  card    https://cards.example.org/lamp/7/
""".splitlines()
FAILS = """
from lamp.burner import light

def test_hall():
    light()

def test_fine():
    pass
"""


@pytest.fixture
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return card_data.packages_in(tmp_path_factory.mktemp("packages"))


class Runs:
    """Runs pytest in a folder with tests, in a process of its own."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester, self.monkeypatch = pytester, monkeypatch

    def write(self, **files: str) -> None:
        """Write test modules by their names."""
        self.pytester.makepyfile(**files)

    def __call__(self, *options: str) -> pytest.RunResult:
        return self.pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)


@pytest.fixture
def runs(pytester: pytest.Pytester, packages: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    for name in ("FIXCARDS_CARDS", "FIXCARDS_SITES", "GITHUB_ACTIONS", "PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(packages))
    monkeypatch.setenv("COLUMNS", "100")
    return Runs(pytester, monkeypatch)


def test_a_failed_run_ends_with_the_card_the_line_to_copy_and_the_tests(runs: Runs) -> None:
    runs.write(test_a=FAILS)
    done = runs()
    done.stdout.fnmatch_lines([*LINES, "  test    test_a.py::test_hall"], consecutive=True)
    done.assert_outcomes(failed=1, passed=1)
    assert done.ret == 1
    assert done.stderr.str() == ""


@pytest.mark.parametrize("style", ["auto", "long", "short", "native"])
def test_every_style_of_traceback_is_understood(runs: Runs, style: str) -> None:
    runs.write(test_a=FAILS)
    runs("--tb", style).stdout.fnmatch_lines(LINES, consecutive=True)


@pytest.mark.parametrize("style", ["line", "no"])
def test_a_style_without_frames_leaves_the_message_which_is_less_sure(runs: Runs, style: str) -> None:
    runs.write(test_a=FAILS)
    runs("--tb", style).stdout.fnmatch_lines([LINES[0], LINES[1].replace("exact ", "likely")], consecutive=True)


@pytest.mark.parametrize("options", [("-q",), ("-v",), ("-x",), ("-n", "2"), ("-n", "0"), ("--color", "no")])
def test_it_works_with_other_options_and_with_workers(runs: Runs, options: tuple[str, ...]) -> None:
    runs.write(test_a=FAILS, test_b=FAILS)
    done = runs(*options)
    done.stdout.fnmatch_lines(LINES, consecutive=True)
    assert done.stdout.str().count(HEADING) == 1
    assert done.ret == (2 if "-x" in options and "-n" in options else 1)


def test_errors_of_collection_and_of_fixtures_count_as_well(runs: Runs) -> None:
    runs.write(
        test_collect="from lamp.burner import light\nlight('the cellar')",
        test_setup="import pytest, lamp.burner\n\n@pytest.fixture\ndef it():\n    lamp.burner.light()\n\n"
        "def test_it(it):\n    pass",
    )
    done = runs("--continue-on-collection-errors")
    done.stdout.fnmatch_lines([*LINES, "  test    test_*py* and 1 more"], consecutive=True)


def test_a_hundred_tests_that_fail_at_one_place_are_one_card(runs: Runs) -> None:
    runs.write(
        test_a="import pytest, lamp.burner\n\n@pytest.mark.parametrize('number', range(100))\n"
        "def test_it(number):\n    lamp.burner.light(f'room {number}')"
    )
    done = runs("--tb=short")
    assert done.stdout.str().count("https://cards.example.org/lamp/7/") == 1
    done.stdout.fnmatch_lines(["  test    test_a.py::test_it[[]0[]] and 99 more"])


def test_a_failure_that_is_no_known_one_adds_nothing(runs: Runs) -> None:
    runs.write(test_a="def test_it():\n    assert {'a': 1} == {'a': 2}")
    output = runs().stdout.str()
    assert "fixcards" not in output.replace("plugins: ", "plugins:").partition("collected")[2]
    assert HEADING not in output


def test_what_is_only_possible_is_not_offered(runs: Runs, packages: Path) -> None:
    from fixcards.search.finder import Finder

    text = "no wick in"
    (match,) = Finder.of_site(str(packages / "fixcards_data")).match(text)
    assert match.tier == "possible"
    runs.write(test_a=f"import pytest\n\ndef test_it():\n    pytest.fail('{text}', pytrace=False)")
    assert HEADING not in runs().stdout.str()


def test_a_green_run_prints_nothing_and_imports_nothing(runs: Runs) -> None:
    runs.write(
        test_a="def test_it():\n    pass",
        conftest="import sys\n\ndef pytest_unconfigure():\n"
        "    print('LOADED', sorted(name for name in sys.modules if name.startswith('fixcards')))",
    )
    done = runs()
    assert done.ret == 0
    done.stdout.fnmatch_lines(["plugins: *fixcards-*", "LOADED []"])


@pytest.mark.parametrize("options", [("-p", "no:fixcards"), ("--fixcards=off",), ("--no-summary",)])
def test_it_can_be_left_out(runs: Runs, options: tuple[str, ...]) -> None:
    runs.write(test_a=FAILS)
    done = runs(*options)
    assert HEADING not in done.stdout.str()
    assert done.ret == 1


def test_settings_leave_it_out_unless_the_command_line_asks_for_it(runs: Runs) -> None:
    runs.write(test_a=FAILS)
    runs.pytester.makeini("[pytest]\nfixcards = off\n")
    assert HEADING not in runs("--strict-config").stdout.str()
    assert HEADING in runs("--fixcards=auto").stdout.str()


def test_the_same_runs_with_and_without_it_end_alike(runs: Runs) -> None:
    runs.write(test_a=FAILS, test_b="import nowhere_at_all", test_c="def test_it():\n    pass")
    for options in ((), ("test_c.py",), ("-k", "nothing"), ("--no-such-option",), ("test_b.py",)):
        assert runs(*options).ret == runs("-p", "no:fixcards", *options).ret


def test_github_gets_a_notice_for_each_card(runs: Runs) -> None:
    runs.write(test_a=FAILS)
    runs.monkeypatch.setenv("GITHUB_ACTIONS", "true")
    notice = (
        "::notice title=Known failure%3A lamp-7::lamp does not light without a wick <b>. Fix: Upgrade lamp to 3.0. "
        "https://cards.example.org/lamp/7/"
    )
    assert notice in runs().stdout.lines


def test_own_cards_can_be_given(runs: Runs) -> None:
    runs.write(test_a="def test_it():\n    raise RuntimeError('x')")
    done = runs("--fixcards-cards", str(sites.LIBRARY))
    assert "fixcards: " not in done.stdout.str()
    done = runs("--fixcards-cards", "nowhere")
    done.stdout.fnmatch_lines(["fixcards: nowhere: no such folder; give a folder that has cards"])
    assert done.ret == 1


def test_settings_of_the_project_are_those_beside_its_tests(runs: Runs, tmp_path: Path) -> None:
    from dataclasses import replace

    runs.write(test_a=FAILS)
    card_data.write_site(tmp_path / "ours", (replace(card_data.LAMP, id="lamp-9", title="ours"),))
    table = f"[tool.pytest.ini_options]\n[tool.fixcards]\ndata = false\nsites = ['{tmp_path / 'ours'}']\n"
    runs.pytester.makepyprojecttoml(table)
    runs().stdout.fnmatch_lines(["exact     ours"])


def test_damaged_data_is_one_line_and_no_error_of_the_run(runs: Runs, packages: Path) -> None:
    runs.write(test_a=FAILS)
    for path in (packages / "fixcards_data" / "search" / "cards").iterdir():
        sites.change(path, "no wick", "no wax!")
    done = runs()
    done.stdout.fnmatch_lines(["fixcards: fixcards-data: cards/*: is damaged; pip install*"])
    assert "INTERNALERROR" not in done.stdout.str() + done.stderr.str()
    done.assert_outcomes(failed=1, passed=1)


def test_nothing_of_a_card_steers_the_terminal(runs: Runs, packages: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    hostile = replace(card_data.LAMP, title="lamp \x1b]0;owned\x07 \u202e", affected="")
    site = card_data.write_site(tmp_path / "hostile", (hostile,))
    card_data.install_data(site, packages)
    runs.write(test_a=FAILS)
    runs.monkeypatch.setenv("GITHUB_ACTIONS", "true")
    output = runs("--color=no").stdout.str()
    assert "lamp \\x1b]0;owned\\x07" in output
    assert not {"\x1b", "\x07", "\u202e"} & set(output)
