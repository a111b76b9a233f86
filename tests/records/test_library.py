from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.records.check_summary import check_summary
from fixcards.records.loader import load
from fixcards.records.record import evidence_path
from fixcards.records.schema import schema_text

from .conftest import GOOD, Folder, read_card

EVIDENCE = GOOD.with_name("7.evidence.json").read_text(encoding="utf-8")


def numbered(text: str, number: int) -> str:
    return text.replace("demo/issues/7\npr", f"demo/issues/{number}\npr")


def packaged(text: str, package: str) -> str:
    return text.replace("package: demo\n", f"package: {package}\n").replace(
        '"demo=={version}"', f'"{package}=={{version}}"'
    )


def test_a_good_card_is_loaded_with_its_evidence_and_its_file(folder: Folder, text: str) -> None:
    library = load(
        folder({"demo/7.yaml": text, "demo/7.evidence.json": EVIDENCE, "tally.json": '{"demo-7": {"failed": 2}}'})
    )
    assert library.problems == ()
    assert library.cards["demo-7"].title == "The client forgets its timeout after a redirect"
    assert library.evidence["demo-7"].last_verified.isoformat() == "2024-06-01"
    assert library.files == {"demo-7": "demo/7.yaml"}
    assert library.reports["demo-7"].failed == 2
    assert library.all_ids == {"demo-7"}


def test_one_bad_card_never_stops_the_others(folder: Folder, text: str) -> None:
    cards = folder(
        {
            "demo/6.yaml": numbered(text, 6),
            "demo/7.yaml": "title: [",
            "demo/8.yaml": b"\xff",
            "demo/9.yaml": numbered(text, 9),
            "demo/9.evidence.json": "{",
        }
    )
    (cards / "demo" / "5.yaml").symlink_to("/dev/zero")
    library = load(cards)
    assert list(library.cards) == ["demo-6", "demo-9"]
    assert {Path(problem.path).name for problem in library.problems} == {
        "5.yaml",
        "7.yaml",
        "8.yaml",
        "9.evidence.json",
    }


def test_a_card_with_a_problem_is_not_shown_but_may_be_named(folder: Folder, text: str) -> None:
    cards = folder(
        {
            "demo/7.yaml": text.replace("verify:", "related: [demo-8]\nverify:"),
            "demo/8.yaml": numbered(text, 8).replace("category: hang", "category: hung"),
            "demo/8.evidence.json": EVIDENCE.replace('"demo-7"', '"demo-8"'),
        }
    )
    library = load(cards)
    assert list(library.cards) == ["demo-7"]
    assert list(library.evidence) == []
    assert library.all_ids == {"demo-7", "demo-8"}


def test_evidence_with_a_problem_is_not_shown_and_its_card_is(folder: Folder, text: str) -> None:
    library = load(folder({"demo/7.yaml": text, "demo/7.evidence.json": EVIDENCE.replace("bubblewrap", "none")}))
    assert list(library.cards) == ["demo-7"]
    assert library.evidence == {}


def test_evidence_that_contradicts_its_card_is_shown_so_that_readers_see_what_was_run() -> None:
    library = load(GOOD.parents[3] / "bad" / "evidence-sweep-differs")
    assert {problem.code for problem in library.problems} == {"FC308"}
    assert list(library.evidence) == ["demo-7"]


def test_cards_are_in_the_order_of_packages_and_numbers(folder: Folder, text: str) -> None:
    cards = folder(
        {
            "demo/10.yaml": numbered(text, 10),
            "demo/9.yaml": numbered(text, 9),
            "demo-two/1.yaml": packaged(numbered(text, 1), "demo-two"),
            "alpha/2.yaml": packaged(numbered(text, 2), "alpha"),
        }
    )
    library = load(cards)
    assert list(library.cards) == ["alpha-2", "demo-9", "demo-10", "demo-two-1"]
    assert [[card.id for card in group] for group in library.packages.values()] == [
        ["alpha-2"],
        ["demo-9", "demo-10"],
        ["demo-two-1"],
    ]


def test_problems_are_in_the_order_of_their_places(folder: Folder, text: str) -> None:
    bad = (
        text.replace("category: hang", "category: hung")
        .replace("verify:", "verifi:")
        .replace("    exit: 1", "    exit: x")
    )
    problems = load(folder({"b/7.yaml": bad, "a/7.yaml": bad})).problems
    places = [(problem.path, problem.line, problem.column) for problem in problems]
    assert places == sorted(places)
    assert [Path(path).parent.name for path, _, _ in places] == ["a"] * 3 + ["b"] * 3


def test_of_two_cards_with_one_id_the_one_in_its_place_is_shown(folder: Folder, text: str) -> None:
    library = load(
        folder({"a/7.yaml": text.replace("category: hang", "category: crash"), "demo/7.yaml": text, "z/7.yaml": text})
    )
    assert library.cards["demo-7"].category == "hang"
    assert library.files == {"demo-7": "demo/7.yaml"}
    assert {(problem.path, problem.code) for problem in library.problems} == {
        ("cards/a/7.yaml", "FC202"),
        ("cards/a/7.yaml", "FC301"),
        ("cards/z/7.yaml", "FC202"),
        ("cards/z/7.yaml", "FC301"),
    }


def test_a_package_and_a_number_make_an_id_that_no_others_make(folder: Folder, text: str) -> None:
    library = load(
        folder(
            {
                "a/1.yaml": packaged(numbered(text, 1), "a"),
                "a/11.yaml": packaged(numbered(text, 11), "a"),
                "a-1/1.yaml": packaged(numbered(text, 1), "a-1"),
                "a1/1.yaml": packaged(numbered(text, 1), "a1"),
            }
        )
    )
    assert list(library.cards) == ["a-1", "a-11", "a-1-1", "a1-1"]


def test_evidence_belongs_to_the_card_next_to_it_and_to_no_other(folder: Folder, text: str) -> None:
    library = load(
        folder(
            {
                "demo/7.yaml": text,
                "demo/7.evidence.json": EVIDENCE,
                "x/demo/7.evidence.json": EVIDENCE.replace('"passed"', '"failed-otherwise"'),
                "demo/7.old.evidence.json": EVIDENCE.replace('"passed"', '"failed-otherwise"'),
            }
        )
    )
    assert library.evidence["demo-7"].runs[1].outcome == "passed"
    assert [problem.code for problem in library.problems] == ["FC303", "FC303"]


@pytest.mark.parametrize(
    ("start", "root", "displayed"),
    [
        (".", "cards", "cards/demo/7.yaml"),
        (".", "./cards", "cards/demo/7.yaml"),
        ("cards", ".", "demo/7.yaml"),
        ("cards/demo", "..", "7.yaml"),
        ("other", "../cards", "../cards/demo/7.yaml"),
        (".", "{here}/cards", "cards/demo/7.yaml"),
        ("other", "{here}/cards", "{here}/cards/demo/7.yaml"),
        ("/", "{here}/cards", "{below}/cards/demo/7.yaml"),
    ],
)
def test_problems_name_a_file_as_one_would_type_it(
    folder: Folder, start: str, root: str, displayed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder({"demo/7.yaml": ""})
    here = str(Path.cwd())
    Path("other").mkdir()
    monkeypatch.chdir(start)
    (problem,) = load(Path(root.format(here=here))).problems
    assert problem.path == displayed.format(here=here, below=here.lstrip("/"))


def test_another_card_is_named_the_same_way(folder: Folder, text: str) -> None:
    cards = folder({"a/7.yaml": text, "demo/7.yaml": text}).absolute()
    (problem,) = (problem for problem in load(cards).problems if problem.code == "FC301")
    assert problem.message == "the id demo-7 is already taken by cards/demo/7.yaml"


def test_hidden_files_are_passed_over_and_other_files_described(folder: Folder) -> None:
    hidden = {".git/7.yaml": "x", "demo/.7.yaml": "x", "demo/.evidence.json": "x", ".DS_Store": "x"}
    cards = folder({**hidden, "card.schema.json": schema_text("card")})
    assert load(cards).problems == ()
    others = ["demo/7.json", "demo/7.txt", "demo/7.yaml~", "index.md", "match.schema.json"]
    for path in others:
        (cards / path).write_text("x", encoding="utf-8")
    assert [(problem.path, problem.code) for problem in load(cards).problems] == [
        (str(cards / path), "FC042") for path in others
    ]


def test_a_folder_without_cards_is_an_empty_library(folder: Folder) -> None:
    library = load(folder({"demo/.gitkeep": ""}))
    assert (library.cards, library.problems, library.packages) == ({}, (), {})


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(folder: Folder, name: str) -> None:
    folder({})
    Path("file").touch()
    with pytest.raises(FixcardsError, match=f"{name}: the cards can't be read: "):
        load(Path(name))


WITHOUT_PRIVILEGE = """
    import ctypes, os, sys
    if os.geteuid() == 0:  # root reads everything, unless it gives that up
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""


def test_files_and_folders_without_permission_are_described_and_stop_nothing(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text, "demo/8.yaml": text, "demo/7.evidence.json": "{}", "locked/1.yaml": text})
    for path, mode in (("demo/8.yaml", 0), ("demo/7.evidence.json", 0), ("locked", 0)):
        (cards / path).chmod(mode)
    program = textwrap.dedent("""
        from pathlib import Path
        from fixcards.records.loader import load
        library = load(Path("cards"))
        print(*library.cards, *library.problems, sep="\\n")
        Path("cards").chmod(0)
        try:
            load(Path("cards"))
        except Exception as error:
            print(type(error).__name__, error)
    """)
    try:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(WITHOUT_PRIVILEGE), program],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    finally:
        cards.chmod(0o755)
        (cards / "locked").chmod(0o755)
    assert done.stdout.splitlines() == [
        "demo-7",
        "cards/demo/7.evidence.json:1:1: FC001 can't be read: Permission denied (correct its permissions)",
        "cards/demo/8.yaml:1:1: FC001 can't be read: Permission denied (correct its permissions)",
        "cards/locked:1:1: FC001 can't be read: Permission denied (correct its permissions)",
        "FixcardsError cards: the cards can't be read: Permission denied",
    ]


def test_one_card_can_be_read_by_itself(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text, "demo/8.yaml": "x: [", "demo/9.yaml": text})
    card, problems = read_card(cards / "demo" / "7.yaml", cards)
    assert card is not None
    assert card.id == "demo-7"
    assert problems == []
    assert read_card(cards / "demo" / "8.yaml", cards)[0] is None
    assert [problem.code for problem in read_card(cards / "demo" / "9.yaml", cards)[1]] == ["FC203"]


@pytest.mark.parametrize("absolute", ["path", "root"])
def test_one_card_can_be_read_by_any_name_of_its_file(folder: Folder, text: str, absolute: str) -> None:
    cards = folder({"demo/7.yaml": text})
    path = cards / "demo" / "7.yaml"
    Path("link").symlink_to(cards)
    if absolute == "path":
        path = path.absolute()
    else:
        cards = cards.absolute()
    assert read_card(path, cards)[1] == []
    assert read_card(Path("link", "demo", "7.yaml"), cards)[1] == []


def test_a_file_outside_is_no_card(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text})
    Path("7.yaml").write_text(text, encoding="utf-8")
    card, (problem,) = read_card(Path("7.yaml"), cards)
    assert card is None
    assert problem.code == "FC001"


def test_evidence_lies_next_to_its_card() -> None:
    assert evidence_path(Path("cards/demo/7.yaml")) == Path("cards/demo/7.evidence.json")


def test_a_summary_counts_cards_packages_and_problems_by_code(folder: Folder, text: str) -> None:
    bad = text.replace("category: hang", "category: hung").replace("kind: upgrade", "kind: up")
    library = load(
        folder({"demo/7.yaml": text, "demo/8.yaml": bad, "other/9.yaml": "", "demo/7.evidence.json": EVIDENCE})
    )
    assert (
        check_summary(library.paths, library.problems, 1.234)
        == "3 cards, 2 packages, 3 problems (FC016 1, FC106 2), 1.23 s"
    )
    assert (
        check_summary(["cards/demo/7.yaml", "cards/demo/7.evidence.json"], [], 0.0)
        == "1 card, 1 package, 0 problems, 0.00 s"
    )


def test_loading_takes_as_long_for_each_of_many_cards_as_for_each_of_few(folder: Folder, text: str) -> None:
    cards = folder({f"demo/{number}.yaml": numbered(text, number) for number in range(1, 601)})

    def seconds(root: Path, size: int) -> float:
        start = time.process_time()
        assert len(load(root).cards) == size
        return (time.process_time() - start) / size

    few = Path("few")
    (few / "demo").mkdir(parents=True)
    for number in range(1, 101):
        os.link(cards / "demo" / f"{number}.yaml", few / "demo" / f"{number}.yaml")
    seconds(few, 100)
    assert seconds(cards, 600) < 2 * min(seconds(few, 100) for _ in range(3))
