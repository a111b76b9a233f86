"""Words that can be taken for others are problems; accents, other scripts and units are not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixcards.records.confusables import confusable_words
from fixcards.records.loader import load
from fixcards.records.problem import Problem

CONFUSABLE = {
    "p\u0430yload": "payload",  # one Cyrillic letter
    "\u0455\u0441\u043e\u0440\u0435": "scope",  # all Cyrillic
    "\u041c\u041e\u0421": "MOC",
    "\u03bfs": "os",  # omicron
    "\u0391\u0392": "AB",
    "\u03b1lpha": "alpha",
    "\uff50ip": "pip",
    "\U0001d429ip": "pip",
    "\u212aey": "Key",
    "\u2170f": "if",
    "\ufb01le": "file",
    "x\u0578t": "xnt",  # Armenian
    "\ua4d0\ua4f3": "",  # Lisu
    "\u13a1\u13aa": "",  # Cherokee
    "\u01c3x": "",
    "h\u0251sh": "",
    "1\u0660": "",
    "\u05d4Python": "",
    "a\u0300\u0301\u0302\u0303": "",
}
HONEST = [
    "caf\xe9, na\xefve, stra\xdfe, \xc6r\xf8, \u0141\xf3d\u017a, \u0131stanbul, cafe\u0301",
    "\u65e5\u672c\u8a9e\u3067Python\u3092, \ud55c\uad6d\uc5b4Python, \u0e43\u0e0a\u0e49Python\u0e01\u0e31\u0e1a",
    "5 \u03bcs, 5 \xb5s, \u0394t, \u03bbx, \u03b1 = 0.5, \u03c1, 3 \u03a9, \u2126",
    "\u041f\u0440\u0438\u0432\u0435\u0442 \u0438 \u043e\u043d, \u0430 API-\u043a\u043b\u044e\u0447",
    "x\xb2, \xbd, \u2116 5, n\xba 1, 1\xaa, \u2122, \u2460",
    "\u05e9\u05dc\u05d5\u05dd, \u0645\u0631\u062d\u0628\u0627, \u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f600 \U0001f469\u200d\U0001f4bb \u2764\ufe0f \u2500\u2502 \u2192 \u201cso\u201d \u2014 \u2026",
]


@pytest.mark.parametrize(("word", "repair"), CONFUSABLE.items(), ids=ascii)
def test_a_confusable_word_is_named_with_what_it_looks_like(word: str, repair: str) -> None:
    (only,) = confusable_words(f"Ask the {word} for it")
    assert only.start == len("Ask the ") + (word[0] == "a" and only.char != word[0])
    assert only.repair == repair
    assert not only.char.isascii()


@pytest.mark.parametrize("text", HONEST)
def test_honest_words_are_not_confusable(text: str) -> None:
    assert list(confusable_words(text)) == []


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for each in confusable_words(text):
        assert text[each.start :].startswith(each.word)


@pytest.mark.parametrize("piece", ["\u0430", "\u0430 ", "a\u0300", "\u65e5", "1\u0660"])
def test_twice_the_text_takes_twice_the_time(piece: str) -> None:
    start = time.process_time()
    list(confusable_words(piece * 20_000))
    assert time.process_time() - start < 5


def problems(folder: Path, text: str) -> list[Problem]:
    (folder / "demo").mkdir(exist_ok=True)
    (folder / "demo" / "7.yaml").write_text(text, encoding="utf-8")
    return list(load(folder).problems)


CHARACTERS = ["\u202e", "\u2066", "\u200b", "\u2060", "\xad", "\U000e0041", "\u3164", "\u115f", "\ufe0f", "\ue000"]


@pytest.mark.parametrize("char", CHARACTERS, ids=ascii)
@pytest.mark.parametrize("near", ["title: The", "demo.get(", "symptom: A", "- Test a", "hello", "no answer from"])
def test_an_invisible_character_is_a_problem_wherever_it_stands(
    text: str, tmp_path: Path, char: str, near: str
) -> None:
    (problem,) = problems(tmp_path, text.replace(near, near + char, 1))
    line = next(number for number, each in enumerate(text.split("\n"), start=1) if near in each)
    column = text.split("\n")[line - 1].index(near) + len(near) + 1
    assert (problem.code, problem.line, problem.column) == ("FC008", line, column)
    assert f"U+{ord(char):04X}" in problem.message


@pytest.mark.parametrize("char", [*CHARACTERS, "\ufeff"], ids=ascii)
def test_an_escape_for_an_invisible_character_is_a_problem(text: str, tmp_path: Path, char: str) -> None:
    escape = f"\\U{ord(char):08x}"
    (problem,) = problems(tmp_path, text.replace("impact: Workers pile up", f'impact: "Workers{escape} pile"  #'))
    assert (problem.code, problem.line) == ("FC020", 10)
    assert f"U+{ord(char):04X}" in problem.message


def test_honest_prose_has_no_problem(text: str, tmp_path: Path) -> None:
    for words in HONEST:
        assert problems(tmp_path, text.replace("Workers pile up", words.replace(": ", " "))) == []


def test_a_word_in_an_escape_is_found_at_its_value(text: str, tmp_path: Path) -> None:
    lines = text.split("\n")
    lines[4] = 'title: "p\\u0430y for it"'
    (problem,) = problems(tmp_path, "\n".join(lines))
    assert (problem.code, problem.line, problem.column) == ("FC031", 5, 8)
    assert problem.hint.startswith("write 'pay'")


def test_a_word_that_stands_twice_has_two_places(text: str, tmp_path: Path) -> None:
    both = problems(tmp_path, text.replace("Workers pile", "p\u0430y p\u0430y"))
    assert [(each.line, each.column) for each in both] == [(10, 9), (10, 13)]


def test_code_names_nothing_outside_ascii_but_in_strings(text: str, tmp_path: Path) -> None:
    more = '    import demo  # caf\xe9\n    print("\u65e5\u672c \U0001f600")\n    demo'
    good = text.replace("    import demo\n    demo", more, 1)
    assert good != text
    assert problems(tmp_path, good) == []
    bad = good.replace("import demo  #", "import demo, d\xe9mo  #")
    (problem,) = problems(tmp_path, bad)
    assert (problem.code, problem.message) == (
        "FC032",
        "has U+00E9 LATIN SMALL LETTER E WITH ACUTE in code, outside strings and comments",
    )


@pytest.mark.parametrize(
    "char", ["\u05d0", "\u0628", "\u0661", "\u2215", "\u2044", "\u037e", "\ua789", "\u2212", "\xa0"]
)
def test_strings_in_code_hold_no_letters_that_move_others_and_no_signs_that_look_like_others(
    text: str, tmp_path: Path, char: str
) -> None:
    (problem,) = problems(tmp_path, text.replace("http://server", f"{char} http://server", 2))[:1]
    assert problem.code == "FC032"
    assert f"U+{ord(char):04X}" in problem.message
