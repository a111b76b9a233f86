"""What a pull request is told about its cards: the command, in a git repository, with an index on the loopback."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from fixcards.cli.review_report import markdown_lines
from fixcards.records.evidence import Evidence, evidence_text
from fixcards.verify.review import CardReview
from tests.discoveries import CARD_ID, DISCOVERED, EXPLAINED, FILE, evidence_of
from tests.sites import REPOSITORY, change, soup, words

from .conftest import LocalIndex, a_card
from .packages import offer_wheel
from .test_session import SCHEMA, run

BROKEN = "class NoWater(Exception):\n    pass\n\n\ndef brew(drink):\n    raise NoWater(f'no water for the {drink}')\n"
FIXED = "def brew(drink):\n    return drink\n"


@pytest.fixture(scope="module")
def index():
    index = LocalIndex()
    for version, code in (("1.0", BROKEN), ("1.1", FIXED)):
        offer_wheel(index, "teapot", version, {"teapot.py": code})
    yield index
    index.server.shutdown()
    index.server.server_close()


@pytest.fixture(scope="module")
def evidence_of_tea(tmp_path_factory, bubblewrap, cache, index) -> str:
    """What an honest contributor's machine writes for the first card."""
    folder = tmp_path_factory.mktemp("honest")
    return _executed(folder, cache, index, tea())


def _executed(folder: Path, cache: Path, index: LocalIndex, *cards: dict) -> str:
    for card in cards:
        write(folder / "cards", card)
    environment = os.environ | {"UV_DEFAULT_INDEX": index.url, "FIXCARDS_CACHE": str(cache / "review")}
    done = run("verify", cwd=folder, env=environment)
    assert done.returncode in {0, 1}, done.stderr
    return next((folder / "cards").rglob("*.evidence.json")).read_text()


def tea(number: int = 1, drink: str = "tea", **more) -> dict:
    return (
        a_card(
            f"import teapot\n\nteapot.brew({drink!r})\n",
            package="teapot",
            issue=f"https://example.org/teapot/issues/{number}",
            pr=f"https://example.org/teapot/pull/{number}0",
            title=f"teapot 1.0 brews no {drink}",
            versions={"affected": "<=1.0", "fixed": "1.1"},
            signature={"error": f"teapot.NoWater: no water for the {drink}", "exception": "teapot.NoWater"},
            reproduction={"exclude_newer": "2024-01-01"},
        )
        | more
    )


def write(cards: Path, card: dict) -> Path:
    path = cards / card["package"] / f"{card['issue'].rpartition('/')[2]}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCHEMA + yaml.safe_dump(card, sort_keys=False))
    return path


@pytest.fixture
def repository(tmp_path, monkeypatch, bubblewrap, cache, index, evidence_of_tea):
    """A repository on a branch of its own, whose main branch has one card with its evidence."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("FIXCARDS_CACHE", str(cache / "review"))
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "cards", tea())
    path.with_name("1.evidence.json").write_text(evidence_of_tea)
    git("init", "-q", "-b", "main")
    commit()
    git("switch", "-q", "-c", "branch")
    return tmp_path / "cards"


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], check=True)


def commit() -> None:
    git("add", ".")
    git("commit", "-qm", "x")


def reviewed(*words: str) -> tuple[int, list[dict], str]:
    """Return exit status, the review as data, and the summary for the pull request."""
    summary = Path("summary.md")
    summary.unlink(missing_ok=True)
    done = run("review", "main", "--format", "json", "--summary", str(summary), *words)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), summary.read_text()


def test_a_good_new_card_is_executed_alone_and_accepted(repository):
    write(repository, tea(2, "coffee"))
    assert run("verify", "teapot-2").returncode == 0
    commit()
    status, reviews, summary = reviewed()
    assert (status, len(reviews)) == (0, 1)
    (review,) = reviews
    assert review == {
        "card": "teapot-2",
        "path": "cards/teapot/2.yaml",
        "change": "new",
        "evidence": "new",
        "executed": "equal",
        "why_not_run": None,
        "verdict_before": None,
        "verdict": "verified",
        "accepted": True,
        "failures": [],
        "notes": [],
    }
    assert "**1 card changed, nothing speaks against it.**" in summary
    assert "| :white_check_mark: | `teapot-2` | new | new | equal | verified |" in summary
    text = run("review", "main")
    assert text.stdout.splitlines() == [
        "teapot-2: new; evidence new; a run shows the same; verified",
        "1 card changed, nothing speaks against it",
    ]


def test_evidence_of_an_earlier_form_of_the_card_is_refused(repository):
    change(repository / "teapot" / "1.yaml", "teapot.brew(''tea'')", "teapot.brew(''green tea'')")
    commit()
    status, (review,), summary = reviewed()
    assert status == 1
    assert (review["change"], review["evidence"], review["accepted"]) == ("changed", "stale", False)
    assert review["failures"][0] == (
        "its evidence is of an earlier form of the card, and what is run was changed since: "
        "run `fixcards verify teapot-1` and commit cards/teapot/1.evidence.json"
    )
    assert "- `teapot-1` its evidence is of an earlier form of the card" in summary
    assert "run `fixcards verify teapot-1` and commit cards/teapot/1.evidence.json" in summary


def test_forged_evidence_is_executed_and_refused(repository):
    failing = tea(3, "cocoa", fixes=[{**tea()["fixes"][0], "kind": "pin", "requires": ["teapot==1.0"]}])
    path = write(repository, failing)
    assert run("verify", "teapot-3").returncode == 1
    file = path.with_name("3.evidence.json")
    honest = Evidence.model_validate_json(file.read_text())
    forged_runs = [
        each.model_copy(update={"outcome": "passed", "exit": 0, "matched": None, "repetitions": ("passed",) * 3,
                                "output": "", "reason": None}) if each.role == "fix" else each
        for each in honest.runs
    ]  # fmt: skip
    file.write_text(evidence_text(honest.model_copy(update={"runs": tuple(forged_runs)})))
    commit()
    status, (review,), _ = reviewed()
    assert (status, review["executed"], review["verdict"]) == (1, "different", "partly verified")
    assert (
        "its evidence is not what a run shows: fix 1: outcome failed-as-described now, passed in the evidence"
        in review["failures"]
    )


def test_a_card_whose_fix_fails_is_refused_though_its_evidence_says_so(repository):
    failing = tea(3, "cocoa", fixes=[{**tea()["fixes"][0], "kind": "pin", "requires": ["teapot==1.0"]}])
    write(repository, failing)
    assert run("verify", "teapot-3").returncode == 1
    commit()
    status, (review,), _ = reviewed()
    assert (status, review["executed"]) == (1, "equal")
    assert review["failures"] == ["was executed and is partly verified: fix 1 1.0 failed-as-described"]


def test_deleted_evidence_is_refused(repository):
    (repository / "teapot" / "1.evidence.json").unlink()
    commit()
    status, (review,), _ = reviewed()
    assert (status, review["change"], review["evidence"]) == (1, "unchanged", "deleted")
    assert (review["verdict_before"], review["verdict"]) == ("verified", "verified")  # executed all the same
    (failure,) = review["failures"]
    assert failure.startswith("its evidence was deleted: restore it with `git checkout ")
    assert failure.endswith("or run `fixcards verify teapot-1` and commit cards/teapot/1.evidence.json")


def test_a_card_without_evidence_is_refused_and_the_evidence_of_the_run_is_handed_out(repository, tmp_path):
    write(repository, tea(2, "coffee"))
    commit()
    status, (review,), _ = reviewed("--evidence", "made")
    assert (status, review["evidence"]) == (1, "missing")
    assert review["failures"] == [
        "was added without evidence: run `fixcards verify teapot-2` and commit cards/teapot/2.evidence.json"
    ]
    assert not (repository / "teapot" / "2.evidence.json").exists()
    (tmp_path / "made" / "teapot" / "2.evidence.json").rename(repository / "teapot" / "2.evidence.json")
    assert reviewed()[0] == 0


def test_a_forged_table_of_releases_is_pointed_out_and_refused_where_it_is_run_again(repository):
    path = write(repository, tea(2, "coffee"))
    assert run("verify", "--sweep", "teapot-2").returncode == 0
    file = path.with_name("2.evidence.json")
    evidence = Evidence.model_validate_json(file.read_text())
    assert [(each.version, each.state) for each in evidence.releases] == [("1.0", "fails"), ("1.1", "passes")]
    commit()
    status, (review,), _ = reviewed()
    assert (status, review["notes"]) == (
        0,
        ["its table of 2 releases was not run again; `fixcards review --sweep` does that"],
    )
    forged = tuple(each.model_copy(update={"state": "fails"}) for each in evidence.releases)
    file.write_text(evidence_text(evidence.model_copy(update={"releases": forged})))
    status, (review,), _ = reviewed("--sweep")
    assert (status, review["notes"]) == (1, [])
    assert "its evidence is not what a run shows: release 1.1: passes now, fails in the evidence" in review["failures"]


def test_what_was_merged_is_executed_once_more_and_says_where(repository, monkeypatch):
    url = {"GITHUB_SERVER_URL": "https://host.test", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    for name, value in {"GITHUB_ACTIONS": "true", **url}.items():
        monkeypatch.setenv(name, value)
    assert "0 of 0 cards" in run("verify", "--changed", "main").stderr
    assert "teapot-1: verified" in run("verify", "--not-by-ci").stderr
    evidence = Evidence.model_validate_json((repository / "teapot" / "1.evidence.json").read_text())
    assert evidence.provenance.model_dump() == {"runner": "ci", "url": "https://host.test/a/b/actions/runs/7"}
    assert "0 of 0 cards" in run("verify", "--not-by-ci").stderr
    (note,) = reviewed()[1][0]["notes"]
    assert note == "its evidence says that continuous integration made it: https://host.test/a/b/actions/runs/7"


def test_a_corrected_sentence_needs_no_run(repository):
    change(repository / "teapot" / "1.yaml", "symptom: It fails.", "symptom: It brews nothing.")
    commit()
    done = run("review", "main")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "teapot-1: changed; evidence unchanged; not run: nothing that is run was changed; verified",
            "1 card changed, nothing speaks against it",
        ],
    )


def test_a_deleted_card_is_refused_and_a_retired_one_accepted(repository):
    path = repository / "teapot" / "1.yaml"
    text = path.read_text()
    for each in (path, path.with_name("1.evidence.json")):
        each.unlink()
    commit()
    status, (review,), _ = reviewed("--no-run")
    assert (status, review["card"], review["change"]) == (1, "teapot-1", "deleted")
    assert "set `status:` to `retired` with a reason" in review["failures"][0]
    path.write_text(text + "status:\n  state: retired\n  reason: It was about another pot.\n")
    commit()
    status, (review,), _ = reviewed()
    assert (status, review["verdict_before"], review["verdict"]) == (1, "verified", "retired")
    assert "its evidence was deleted" in review["failures"][0]
    git("checkout", "-q", "main", "--", "cards/teapot/1.evidence.json")
    assert reviewed()[0] == 0


def test_a_found_card_may_go_when_another_supersedes_it(repository):
    git("switch", "-q", "main")
    path = repository / FILE
    path.parent.mkdir(parents=True)
    path.write_text(DISCOVERED)
    path.with_suffix(".evidence.json").write_text(evidence_text(evidence_of(DISCOVERED)))
    commit()
    git("switch", "-q", "-C", "branch")
    for each in (path, path.with_suffix(".evidence.json")):
        each.unlink()
    commit()
    status, (review,), _ = reviewed("--no-run")
    assert (status, review["card"], review["change"]) == (1, CARD_ID, "deleted")
    (repository / "demo").mkdir()
    (repository / "demo" / "7.yaml").write_text(EXPLAINED)
    commit()
    _, reviews, _ = reviewed("--no-run")
    superseded = next(review for review in reviews if review["card"] == CARD_ID)
    assert (superseded["failures"], superseded["notes"]) == ([], ["demo-7 took its place"])


def test_a_card_with_problems_is_refused_and_not_executed(repository):
    (repository / "teapot" / "4.yaml").write_text("package: teapot\n")
    commit()
    status, (review,), _ = reviewed()
    assert (status, review["card"], review["executed"]) == (1, "teapot-4", "not run")
    assert "`fixcards check cards/teapot/4.yaml` names" in review["failures"][-1]


def job(workflow: str, name: str) -> list[list[str]]:
    """Return the steps of a job that call this program, as they stand in the workflow."""
    steps = yaml.safe_load((REPOSITORY / ".github" / "workflows" / workflow).read_text())["jobs"][name]["steps"]
    commands = [shlex.split(step["run"]) for step in steps if step.get("run", "").startswith(".venv/bin/fixcards ")]
    return [[os.path.expandvars(word) for word in command[1:]] for command in commands]


def test_the_job_of_a_pull_request_runs_by_hand(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    write(repository, tea(2, "coffee"))
    write(repository, tea(3, "cocoa", catgory="crash"))
    assert run("verify", "teapot-2").returncode == 0
    commit()
    git("switch", "-q", "--detach", "main")
    git("merge", "-q", "--no-ff", "-m", "Merge", "branch")  # what GitHub checks out
    check, review = job("pull-request.yml", "cards")
    checked = run(*check)
    assert checked.returncode == 1
    assert "::error file=cards/teapot/3.yaml,line=3" in checked.stdout
    assert "title=FC101::unknown key 'catgory'" in checked.stdout
    reviewed = run(*review)
    assert reviewed.returncode == 1
    assert "teapot-2: new; evidence new; a run shows the same; verified" in reviewed.stdout
    assert "title=teapot-3::was added without evidence" in reviewed.stdout
    assert "**2 cards changed, 1 can't be merged as it is.**" in (tmp_path / "summary.md").read_text()
    assert [path.name for path in (tmp_path / ".cache" / "evidence").rglob("*.json")] == ["2.evidence.json"]


def test_failures_are_annotations_on_the_files_of_their_cards(repository):
    write(repository, tea(2, "coffee"))
    done = run("review", "main", "--no-run", "--format", "github")
    assert done.stdout.splitlines()[0] == (
        "::error file=cards/teapot/2.yaml,line=1,col=1,title=teapot-2::was added without evidence: "
        "run `fixcards verify teapot-2` and commit cards/teapot/2.evidence.json"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)> [click](https://evil.example) ![x](https://evil.example/x.png)",
        "an odd ` number <b>of</b> backticks | and a pipe",
        "`` two `` <b>fences</b> `code`",
        "*loud* __loud__ ~~gone~~ # heading\n\n# heading",
        "\u202eright to left",
    ],
)
def test_no_text_of_a_card_or_a_run_takes_effect_in_the_summary(text):
    review = CardReview("teapot-1", "cards/teapot/1.yaml", "new", "new", failures=(text,), notes=(text,))
    markdown = "\n".join(markdown_lines([review]))
    tree = soup(MarkdownIt("gfm-like", {"linkify": False}).render(markdown))
    assert {tag.name for tag in tree.find_all(True)} <= {
        *("h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "ul", "li"),
    }
    assert [words(each.text) for each in tree.select("strong")] == ["1 card changed, 1 can't be merged as it is."]
    assert "\u202e" not in markdown


def test_the_summary_of_very_many_cards_stays_below_what_github_takes():
    reviews = [
        CardReview(f"teapot-{number}", f"cards/teapot/{number}.yaml", "changed", "stale", failures=("`x` " * 500,))
        for number in range(1, 3001)
    ]
    good = CardReview("teapot-9999", "cards/teapot/9999.yaml", "changed", "new")
    markdown = "\n".join(markdown_lines([good, *reviews]))
    assert len(markdown.encode()) < 1 << 20
    assert "And 2,501 more; the log names them." in markdown
    assert "`teapot-9999`" not in markdown  # what fails comes first
    assert "**3,001 cards changed, 3,000 can't be merged as they are.**" in markdown


def test_nothing_to_review_is_said_so(repository):
    assert run("review", "main").stdout == "no card was changed\n"


def test_without_the_base_there_is_an_error(repository):
    done = run("review", "no-such-branch")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fixcards: git merge-base:")
