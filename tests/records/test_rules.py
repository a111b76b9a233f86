from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic_core import ErrorDetails

from fixcards.records.card import Card
from fixcards.records.rules import RULES, Finding
from fixcards.records.rules.rule import closest_word, rule, rules_with_prefix
from fixcards.records.rules.shape import keys_at, kind_of
from fixcards.records.yaml_document import YamlDocument


@pytest.mark.parametrize("code", RULES)
def test_every_rule_states_itself_in_a_sentence(code: str) -> None:
    text = RULES[code].text
    first = text.split("\n\n")[0]
    assert re.match(r"[A-Z`]", first), text
    assert first.endswith("."), text


def test_rules_are_listed_in_the_order_of_their_codes() -> None:
    assert all(re.fullmatch(r"FC[0-4][0-9]{2}", code) for code in RULES)
    assert [rule.code for rule in rules_with_prefix("FC1")] == sorted(code for code in RULES if code.startswith("FC1"))


def test_no_code_is_given_twice() -> None:
    def another(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
        yield Finding("never")

    with pytest.raises(ValueError, match="two rules have the code FC101"):
        rule("FC101")(another)
    assert RULES["FC101"].check is not another


def test_no_kind_of_error_belongs_to_two_rules() -> None:
    kinds = [kind for rule in RULES.values() for kind in rule.kinds]
    assert len(kinds) == len(set(kinds))


def test_an_error_that_no_rule_names_is_reported_in_the_words_of_the_model(text: str) -> None:
    error = ErrorDetails(type="quite_new", loc=("versions", "fixed"), msg="Input should be newer", input="1.11")
    (finding,) = RULES["FC199"].check(error, YamlDocument(text))
    assert finding == Finding(
        "versions.fixed: Input should be newer", "compare it with the schema", ("versions", "fixed")
    )


@pytest.mark.parametrize(
    ("word", "guess"),
    [
        ("exeption", "exception"),
        ("Frames", "frames"),
        ("alias", "aliases"),
        ("trace_back", "traceback"),
        ("eror", "error"),
        ("severity", None),
        ("x", None),
        ("", None),
    ],
)
def test_a_typo_finds_the_key_that_was_meant_and_another_word_none(word: str, guess: str | None) -> None:
    assert closest_word(word, keys_at(Card, ("signature",))) == guess


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ((), "package", "status"),
        (("versions",), "affected", "platform"),
        (("fixes", 0), "title", "code"),
        (("reproduction", "expect"), "during", "timeout"),
        (("status",), "state", "reason"),
    ],
)
def test_the_known_keys_are_those_of_the_place(path: tuple[str | int, ...], first: str, last: str) -> None:
    keys = keys_at(Card, path)
    assert (keys[0], keys[-1]) == (first, last)


def test_there_are_no_known_keys_below_a_text() -> None:
    assert keys_at(Card, ("title",)) == []
    assert keys_at(Card, ("nothing", "here")) == []


def test_a_value_that_yaml_did_not_read_as_text_is_a_kind_of_its_own() -> None:
    def kind(error_type: str, value: object) -> str:
        return kind_of(ErrorDetails(type=error_type, loc=("title",), msg="", input=value))

    assert kind("string_type", 1.1) == kind("string_type", True) == kind("literal_error", False) == "unquoted"
    assert kind("string_type", None) == kind("literal_error", None) == kind("model_type", None) == "blank"
    assert kind("string_type", []) == "string_type"
    assert kind("int_type", "1") == "int_type"


def test_the_cause_of_a_failing_build_needs_no_second_package(data: dict) -> None:
    def findings(expect: dict) -> list:
        reproduction = data["reproduction"] | {"build": ["demo"], "expect": expect}
        card = Card.model_validate(data | {"cause": "wick-3", "reproduction": reproduction})
        return list(RULES["FC418"].check(card, None))

    assert findings({"exit": 1})
    assert not findings({"during": "build"})
    assert findings({"during": "resolve"})
