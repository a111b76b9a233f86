from __future__ import annotations

from dataclasses import replace

import pytest

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import ENTRIES_PER_FILE
from fixcards.matching.index.reader import Index
from fixcards.matching.parse.parser import parse
from fixcards.matching.score.matcher import MAX_ENTRY_FILES, Match, match
from tests.matching.samples import TEXTS, entries, index

OTHER_TEXTS = ("fix-", "list-", "post-", "python-", "shape-", "short-", "typed-")
"""Texts that are not forms of the one failure."""
ENTRY = Entry(
    id="lamp-1",
    package="lamp",
    templates=("lamp.NoWick: wick '{name}' is too short for burner {burner}", "the lamp went out"),
    exception="lamp.NoWick",
    frames=("lamp/core.py:light", "lamp/wick.py:trim"),
    title="Lamp refuses a wick that was trimmed twice",
    prose="The burner stays dark after a restart.",
    affected=">=1,<=1.4",
    fixed="1.5",
    requirements={"oil": ">=2"},
)
TRACEBACK = """Traceback (most recent call last):
  File "/srv/app.py", line 2, in main
    lamp.light()
  File "/venv/lib/python3.12/site-packages/lamp/core.py", line 9, in light
    trim()
  File "/venv/lib/python3.12/site-packages/lamp/wick.py", line 77, in trim
    raise NoWick
lamp.NoWick: wick 'left' is too short for burner 12
"""


def matches_of(text: str, *entries: Entry) -> list[Match]:
    return match(parse(text), Index.of(entries or (ENTRY,)))


def tier(text: str, *entries: Entry) -> str:
    matches = matches_of(text, *entries)
    return matches[0].tier if matches else "none"


def test_message_and_frames_are_an_exact_match_and_the_reasons_say_so() -> None:
    [only] = matches_of(TRACEBACK)
    assert (only.tier, only.line) == ("exact", 8)
    assert only.reasons == ("same exception and message", "2 of 2 library frames, the innermost too")


def test_the_marks_are_the_fixed_parts_of_the_message() -> None:
    [only] = matches_of(TRACEBACK)
    assert [only.text[start:end] for start, end in only.marks] == ["wick '", "' is too short for burner "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamp.NoWick: wick 'x' is too short for burner 1", "likely"),
        ("E   lamp.NoWick: wick 'x' is too short for burner 1", "likely"),
        ("NoWick: wick 'x' is too short for burner 1", "likely"),
        ("KeyError: 'left'", "none"),
        ("ValueError: wick 'x' is too short for burner 1", "possible"),
        ("lamp.NoWick: the oil is empty", "none"),
        ("trimmed wick lamp refuses", "possible"),
        ("lamp", "possible"),
        ("the and of", "none"),
        ("", "none"),
        ("%%% ((( \u2500\u2500", "none"),
    ],
)
def test_a_tier_says_how_much_is_the_same(text: str, expected: str) -> None:
    assert tier(text) == expected


def test_a_message_under_foreign_frames_gets_what_it_gets_alone() -> None:
    foreign = TRACEBACK.replace("site-packages/lamp/", "site-packages/torch/")
    [only] = matches_of(foreign)
    assert only.tier == tier("lamp.NoWick: wick 'left' is too short for burner 12") == "likely"
    assert "the traceback shows none of its packages" in only.reasons


def test_frames_count_wherever_the_library_lies() -> None:
    moved = TRACEBACK.replace("/venv/lib/python3.12/site-packages/", "/opt/vendored/")
    assert tier(moved) == "exact"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("RuntimeError: cut unlit candle", "possible"),
        ("RuntimeError: cut unlit lamp", "likely"),
        ("RuntimeError: cut unlit candle_end", "likely"),
        ("RuntimeError: cut unlit candle before melting wax drips down", "likely"),
    ],
)
def test_a_few_plain_words_are_no_message_of_one_program(error: str, expected: str) -> None:
    assert tier(error, replace(ENTRY, templates=(error,), exception="RuntimeError", requirements={})) == expected


def test_a_message_that_does_not_name_the_package_may_be_that_of_any_other_victim() -> None:
    victim = replace(ENTRY, templates=("AttributeError: 'OilCan' object has no attribute 'pour'",))
    message = "AttributeError: 'OilCan' object has no attribute 'pour'"
    assert tier(message, victim) == "possible"
    assert tier(f"lamp 1.3.0\n{message}", victim) == "likely"
    assert tier(f"lamp.light()\n{message}", victim) == "likely"
    assert tier(f"we have no lamp at all\n{message}", victim) == "possible"


ALIAS = "oil.Dry: the reservoir under burner 3 is dry"
ALIASES = ("oil.Dry: the reservoir under burner {n} is dry", "lamp.NoWick: wick '{name}' is too short")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ALIAS, "possible"),
        (f"step 7 of lamp\n{ALIAS}", "possible"),
        (f"lamp 1.3.0\n{ALIAS}", "likely"),
        (f"in lamp/core.py, I think\n{ALIAS}", "likely"),
        (TRACEBACK.replace("lamp.NoWick: wick 'left' is too short for burner 12", ALIAS), "exact"),
        (f"lamp.NoWick: wick 'x' is too short for burner 1\n{ALIAS}", "likely"),
        ("lamp.NoWick: wick 'x' is too short", "likely"),
    ],
)
def test_an_alias_needs_a_frame_or_the_package_in_use_to_be_more_than_possible(text: str, expected: str) -> None:
    card = replace(ENTRY, templates=(*ENTRY.templates, *ALIASES))
    assert tier(text, card) == expected


def test_the_same_exception_in_the_same_place_with_another_message_is_silent() -> None:
    assert tier(TRACEBACK.replace("wick 'left' is too short for burner 12", "oil is empty")) != "exact"


@pytest.mark.parametrize(
    ("line", "expected", "reason"),
    [
        ("lamp 1.3.0", "exact", "you seem to have lamp 1.3.0, which is affected; fixed in 1.5"),
        ("lamp==1.5.1", "possible", "you seem to have lamp 1.5.1, which is not among the affected (>=1,<=1.4)"),
        ("oil 1.0.0", "possible", "it takes oil >=2, you seem to have 1.0.0"),
    ],
)
def test_releases_in_the_text_raise_or_lower_a_match(line: str, expected: str, reason: str) -> None:
    [only] = matches_of(f"{TRACEBACK}\n{line}\n")
    assert only.tier == expected
    assert reason in (*only.reasons, only.warning)


def test_a_release_in_full_ranks_above_one_that_is_not_affected() -> None:
    assert (
        matches_of(TRACEBACK + "lamp 1.3.0")[0].score
        > matches_of(TRACEBACK)[0].score
        > matches_of(TRACEBACK + "lamp 1.5.0")[0].score
    )


def test_of_two_cards_with_one_message_the_one_that_the_text_points_at_is_likely() -> None:
    message = "RuntimeError: the wick 'x' is too short_for_the_burner"
    lamp = replace(
        ENTRY, templates=("RuntimeError: the wick '{x}' is too short_for_the_burner",), exception="RuntimeError"
    )
    twin = replace(lamp, id="lantern-1", package="lantern", frames=("lantern/core.py:light",))
    tiers = {each.entry.id: each.tier for each in matches_of(message, lamp, twin)}
    assert tiers == {"lamp-1": "possible", "lantern-1": "possible"}
    for hint in ("lantern 1.3.0", "see lantern/core.py", "import lantern"):
        [first, second] = matches_of(f"{hint}\n{message}", lamp, twin)
        assert (first.entry.id, first.tier, second.tier) == ("lantern-1", "likely", "possible")
    both = matches_of(f"lantern 1.3.0\nlamp 1.3.0\n{message}", lamp, twin)
    assert {each.tier for each in both} == {"possible"}
    assert all("other cards have the same message" in each.reasons for each in both)
    twin = replace(ENTRY, id="lantern-1", package="lantern", frames=("lantern/core.py:light",))
    assert matches_of(TRACEBACK, ENTRY, twin)[0].entry.id == "lamp-1"


def test_of_two_causes_with_one_message_the_one_whose_release_the_text_shows_is_likely() -> None:
    """One change reached its users by a package and by Python."""
    lamp = replace(ENTRY, templates=("AttributeError: 'Wicks' object has no attribute 'get'",), frames=())
    lamp = replace(lamp, exception="AttributeError", cause="lamp-1", requirements={})
    python = replace(lamp, id="python-9", package="python", cause="python-9", affected=">=3.12", fixed="")
    message = "AttributeError: 'Wicks' object has no attribute 'get'"
    assert {each.tier for each in matches_of(message, lamp, python)} == {"possible"}
    [first, second] = matches_of(f"Python 3.12.1\n{message}", lamp, python)
    assert (first.entry.id, first.tier, second.tier) == ("python-9", "likely", "possible")


def test_on_a_python_that_the_failing_releases_are_not_for_it_is_another_failure() -> None:
    newer = replace(ENTRY, requires_python=">=3.9")
    older = TRACEBACK.replace("python3.12", "python3.6")
    assert (tier(older), tier(older, newer), tier(TRACEBACK, newer)) == ("exact", "none", "exact")
    without_paths = TRACEBACK.replace("/venv/lib/python3.12", "...")
    assert tier(f"Is it python3.6?\n{without_paths}", newer) == "possible"  # a sentence may speak of another one


def test_a_victim_that_the_message_names_is_its_own_even_under_own_code() -> None:
    message = "ValueError: mutable default <class 'lamp.conf.Wick'> for field wick"
    general = "ValueError: mutable default <class '{class}'> for field {field}"
    cause = replace(ENTRY, id="python-9", package="python", cause="python-9", templates=(general,), affected=">=3.11")
    cause = replace(cause, exception="ValueError", frames=(), requirements={})
    lamp = replace(ENTRY, cause="python-9", templates=(message,), exception="ValueError")
    lamp = replace(lamp, requirements={"python": ">=3"})
    text = f'  File "/srv/app.py", line 3, in <module>\n    import lamp\n{message}\n'
    [first, second] = matches_of(text, cause, lamp)
    assert (first.entry.id, first.tier, second.entry.id) == ("lamp-1", "likely", "python-9")
    [other, *_] = matches_of(text.replace("lamp", "torch"), cause, lamp)
    assert other.entry.id == "python-9"


def test_a_message_that_all_programs_print_identifies_nothing_without_frames() -> None:
    common = replace(ENTRY, templates=("TypeError: 'NoneType' object is not iterable",), exception="TypeError")
    assert tier("TypeError: 'NoneType' object is not iterable", common) == "possible"
    assert (
        tier(
            TRACEBACK.replace(
                "lamp.NoWick: wick 'left' is too short for burner 12", "TypeError: 'NoneType' object is not iterable"
            ),
            common,
        )
        == "exact"
    )


def test_several_failures_in_one_log_match_each() -> None:
    other = Entry(
        id="oil-2", package="oil", templates=("oil.Empty: the can of {brand} is empty",), exception="oil.Empty"
    )
    matches = matches_of(
        f"{TRACEBACK}\nlater\n{TRACEBACK.replace('left', 'right')}\noil.Empty: the can of Brand is empty\n",
        ENTRY,
        other,
    )
    assert {each.entry.id for each in matches} == {"lamp-1", "oil-2"}


def test_the_exception_that_caused_another_matches_too() -> None:
    cause = "The above exception was the direct cause of the following exception:"
    chained = f"{TRACEBACK}\n{cause}\n\nTraceback (most recent call last):\n"
    assert (
        tier(chained + '  File "/srv/app.py", line 4, in main\n    raise RuntimeError\nRuntimeError: no light\n')
        == "exact"
    )


@pytest.mark.parametrize("name", ["node", "node-short", "java", "versions", "versions-post"])
def test_stacks_of_other_languages_and_posts_about_something_else_match_nothing(name: str) -> None:
    assert match(parse(TEXTS[name]), index()) == []


@pytest.mark.parametrize(
    "name",
    sorted(
        set(TEXTS)
        - {
            "node",
            "node-short",
            "java",
            "versions",
            "versions-post",
            "pip-build",
            "pip-none",
            "pip-resolver",
            "repeated-line",
        }
        - {
            "alias",
            "syntax-error",
            "warnings",
            "words",
            "cut-at-the-bottom",
            "unexplained-beside-explained",
            "unexplained-by-its-message-alone",
            *(
                each
                for each in TEXTS
                if each.startswith(("fix-", "list-", "post-", "python-", "shape-", "short-", "typed-"))
            ),
        }
    ),
)
def test_every_form_of_one_failure_finds_its_card(name: str) -> None:
    best = match(parse(TEXTS[name]), index())[0]
    assert best.entry.id == "jsonschema-1"
    assert best.tier == ("likely" if name == "last-line" else "exact")


def test_remembered_words_find_the_card() -> None:
    assert match(parse(TEXTS["words"]), index())[0].entry.id == "jsonschema-1"


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("typed-question", "kombu-1620"),
        ("typed-parts", "flask-2789"),
        ("typed-slip", "jinja2-1587"),
        ("typed-function", "flake8-1701"),
        ("typed-class", "requests-7219"),
        ("typed-post", "click-3111"),
        ("short-summary", "docker-3256"),
        ("short-in-a-log", "flask-2789"),
        ("short-at-a-value", "transforms3d-56"),
    ],
)
def test_a_text_typed_from_memory_or_truncated_by_a_log_finds_the_card_as_possible(name: str, card: str) -> None:
    best = match(parse(TEXTS[name]), index())[0]
    assert (best.entry.id, best.tier) == (card, "possible")


@pytest.mark.parametrize(
    "text",
    [
        "AttributeErr",
        "how do I install it, please help",
        "why does it say keyerror",
        "lamp.NoWick: the oil is empty",
        "ValueError: wick '...",
        "burner problem with the gas boiler downstairs",
    ],
)
def test_words_that_fit_anything_match_nothing(text: str) -> None:
    assert [each.entry.id for each in match(parse(text), Index.of([*entries(), ENTRY]))] == []


def test_a_number_alone_is_the_message_where_the_exception_is_the_same() -> None:
    key = Entry(id="lamp-2", package="lamp", templates=("KeyError: 5",), exception="KeyError")
    assert tier("KeyError: 5", key) == "possible"
    assert tier("KeyError: 'left'", key) == tier("ValueError: 5", key) == "none"


def test_the_words_of_another_exception_of_a_class_are_not_taken_for_typed_ones() -> None:
    assert tier("lamp.NoWick", ENTRY) == "possible"
    assert tier("lamp.NoWick: the oil is empty", ENTRY) == "none"


def test_a_word_that_is_being_typed_finds_what_begins_so() -> None:
    assert [each.entry.id for each in match(parse("jsonsche"), index())] == ["jsonschema-1"]


def test_a_card_with_a_note_comes_behind_the_one_without_for_the_same_failure() -> None:
    unexplained = replace(ENTRY, id="lamp-found-481239057", frames=ENTRY.frames[-1:], note="Not explained yet.")
    [first, second] = matches_of(TRACEBACK, unexplained, ENTRY)
    assert (first.entry.id, second.entry.id) == (ENTRY.id, unexplained.id)
    assert first.score > second.score
    # It makes the other one no less certain, and stands for itself where it is alone.
    assert (first.tier, first.score) == (matches_of(TRACEBACK, ENTRY)[0].tier, matches_of(TRACEBACK, ENTRY)[0].score)
    assert matches_of(TRACEBACK, unexplained)[0].tier == "exact"
    # That of another package is another failure.
    other = replace(unexplained, package="lantern", id="lantern-found-481239057", frames=("lantern/core.py:light",))
    alone = matches_of(TRACEBACK, other, ENTRY)
    assert [each.tier for each in alone if each.entry.id == ENTRY.id] == ["exact"]


def victims(cause: str) -> list[Entry]:
    """Return entries with a note that have one message: more than a search looks at, on either side of the letter m."""
    return [
        replace(
            ENTRY, id=f"{name}-found-1", package=name, frames=(f"{name}/x.py:f",), cause=cause, note="Not explained."
        )
        for name in (f"{letter}{number}" for letter in "az" for number in range(2 * MAX_ENTRY_FILES * ENTRIES_PER_FILE))
    ]


def test_among_many_cards_of_one_message_the_one_of_their_cause_is_the_answer() -> None:
    change = replace(ENTRY, id="m-1", package="m", frames=(), cause="m-1")
    assert matches_of("the lamp went out", *victims("m-1"), change)[0].entry.id == "m-1"


def test_among_many_explained_cards_of_one_message_the_one_of_their_cause_is_the_answer() -> None:
    change = replace(ENTRY, id="m-1", package="m", frames=(), cause="m-1")
    explained = (replace(each, id=f"{each.package}-1", note="") for each in victims("m-1"))
    assert matches_of("the lamp went out", *explained, change)[0].entry.id == "m-1"


def test_among_many_cards_of_one_message_those_without_a_note_come_first() -> None:
    explained = [replace(ENTRY, id=f"{name}-1", package=name, frames=(f"{name}/x.py:f",)) for name in ("zy", "zz")]
    matches = matches_of("the lamp went out", *victims(""), *explained)
    assert [each.entry.id for each in matches[:2]] == ["zy-1", "zz-1"]


OIL_CAN = replace(ENTRY, templates=("AttributeError: 'OilCan' object has no attribute 'pour'",))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("our lamp does not start", "likely"),
        ("lamp must stay at 1.3", "likely"),
        ("without lamp", "possible"),
        ("kein lamp hier", "possible"),
        ("try another lamp", "possible"),
        ("lamp==1.3.0 helps, they say", "possible"),
    ],
)
def test_beside_a_specific_message_a_sentence_may_name_the_package(before: str, expected: str) -> None:
    assert tier(f"{before}\nAttributeError: 'OilCan' object has no attribute 'pour'", OIL_CAN) == expected


def test_the_package_of_a_victim_has_to_be_used_not_named() -> None:
    victim = replace(OIL_CAN, cause="oil-1")
    message = "AttributeError: 'OilCan' object has no attribute 'pour'"
    assert tier(f"our lamp does not start\n{message}", victim) == "possible"


def test_the_readers_own_lines_of_source_show_which_packages_are_used() -> None:
    header = 'Traceback (most recent call last):\n  File "{path}/app.py", line 2, in <module>\n    import lamp\n'
    message = "AttributeError: 'OilCan' object has no attribute 'pour'"
    assert tier(header.format(path="/srv") + message, OIL_CAN) == "likely"
    assert tier(header.format(path="/v/lib/site-packages/soap") + message, OIL_CAN) == "possible"


def test_a_release_of_a_partner_that_can_not_fail_is_a_reason_to_doubt() -> None:
    message = "we have lamp 1.3.0 here, beside it oil {oil}, I think\nlamp.NoWick: wick 'x' is too short for burner 1"
    assert tier(message.format(oil="2.5")) == "likely"
    assert tier(message.format(oil="1.9.2")) == "possible"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("boiler.Broken: the lamp went out", "possible"),
        ("boiler.Broken: no heat (the lamp went out)", "likely"),
        ("boiler.Broken: no heat due to the lamp went out", "likely"),
        ("boiler.Broken: outthe lamp went out", "none"),
    ],
)
def test_a_message_that_another_exception_passes_on_counts(line: str, expected: str) -> None:
    entry = replace(ENTRY, templates=("lamp.NoWick: the lamp went out",), requirements={})
    assert tier(line, entry) == expected


PLAIN = replace(ENTRY, templates=("KeyError: 'wick'",), exception="KeyError", requirements={})
OWN_FRAME = '  File "/srv/app.py", line 2, in main\n    print(lamps["wick"])\n'


def test_a_plain_message_from_own_code_is_not_the_failure_of_a_package_that_fails_in_its_own() -> None:
    assert tier("KeyError: 'wick'\n\nlamp 1.2", PLAIN) == "likely"
    assert tier(f"{OWN_FRAME}KeyError: 'wick'\n\nlamp 1.2", PLAIN) == "possible"
    # What fails where it is called has no frames of the package, so own code is the place.
    assert tier(f"{OWN_FRAME}KeyError: 'wick'\n\nlamp 1.2", replace(PLAIN, frames=())) == "likely"
    # A message that says it all is the failure wherever the traceback was cut.
    assert tier(f"{OWN_FRAME}{TRACEBACK.splitlines()[-1]}\n") == tier(TRACEBACK.splitlines()[-1]) == "likely"


def test_a_message_that_identifies_the_failure_is_possible_against_a_release() -> None:
    message = "NoWick: 'trim_wick' got a wick too short for 'burner_size'"
    entry = replace(ENTRY, templates=(message,), requirements={}, exception="NoWick")
    assert tier(message, entry) == "likely"
    assert tier(f"{message}\n\nlamp==99.0", entry) == "possible"
    assert tier("NoWick: too short\n\nlamp==99.0", replace(entry, templates=("NoWick: too short",))) == "none"


def test_how_long_a_path_is_does_not_matter() -> None:
    entry = replace(ENTRY, templates=("ImportError: cannot import name 'wick' from 'lamp' ({path})",), requirements={})
    entry = replace(entry, exception="ImportError")
    path = "/opt/brew/Cellar/lamp@3/3.1.0_1/Frameworks/Lamp.framework/Versions/3.1/lib/lamp3.1/parts/burners/lamp.py"
    for each in ("/lamp.py", path):
        assert tier(f"ImportError: cannot import name 'wick' from 'lamp' ({each})", entry) == "likely"


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("    at Lamp.light (/srv/lamp.js:12:9)", "none"),
        ("    at async Promise.all (index 0)", "none"),
        ("    at node:internal/main:36:49", "none"),
        ("\tat com.acme.Lamp.light(Lamp.java:12) ~[lamp.jar:1.0]", "none"),
        ("   at Acme.Lamp.Light(String wick, Int32 burner) in Lamp.cs:line 12", "none"),
        ("at import, taper/dip.py line 12. docker image python:3.8", "likely"),
        ("at work (so I was told) it passes on python:3.8", "likely"),
        ("at 10:30 every night", "likely"),
    ],
)
def test_an_exception_of_another_language_is_told_by_its_stack_not_by_a_sentence(below: str, expected: str) -> None:
    assert tier(f"{TRACEBACK.splitlines()[-1]}\n{below}") == expected


def test_a_long_log_of_what_went_well_is_about_no_card() -> None:
    words = ["The burner of lamp stays dark after a restart", "the lamp stays dark", "burner restart", "a dark lamp"]
    assert tier("\n".join([*words, *(f"step {number} is done" for number in "abcdefgh")])) == "none"
    assert tier("\n".join([*words, *(f"step {number} has failed" for number in "abcdefgh")])) == "possible"


GONE = Entry(
    id="python-5",
    package="python",
    templates=("ModuleNotFoundError: No module named 'lampwick'", "ImportError: cannot import name 'lampwick'"),
    cause="python-5",
    affected=">=3.12",
)


@pytest.mark.parametrize(
    "text",
    [
        "lampwick is gone from python3.12",
        "Python 3.12 removed some old things, namely lampwick (they say so)",
        "No module named lampwick on Python 3.13",
    ],
)
def test_what_a_new_python_removed_is_found_by_its_name_and_that_python(text: str) -> None:
    assert [each.tier for each in matches_of(text, GONE, ENTRY)] == ["possible"]
    assert matches_of(text.replace("lampwick", "burner"), GONE) == []


def test_of_python_itself_another_wording_is_as_good_as_the_first() -> None:
    assert [each.tier for each in matches_of("ImportError: cannot import name 'lampwick'", GONE)] == ["likely"]


def test_a_name_in_quotes_finds_a_message_among_many_words() -> None:
    message = "ImportError: cannot import name 'Iterable' from 'collections' ({path})"
    name = replace(GONE, templates=(message,), cause="")  # not a cause, which would stand in the first file
    chatter = [
        replace(ENTRY, id=f"chat-{number}", package=f"chat{number}", templates=(f"a collection was seized {number}",))
        for number in range(2 * MAX_ENTRY_FILES * ENTRIES_PER_FILE)
    ]
    text = (
        "# Python 3.12\n\nThey say that it was repaired, and yet here I stand:\n\n"
        "`cannot import name 'Iterable' from 'collections' (/usr/lib/python3.12/collections/__init__.py)`\n\n"
        "What now?\nA collection was seized from us by the police, one more collection.\n"
    )
    assert "python-5" in [each.entry.id for each in matches_of(text, *chatter, name)]


@pytest.mark.parametrize(
    ("line", "template"),
    [
        ("    lamp 1.2.0 depends on oil<2 and >=1", "lamp {lamp} depends on oil<2 and >=1"),
        ("lamp 1.2.0 requires oil<2, and oil 2.1 is here", "lamp {lamp} requires oil<2, and oil {oil} is here"),
        ("lamp 1.2.0 has requirement oil<2", "lamp {lamp} has requirement oil<2"),
    ],
)
def test_what_a_resolver_says_is_asked_for_however_much_stands_below_it(line: str, template: str) -> None:
    conflict = replace(ENTRY, templates=(template,), exception="", frames=(), prose="")
    below = [f'    "candle{number} ~=8.{number}.2",' for number in range(12)]
    quiet = replace(ENTRY, prose="")
    chatter = [
        replace(quiet, id=f"chat-{number}", package=f"chat{number}", templates=(f"candle{number % 12} smokes",))
        for number in range(2 * MAX_ENTRY_FILES * ENTRIES_PER_FILE)
    ]
    text = "\n".join(["What we get from our build:", "", line, "", "docs = [", *below, "]"])
    assert tier(text, *chatter, conflict) == "likely"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CVE-2031-40417", "likely"),
        ("update lamp (cve-2031-40417)", "possible"),
        ("The audit of last night has found CVE-2031-40417 in one of forty packages that our service takes", "likely"),
        ("CVE-2031-40418", "none"),
        ("CVE-2030-40417 in candles", "none"),
        ("| lamp | 1.3.0 | GHSA-2fgh-6rqx-9wpm | 1.4.0 |", "likely"),
        ("| lamp | 1.3.0 | GHSA-2fgh-6rqx-9wpc | 1.4.0 |", "none"),
        ("lamp 1.3.0 PYSEC-2031-417 1.4.0", "likely"),
        ("oil 1.3.0 PYSEC-2031-418 1.4.0", "none"),
    ],
)
def test_the_number_of_an_advisory_is_a_name_and_another_number_another_one(text: str, expected: str) -> None:
    numbers = ("CVE-2031-40417", "GHSA-2fgh-6rqx-9wpm", "PYSEC-2031-417")
    assert tier(text, replace(ENTRY, templates=(*ENTRY.templates, *numbers), requirements={})) == expected


def test_a_message_with_the_number_of_an_advisory_is_no_message_with_another_one() -> None:
    card = replace(ENTRY, templates=("lamp refuses wicks since CVE-2031-40417",), requirements={})
    assert tier("error: lamp refuses wicks since CVE-2031-40417", card) == "likely"
    assert tier("error: lamp refuses wicks since CVE-2031-11111\nlamp is here", card) != "likely"


def test_an_alias_without_a_class_is_not_compared_with_what_an_exception_says() -> None:
    card = replace(
        ENTRY, templates=("KeyError: 'wicks'", "The lamp has no key burners"), exception="KeyError", requirements={}
    )
    text = TRACEBACK.replace("lamp.NoWick: wick 'left' is too short for burner 12", "KeyError: 'burners'")
    assert tier(text, card) == "possible"
    assert tier(text.replace("'burners'", "'wicks'"), card) == "exact"


WARNING = "DeprecationWarning: trimming a wick twice is deprecated and will be removed in lamp 1.0."


def test_a_warning_is_as_sure_as_its_message_with_the_releases_that_print_it() -> None:
    card = replace(ENTRY, templates=(*ENTRY.templates, WARNING), requirements={})
    assert tier(WARNING, card) == "likely"
    assert tier(f"lamp==0.9.4\n{WARNING}", card) == "likely"
    assert tier(f"lamp==0.9.4\n{TRACEBACK}", card) == "possible"


def test_where_the_failure_stands_beside_its_warning_the_failure_is_shown() -> None:
    card = replace(ENTRY, templates=(*ENTRY.templates, WARNING))
    [only] = matches_of(f"{TRACEBACK}\nFormerly there was this: {WARNING}", card)
    assert (only.tier, only.line) == ("exact", 8)


def test_a_card_that_names_a_second_package_is_named_in_a_sentence_with_that_ones_release() -> None:
    message = "TypeError: duplicate base class DrownedWick"
    card = replace(ENTRY, templates=(message,), exception="TypeError")
    assert tier(f"our lamp says\n{message}", card) == "possible"
    assert tier(f"our lamp says with oil 2.1\n{message}", card) == "likely"
    assert tier(f"our lamp says with oil 1.9\n{message}", card) == "possible"
    assert tier(f"our torch says with oil 2.1\n{message}", card) == "possible"


@pytest.mark.parametrize(
    ("text", "expected"), [("pip install lamp-oil", "none"), ("lamp-oil 2.0 requires", "possible")]
)
def test_the_name_of_a_package_is_no_beginning_of_a_message(text: str, expected: str) -> None:
    card = replace(ENTRY, templates=("lamp-oil 2.0 requires lamp<2, but you have lamp 3",), package="lamp-oil")
    assert tier(f"Collecting wicks\nDownloading the rest of it\nNothing else to do\n{text}", card) == expected


def test_code_shows_the_distribution_that_it_imports_by_another_name() -> None:
    message = "AttributeError: 'OilCan' object has no attribute 'pour'"
    card = replace(ENTRY, package="scikit-learn", frames=(), templates=(message,))
    assert tier(message, card) == "possible"
    assert tier(f"from sklearn.wicks import Wick\n{message}", card) == "likely"
    assert tier(f'  File "/v/site-packages/sklearn/wicks.py", line 3, in light\n{message}', card) == "likely"


def test_the_rows_of_a_table_are_read() -> None:
    table = "| package | says |\n|---|---|\n| lamp | the lamp went out |\n"
    assert tier(table) == "possible"
    assert parse("| lamp | 1.3.0 | fine |").lines
    assert not parse("lamp-1  | the lamp went out").lines[0].text.startswith("lamp-1")


def test_words_of_a_long_text_have_to_be_those_of_the_failure_itself() -> None:
    text = (
        "We think about a new lamp for the hall, since the old one is dark in winter.\n\nThe stove of the one that "
        "we saw stays cold, they told us, and a restart of the heating takes an hour.\nHas anybody bought one lately?\n"
        "\nOur hall has eleven windows.\nIt is cold.\n\nThanks in advance, and best regards from all of us here.\n"
    )
    assert tier(text) == "none"
    assert tier(text.replace("told us", "told us, once a wick was trimmed twice it would refuse")) == "possible"
