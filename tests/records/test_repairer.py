"""What `fixcards check --fix` does to files: only what needs no decision, and no byte besides."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixcards.errors import FixcardsError
from fixcards.records.loader import load
from fixcards.records.repairer import RepairedFile, repaired_files
from fixcards.records.schema import schema_text
from fixcards.worker_pool import WorkerPool

from .conftest import GOOD, Folder

TEXT = GOOD.read_text(encoding="utf-8")
ALIAS = '    - "Stalled: gave up on {host}"\n'
EVIDENCE = GOOD.with_name("7.evidence.json").read_bytes()


def repairs(cards: Path) -> list[RepairedFile]:
    return list(repaired_files(cards, load(cards).problems, WorkerPool(1)))


def write(cards: Path) -> list[RepairedFile]:
    done = repairs(cards)
    for file in done:
        file.write(cards)
    return done


def replacing(old: str, new: str) -> Callable[[str], str]:
    def damage(text: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return damage


DAMAGES: dict[str, Callable[[str], str]] = {
    "key in capitals": replacing("avoid_when: You don't", "Avoid-When: You don't"),
    "alias twice": replacing(ALIAS, ALIAS + ALIAS),
    "alias like the error": replacing("  aliases:\n", '  aliases:\n    - "demo.Stalled: no answer from {host}"\n'),
    "keyword that the card has": replacing("keywords: [", "keywords: [redirect, "),
    "advisory in small letters": replacing("CVE-2024-12345", "cve-2024-12345"),
    "advisory twice": replacing("PYSEC-2024-7]", "PYSEC-2024-7, PYSEC-2024-7]"),
    "release without quotes": replacing('fixed: "1.11"', "fixed: 1.11"),
    "operator turned around": replacing('affected: [">=1.0,', 'affected: ["=>1.0,'),
    "name of a second package": replacing("    transport: ", "    Transport: "),
    "name of a built package": replacing("build: [demo]", "build: [Demo]"),
    "upgrade without a line": replacing('    install: ["demo>=1.11"]\n', ""),
    "spaces at the end": replacing("category: hang\n", "category: hang  \n"),
    "no schema line": lambda text: text.partition("\n")[2],
    "schema of another place": replacing("$schema=../card", "$schema=https://example.com/card"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
}
"""What a person may do to the card, each of which has one correction."""


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_a_problem_and_its_repair_gives_the_card_back(name: str, folder: Folder) -> None:
    cards = folder({"demo/7.yaml": DAMAGES[name](TEXT), "demo/7.evidence.json": EVIDENCE})
    assert load(cards).problems != ()
    (done,) = write(cards)
    assert len(done.repairs) == 1
    assert done.repairs[0].hint.startswith("repaired: ")
    assert (cards / "demo" / "7.yaml").read_text(encoding="utf-8") == TEXT
    assert load(cards).problems == ()


def relaxed(text: str) -> str:
    """The card as another author would lay it out, with comments."""
    for old, new in (
        ("\n    - ", "\n      -   "),
        ("\n  - title", "\n\n  # An option:\n  - title"),
        ("symptom: A request that is", "symptom: A request\n  that is"),
        ("pr: https", "# The fix:\npr:    https"),
        ("page.txt: hello\n", "page.txt: 'hello'  # and more\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.sampled_from(sorted(DAMAGES)), unique=True), layout=st.booleans())
def test_any_damages_together_are_undone_and_no_byte_besides(
    names: list[str], layout: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if "schema of another place" in names:
        names = [name for name in names if name != "no schema line"]
    damaged = TEXT
    for name in sorted(set(names) - {"Windows line ends", "byte order mark"}):
        damaged = DAMAGES[name](damaged)
    text, damaged = (relaxed(TEXT), relaxed(damaged)) if layout else (TEXT, damaged)
    for name in ("Windows line ends", "byte order mark"):
        damaged = DAMAGES[name](damaged) if name in names else damaged
    cards = tmp_path_factory.mktemp("cards")
    (cards / "demo").mkdir()
    (cards / "demo" / "7.yaml").write_bytes(damaged.encode())
    (cards / "demo" / "7.evidence.json").write_bytes(EVIDENCE)
    write(cards)
    assert (cards / "demo" / "7.yaml").read_bytes().decode() == text
    assert repairs(cards) == []


def test_a_card_with_other_problems_is_repaired_as_far_as_that_is_safe(folder: Folder) -> None:
    text = DAMAGES["alias twice"](DAMAGES["release without quotes"](TEXT)).replace("category: hang", "category: hung")
    cards = folder({"demo/7.yaml": text.replace("trigger:", "triggers:"), "demo/7.evidence.json": EVIDENCE})
    (done,) = write(cards)
    assert [problem.code for problem in done.repairs] == ["FC104"]  # what is a repetition is clear only in a good card
    assert (cards / "demo" / "7.yaml").read_text(encoding="utf-8") == text.replace("trigger:", "triggers:").replace(
        "fixed: 1.11", 'fixed: "1.11"'
    )


def test_a_file_that_is_no_yaml_gets_its_line_ends(folder: Folder) -> None:
    cards = folder({"demo/7.yaml": TEXT.replace("\n", "\r\n").replace("versions:", "versions: [")})
    write(cards)
    assert (cards / "demo" / "7.yaml").read_text(encoding="utf-8") == TEXT.replace("versions:", "versions: [")


def test_an_upgrade_gets_a_line_only_where_one_can_be_meant(folder: Folder) -> None:
    bare = DAMAGES["upgrade without a line"](TEXT)
    for old, new in (
        ('"demo==1.11", "transport==2.1"', '"demo==1.12", "transport==2.1"'),
        ('"demo==1.11", "transport==2.1"', '"demo==1.11", "transport==2.2"'),
        ("title: Upgrade to 1.11", "title: Upgrade to 1.12"),
        ('"==0.9"', '"==2.0"'),  # a later release fails, too
        ('fixed: "1.11"', 'fixed: "1.11rc1"'),
    ):
        cards = folder({"demo/7.yaml": replacing(old, new)(bare)})
        assert "FC410" in {problem.code for problem in load(cards).problems}
        assert repairs(cards) == [], new


def test_an_upgrade_of_whichever_package_was_hit_has_no_line(folder: Folder) -> None:
    bare = DAMAGES["upgrade without a line"](TEXT)
    for example, codes in (
        ('"demo=={version}", "transport==2.1", "caller==3.0"', set()),
        ('"demo=={version}", "transport==2.2"', {"FC410"}),  # a second package, which the card can name
        ('"demo==1.11", "transport==2.1", "caller==3.0"', {"FC410"}),
    ):
        cards = folder({"demo/7.yaml": replacing('"demo==1.11", "transport==2.1"', example)(bare)})
        assert {problem.code for problem in load(cards).problems} == codes, example


def test_no_line_names_a_release_that_was_withdrawn(folder: Folder) -> None:
    day = b'"uploaded": "2024-01-12"'
    evidence = EVIDENCE.replace(day, day + b', "yanked": true')
    assert evidence != EVIDENCE
    cards = folder({"demo/7.yaml": DAMAGES["upgrade without a line"](TEXT), "demo/7.evidence.json": evidence})
    assert {problem.code for problem in load(cards).problems} == {"FC410", "FC412"}
    assert repairs(cards) == []


@pytest.mark.parametrize("path", ["demo/7.yml", "demo/8.yaml", "other/7.yaml", "7.yaml", "a/b/7.yaml", "demo/x.yaml"])
def test_a_card_goes_to_its_place_with_its_evidence(path: str, folder: Folder) -> None:
    evidence = path.rpartition(".")[0] + ".evidence.json"
    cards = folder({path: TEXT, evidence: EVIDENCE})
    (done,) = write(cards)
    assert done.repairs[-1].hint == "repaired: moved it to demo/7.yaml"
    left = {each.relative_to(cards).as_posix() for each in cards.rglob("*") if each.is_file()}
    assert left == {"demo/7.yaml", "demo/7.evidence.json"}
    assert [each.name for each in cards.iterdir() if each.name != "a"] == ["demo"]  # its old folder is gone
    assert load(cards).problems == ()


def test_no_card_is_moved_over_another_or_into_a_link(folder: Folder, tmp_path: Path) -> None:
    cards = folder({"demo/7.yaml": TEXT, "other/7.yaml": TEXT})
    assert repairs(cards) == []
    (cards / "demo" / "7.yaml").rename(cards / "demo" / "7.evidence.json")
    assert repairs(cards) == []
    (cards / "demo" / "7.evidence.json").unlink()
    (cards / "demo").rmdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (cards / "demo").symlink_to(outside)
    assert repairs(cards) == []
    assert list(outside.iterdir()) == []


def test_of_two_cards_for_one_place_only_the_first_goes_there(folder: Folder) -> None:
    cards = folder({"demo/8.yaml": TEXT, "other/7.yaml": TEXT})
    assert [file.new_path for file in write(cards)] == ["demo/7.yaml"]
    assert (cards / "other" / "7.yaml").is_file()


def test_a_card_whose_package_may_be_wrong_stays(folder: Folder) -> None:
    text = TEXT.replace("package: demo\n", "package: dmo\n")  # its requirements name another package
    cards = folder({"demo/7.yaml": text})
    assert repairs(cards) == []


def test_schemas_are_written_anew(folder: Folder) -> None:
    cards = folder({"demo/7.yaml": TEXT, "card.schema.json": "{}", "evidence.schema.json": schema_text("evidence")})
    assert [file.path for file in write(cards)] == ["card.schema.json"]
    assert (cards / "card.schema.json").read_text(encoding="utf-8") == schema_text("card")


def test_a_link_in_the_place_of_a_card_is_neither_followed_nor_replaced(folder: Folder) -> None:
    cards = folder({"demo/8.yaml": TEXT})
    outside = cards.parent / "outside.yaml"
    outside.write_text(DAMAGES["no schema line"](TEXT), encoding="utf-8")
    (cards / "demo" / "7.yaml").symlink_to(outside)
    before = outside.read_bytes()
    assert [file.path for file in write(cards)] == []
    assert (cards / "demo" / "7.yaml").is_symlink()
    assert outside.read_bytes() == before


def test_a_file_that_was_changed_meanwhile_is_left_as_it_is(folder: Folder) -> None:
    cards = folder({"demo/7.yaml": DAMAGES["no schema line"](TEXT)})
    (file,) = repairs(cards)
    (cards / "demo" / "7.yaml").write_text("changed", encoding="utf-8")
    with pytest.raises(FixcardsError, match="was changed meanwhile, and is left as it is; try again"):
        file.write(cards)
    assert (cards / "demo" / "7.yaml").read_text(encoding="utf-8") == "changed"


def test_a_card_that_became_a_link_meanwhile_is_not_written_through(folder: Folder) -> None:
    cards = folder({"demo/7.yaml": DAMAGES["no schema line"](TEXT)})
    (file,) = repairs(cards)
    outside = cards.parent / "outside.yaml"
    (cards / "demo" / "7.yaml").rename(outside)
    (cards / "demo" / "7.yaml").symlink_to(outside.absolute())
    before = outside.read_bytes()
    with pytest.raises(OSError, match="is a link"):
        file.write(cards)
    assert outside.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_keeps_its_permissions(folder: Folder) -> None:
    cards = folder({"demo/7.yaml": DAMAGES["no schema line"](TEXT)})
    (cards / "demo" / "7.yaml").chmod(0o600)
    write(cards)
    assert (cards / "demo" / "7.yaml").stat().st_mode & 0o777 == 0o600


def test_a_repair_leaves_evidence_current(folder: Folder) -> None:
    cards = folder({"demo/7.yaml": DAMAGES["alias twice"](TEXT), "demo/7.evidence.json": EVIDENCE})
    before = load(cards).summaries["demo-7"].verdict
    write(cards)
    assert load(cards).summaries["demo-7"].verdict == before == "verified"
