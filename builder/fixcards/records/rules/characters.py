"""Rules about characters that deceive: `FC03x`. Invisible ones are `FC008` and, as escapes, `FC020`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Any

from fixcards.characters import hidden_characters, name_of
from fixcards.records.confusables import Confusable, confusable_words
from fixcards.records.problem import quoted
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.rules.text import MAX_FINDINGS, position_after
from fixcards.records.yaml_document import KeyPath, Position, YamlDocument

ASCII_KEYS = frozenset({"requires", "build", "install", "frames", "exception"})
"""Keys whose values are names that a program reads."""
_CODE_SUFFIXES = (".py", ".pyi", ".pyx")
_JSON_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt])"
)
_NON_ASCII = re.compile("[^\x00-\x7f]")
# Strings and comments, of which one that isn't closed ends with its line or with the text.
_QUOTED = re.compile(
    r"""\#[^\n]*
    |\"{3}(?:[^"\\]|\\[\s\S]|"(?!""))*(?:\"{3})?
    |'{3}(?:[^'\\]|\\[\s\S]|'(?!''))*(?:'{3})?
    |"(?:[^"\\\n]|\\[\s\S])*"?
    |'(?:[^'\\\n]|\\[\s\S])*'?""",
    re.VERBOSE,
)
_SIGN_LOOKALIKES = str.maketrans(
    "\u037e\u1fef\u2024\u2044\u2215\u29f8\u2236\ua789\u02d0\u2010\u2011\u2212\u2223\u201a\u066a\u2217\u02c8\u2039\u203a",
    ";`.///:::---|,%*'<>",
)
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


@rule("FC031")
def confusable_word(document: YamlDocument, text: str) -> Iterator[Finding]:
    """A word doesn't look like another: no letters of two scripts in one word, no word that only looks Latin.

    Accents, other scripts by themselves, Greek letters as units and words in Chinese, Japanese, Korean or Thai beside
    Latin ones are allowed.
    """
    places = _Places(document, text)
    for path, value in _texts(document.data):
        # In code a string or comment vouches for no other.
        for piece in _QUOTED.findall(value) if _is_code(path) else [value]:
            for each in confusable_words(piece):
                message = f"{quoted(each.word)} {each.problem}: {name_of(each.char)}"
                yield Finding(message, _hint(each), places.of(path, each.word))


@rule("FC032")
def character_in_code(document: YamlDocument, text: str) -> Iterator[Finding]:
    """Code is ASCII outside its strings and comments, and so are requirements, frames, exceptions and file names.

    Inside strings and comments no letters of scripts that run from right to left move what stands beside them, and no
    sign looks like one of ASCII.
    """
    places = _Places(document, text)
    for path, value in _texts(document.data):
        if _is_code(path):
            for char, message, hint in _faults_of_code(value):
                yield Finding(message, hint, places.of(path, char))
        elif ASCII_KEYS.intersection(path):
            for match in _NON_ASCII.finditer(value):
                yield Finding(f"has {name_of(match[0])} in a name", "write it in ASCII", places.of(path, match[0]))
        elif path[-2:-1] == ("files",):
            for match in _NON_ASCII.finditer(str(path[-1])):
                hint = "name it in ASCII; the code can write a file under a name with an escape"
                yield Finding(f"has {name_of(match[0])} in a file name", hint, places.of(path, match[0], key=True))


@rule("FC033")
def invisible_character_in_evidence(text: str) -> Iterator[Finding]:
    r"""Evidence has no invisible characters, nor escapes for them (`\u001b`); the program stores those as text."""
    hint = "run `fixcards verify` again"
    for at in islice(hidden_characters(text), MAX_FINDINGS):
        yield Finding(f"has the invisible character {name_of(text[at])}", hint, position_after(text[:at]))
    escapes = (match for match in _JSON_ESCAPE.finditer(text) if _stands_for_hidden(match[0]))
    for match in islice(escapes, MAX_FINDINGS):
        message = f"the escape {match[0]} stands for a character that can't be seen"
        yield Finding(message, hint, position_after(text[: match.start()]))


class _Places:
    """Places of characters in a card. Of those that a value has several times each call gives the next."""

    def __init__(self, document: YamlDocument, text: str) -> None:
        self._document, self._text = document, text
        self._last: dict[tuple[KeyPath, str], int] = {}

    def of(self, path: KeyPath, part: str, *, key: bool = False) -> Position:
        """Return the place of `part` in the value or key at `path`; of all of it where an escape stands for `part`."""
        start = self._document.position(path, key=key)
        lines = self._text.split("\n")
        begin = sum(len(line) + 1 for line in lines[: start.line - 1]) + start.column - 1
        at = self._text.find(part, self._last.get((path, part), begin - 1) + 1)
        if at < 0:
            return start
        self._last[path, part] = at
        return position_after(self._text[:at])


def _texts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield path and value of every text below `value`."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, (dict, list)):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(child, (*path, step))


def _is_code(path: KeyPath) -> bool:
    if path[-2:-1] == ("files",):
        return str(path[-1]).endswith(_CODE_SUFFIXES)
    return path[-1] == "code"


def _faults_of_code(code: str) -> Iterator[tuple[str, str, str]]:
    """Yield each character that code may not have, with a message and a hint."""
    end = 0
    for start, stop in [*(match.span() for match in _QUOTED.finditer(code)), (len(code), len(code))]:
        for match in _NON_ASCII.finditer(code, end, start):
            yield match[0], f"has {name_of(match[0])} in code, outside strings and comments", "write it in ASCII"
        for char in filter(_deceives_in_string, code[start:stop]):
            sign = char.translate(_SIGN_LOOKALIKES)
            problem = f"which looks like {sign}" if sign.isascii() else "which moves or parts what stands beside it"
            yield char, f"has {name_of(char)} in code, {problem}", f"write {ascii(char)[1:-1]} in a string"
        end = stop


def _deceives_in_string(char: str) -> bool:
    return not char.isascii() and (
        ord(char) in _SIGN_LOOKALIKES
        or unicodedata.category(char) == "Zs"
        or unicodedata.bidirectional(char) in _RIGHT_TO_LEFT
    )


def _hint(word: Confusable) -> str:
    escape = f"write {ascii(word.char)[1:-1]} in the code if it is meant"
    return f"write {word.repair!r}; {escape}" if word.repair else f"separate the scripts by a space; {escape}"


def _stands_for_hidden(escape: str) -> bool:
    if escape[1] != "u":
        return escape[1] in "bfr"
    return next(hidden_characters(json.loads(f'"{escape}"')), None) is not None
