"""Cards change without the program: what contributors may do to `cards/` turns no test red that isn't about a card."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sites import REPOSITORY, SNAPSHOT, change

MAX_BYTES = 64 * 1024
TESTS = REPOSITORY / "tests"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A copy of the repository's cards, to be changed."""
    return Path(shutil.copytree(REPOSITORY / "cards", tmp_path / "cards"))


def content_tests(cards: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the checks of the real cards over another folder of cards."""
    # A run of its own: as a worker's child it would share folders with the run that it is a test of.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST_")}
    environment = {**inherited, "FIXCARDS_CARDS": str(cards), "CI": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def second_card(cards: Path, number: int, drink: str) -> Path:
    """Add a card of another failure for a package that has a card; return its file."""
    text = (SNAPSHOT / "flask" / "2789.yaml").read_text(encoding="utf-8")
    message = f"flask.Brewing: no {drink} on the stove"
    text = text.replace("/2789", f"/{number}")
    text = replace_block(text, "title", f"title: flask brews no {drink}\n")
    text = replace_block(
        text,
        "signature",
        f"signature:\n  error: '{message}'\n  exception: flask.Brewing\n  traceback: |\n"
        "    Traceback (most recent call last):\n"
        '      File "/repro/repro.py", line 3, in <module>\n        flask.brew()\n'
        f'      File "/venv/lib/python3.12/site-packages/flask/{drink}.py", line 9, in brew\n        raise Brewing\n'
        f"    {message}\n  frames:\n    - flask/{drink}.py:brew\n",
    )
    text = re.sub(r"^related: .*\n", "", text, flags=re.MULTILINE)
    path = cards / "flask" / f"{number}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def replace_block(text: str, key: str, block: str) -> str:
    """Replace a key at the top of a record with everything below it."""
    result, times = re.subn(rf"^{key}:.*\n(?:(?:[ -].*)?\n)*", lambda _: block, text, flags=re.MULTILINE)
    assert times == 1, key
    return result


def test_more_other_and_larger_cards_turn_no_check_red(cards: Path) -> None:
    for path in cards.glob("*/*.yaml"):
        text = path.read_text(encoding="utf-8")
        text = replace_block(text, "title", f"title: {path.parent.name} fails in other words ({path.stem})\n")
        text = replace_block(text, "symptom", "symptom: |\n  It fails, and this sentence says so in other words.\n")
        path.write_text(text, encoding="utf-8")
    second_card(cards, 99_001, "tea")
    large = second_card(cards, 99_002, "coffee")
    text = large.read_text(encoding="utf-8")
    # Words that no other card has, and that don't compress away.
    words = " ".join(f"w{number * 7919 % 99991:x}" for number in range(20_000))
    room = MAX_BYTES - len(replace_block(text, "impact", "impact: x\n").encode())
    large.write_text(replace_block(text, "impact", f"impact: x{words[:room]}\n"), encoding="utf-8")
    assert large.stat().st_size == MAX_BYTES

    # What a phone shows of each card is about that card.
    report = content_tests(cards, "tests/content", "--ignore", "tests/content/test_first_screen.py")

    assert report.returncode == 0, report.stdout
    assert re.search(r"SizeBudgetWarning: flask/99002\.yaml: [\d,]+ bytes", report.stdout)


def test_a_broken_card_fails_no_test_that_is_not_about_it(cards: Path) -> None:
    change(cards / "httpx" / "271.yaml", "category:", "catgory:")

    report = content_tests(cards, "tests/content/test_records.py", "tests/content/test_search.py")

    failed = re.findall(r"^FAILED tests/content/(\S+)", report.stdout, re.MULTILINE)
    assert report.returncode == 1
    assert "test_records.py::test_no_record_has_a_problem" in failed
    assert all(name.endswith(("[httpx-271]", "test_no_record_has_a_problem")) for name in failed), failed
    assert "did you mean 'category'?" in report.stdout


READS_REAL_CARDS = re.compile(
    r"""(?:REPOSITORY|ROOT|parents\[\d\])\ /\ ["']cards["'](?!\ /\ f"\{name\}\.schema\.json")  # but for the schemas
    | \bbuild\(REPOSITORY      # builds the project's own site
    | cwd=(?:sites\.)?REPOSITORY  # starts a command that looks for cards there
    | tests\.content""",
    re.VERBOSE,
)
ALLOWED = {
    "test_content_independence.py",  # copies the cards and checks the copy
    "build/test_incremental_build.py",  # starts Python in the repository, no command about cards
    "test_worker_pool.py",  # the same
}


def test_only_the_checks_of_the_real_cards_read_them() -> None:
    readers = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if not {"content", "node_modules"} & set(path.relative_to(TESTS).parts)
        and READS_REAL_CARDS.search(path.read_text(encoding="utf-8"))
    }
    assert readers == ALLOWED
