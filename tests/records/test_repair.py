"""A repair changes the place that it names and nothing else, however the author lays out the file."""

from __future__ import annotations

import time

import pytest

from fixcards.records.repair import (
    InsertList,
    MoveCard,
    RemoveItem,
    RenameKey,
    Repair,
    Rewrite,
    SetValue,
    repaired_text,
    without_trailing_spaces,
)

CARD = """\
%YAML 1.2
---
# A comment at the top
package:   Flask_Login    # as its authors write it


versions: { with: {Werk_zeug: ">=3"},   fixed: 1.10 }   # two things
list:
- "a"
# about b
- b
-   'it''s c'
flow: ["é", b,
       c]
one:
    - only
text: several words
  on two lines
fixes:
    -   title: "x"
        kind: upgrade   # the kind
        body: |
            # no comment
            text

        # about requires
        requires: [a]
    -   kind: pin
        title: y
        body: >-
            folded

            text
"""

PROPOSAL = ("a>=1", "b<2")


@pytest.mark.parametrize(
    ("repair", "old", "new"),
    [
        (SetValue(("package",), "flask-login"), "Flask_Login", "flask-login"),
        (SetValue(("versions", "fixed"), "1.10"), "1.10 }", '"1.10" }'),
        (SetValue(("versions", "with", "Werk_zeug"), ">=3.0"), '">=3"', '">=3.0"'),
        (SetValue(("list", 2), "it's d"), "'it''s c'", "'it''s d'"),
        (SetValue(("text",), "one line"), "several words\n  on two lines", '"one line"'),
        (RenameKey(("versions", "with", "Werk_zeug"), "werk-zeug"), "Werk_zeug", "werk-zeug"),
        (RemoveItem(("list", 0)), '- "a"\n', ""),
        (RemoveItem(("list", 1)), "- b\n", ""),
        (RemoveItem(("list", 2)), "-   'it''s c'\n", ""),
        (RemoveItem(("flow", 0)), '"é", ', ""),
        (RemoveItem(("one", 0)), "one:\n    - only\n", ""),
        (
            InsertList(("fixes", 0), "install", PROPOSAL, ("requires",), "kind"),
            "        # about requires\n",
            '        install: ["a>=1", "b<2"]\n        # about requires\n',
        ),
        (
            InsertList(("fixes", 1), "install", PROPOSAL, ("requires",), "kind"),
            "    -   kind: pin\n",
            '    -   kind: pin\n        install: ["a>=1", "b<2"]\n',
        ),
    ],
    ids=str,
)
def test_a_repair_changes_only_its_place(repair: Repair, old: str, new: str) -> None:
    assert CARD.count(old) == 1
    assert repaired_text(CARD, repair) == CARD.replace(old, new)


@pytest.mark.parametrize(
    "repair",
    [
        SetValue(("fixes", 0, "body"), "other"),  # below a pipe
        SetValue(("nothing",), "x"),
        SetValue(("package",), "two\nlines"),
        RenameKey(("text",), "package"),  # there already
        RemoveItem(("flow", 2)),  # a line break would go, too
        InsertList(("versions",), "install", PROPOSAL, (), "fixed"),  # in braces
        InsertList(("fixes", 0), "title", PROPOSAL, ("requires",), "kind"),  # there already
        MoveCard("a/1.yaml"),
    ],
    ids=str,
)
def test_what_would_change_anything_else_is_left_alone(repair: Repair) -> None:
    assert repaired_text(CARD, repair) is None


def test_a_comment_beside_an_item_keeps_the_item() -> None:
    assert repaired_text("list:\n- a\n- b  # why\n", RemoveItem(("list", 1))) is None
    assert repaired_text("list: [a, # why\n  b]\n", RemoveItem(("list", 0))) is None


def test_a_text_gets_another_form_only_if_it_says_the_same() -> None:
    assert repaired_text("a: b\r\n", Rewrite("a: b\n", "")) == "a: b\n"
    assert repaired_text("a: b\n", Rewrite("a: c\n", "")) is None
    assert repaired_text("a: b\n", Rewrite("a: [\n", "")) is None
    assert repaired_text("a: [\r\n", Rewrite("a: [\n", "")) == "a: [\n"  # a text that says nothing yet


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a: b  \n# c \n   \n", "a: b\n# c\n\n"),
        ("a: |\n  b  \nc: d \n", "a: |\n  b  \nc: d\n"),
        ('a: |\n  b  \nc:\n  - d \n  - "e \n    f"\n', 'a: |\n  b  \nc:\n  - d\n  - "e \n    f"\n'),
        ('a: "b  \n  c"\n', 'a: "b\n  c"\n'),
        ("a: b\n", "a: b\n"),
    ],
)
def test_spaces_at_the_ends_of_lines_go_where_they_are_no_part_of_a_value(text: str, clean: str) -> None:
    assert without_trailing_spaces(text) == clean


def test_a_card_full_of_spaces_takes_no_time() -> None:
    text = "a: |\n" + "  x \n" * 16_000 + "b: c \n"
    start = time.process_time()
    assert without_trailing_spaces(text) == text.removesuffix(" \n") + "\n"
    assert time.process_time() - start < 1
