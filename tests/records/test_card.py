from __future__ import annotations

import copy
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement
from fixcards.records.card import Card, Versions, own_content_ratio


def kinds(data: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    with pytest.raises(ValidationError) as caught:
        Card.model_validate(data)
    return [(error["type"], error["loc"]) for error in caught.value.errors()]


def test_a_card_has_its_id_from_the_package_and_the_issue(card: Card) -> None:
    assert (card.id, card.key, card.issue_label) == ("demo-7", "7", "#7")


def test_a_card_of_a_tracker_with_keys_has_the_key_in_its_id(data: dict) -> None:
    card = Card.model_validate(data | {"issue": "https://tracker.example.org/browse/ABC-12"})
    assert (card.id, card.key, card.issue_label) == ("demo-abc-12", "abc-12", "ABC-12")


def test_affected_releases_are_one_range_or_several(data: dict) -> None:
    card = Card.model_validate(data)
    assert str(card.versions.affected_set) == ">=1.0,<=1.10 or ==0.9"
    inside = [
        release for release in ("0.9", "1.0", "1.10", "1.11", "2.0", "2.0.1") if release in card.versions.affected_set
    ]
    assert inside == ["0.9", "1.0", "1.10"]
    assert card.versions.named_broken == "1.10"
    assert card.versions.model_dump()["affected"] == [">=1.0,<=1.10", "==0.9"]
    one = Versions.model_validate({"affected": "<2"})
    assert (str(one.affected_set), one.model_dump()["affected"]) == ("<2", "<2")


@pytest.mark.parametrize("name", ["CVE-2024-1234", "GHSA-2345-cfgh-jmpq", "PYSEC-2024-7"])
def test_another_name_is_the_id_of_an_advisory(name: str, data: dict) -> None:
    assert Card.model_validate(data | {"ids": [name]}).ids == (name,)
    for wrong in (name.lower(), f"{name} ", name[:-2], f"{name}/x"):
        if wrong != "PYSEC-2024":
            assert kinds(data | {"ids": [wrong]}) == [("advisory_id", ("ids", 0))], wrong


def test_what_a_card_may_leave_out_has_its_documented_default(data: dict) -> None:
    required = ("package", "issue", "title", "category", "symptom", "trigger", "mechanism", "signature", "prevention")
    small = {key: data[key] for key in (*required, "fixes")} | {
        "versions": {"affected": ">=1.0,<=1.10"},
        "reproduction": {"code": "import demo"},
    }
    card = Card.model_validate(small)
    assert card.ecosystem == "pypi"
    assert card.status.state == "published"
    assert card.related == ()
    assert card.reproduction.requires == ()
    assert card.pr is None


@pytest.mark.parametrize(
    "key", ["package", "issue", "title", "category", "symptom", "trigger", "mechanism", "versions", "signature",
            "reproduction", "fixes", "prevention"]
)  # fmt: skip
def test_what_the_design_requires_is_required(data: dict, key: str) -> None:
    del data[key]
    assert kinds(data) == [("missing", (key,))]


def test_a_card_cannot_be_changed(card: Card) -> None:
    with pytest.raises(ValidationError):
        card.title = "Another"  # type: ignore[misc]


def test_second_packages_stand_below_with_and_below_no_other_name(card: Card, data: dict) -> None:
    assert card.versions.with_ == {"transport": ">=2.0"}
    assert card.versions.model_dump(by_alias=True)["with"] == {"transport": ">=2.0"}
    data["versions"]["with_"] = data["versions"].pop("with")
    assert kinds(data) == [("extra_forbidden", ("versions", "with_"))]


def test_a_status_is_a_word_or_a_mapping_with_a_reason(data: dict) -> None:
    assert Card.model_validate(data | {"status": "published"}).status.state == "published"
    retired = Card.model_validate(data | {"status": {"state": "retired", "reason": "It was our own fault."}})
    assert (retired.status.state, retired.status.reason) == ("retired", "It was our own fault.")
    assert kinds(data | {"status": "retired"}) == [("reason", ("status",))]


def test_a_day_may_stand_with_or_without_quotes(data: dict) -> None:
    assert Card.model_validate(data).reproduction.exclude_newer == date(2024, 5, 6)
    data["reproduction"]["exclude_newer"] = "2024-05-06"
    assert Card.model_validate(data).reproduction.exclude_newer == date(2024, 5, 6)


@pytest.mark.parametrize(
    "day",
    [
        0,
        86400,
        1.0,
        True,
        "0",
        "1714953600",
        "2024-5-6",
        "20240506",
        "2024-W19-1",
        "\u0662\u0660\u0662\u0664-05-06",
        "1999-12-31",
    ],
)
def test_a_number_or_another_spelling_is_no_day(data: dict, day: object) -> None:
    data["reproduction"]["exclude_newer"] = day
    assert kinds(data)


@pytest.mark.parametrize(
    ("affected", "release"),
    [
        (">=1.0,<=1.10", "1.10"),
        ("<=1.9,<=1.10,>=1.0", "1.9"),
        ("==1.0", "1.0"),
        ("<=2.0b1", "2.0b1"),
        (">=1.0", "1.0"),
        (">=1.0,>=1.2", "1.2"),
        (">=1.0,<2", "1.0"),
        (">1.0", None),
        ("<2", None),
        ("==1.*", None),
        ("<=1.10,!=1.10", None),
        (">=3,<=1", None),
        ("===1.0", None),
    ],
)
def test_the_release_that_stands_for_the_affected_ones_is_one_that_the_range_names(
    affected: str, release: str | None
) -> None:
    assert Versions(affected=affected).named_broken == release


def test_a_requirement_knows_its_distribution_whatever_else_it_says() -> None:
    assert PYPI.requirement_name("Py_Test.Plugin[all]=={version} ; python_version > '3'") == "py-test-plugin"
    assert str(parse_requirement("demo=={version}").specifier) == "==0"


def test_the_share_of_own_words_counts_prose_against_quotes(card: Card, data: dict) -> None:
    without = copy.deepcopy(data)
    del without["discussion"][0]["quote"]
    own = [data[key] for key in ("title", "symptom", "trigger", "mechanism", "impact", "verify")] + data["prevention"]
    own += [
        fix[key] for fix in data["fixes"] for key in ("title", "body", "why", "use_when", "avoid_when") if key in fix
    ]
    own.append(data["discussion"][0]["point"])
    written = sum(map(len, own))
    assert own_content_ratio(Card.model_validate(without)) == 1
    assert own_content_ratio(card) == pytest.approx(written / (written + len("it just sits there")))


@pytest.mark.parametrize(
    "path", ["a.py", "a/b/c.txt", "a b.txt", "-x", "..a", "a..b", "~", "größe.txt", "package/__init__.py", ".hidden"]
)
def test_a_file_below_the_reproduction_may_have_any_ordinary_name(data: dict, path: str) -> None:
    data["reproduction"]["files"] = {path: ""}
    assert Card.model_validate(data).reproduction.files == {path: ""}


@pytest.mark.parametrize(
    "path", ["/a", "//a", "a//b", "a/", "./a", "../a", "a/../../b", "a/..", ".", "..", "C:/a", "\\\\host\\a",
             "a\\..\\b", "a\x00b", "a\nb", "a\u202eb", "a" * 201, " ", "file://a"]
)  # fmt: skip
def test_no_file_is_written_anywhere_else(data: dict, path: str) -> None:
    data["reproduction"]["files"] = {path: ""}
    assert [loc for _, loc in kinds(data)] == [("reproduction", "files", path, "[key]")]


SIXTY_KB = 60_000


@pytest.mark.parametrize(
    "put",
    [
        lambda data, text: data["signature"].update(frames=[text]),
        lambda data, text: data["signature"].update(aliases=[text]),
        lambda data, text: data["signature"].update(error=text),
        lambda data, text: data["signature"].update(traceback=text),
        lambda data, text: data["versions"].update(affected=text),
        lambda data, text: data["versions"].update(fixed=text),
        lambda data, text: data["reproduction"].update(requires=[text]),
        lambda data, text: data.update(issue=text),
        lambda data, text: data.update(package=text),
        lambda data, text: data.update(related=[text]),
        lambda data, text: data.update(category=text),
    ],
)
@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "/",
        "\\",
        "{",
        "{a",
        "a.",
        "a/",
        "-1",
        "<=1,",
        "(",
        "1.",
        "/home/",
        "C:\\Users",
        " ",
        "https://a/",
        "\n",
        "é",
    ],
)
def test_no_field_takes_long_over_hostile_text(
    data: dict, put: Callable[[dict, str], None], unit: str, check_card: Callable[[dict], object]
) -> None:
    put(data, unit * (SIXTY_KB // len(unit)))
    start = time.process_time()
    check_card(data)
    assert time.process_time() - start < 0.25


def test_a_marker_of_many_parentheses_is_refused_before_it_uses_up_the_stack(data: dict) -> None:
    def nested(depth: int) -> list[str]:
        return ["demo=={version}", "transport==2.1; " + "(" * depth + "python_version>'3'" + ")" * depth]

    data["reproduction"]["requires"] = nested(20)
    assert Card.model_validate(data)
    data["reproduction"]["requires"] = nested(21)
    assert kinds(data) == [("requirement", ("reproduction", "requires", 1))]
