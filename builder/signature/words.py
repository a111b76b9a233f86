"""Text as words: what the index is asked for, and which words say nothing by themselves.

Case rules are those of ASCII and nothing counts UTF-16 code units, so that another implementation has the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

WORD = r"[A-Za-z_\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff][A-Za-z0-9_\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff]*"
"""A word: an identifier, or letters beyond ASCII without punctuation, symbols and box drawing."""

LONGEST = 64
"""Characters of a word that count; longer ones are data."""

ENDINGS = (("ies", "y", 5), ("sses", "ss", 6), ("ing", "", 6), ("ed", "", 5), ("s", "", 4))
"""Endings of words in small letters, what takes their place, and the least length of a word that is changed."""

_GENERIC_WORDS = """
a an and are argument arguments array as assert assertion assertionerror at attempt attribute attributeerror
available bad base be because been bool breaks broken but by bytes call callable called calling can cannot cause
character class code command compatible could crash crashes current data decode default deprecated
deprecationwarning dict did directory does doesn don dtype during e element elements empty encode end error errors
except exception exist exists expect expected fail failed fails failure false file filename files float for format
found frame from func function futurewarning g get gets given got has hashable have i if implemented import
importerror in index indexerror indices init input instance instances instead int integer invalid ioerror is isn it
item items iter iterable iterator k key keyerror keys keyword kwargs length level like line list lookuperror may
mean memory memoryerror message method mismatch missing module modulenotfounderror modules more must n name
named nameerror names no none nonetype not notimplemented notimplementederror null number numbers obj object objects
of on one only open operand operation option or oserror out output package parameter parameters parse pass path
permission please position positional possible property provided python raise raised range read recursion
recursionerror required requires result return run runtime runtimeerror runtimewarning s see self sequence set shape
should size some specified stopiteration str string subscriptable such support supported supports syntax syntaxerror
systemexit t takes than that the there this to too traceback true try tuple type typeerror types unable unexpected
unhashable unicode unicodedecodeerror unicodeencodeerror unknown unpack unsupported use used user userwarning using
v valid value valueerror values variable version warn warning was were what when where which while will with without
wrong x y yield you your z zero zerodivisionerror
"""
GENERIC = frozenset(_GENERIC_WORDS.split())
"""Words that errors of all sorts share. A message made of these alone identifies nothing."""

_BUILTIN_WORDS = """
bool builtin_function_or_method bytearray bytes call class cls complex coroutine dict false float frozenset function
generator init int list method module new none nonetype object property range self set slice str super true tuple
type
"""
BUILTIN = frozenset(_BUILTIN_WORDS.split())
"""Names that identify nothing even between quotes."""
QUOTED = r"['`\"]([A-Za-z0-9_.]{1,200})['`\"]"
MIXED = "_|[a-z][A-Z]"

_QUOTED = re.compile(QUOTED)
_SHORT, _MOST = 32, 1 << 16
_ASCII_WORD = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_PUT_IN = re.compile(f"<{_ASCII_WORD.pattern}>")
_APART = "".join(chr(code).lower() if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128))
"""Every ASCII character in small, or a space where it belongs to no word: thrice as quick as the expression."""
_MIXED = re.compile(MIXED)
_UPPER = re.compile("[A-Z]+")
_STEMMED = re.compile("^[a-z]+$")


def lower(text: str) -> str:
    """Return `text` with ASCII letters in small; other letters stay, since languages and Unicode versions differ."""
    return text.lower() if text.isascii() else _UPPER.sub(lambda found: found[0].lower(), text)


def words(text: str) -> list[str]:
    """Return the words of a text in order: small, without underscores around, English endings taken off.

    Words in `<...>` that the normaliser put in are left out.
    """
    return list(filter(None, map(_WORDS.__getitem__, _raw(text))))


def distinct_words(text: str) -> dict[str, None]:
    """Return `words`, each once."""
    return _distinct(_WORDS, text)


def telling_words(text: str) -> dict[str, None]:
    """Return what `telling` makes of the words of a text, in less time."""
    return _distinct(_TELLING, text)


def _distinct(made: _Made, text: str) -> dict[str, None]:
    found = dict.fromkeys(map(made.__getitem__, _raw(text)))
    found.pop("", None)
    return found


def _raw(text: str) -> list[str]:
    if text.isascii():
        return (_PUT_IN.sub(" ", text) if "<" in text else text).translate(_APART).split()
    return _as_written(re.sub(f"<{WORD}>", " ", text))


def _as_written(text: str) -> list[str]:
    # Most texts have no letters beyond ASCII, and to compile the rule for these takes longer than to read a traceback.
    return _ASCII_WORD.findall(text) if text.isascii() else re.findall(WORD, text)


def _word(raw: str) -> str:
    # An ASCII word that the expression would find doesn't begin with a digit.
    return stem(lower(raw.lstrip("0123456789")).strip("_")[:LONGEST])


class _Made(dict[str, str]):
    """What becomes of each raw word. Most come again and again and are looked up without a call."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, raw: str) -> str:
        made = self._make(raw)
        if len(raw) <= _SHORT:
            if len(self) >= _MOST:
                self.clear()
            self[raw] = made
        return made


def stem(word: str) -> str:
    """Return a word in small letters without its ending; identifiers with digits or underscores stay whole."""
    if len(word) < 4 or not _STEMMED.match(word):
        return word
    for ending, instead, least in ENDINGS:
        if len(word) >= least and word.endswith(ending):
            if ending == "s" and word[-2] in "suia":
                return word
            return word[: -len(ending)] + instead
    return word


_STEMMED_GENERIC = frozenset(stem(word) for word in GENERIC) | GENERIC


def telling(found: Iterable[str]) -> list[str]:
    """Return the words that say something by themselves, each once, in order."""
    return [word for word in dict.fromkeys(found) if _tells(word)]


def _tells(word: str) -> bool:
    return word not in _STEMMED_GENERIC and len(word) > 1


_WORDS = _Made(_word)
_TELLING = _Made(lambda raw: word if _tells(word := _word(raw)) else "")


def strength(name: str, message: str, packages: Iterable[str]) -> int:
    """Return how well an exception's class and a message identify a failure by themselves, 0 where not at all.

    A telling word counts 1, an identifier among them (quoted, with an underscore or capitals inside) 2 more, and 2 more
    where one of `packages` is named. A generic word between quotes counts where it isn't alone, and a class that is
    named without its module may be anybody's. Without an identifier or a package among them words count half: English
    is everybody's. Who prints "math domain error" is anybody; who prints `'EntryPoints' object has no attribute 'get'`
    is nearly known.
    """
    text = f"{name} {message}" if "." in name else message
    plain = telling(words(text))
    quoted = [word for found in _QUOTED.findall(message) for word in words(found)]
    more = [word for word in dict.fromkeys(quoted) if word not in plain and word not in BUILTIN and len(word) > 1]
    mixed = [word for found in _as_written(text) if _MIXED.search(found.strip("_")) for word in words(found)]
    identifiers = {word for word in (*quoted, *mixed) if word in plain}
    told = set(words(text))
    named = any(word in told for package in packages for word in words(package))
    if not plain and not more:
        return 0
    if not identifiers and not named and len(more) < 2:
        return (len(plain) + 1) // 2
    return len(plain) + 2 * len(identifiers) + (2 if named else 0) + len(more)
