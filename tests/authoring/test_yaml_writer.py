from __future__ import annotations

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from fixcards.authoring.yaml_writer import WIDTH, card_text
from fixcards.records.yaml_document import YamlDocument

texts = st.text(st.characters(exclude_categories=["Cs"]))
lines = st.lists(st.text(st.sampled_from("ab #:-'\"|>{}[]&*!%@`,?\t\\ ")), max_size=6).map("\n".join)
keys = st.text(st.sampled_from("abn0_- :#/."), min_size=1)
values = st.recursive(
    st.one_of(texts, lines, st.integers(-64, 255), st.floats(0.5, 60), st.just("no"), st.just("1.10")),
    lambda children: st.one_of(
        st.dictionaries(keys, children, max_size=4),
        st.lists(children.filter(lambda each: not isinstance(each, list)), min_size=1, max_size=4),
    ),
    max_leaves=12,
)


def loaded(text: str) -> object:
    """What any YAML reader makes of it: characters that a card may not have are refused by rules, not here."""
    return yaml.safe_load(text)


@given(st.dictionaries(keys, values, min_size=1, max_size=6))
@example({"a": " starts with a space\nand goes on\n"})
@example({"a": "\nstarts with an empty line"})
@example({"a": "   \n text after a line of spaces\n\n\n"})
@example({"a": "2024-01-01", "b": "1.10", "c": "no", "d": "~", "e": "", "f": "12:30:00", "g": "0x1F", "h": "<<"})
@example({"a": "word " * 60 + "end", "b": ["x" * 200, "two\nlines\n"]})
@example({"a": "word: " * 60, "b": "# " * 80 + "x", "c": "- " * 80 + "x"})
@example({"a": [{"b": "c\nd\n", "e": [{"f": {"g": "h\n"}}]}], "i": {}})
def test_what_is_written_loads_back_to_the_same_values(record: dict) -> None:
    assert loaded(card_text(record)) == record


def test_code_and_tracebacks_are_blocks_and_long_prose_is_wrapped() -> None:
    text = card_text({"code": "import a\n\nprint(1)\n", "prose": "word " * 50 + "end", "requires": ["a==1", "b<2"]})
    assert "code: |\n  import a\n\n  print(1)\nprose: >-\n  word" in text
    assert 'requires: ["a==1", "b<2"]\n' in text
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_the_first_line_points_editors_at_the_schema() -> None:
    record = {"package": "demo", "issue": "https://github.com/example/demo/issues/7"}
    text = card_text(record)
    assert text.splitlines()[0] == "# yaml-language-server: $schema=../card.schema.json"
    assert YamlDocument(text).data == record
    discovered = card_text({"package": "demo"})
    assert discovered == "# yaml-language-server: $schema=../../card.schema.json\npackage: demo\n"
