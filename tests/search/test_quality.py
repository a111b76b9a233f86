"""What `fixcards check` asks of a library as a whole: `tests/data/bad/quality-...` has the words of each problem."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fixcards.records.evidence import Evidence, evidence_text
from fixcards.records.loader import load
from fixcards.search import own_answers
from fixcards.search.quality import quality_problems
from fixcards.search.similar_cards import ambiguous
from fixcards.worker_pool import WorkerPool
from tests.conftest import GOOD

TEXT = GOOD.read_text(encoding="utf-8")
SKIPPED = TEXT.replace("  code: |\n    import demo\n", "  skip: It takes a server.\n  code: |\n    import demo\n", 1)
LIBRARY = GOOD.parents[3] / "library"

Write = Callable[[dict[str, str]], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))

    def write_cards(files: dict[str, str]) -> None:
        for name, text in files.items():
            path = Path("cards", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write_cards


def codes(*, cached: bool = False) -> list[tuple[str, str]]:
    library = load(Path("cards"), cached=cached)
    assert [str(problem) for problem in library.problems] == []
    return [(Path(each.path).stem, each.code) for each in quality_problems(library, WorkerPool(1))]


def another(text: str = SKIPPED, *changes: tuple[str, str], number: int = 8) -> str:
    """A second card of the package, without the ids of the first."""
    text = text.replace("issues/7", f"issues/{number}").replace("ids: [CVE", "ids: [CVE-2020-1111] # [")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_two_cards_with_one_message_are_both_named(write: Write) -> None:
    write({"demo/7.yaml": SKIPPED, "demo/8.yaml": another()})
    assert codes() == [("7", "FC402"), ("8", "FC402")]


@pytest.mark.parametrize(
    "message", ["demo.Stalled: no answer from {server}", "demo.Stalled: no answer from {a}", "Stalled: gave up on {x}"]
)
def test_messages_are_one_where_only_what_varies_differs(message: str, write: Write) -> None:
    other = another(
        SKIPPED,
        ("demo.Stalled: no answer from {host}", message),
        ('    - "Stalled: gave up on {host}"\n', '    - "Stalled: quite another"\n'),
    )
    write({"demo/7.yaml": SKIPPED, "demo/8.yaml": other})
    assert codes() == [("7", "FC402"), ("8", "FC402")]


@pytest.mark.parametrize(
    "change",
    [
        ("- demo/client.py:get", "- demo/client.py:get\n    - demo/pool.py:take"),
        ('affected: [">=1.0,<=1.10", "==0.9"]\n  fixed: "1.11"', 'affected: "==0.8"\n  fixed: "0.9.1"'),
        ('    transport: ">=2.0"', '    transport: "<2.0"'),
        ('  python: ">=3.9"\n  platform', '  python: "<3.9"\n  platform'),
        ("impact:", "cause: demo-7\nimpact:"),
    ],
    ids=["frames", "releases", "second package", "Python", "cause"],
)
def test_frames_releases_and_a_cause_tell_cards_apart(change: tuple[str, str], write: Write) -> None:
    other = another(SKIPPED, change)
    if "0.8" in change[1]:  # then its fix goes to another release, too
        other = other.replace('install: ["demo>=1.11"]', 'install: ["demo>=0.9.1,<1"]').replace(
            "Upgrade to 1.11", "Go on"
        )
        other = other.replace('requires: ["demo==1.11"', 'requires: ["demo==0.9.1"')
    write({"demo/7.yaml": SKIPPED, "demo/8.yaml": other})
    library = load(Path("cards"))
    assert "demo-8" in library.summaries
    assert quality_problems(library, WorkerPool(1)) == []


@pytest.mark.parametrize(
    ("package", "file"),
    [("demo-tools", "demo_tools/client.py"), ("demo-editor", "editor.py")],
    ids=["dash", "one file"],
)
def test_frames_tell_cards_apart_where_the_package_is_imported_by_another_name(
    package: str, file: str, write: Write
) -> None:
    other = SKIPPED.replace("ids: [CVE", "ids: [CVE-2020-1111] # [")
    for old, new in (
        ("package: demo", f"package: {package}"),
        ("example/demo/", f"example/{package}/"),
        ("- demo/client.py:get", f"- {file}:get"),
        ('"demo==', f'"{package}=='),
        ('"demo>=', f'"{package}>='),
    ):
        assert old in other
        other = other.replace(old, new)
    write({"demo/7.yaml": SKIPPED, f"{package}/7.yaml": other})
    assert codes() == []


def test_one_change_that_came_by_two_ways_may_have_a_card_for_each(write: Write) -> None:
    """Each is the cause of a victim, and the one names the other as related."""
    write({f"demo/{number}.yaml": another(number=number) for number in (7, 8, 9, 10)})
    cards = load(Path("cards")).summaries
    one, other = cards["demo-7"]._replace(cause="demo-7"), cards["demo-8"]._replace(cause="demo-8")
    victims = [cards["demo-9"]._replace(cause="demo-7"), cards["demo-10"]._replace(cause="demo-8")]
    assert {card.id for card, *_ in ambiguous([one, other, *victims])} == {"demo-7", "demo-8", "demo-9", "demo-10"}
    assert list(ambiguous([one, other._replace(related=("demo-7",)), *victims])) == []
    without_victims = [each._replace(cause="") for each in (one, other._replace(related=("demo-7",)))]
    assert {card.id for card, *_ in ambiguous(without_victims)} == {"demo-7", "demo-8"}


def test_a_retired_card_may_share_its_message(write: Write) -> None:
    retired = "status:\n  state: retired\n  reason: It was the same failure.\n"
    write({"demo/7.yaml": SKIPPED, "demo/8.yaml": another() + retired})
    assert codes() == []


def test_one_advisory_of_related_cards_is_no_problem(write: Write) -> None:
    other = SKIPPED.replace("issues/7", "issues/8").replace("- demo/client.py:get", "- demo/pool.py:take")
    write({"demo/7.yaml": SKIPPED, "demo/8.yaml": other})
    assert codes() == [("7", "FC404")] * 3 + [("8", "FC404")] * 3
    write({"demo/8.yaml": other + "related: [demo-7]\n"})
    assert codes() == []


def test_a_reason_stands_for_evidence(write: Write) -> None:
    write({"demo/7.yaml": TEXT})
    assert codes() == [("7", "FC401")]
    write({"demo/7.yaml": TEXT + "status:\n  state: published\n  reason: The index has lost that release.\n"})
    assert codes() == []


def test_a_card_that_an_edge_refutes_is_named_with_that_run(write: Write) -> None:
    write({"demo/7.yaml": TEXT})
    evidence = Evidence.model_validate_json(GOOD.with_name("7.evidence.json").read_bytes())
    passed = {"exit": 0, "outcome": "passed", "matched": None, "frames": (), "output": "", "repetitions": ("passed",)}
    edge = evidence.runs[0].model_copy(update={"role": "edge", "edge": "lowest", **passed})
    text = evidence_text(evidence.model_copy(update={"runs": (*evidence.runs, edge)}))
    Path("cards/demo/7.evidence.json").write_text(text, encoding="utf-8")
    (problem,) = quality_problems(load(Path("cards")), WorkerPool(1))
    assert (problem.code, problem.message) == ("FC401", "is not verified: lowest edge passed")


def test_the_cards_of_the_tests_have_one_problem_for_each_verdict_without_a_reason() -> None:
    library = load(LIBRARY)
    problems = [f"{Path(each.path).parent.name}-{Path(each.path).stem} {each.message}"
                for each in quality_problems(library, WorkerPool(1))]  # fmt: skip
    assert problems == [
        "lantern-12 is not verified: fix 2 failed-otherwise; fix 3 could-not-run",
        "mooring-7 was changed after it was executed",
    ]


def test_an_unchanged_library_is_not_searched_again(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"demo/7.yaml": TEXT})
    shutil.copy(GOOD.with_name("7.evidence.json"), "cards/demo")
    assert codes(cached=True) == []
    monkeypatch.setattr(own_answers, "Finder", None)
    assert codes(cached=True) == []


def test_a_new_card_that_takes_the_place_of_another_is_noticed_at_once(write: Write) -> None:
    write({"demo/7.yaml": TEXT})
    shutil.copy(GOOD.with_name("7.evidence.json"), "cards/demo")
    assert codes(cached=True) == []
    better = another(
        SKIPPED,
        ('"demo.Stalled: no answer from {host}"', '"demo.Stalled: no answer from server.test"'),
        ("gave up on {host}", "lost sight of {host}"),
        ("- demo/client.py:get", "- demo/pool.py:wait"),
    )
    write({"demo/8.yaml": better})
    assert codes(cached=True) == [("7", "FC403")]
    write({"demo/8.yaml": better.replace("no answer from server.test", "no word from server.test")})
    assert codes(cached=True) == []
    write({"demo/8.yaml": better})
    assert codes(cached=True) == [("7", "FC403")]
    Path("cards/demo/8.yaml").unlink()
    assert codes(cached=True) == []
