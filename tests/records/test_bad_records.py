"""One bad input a case, and the exact words that its author gets to read.

A case is a file of `tests/data/bad`, which stands at `cards/demo/7.yaml`, or a folder, which is `cards`. The small ones
are the card of `tests/data/good` with one thing wrong. `problems.yaml` has every problem of every case; what can't be
committed (links, pipes, large files) is made here. Cases called `quality-...` are about the rules that `fixcards check`
applies to the library when all records are read.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from fixcards.records.loader import load
from fixcards.records.problem import Problem
from fixcards.records.rules import RULES
from fixcards.search.quality import quality_problems
from fixcards.worker_pool import WorkerPool

from .conftest import DATA, Folder, read_card

BAD = DATA / "bad"
EXPECTED: dict[str, list[dict[str, str]]] = yaml.safe_load((BAD / "problems.yaml").read_text(encoding="utf-8"))
CASES = sorted(path.name for path in BAD.iterdir() if path.name != "problems.yaml")


def lines(problems: list[Problem] | tuple[Problem, ...]) -> list[dict[str, str]]:
    return [
        {"at": f"{Path(p.path).as_posix()}:{p.line}:{p.column}", "code": p.code, "says": p.message, "hint": p.hint}
        for p in problems
    ]


def test_every_case_has_its_problems_written_down_and_no_case_is_missing() -> None:
    assert sorted(EXPECTED) == CASES
    assert all(EXPECTED.values())


@pytest.mark.parametrize("case", CASES)
def test_a_bad_record_is_described_exactly(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if (BAD / case).is_dir():
        shutil.copytree(BAD / case, tmp_path / "cards")
    else:
        (tmp_path / "cards" / "demo").mkdir(parents=True)
        shutil.copyfile(BAD / case, tmp_path / "cards" / "demo" / "7.yaml")
    monkeypatch.chdir(tmp_path / "cards")
    library = load(Path())
    quality = quality_problems(library, WorkerPool(1)) if case.startswith("quality-") else []
    assert lines(sorted([*library.problems, *quality])) == EXPECTED[case]


def nothing(cards: Path, text: str) -> None:
    """A card without a problem."""


def over_64_kib(cards: Path, text: str) -> None:
    path = cards / "demo" / "7.yaml"
    path.write_text(text + "#" * (64 * 1024 + 1 - len(text)), encoding="utf-8")


def exactly_64_kib(cards: Path, text: str) -> None:
    path = cards / "demo" / "7.yaml"
    path.write_text(text + "#" * (64 * 1024 - len(text)), encoding="utf-8")


def evidence_over_16_mib(cards: Path, text: str) -> None:
    with (cards / "demo" / "7.evidence.json").open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)


def link_out_of_the_cards(cards: Path, text: str) -> None:
    outside = cards.parent / "8.yaml"
    outside.write_text(text, encoding="utf-8")
    (cards / "demo" / "8.yaml").symlink_to(outside.absolute())


def relative_link_out_of_the_cards(cards: Path, text: str) -> None:
    (cards.parent / "8.yaml").write_text(text, encoding="utf-8")
    (cards / "demo" / "8.yaml").symlink_to(Path("..", "..", "8.yaml"))


def link_to_a_folder_beside_the_cards_whose_name_starts_alike(cards: Path, text: str) -> None:
    other = cards.with_name("cards-of-others")
    other.mkdir()
    (other / "8.yaml").write_text(text, encoding="utf-8")
    (cards / "demo" / "8.yaml").symlink_to(Path("..", "..", "cards-of-others", "8.yaml"))


def link_to_a_folder(cards: Path, text: str) -> None:
    (cards / "demo-too").symlink_to("demo")


def link_to_a_folder_outside(cards: Path, text: str) -> None:
    (cards / "system").symlink_to(cards.absolute().parent)


def link_to_nothing(cards: Path, text: str) -> None:
    (cards / "demo" / "8.yaml").symlink_to("9.yaml")


def link_to_itself(cards: Path, text: str) -> None:
    (cards / "demo" / "8.yaml").symlink_to("8.yaml")


def link_inside_the_cards(cards: Path, text: str) -> None:
    (cards / "demo" / "8.yaml").symlink_to("7.yaml")


def link_as_evidence(cards: Path, text: str) -> None:
    (cards / "demo" / "7.evidence.json").symlink_to("/dev/zero")


def folder_named_like_a_card(cards: Path, text: str) -> None:
    (cards / "demo" / "1.yaml").mkdir()


def folder_named_like_evidence(cards: Path, text: str) -> None:
    (cards / "demo" / "7.evidence.json").mkdir()


def pipe_named_like_a_card(cards: Path, text: str) -> None:
    os.mkfifo(cards / "demo" / "2.yaml")


def pipe_named_like_evidence(cards: Path, text: str) -> None:
    os.mkfifo(cards / "demo" / "7.evidence.json")


def pipe_as_tally(cards: Path, text: str) -> None:
    os.mkfifo(cards / "tally.json")


def link_to_a_device(cards: Path, text: str) -> None:
    (cards / "data.txt").symlink_to("/dev/zero")


def pipe_among_the_cards(cards: Path, text: str) -> None:
    os.mkfifo(cards / "demo" / "pipe.txt")


def script_among_the_cards(cards: Path, text: str) -> None:
    (cards / "assets").mkdir()
    (cards / "assets" / "fixcards.js").write_text("alert(1)", encoding="utf-8")


def name_of_a_device_on_windows(cards: Path, text: str) -> None:
    (cards / "nul.d").mkdir()


def names_that_differ_in_case(cards: Path, text: str) -> None:
    (cards / "Demo").mkdir()


def names_that_differ_in_accents(cards: Path, text: str) -> None:
    (cards / "caf\u00e9").mkdir()
    (cards / "cafe\u0301").mkdir()


def names_that_are_both_in_upper_case(cards: Path, text: str) -> None:
    (cards / "ZED").mkdir()
    (cards / "Zed").mkdir()


def schema_of_another_release(cards: Path, text: str) -> None:
    (cards / "card.schema.json").write_text("{}", encoding="utf-8")


def name_that_steers_the_terminal(cards: Path, text: str) -> None:
    (cards / "demo" / "\x1b[2J\n8.yaml").write_text("", encoding="utf-8")


def name_that_is_not_utf_8(cards: Path, text: str) -> None:
    Path(os.fsdecode(os.fsencode(cards / "demo") + b"/\xff8.yaml")).write_text("", encoding="utf-8")


WRITTEN: list[tuple[Callable[[Path, str], None], list[str]]] = [
    (nothing, []),
    (exactly_64_kib, []),
    (over_64_kib, ["demo/7.yaml:1:1: FC002 has more than 65,536 bytes (shorten the traceback or the reproduction)"]),
    (
        evidence_over_16_mib,
        ["demo/7.evidence.json:1:1: FC002 has more than 16,777,216 bytes (run `fixcards verify` again)"],
    ),
    *(
        (
            make,
            [
                "demo/8.yaml:1:1: FC001 is a symbolic link (put a copy of the file here instead of a link)",
            ],
        )
        for make in (
            link_out_of_the_cards,
            relative_link_out_of_the_cards,
            link_to_a_folder_beside_the_cards_whose_name_starts_alike,
            link_to_nothing,
            link_to_itself,
            link_inside_the_cards,
        )
    ),
    (
        link_to_a_folder,
        ["demo-too:1:1: FC040 is a symbolic link (put the file itself here, or remove the link)"],
    ),
    (
        link_to_a_folder_outside,
        ["system:1:1: FC040 is a symbolic link (put the file itself here, or remove the link)"],
    ),
    (link_to_a_device, ["data.txt:1:1: FC040 is a symbolic link (put the file itself here, or remove the link)"]),
    (pipe_among_the_cards, ["demo/pipe.txt:1:1: FC041 is a pipe, a socket or a device (remove it)"]),
    (
        script_among_the_cards,
        [
            "assets/fixcards.js:1:1: FC042 is no record (remove it; pages of the site's author lie in the folder "
            "that the option `pages` in mkdocs.yml names)"
        ],
    ),
    (
        name_of_a_device_on_windows,
        ["nul.d:1:1: FC043 has a name that Windows can't hold (rename it)"],
    ),
    (
        names_that_differ_in_case,
        ["Demo:1:1: FC044 differs from demo only in upper and lower case or accents (rename one of the two)"],
    ),
    (
        names_that_differ_in_accents,
        [
            "cafe\u0301:1:1: FC044 differs from caf\u00e9 only in upper and lower case or accents "
            "(rename one of the two)"
        ],
    ),
    (
        names_that_are_both_in_upper_case,
        ["ZED:1:1: FC044 differs from Zed only in upper and lower case or accents (rename one of the two)"],
    ),
    (
        schema_of_another_release,
        ["card.schema.json:1:1: FC045 is not the schema of this release (run `fixcards schema --write`)"],
    ),
    (
        link_as_evidence,
        [
            "demo/7.evidence.json:1:1: FC001 is a symbolic link (put a copy of the file here instead of a link)",
        ],
    ),
    (folder_named_like_a_card, ["demo/1.yaml:1:1: FC001 is a folder with the name of a record (rename it)"]),
    (folder_named_like_evidence, ["demo/7.evidence.json:1:1: FC001 is a folder with the name of a record (rename it)"]),
    (pipe_named_like_a_card, ["demo/2.yaml:1:1: FC001 is not a regular file (put a text file in its place)"]),
    (
        pipe_named_like_evidence,
        ["demo/7.evidence.json:1:1: FC001 is not a regular file (put a text file in its place)"],
    ),
    (pipe_as_tally, ["tally.json:1:1: FC001 is not a regular file (put a text file in its place)"]),
    (
        name_that_steers_the_terminal,
        [
            r"demo/\x1b[2J\n8.yaml:1:1: FC016 is empty "
            "(start from the example on the page about adding a card)",
            r"demo/\x1b[2J\n8.yaml:1:1: FC043 has a name that Windows can't hold (rename it)",
        ],
    ),
    (
        name_that_is_not_utf_8,
        [
            r"demo/\udcff8.yaml:1:1: FC016 is empty (start from the example on the page about adding a card)",
            r"demo/\udcff8.yaml:1:1: FC043 has a name that is not UTF-8 (rename it)",
        ],
    ),
]


@pytest.mark.parametrize(("make", "expected"), WRITTEN, ids=[make.__name__ for make, _ in WRITTEN])
def test_what_is_no_ordinary_file_is_described_and_stops_nothing(
    make: Callable[[Path, str], None], expected: list[str], folder: Folder, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = folder({"demo/7.yaml": text})
    make(cards, text)
    monkeypatch.chdir(cards)
    assert [str(problem) for problem in load(Path()).problems] == expected


def test_every_rule_has_a_case() -> None:
    covered = {problem["code"] for problems in EXPECTED.values() for problem in problems}
    covered |= {line.split()[1] for _, expected in WRITTEN for line in expected}
    # FC199 speaks only of what no other rule knows; `test_shape.py` has it.
    assert set(RULES) - covered == {"FC199"}


def test_folders_deeper_than_the_stack_are_walked(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text})
    here = Path.cwd()
    os.chdir(cards)
    for _ in range(1200):
        Path("d").mkdir()
        os.chdir("d")
    Path("8.yaml").touch()
    os.chdir(here)
    try:
        problems = load(cards).problems
    finally:  # pytest's own cleaning would use up the stack
        os.chdir(cards)
        for _ in range(1200):
            os.chdir("d")
        Path("8.yaml").unlink()
        for _ in range(1200):
            os.chdir("..")
            Path("d").rmdir()
        os.chdir(here)
    assert [(problem.path, problem.code) for problem in problems] == [(f"cards/{'d/' * 1200}8.yaml", "FC016")]


def test_an_alias_bomb_is_refused_in_milliseconds() -> None:
    bomb = BAD / "alias-bomb.yaml"
    start = time.perf_counter()
    _, problems = read_card(bomb, BAD)
    assert time.perf_counter() - start < 0.05
    assert [problem.code for problem in problems] == ["FC013"]
