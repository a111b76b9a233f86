from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import yaml

from fixcards.authoring.drafted_card import StoppedError
from fixcards.authoring.explanation import explained_record
from fixcards.authoring.new_card import Author
from fixcards.errors import FixcardsError
from fixcards.records.loader import load
from fixcards.scout.publication import Publisher
from fixcards.verify.card_runner import RunSettings, today
from tests.scout.findings import finding

URL, PR = "https://github.com/example/demo/issues/7", "https://github.com/example/demo/pull/8"


@pytest.fixture
def discovered(root: Path, settings: RunSettings) -> str:
    """A found card in the folder; its id."""
    with ThreadPoolExecutor(1) as executor:
        [publication] = Publisher(root, settings, date(2026, 11, 20)).publish([finding()], executor)
    assert publication.result == "published", publication.reason
    return publication.card_id


def author(root: Path, settings: RunSettings) -> Author:
    return Author(root, settings, tracker=lambda url: None)


def test_an_explained_card_takes_everything_measured_over_and_the_address_too(
    root: Path, settings: RunSettings, discovered: str
) -> None:
    before = load(root).cards[discovered]
    draft = author(root, settings).explain(discovered, URL, PR)
    record = yaml.safe_load(draft.text)
    assert draft.card.id == "demo-7"
    assert draft.judgement.verdict == "verified"
    for key in ("title", "category", "symptom", "trigger"):
        assert record[key] == getattr(before, key)
    assert draft.card.versions == before.versions
    assert draft.card.reproduction == before.reproduction
    assert draft.card.signature.frames == before.signature.frames
    assert (
        (draft.card.signature.traceback or "").splitlines()[-1].startswith("ImportError: cannot import name 'helper'")
    )
    assert [fix.install for fix in draft.card.fixes] == [fix.install for fix in before.fixes]
    assert record["supersedes"] == [discovered]
    assert record["discovery"]["explained"] == today().isoformat()
    assert {problem.code for problem in draft.problems} == {"FC240"}
    texts = {problem.message.removesuffix(" is still to be written") for problem in draft.problems}
    assert texts == {
        "mechanism",
        "impact",
        "fixes[0].why",
        "fixes[0].avoid_when",
        "fixes[1].why",
        "fixes[1].avoid_when",
    }
    draft.write()
    assert [path.name for path in sorted(root.rglob("*.*")) if path.is_file()] == ["7.evidence.json", "7.yaml"]


def test_an_explained_card_has_each_key_of_the_found_one(root: Path, discovered: str) -> None:
    before = load(root).cards[discovered].model_copy(update={"cause": "lamp-1"})
    record = explained_record(before, None, URL, None, date(2026, 11, 21))
    assert record["cause"] == "lamp-1"
    assert before.model_dump(exclude_defaults=True, exclude_none=True).keys() <= record.keys()


def test_when_its_texts_are_written_the_old_id_leads_to_it(root: Path, settings: RunSettings, discovered: str) -> None:
    draft = author(root, settings).explain(discovered, URL, PR)
    draft.write()
    path = root / "demo" / "7.yaml"
    path.write_text(path.read_text().replace("TODO: ", ""))
    library = load(root)
    assert library.problems == ()
    assert library.successors == {discovered: "demo-7"}
    assert library.summaries["demo-7"].verdict == "verified"
    assert library.summaries["demo-7"].explained
    with pytest.raises(StoppedError, match="demo-7 explains it already"):
        author(root, settings).explain(discovered, URL)


def test_nothing_is_removed_before_the_card_is_there(root: Path, settings: RunSettings, discovered: str) -> None:
    draft = author(root, settings).explain(discovered, URL, PR)
    (root / "demo").mkdir(exist_ok=True)
    (root / "demo" / "7.yaml").write_text("taken")
    with pytest.raises(StoppedError, match="there is a card of this issue already"):
        draft.write()
    assert discovered in load(root).cards


@pytest.mark.parametrize(
    ("name", "url", "message"),
    [
        ("{discovered}1", URL, "is no found card; did you mean demo-found-"),
        ("other-3", URL, "is no found card; `fixcards check` says whether it has a problem"),
        (None, None, "which upstream issue is it?"),
        (None, "https://github.com/example/demo", "ends with no issue number"),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    name: str | None, url: str | None, message: str, root: Path, settings: RunSettings, discovered: str
) -> None:
    with pytest.raises(FixcardsError, match=message.replace("?", r"\?")):
        author(root, settings).explain((name or "{discovered}").format(discovered=discovered), url)
