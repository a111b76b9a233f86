from __future__ import annotations

from datetime import date, datetime

import pytest
import yaml

from fixcards.records import yaml_document
from fixcards.records.yaml_document import Position, YamlDocument, YamlError

TEXT = """\
# a comment
name: first
größe: {a: [1, "zwei", ~]}
items:
  - title: one
    note: |
      two
      lines
  - "title": second
"""


def refused(text: str) -> YamlError:
    with pytest.raises(YamlError) as caught:
        YamlDocument(text)
    return caught.value


def test_text_becomes_plain_data() -> None:
    assert YamlDocument(TEXT).data == {
        "name": "first",
        "größe": {"a": [1, "zwei", None]},
        "items": [{"title": "one", "note": "two\nlines\n"}, {"title": "second"}],
    }


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ((), False, (2, 1)),
        (("name",), True, (2, 1)),
        (("name",), False, (2, 7)),
        (("größe",), False, (3, 8)),
        (("größe", "a"), True, (3, 9)),
        (("größe", "a", 1), False, (3, 16)),
        (("größe", "a", 2), False, (3, 24)),
        (("items", 0), False, (5, 5)),
        (("items", 0), True, (5, 5)),
        (("items", 0, "note"), False, (6, 11)),
        (("items", 1, "title"), True, (9, 5)),
        (("items", 1, "title"), False, (9, 14)),
    ],
)
def test_every_key_and_value_has_its_place(path: tuple[str | int, ...], key: bool, place: tuple[int, int]) -> None:
    assert YamlDocument(TEXT).position(path, key=key) == Position(*place)


@pytest.mark.parametrize(
    ("path", "place", "existing"),
    [
        (("nothing",), (2, 1), ()),
        (("größe", "b", "c"), (3, 1), ("größe",)),
        (("items", 7), (4, 1), ("items",)),
        (("items", 0, "why"), (5, 5), ("items", 0)),
        (("name", "state"), (2, 7), ("name",)),
    ],
)
def test_what_is_missing_has_the_place_of_what_is_around_it(
    path: tuple[str | int, ...], place: tuple[int, int], existing: tuple[str | int, ...]
) -> None:
    document = YamlDocument(TEXT)
    assert document.position(path) == Position(*place)
    assert document.existing(path) == existing


def test_columns_count_characters_and_not_bytes() -> None:
    assert YamlDocument("😀é: {日本: x}").position(("😀é", "日本")) == Position(1, 10)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.10", 1.1),
        ("no", False),
        ("On", True),
        ("~", None),
        ("", None),
        ("1:30", 90),
        ("0x1F", 31),
        ("010", 8),
        ("1_000", 1000),
        (".inf", float("inf")),
        ("2024-05-06", date(2024, 5, 6)),
        ("2024-05-06 07:08:09", datetime(2024, 5, 6, 7, 8, 9)),  # noqa: DTZ001 - YAML's has no zone
        ("2024-13-45", "2024-13-45"),
        ("2024-05-06T25:00:00Z", "2024-05-06T25:00:00Z"),
        ("2024-05-06 07:08:09 +99:00", "2024-05-06 07:08:09 +99:00"),
        ("0b_", "0b_"),
        ("9" * 100, int("9" * 100)),
        ("9" * 101, "9" * 101),
        ("1" + ":1" * 20_000, "1" + ":1" * 20_000),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        ("<<", "<<"),
        ("=", "="),
        ("'1.10'", "1.10"),
        ('"no"', "no"),
        ("١٢", "١٢"),
    ],
)
def test_a_plain_value_is_what_yaml_takes_it_for_unless_it_is_none(typed: str, value: object) -> None:
    document = YamlDocument(f"a: {typed}")
    assert document.data == {"a": value}
    assert document.raw(("a",)) == typed.strip("'\"")


def test_what_is_no_scalar_or_is_missing_is_not_typed() -> None:
    assert YamlDocument(TEXT).raw(("items",)) is None
    assert YamlDocument(TEXT).raw(("nothing",)) is None


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("", "empty", (1, 1)),
        ("# nothing\n", "empty", (1, 1)),
        ('""', "empty", (1, 1)),
        ("---\n", "empty", (1, 1)),
        ("- a\n", "not_mapping", (1, 1)),
        ("words\n", "not_mapping", (1, 1)),
        ("a:b\n", "not_mapping", (1, 1)),
        ("a: 1\n---\nb: 2\n", "documents", (2, 1)),
        ("a: 1\na: 2\n", "duplicate", (2, 1)),
        ("a: 1\n'a': 2\n", "duplicate", (2, 1)),
        ("a: {b: 1, b: 2}\n", "duplicate", (1, 11)),
        ("- {b: 1, b: 2}\n", "duplicate", (1, 10)),
        ("a: &x 1\n", "anchor", (1, 4)),
        ("&x a: 1\n", "anchor", (1, 1)),
        ("a: &x [1]\n", "anchor", (1, 4)),
        ("a: *x\n", "anchor", (1, 4)),
        ("*x : 1\n", "anchor", (1, 1)),
        ("a: !x 1\n", "tag", (1, 4)),
        ("a: ! 1\n", "tag", (1, 4)),
        ("a: !!str 1\n", "tag", (1, 4)),
        ("!x a: 1\n", "tag", (1, 1)),
        ("a: !!set {x}\n", "tag", (1, 4)),
        ("!!map {a: 1}\n", "tag", (1, 1)),
        ("on: 1\n", "key", (1, 1)),
        ("a: {1.10: x}\n", "key", (1, 5)),
        ("? [a]\n: 1\n", "key", (1, 3)),
        ("a: {{x}}\n", "key", (1, 5)),
        ('a: "\\a"\n', "character", (1, 4)),
        ('"\\a": 1\n', "character", (1, 1)),
        ('a: "\\uFFFE"\n', "character", (1, 4)),
        ("a:\n\tb: 1\n", "tab", (2, 1)),
        ("a:\n  b: 1\n\tc: 2\n", "tab", (3, 1)),
        ("a: b: c\n", "syntax", (1, 5)),
        ("a: x\n- y\n", "syntax", (2, 1)),
        ("a: [1, 2", "syntax", (1, 9)),
        ("a: 'x", "syntax", (1, 4)),
        ("a:\n  - x: 'y", "syntax", (2, 8)),
        ("a: " + "[" * 20, "depth", (1, 23)),
    ],
)
def test_what_a_record_may_not_use_is_refused_where_it_stands(text: str, kind: str, place: tuple[int, int]) -> None:
    error = refused(text)
    assert (error.kind, error.position) == (kind, Position(*place))


def test_a_tab_inside_a_value_is_no_fault() -> None:
    assert YamlDocument("a: x\ty\nb: |\n  x\n  \ty\n").data == {"a": "x\ty", "b": "x\n\ty\n"}


def test_nineteen_lists_in_a_mapping_are_not_too_deep() -> None:
    assert refused("a: " + "[" * 19).kind == "syntax"
    assert YamlDocument("a: " + "[" * 19 + "]" * 19).data["a"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("a: x: y\n", "a text with `: ` in it is not in quotes", "put the text in quotes: 'x: y'"),
        ("a: it's: y\n", "a text with `: ` in it is not in quotes", 'put the text in quotes: "it\'s: y"'),
        ('a: x\'s: "y"\n', "a text with `: ` in it is not in quotes", "put the text in quotes: 'x''s: \"y\"'"),
        ("- a: x: y\n", "a text with `: ` in it is not in quotes", "put the text in quotes: 'x: y'"),
        ("a: *b* c\n", "a text can't start with * unless it is in quotes", "put the text in quotes: '*b* c'"),
        ("a: & c\n", "a text can't start with & unless it is in quotes", "put the text in quotes: '& c'"),
        ("a: `b`\n", "a text can't start with ` unless it is in quotes", "put the text in quotes: '`b`'"),
        ("a: {b} c\n", "text goes on after the closing bracket", "put the text in quotes: '{b} c'"),
        ("a: [b]]\n", "text goes on after the closing bracket", "put the text in quotes: '[b]]'"),
    ],
)
def test_the_hint_shows_the_text_as_it_is_to_be_typed(text: str, message: str, hint: str) -> None:
    error = refused(text)
    assert (error.detail, error.hint) == (message, hint)
    assert YamlDocument("a: " + hint.removeprefix("put the text in quotes: ")).data


def test_a_quote_that_a_later_one_closes_is_shown_where_it_opens() -> None:
    error = refused("a: 'x\nb: y\nc: z'z\n")
    assert (error.position, error.detail) == (Position(1, 4), "the quote that starts here is closed on line 3")


def test_what_the_reader_of_yaml_may_say_in_another_version_is_passed_on() -> None:
    from fixcards.records.yaml_messages import explain

    message, hint, place = explain("found a new kind of fault", "while reading", ["a: b"], (0, 2), None)
    assert message == "is not valid YAML: while reading, found a new kind of fault"
    assert hint
    assert place == (0, 2)


def test_an_escape_beyond_unicode_is_refused_without_libyaml_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused('a: "\\U00110000"').kind == "syntax"
    monkeypatch.setattr(yaml_document, "_Loader", yaml.SafeLoader)
    error = refused('a: "\\U00110000"')
    assert (error.kind, error.detail) == ("syntax", "an escape stands for no character")
