from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import click.testing
import pytest

from fixcards.cli.scout_cards_command import cards as command
from fixcards.records.loader import load
from fixcards.scout.finding import CardAnswer, Finding, findings_json
from fixcards.scout.publication import Publication, Publisher
from fixcards.search.finder import Finder
from fixcards.verify.card_runner import RunSettings
from tests.discoveries import EXPLAINED
from tests.verify.conftest import LocalIndex
from tests.verify.packages import offer_wheel

from .findings import DAY, OUTPUT, SIGNATURE, finding, side

TODAY = date(2026, 11, 28)


def published(root: Path, settings: RunSettings, *findings: Finding) -> list[Publication]:
    publisher = Publisher(root, settings, TODAY)
    with ThreadPoolExecutor(1) as executor:
        return list(publisher.publish(findings, executor))


def test_a_finding_becomes_a_verified_card_that_is_searched_by_what_it_prints(
    root: Path, settings: RunSettings
) -> None:
    [publication] = published(root, settings, finding())
    assert (publication.result, publication.verdict) == ("published", "verified"), publication.reason
    library = load(root)
    assert library.problems == ()
    card = library.cards[publication.card_id]
    assert library.files[card.id] == f"_found/demo/{card.key}.yaml"
    assert "demo 1.2 requires part in any release." in card.trigger
    assert [(fix.kind, fix.requires) for fix in card.fixes] == [
        ("upgrade", ("demo==2.0", "part==2.0")),
        ("pin", ("demo=={version}", "part==1.1")),
    ]
    [match] = Finder.of_cards(root).match(OUTPUT)
    assert (match.entry.id, match.tier) == (card.id, "exact")
    assert match.entry.note == "Found and executed by the program, not yet explained by a person."


def test_card_and_evidence_are_small_and_the_evidence_is_read_whole(root: Path, settings: RunSettings) -> None:
    [publication] = published(root, settings, finding())
    paths = [path for path in root.rglob("found-*") if path.is_file()]
    assert len(paths) == 2
    assert sum(path.stat().st_size for path in paths) < 9_000
    evidence = load(root).evidence[publication.card_id]
    assert all(run.packages.get("demo") for run in evidence.runs)
    fix = next(run for run in evidence.runs if (run.role, run.fix) == ("fix", 2))
    assert fix.packages == {"demo": "1.2", "part": "1.1"}
    assert [run.role for run in evidence.runs if run.output] == ["broken"]


def test_a_range_that_the_runs_refute_is_narrowed(root: Path, settings: RunSettings) -> None:
    # demo 1.0 does without part's helper, and so passes.
    [publication] = published(root, settings, finding(lowest_failing="1.0", highest_failing="1.2", release="1.2"))
    assert publication.result == "published", publication.reason
    assert str(load(root).cards[publication.card_id].versions.affected_set) == "==1.2"


def test_a_range_ends_where_its_fix_does_not_help(root: Path, settings: RunSettings, index: LocalIndex) -> None:
    # edgy 1.1 fails as described with part 2, and without it for a reason of its own.
    texts = {"1.0": "", "1.1": "from part import helper\nimport edgy.gone\n", "1.2": "from part import helper\n"}
    for version, text in texts.items():
        offer_wheel(index, "edgy", version, {"edgy/__init__.py": text}, requires=("part",))
    output = OUTPUT.replace("demo", "edgy")
    frames = ("edgy/__init__.py:<module>",)
    of_edgy = finding(
        package="edgy",
        program="import edgy\n",
        suspect=side("edgy==1.2", "part==2.0", exit_status=1, output=output, edgy="1.2", part="2.0"),
        control=side("edgy==1.2", "part==1.1", edgy="1.2", part="1.1"),
        signature=replace(SIGNATURE, frames=frames, innermost=frames[0]),
        fixed=None,
    )
    [publication] = published(root, settings, of_edgy)
    assert publication.result == "published", publication.reason
    card = load(root).cards[publication.card_id]
    assert ([fix.kind for fix in card.fixes], str(card.versions.affected_set)) == (["pin"], "==1.2")


def test_a_way_out_that_does_not_help_is_no_fix(root: Path, settings: RunSettings) -> None:
    [publication] = published(root, settings, finding(fixed="1.1", lowest_failing="1.2"))
    assert publication.result == "published", publication.reason
    assert [fix.title for fix in load(root).cards[publication.card_id].fixes] == ["Hold part below 2.0"]


def test_a_pin_does_not_allow_what_lies_between_the_last_good_release_and_the_first_bad_one(
    root: Path, settings: RunSettings
) -> None:
    culprit = replace(finding().culprit, first_bad="2.1")
    suspect = replace(finding().suspect, requires=("demo==1.2", "part==2.1"), packages={"demo": "1.2", "part": "2.1"})
    [publication] = published(root, settings, finding(culprit=culprit, suspect=suspect, fixed=None))
    assert publication.result == "published", publication.reason
    [fix] = load(root).cards[publication.card_id].fixes
    assert fix.install == ("part<=1.1",)


def test_a_finding_that_does_not_repeat_is_no_card(root: Path, settings: RunSettings) -> None:
    passing = finding(suspect=side("demo==1.2", "part==1.1", exit_status=1, output=OUTPUT, demo="1.2", part="1.1"))
    [publication] = published(root, settings, passing)
    assert publication.result == "refused"
    assert "the broken run passed" in publication.reason
    assert list(root.rglob("*.yaml")) == []


def test_what_a_card_answers_gets_none_of_its_own(root: Path, settings: RunSettings) -> None:
    [publication] = published(root, settings, finding(answer=CardAnswer("demo-7", "exact")))
    assert (publication.result, publication.reason) == ("answered", "demo-7 answers it (exact)")
    publisher = Publisher(root, settings, TODAY, {publication.card_id})
    assert publisher.publish_one(finding()).result == "answered"
    assert list(root.rglob("*.yaml")) == []


def explained(package: str) -> str:
    """Return the card of a person, about the failure of the findings or about the change that sets it off."""
    text = EXPLAINED.partition("supersedes:")[0]
    start, end = text.index("discovery:"), text.index("issue:")
    return (text[:start] + text[end:]).replace("package: demo", f"package: {package}")


def test_a_card_of_a_person_about_the_same_failure_answers_a_finding(root: Path, settings: RunSettings) -> None:
    write(root, "demo/7.yaml", explained("demo").replace("demo/client.py", "demo/__init__.py"))
    publisher = Publisher(root, settings, TODAY, finder=Finder.of_cards(root))
    publication = publisher.publish_one(finding())
    assert (publication.result, publication.reason) == ("answered", "demo-7 answers it (exact)")


def test_a_card_of_the_package_in_which_it_is_raised_answers_a_finding(root: Path, settings: RunSettings) -> None:
    write(root, "lamp/7.yaml", explained("lamp").replace("demo/client.py", "lamp/core.py").replace("demo==", "lamp=="))
    within = OUTPUT.replace(
        "    from part import helper\n",
        "    import lamp.core\n"
        '  File "/venv/lib/python3.11/site-packages/lamp/core.py", line 1, in <module>\n    from part import helper\n',
    )
    frames = ("demo/__init__.py:<module>", "lamp/core.py:<module>")
    passed_on = finding(
        signature=replace(SIGNATURE, frames=frames, innermost=frames[-1]),
        suspect=side("demo==1.2", "part==2.0", exit_status=1, output=within, demo="1.2", part="2.0", lamp="1.10"),
    )
    publisher = Publisher(root, settings, TODAY, finder=Finder.of_cards(root))
    publication = publisher.publish_one(passed_on)
    assert (publication.result, publication.card_id[:5]) == ("answered", "demo-")
    assert publication.reason.startswith("lamp-7 answers it")
    assert publisher.publish_one(finding()).result == "published"  # it has no frame of the other package


def test_a_card_about_the_change_of_the_culprit_becomes_the_cause(root: Path, settings: RunSettings) -> None:
    text = explained("part").replace('frames: ["demo/client.py:<module>"]', "").replace("demo==1.11", "demo==1.10")
    text = text.replace('affected: ">=1.0,<=1.10"', 'affected: ">=2.0"').replace('  with: {part: ">=2.0"}\n', "")
    text = text.replace('requires: ["demo=={version}", "part==2.0"]', 'requires: ["part=={version}", "demo==1.10"]')
    text = text.replace('  fixed: "1.11"\n', "").replace("kind: upgrade", "kind: workaround")
    text = text.replace('    install: ["demo>=1.11"]\n', "")
    write(root, "part/7.yaml", text)
    assert [problem for problem in load(root).problems if problem.code[:3] != "FC4"] == []
    publisher = Publisher(root, settings, TODAY, finder=Finder.of_cards(root))
    publication = publisher.publish_one(finding())
    assert publication.result == "published", publication.reason
    assert load(root).cards[publication.card_id].cause == "part-7"


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def test_a_finding_in_two_files_is_one_card(root: Path, settings: RunSettings) -> None:
    same = replace(finding(), lowest_failing="1.2")
    assert [each.result for each in published(root, settings, finding(), same)] == ["published"]


def test_the_command_makes_cards_of_the_folder_of_a_run_and_goes_on_where_it_was(
    root: Path,
    settings: RunSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fixcards.cli.execution.verify_cache", lambda: settings.cache)
    run = tmp_path / "run"
    run.mkdir()
    (run / "findings.json").write_bytes(findings_json([finding()]))
    arguments = [str(run), "--cards", str(root), "--isolation", "bubblewrap"]
    dry = click.testing.CliRunner().invoke(command, [*arguments, "--dry-run"], standalone_mode=False)
    assert (dry.return_value, dry.exception) == (0, None)
    assert "package: demo" in dry.stdout
    assert list(root.rglob("*.yaml")) == []
    first = click.testing.CliRunner().invoke(command, arguments, standalone_mode=False)
    assert (first.return_value, first.exception) == (0, None)
    assert "[1/1] demo 1.2 with part 2.0: demo-found-" in first.stderr
    assert "verified, written" in first.stderr
    again = click.testing.CliRunner().invoke(command, arguments, standalone_mode=False)
    assert again.return_value == 0
    assert "1 findings: 1 answered by cards" in again.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]x", "has no findings as `fixcards scout` writes them"),
        (json.dumps([{"kind": "partner"}]), "has no findings as `fixcards scout` writes them"),
        (None, "give what `fixcards scout` wrote"),
    ],
)
def test_a_file_of_something_else_is_refused_with_what_to_give(
    content: str | None,
    message: str,
    tmp_path: Path,
    root: Path,
) -> None:
    file = tmp_path / "findings.json"
    if content is not None:
        file.write_text(content)
    result = click.testing.CliRunner().invoke(command, [str(file), "--cards", str(root)], standalone_mode=False)
    assert message in str(result.exception)


def test_the_day_of_the_runs_is_that_of_the_finding(root: Path, settings: RunSettings) -> None:
    [publication] = published(root, settings, finding())
    library = load(root)
    assert library.cards[publication.card_id].reproduction.exclude_newer == DAY
    assert library.summaries[publication.card_id].days == ("2023-05-06", "2026-11-28", "")
