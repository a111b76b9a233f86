"""Cards of several folders as one library."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.records.loader import load

from .conftest import GOOD

TEXT = GOOD.read_text(encoding="utf-8")
EVIDENCE = GOOD.with_name("7.evidence.json").read_text(encoding="utf-8")


def card(number: int, text: str = TEXT) -> str:
    return text.replace("demo/issues/7\npr", f"demo/issues/{number}\npr")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a card in each of two folders."""
    monkeypatch.chdir(tmp_path)
    write({"own/demo/8.yaml": card(8), "shared/demo/7.yaml": TEXT, "shared/demo/7.evidence.json": EVIDENCE})
    return tmp_path


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


OWN, SHARED = Path("own"), Path("shared")


@pytest.mark.parametrize("keep", [None, "cards", "records"])
def test_all_cards_are_read_each_from_its_folder(keep, here: Path) -> None:
    library = load(OWN, more=[SHARED], keep=keep)
    assert library.problems == ()
    assert list(library.cards) == list(library.summaries) == ["demo-7", "demo-8"]
    assert [library.cards[card_id].id for card_id in library.cards] == ["demo-7", "demo-8"]
    assert list(library.evidence) == ["demo-7"]
    assert library.evidence["demo-7"].card == "demo-7"
    assert [library.path_of(each) for each in library.cards] == [Path("shared/demo/7.yaml"), Path("own/demo/8.yaml")]
    assert sorted(library.paths) == ["own/demo/8.yaml", "shared/demo/7.evidence.json", "shared/demo/7.yaml"]


def test_cards_refer_to_each_other_across_folders(here: Path) -> None:
    write({"own/demo/8.yaml": card(8, TEXT.replace("verify:", "related: [demo-7]\nverify:"))})
    assert load(OWN, more=[SHARED]).problems == ()
    (problem,) = load(OWN).problems
    assert "there is no card demo-7" in problem.message


def test_an_id_that_two_folders_have_is_a_problem_of_the_later_one_that_names_the_other(here: Path) -> None:
    write({"own/demo/7.yaml": TEXT.replace("title: ", "title: Our ")})
    library = load(OWN, more=[SHARED])
    (problem,) = [each for each in library.problems if each.code == "FC301"]
    assert problem.path == "shared/demo/7.yaml"
    assert problem.message == "the id demo-7 is already taken by own/demo/7.yaml"
    assert library.path_of("demo-7") == Path("own/demo/7.yaml")
    assert library.cards["demo-7"].title.startswith("Our ")
    (problem,) = [each for each in load(SHARED, more=[OWN]).problems if each.code == "FC301"]
    assert problem.path == "own/demo/7.yaml"


def test_reports_of_readers_come_from_both(here: Path) -> None:
    tally = '{{"demo-{}": {{"worked": {{"1": {}}}, "failed": 0}}}}'
    write({"own/tally.json": tally.format(8, 2), "shared/tally.json": tally.format(7, 5)})
    reports = load(OWN, more=[SHARED]).reports
    assert {card_id: each.total for card_id, each in reports.items()} == {"demo-7": 5, "demo-8": 2}


@pytest.mark.parametrize("other", ["own", "./own", "own/demo", ".", "link"])
def test_folders_that_lie_in_one_another_are_refused(other: str, here: Path) -> None:
    Path("link").symlink_to("own")
    with pytest.raises(FixcardsError, match="lie in one another; give folders of cards that are apart"):
        load(OWN, more=[Path(other)])


def test_a_second_folder_that_is_not_there_is_an_error_that_names_it(here: Path) -> None:
    with pytest.raises(FixcardsError, match="nowhere: the cards can't be read"):
        load(OWN, more=[Path("nowhere")])
