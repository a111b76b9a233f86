from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from fixcards.authoring.drafted_card import DraftedCard, StoppedError
from fixcards.authoring.new_card import Author
from fixcards.authoring.report import Report, of_text
from fixcards.authoring.trackers import TrackerError
from fixcards.authoring.trackers.github import GitHub
from fixcards.errors import FixcardsError
from fixcards.records.loader import load
from fixcards.verify.card_runner import RunSettings

from .tracker_server import Answer, tracker_server

URL = "https://github.com/example/demo/issues/7"
PR = "https://github.com/example/demo/pull/8"
PAIR = Report(url=URL, pr=PR, code="import demo\n", requires=("demo==1.2", "part==2.0"))
TODO_TEXTS = {"symptom", "trigger", "mechanism", "impact", "verify", "prevention[0]"}


def author(root: Path, settings: RunSettings, **more: object) -> Author:
    return Author(root, settings, **{"tracker": lambda url: None, **more})


def drafted(root: Path, settings: RunSettings, report: Report, **more: object) -> tuple[DraftedCard, dict]:
    card = author(root, settings, **more).make(report)
    return card, yaml.safe_load(card.text)


def test_a_script_and_its_pins_become_a_verified_card_that_only_lacks_prose(
    root: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    card, record = drafted(Path("cards"), settings, PAIR)
    assert record["package"] == "demo"
    assert record["title"].startswith("demo >=1.1,<=1.2 with part >=2.0: cannot import name 'helper' from 'part'")
    assert record["category"] == "import-error"
    assert record["versions"] == {"affected": ">=1.1,<=1.2", "fixed": "2.0", "with": {"part": ">=2.0"}}
    signature = record["signature"]
    assert signature["error"] == "ImportError: cannot import name 'helper' from 'part' ({path})"
    assert signature["exception"] == "ImportError"
    assert signature["frames"] == ["demo/__init__.py:<module>"]
    assert signature["traceback"].startswith("Traceback (most recent call last):\n")
    assert signature["traceback"].rstrip().splitlines()[-1].startswith("ImportError: cannot import name 'helper'")
    assert record["reproduction"]["requires"] == ["demo=={version}", "part==2.0"]
    assert record["reproduction"]["exclude_newer"] == "2023-05-07"
    assert record["reproduction"]["code"] == "import demo\n"
    assert [(fix["kind"], fix["install"], fix["requires"]) for fix in record["fixes"]] == [
        ("upgrade", ["demo>=2.0"], ["demo==2.0", "part==2.0"]),
        ("pin", ["part<2.0"], ["demo=={version}", "part==1.1"]),
    ]
    assert card.judgement.verdict == "verified"
    assert {problem.code for problem in card.problems} == {"FC240"}
    texts = {problem.message.removesuffix(" is still to be written") for problem in card.problems}
    assert texts == TODO_TEXTS | {f"fixes[{n}].{key}" for n in (0, 1) for key in ("why", "use_when", "avoid_when")}
    card.write()
    for problem in card.problems:
        assert "TODO" in (root / "demo/7.yaml").read_text().splitlines()[problem.line - 1]
    assert load(Path("cards")).problems == card.problems


def test_a_repeated_command_executes_nothing(root: Path, settings: RunSettings, tmp_path: Path) -> None:
    settings = replace(settings, cache=tmp_path / "cache")
    first, _ = drafted(root, settings, PAIR)
    assert first.runs > 10
    again, _ = drafted(root, settings, PAIR)
    assert again.runs == 0
    assert again.text == first.text


def test_a_card_becomes_good_when_its_texts_are_written_and_its_evidence_stays(
    root: Path, settings: RunSettings
) -> None:
    card, _ = drafted(root, settings, PAIR)
    card.write()
    path = root / "demo" / "7.yaml"
    lines = path.read_text().splitlines()
    for problem in card.problems:
        line = lines[problem.line - 1]
        head, _, rest = line.partition('"TODO')
        lines[problem.line - 1] = head + '"The helper of part is missing since its release 2.0."' if rest else line
    path.write_text("\n".join(lines) + "\n")
    (root / "card.schema.json").unlink(missing_ok=True)
    library = load(root)
    assert library.problems == ()
    assert library.summaries["demo-7"].verdict == "verified"


def test_a_card_of_the_same_issue_stops_it_before_anything_runs(root: Path, settings: RunSettings) -> None:
    card, _ = drafted(root, settings, PAIR)
    card.write()
    before = (root / "demo/7.yaml").read_bytes()
    with pytest.raises(StoppedError, match="there is a card of this issue already"):
        author(root, settings).make(replace(PAIR, package="demo"))
    with pytest.raises(StoppedError, match="there is a card of this issue already"):
        card.write()
    assert (root / "demo/7.yaml").read_bytes() == before


def finished(card: DraftedCard, package: str) -> None:
    """Write a card as a person would have finished it, under another package and issue."""
    text = (
        card.text.replace("TODO: ", "").replace("issues/7", "issues/5").replace("package: demo", f"package: {package}")
    )
    if package == "part":
        text = text.replace("demo=={version}", "demo==1.2").replace("part==2.0", "part=={version}")
        text = text.replace('affected: ">=1.1,<=1.2"', 'affected: ">=2.0"').replace('fixed: "2.0"', 'fixed: "1.1"')
        text = text.replace('  with:\n    part: ">=2.0"\n', "")
    path = card.root / package / "5.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_a_card_that_looks_like_the_same_failure_stops_it_unless_the_user_goes_on(
    root: Path, settings: RunSettings
) -> None:
    card, _ = drafted(root, settings, PAIR)
    finished(card, "demo")
    assert load(root).problems == ()
    with pytest.raises(StoppedError, match="demo-5 may be the same failure; read it first"):
        author(root, settings).make(PAIR)
    asked = []
    _, record = drafted(root, settings, PAIR, goes_on=lambda answer: not asked.append(answer))
    assert [match.entry.id for match in asked[0].matches] == ["demo-5"]
    assert "cause" not in record


def test_a_card_about_the_change_in_the_second_package_is_proposed_as_the_cause(
    root: Path, settings: RunSettings
) -> None:
    card, _ = drafted(root, settings, PAIR)
    finished(card, "part")
    assert load(root).problems == ()
    _, record = drafted(root, settings, PAIR, goes_on=lambda answer: True)
    assert record["cause"] == "part-5"


@pytest.mark.parametrize("moment", ["looking for", "second package", "executing the card"])
def test_nothing_is_left_when_it_is_stopped_and_the_next_start_goes_on(
    root: Path, settings: RunSettings, moment: str
) -> None:
    def interrupted(text: str) -> None:
        if text.startswith(moment):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        author(root, settings, say=interrupted).make(PAIR)
    assert list(root.rglob("*")) == []


def test_neither_file_is_left_when_the_second_one_can_not_be_written(
    root: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, _ = drafted(root, settings, PAIR)
    (root / "demo").mkdir()
    (root / "demo" / "7.evidence.json").symlink_to("/dev/null")
    with pytest.raises(OSError, match="is a link"):
        card.write()
    assert not (root / "demo" / "7.yaml").exists()


def test_an_issue_gives_the_fix_and_what_was_printed_and_none_of_its_words(root: Path, settings: RunSettings) -> None:
    body = (
        "Honestly this is maddening, who tested this?\n```\nTraceback (most recent call last):\n"
        '  File "app.py", line 1, in <module>\n    import demo\n'
        '  File "/usr/lib/python3/dist-packages/demo/__init__.py", line 1, in <module>\n    from part import helper\n'
        "ImportError: cannot import name 'helper' from 'part' (/usr/lib/python3/dist-packages/part.py)\n```\n"
        "demo==1.2\npart==2.0\n"
    )
    with tracker_server() as server:
        place = "/repos/example/demo/issues/7"
        pull = {"html_url": PR, "pull_request": {"merged_at": "2023-05-01T00:00:00Z"}}
        server.answers = {
            place: Answer({}, 301, {"Location": "/repositories/5/issues/70"}),
            "/repositories/5/issues/70": Answer(
                {"title": "Maddening!!", "body": body, "closed_at": "2023-05-02T00:00:00Z",
                 "html_url": "https://github.com/example/demo/issues/70"}
            ),
            "/repos/example/demo/issues/70/timeline?per_page=100": Answer(
                [{"event": "cross-referenced", "source": {"issue": pull}}]
            ),
        }  # fmt: skip
        tracker = GitHub.at(server.url, None, ("GH_TOKEN",))
        card, record = drafted(root, settings, Report(url=URL), tracker=lambda url: tracker)
    assert card.path == root / "demo" / "70.yaml"
    assert record["issue"] == "https://github.com/example/demo/issues/70"
    assert record["pr"] == PR
    assert record["reproduction"]["code"] == "import demo\n"
    assert record["versions"]["with"] == {"part": ">=2.0"}
    assert card.judgement.verdict == "verified"
    assert "addening" not in card.text


def test_an_issue_that_can_not_be_read_now_is_no_hindrance_for_a_script_and_a_wrong_one_is(
    root: Path, settings: RunSettings
) -> None:
    with tracker_server() as server:
        tracker = GitHub.at(server.url, None, ("GH_TOKEN",))
        server.answers["/repos/example/demo/issues/7"] = Answer({}, 502)
        card, _ = drafted(root, settings, PAIR, tracker=lambda url: tracker)
        assert any("502, the server has a problem" in warning for warning in card.warnings)
        with pytest.raises(TrackerError, match="502, the server has a problem; try again later"):
            author(root, settings, tracker=lambda url: tracker).make(Report(url=URL))
        server.answers.clear()
        with pytest.raises(TrackerError, match="404, the issue is not there"):
            author(root, settings, tracker=lambda url: tracker).make(PAIR)


def test_an_address_of_a_stranger_is_not_asked_on_any_host(root: Path, settings: RunSettings) -> None:
    asked = []
    report = replace(PAIR, url="https://inside.example.com/example/demo/issues/7", code="import sys\n")
    with pytest.raises(StoppedError, match="the script passes"):
        author(root, settings, tracker=asked.append).make(report, trusted=False)
    assert asked == []


def test_a_pasted_import_failure_needs_no_script(root: Path, settings: RunSettings) -> None:
    text = (
        'Traceback (most recent call last):\n  File "app.py", line 1, in <module>\n    import demo\n'
        '  File "C:\\py\\Lib\\site-packages\\demo\\__init__.py", line 1, in <module>\n    from part import helper\n'
        "ImportError: cannot import name 'helper' from 'part' (C:\\py\\Lib\\site-packages\\part.py)\n"
        "demo==1.2\npart==2.1\nunrelated==5.0\n"
    )
    card, record = drafted(root, settings, Report(url=URL, pr=PR).filled_from(of_text(text)))
    assert record["reproduction"]["code"] == "import demo\n"
    assert record["reproduction"]["requires"] == ["demo=={version}", "part==2.1"]
    assert card.judgement.verdict == "verified"


def test_an_assertion_of_the_library_is_a_crash_and_one_of_the_script_a_wrong_result(
    root: Path, settings: RunSettings
) -> None:
    report = Report(url=URL, pr=PR, code="import strict\n", requires=("strict==1.0",))
    _, of_library = drafted(root, settings, report)
    assert of_library["category"] == "crash"
    check = "import strict\n\nassert strict.answer == 42, f'strict answers {strict.answer}'\n"
    _, of_script = drafted(root, settings, replace(report, code=check, requires=("strict==1.5",)))
    assert of_script["category"] == "wrong-result"


def test_a_build_that_fails_becomes_a_card_that_says_when(root: Path, settings: RunSettings) -> None:
    report = Report(url=URL, pr=PR, requires=("built==1.1",))
    card, record = drafted(root, settings, report)
    assert record["category"] == "packaging"
    assert record["reproduction"]["expect"] == {"during": "build"}
    assert record["reproduction"]["build"] == ["built"]
    assert record["versions"] == {"affected": "<=1.1", "fixed": "2.0"}
    assert record["signature"]["error"] == "AttributeError: cython_sources of built are gone"
    assert record["fixes"][0]["install"] == ["built>=2.0"]
    assert card.judgement.verdict == "verified"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import demo\nraise ImportError('helper')\n", "the script raises the exception itself, which shows nothing"),
        ("import demo\nassert demo is None\n", "the assert that fails says nothing.*write what is wrong"),
        ("import demo\n", r"the script passes with demo 2\.0 on Python 3"),
    ],
)
def test_a_script_that_shows_nothing_is_refused_with_what_to_do(
    root: Path, settings: RunSettings, code: str, message: str
) -> None:
    with pytest.raises(StoppedError, match=message):
        author(root, settings).make(Report(url=URL, code=code, requires=("demo==2.0", "part==2.0")))


def test_a_script_that_fails_otherwise_than_the_text_is_refused(root: Path, settings: RunSettings) -> None:
    report = replace(PAIR, text="ValueError: the frobnicator is out of frobs\n")
    message = "the script fails with: ImportError: cannot import name 'helper'.*, not with: ValueError: the frobnicator"
    with pytest.raises(StoppedError, match=message):
        author(root, settings).make(report)


def test_a_failure_in_the_script_itself_is_drafted_with_a_warning(root: Path, settings: RunSettings) -> None:
    report = replace(PAIR, code="import part\npart.helper\n", requires=("part==2.0",))
    card, record = drafted(root, settings, report)
    assert record["package"] == "part"
    assert record["versions"]["affected"] == ">=2.0"
    assert [(fix["kind"], fix["install"]) for fix in record["fixes"]] == [("pin", ["part<2.0"])]
    assert any("the innermost frame is the script's own" in warning for warning in card.warnings)


@pytest.mark.parametrize(
    ("report", "message"),
    [
        (replace(PAIR, url=None), "which upstream issue is it\\? Give its address with --issue"),
        (replace(PAIR, url="https://github.com/example/demo"), "ends with no issue number"),
        (replace(PAIR, url="https://127.0.0.1/x/7"), "leads to the reader's own machine"),
        (replace(PAIR, url="demo 7"), "is not an https URL"),
        (Report(url=URL, text="KeyError: 'x'\n"), "it takes a script to repeat it"),
        (Report(url=URL, code="import os\n"), "it isn't clear what to install; name it with --requires"),
        (Report(url="https://corp.atlassian.net/browse/ABC-1"), "only issues of GitHub, GitLab and Gitea can be read"),
        (replace(PAIR, requires=("demo==7.7",)), r"demo 7\.7 can't be run: not on the index"),
        (replace(PAIR, requires=("nowhere==1",), package="nowhere"), "the package index has no nowhere"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_once(
    root: Path, settings: RunSettings, report: Report, message: str
) -> None:
    with pytest.raises(FixcardsError, match=message):
        author(root, settings).make(report)
    assert list(root.rglob("*")) == []
