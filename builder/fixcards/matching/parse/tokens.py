"""Text as words: what the index is asked for, and which words say nothing by themselves.

Case rules are those of ASCII and nothing counts UTF-16 code units, so that another implementation has the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

WORD = r"[A-Za-z_\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff][A-Za-z0-9_\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff]*"
"""A word: an identifier, or letters beyond ASCII without punctuation, symbols and box drawing."""

MAX_WORD_LENGTH = 64
"""Characters of a word that count; longer ones are data."""

SUFFIX_RULES = ((("ies", "y", 5), ("sses", "ss", 6), ("s", "", 4)), (("ing", "", 6), ("ed", "", 5)))
"""Endings of words in small letters, what takes their place, and the least length of a word that is changed.

Of each group one is taken off, so that `warnings` becomes what `warning` does.
"""

_STOPWORD_TEXT = """
a after again also always am an and any anymore anyone are argument arguments array as assert assertion assertionerror
at attempt attribute attributeerror available bad base be because been before bool break breaks broken bug but by
bytes call callable called calling can cannot cant cause character class code command compatible could couldnt crash
crashes current data decode default deprecated deprecationwarning dict did didnt directory do does doesn doesnt doing
don done dont down downgrade downgraded dtype during e element elements empty encode end error errors except exception
exist exists expect expected fail failed fails failure false file filename files fix fixed fixes float for format
found frame from func function futurewarning g get gets given go goes going got had has hashable have having help here
how i if im implemented import importerror in index indexerror indices init input install installed installing
instance instances instead int integer invalid ioerror is isn isnt issue issues it item items iter iterable iterator
ive just k key keyerror keys keyword kwargs latest length level like line list lookuperror may me mean memory
memoryerror message method mismatch missing module modulenotfounderror modules more must my n name named nameerror
names never new newer no none nonetype not notimplemented notimplementederror now null number numbers obj object
objects of off old older on one only open operand operation option or oserror our out output over package parameter
parameters parse pass path permission please position positional possible problem problems property provided python
raise raised range read really recent recursion recursionerror required requires result return run runtime
runtimeerror runtimewarning s said say saying says see self sequence set shape should since size some somebody
specified start started starting still stopiteration stopped str string subscriptable such suddenly support supported
supports syntax syntaxerror systemexit t takes than thanks that the then there this to too traceback true try tuple
type typeerror types unable unexpected unhashable unicode unicodedecodeerror unicodeencodeerror unknown unpack
unsupported until up update updated updating upgrade upgraded upgrades upgrading us use used user userwarning using v
valid value valueerror values variable version vs warn warning was way we went were what when where which while who
why will with without won wont work worked working works wrong x y yield you your z zero zerodivisionerror
"""
STOPWORDS = frozenset(_STOPWORD_TEXT.split())
"""Words that errors of all sorts share. A message made of these alone identifies nothing."""

_BUILTIN_NAME_TEXT = """
bool builtin_function_or_method bytearray bytes call class cls complex coroutine dict false float frozenset function
generator init int list method module new none nonetype object property range self set slice str super true tuple
type
"""
BUILTIN_NAMES = frozenset(_BUILTIN_NAME_TEXT.split())
"""Names that identify nothing even between quotes."""
QUOTED = r"['`\"]([A-Za-z0-9_.]{1,200})['`\"]"
MIXED = "_|[a-z][A-Z]"

_QUOTED = re.compile(QUOTED)
_SHORT, _MOST = 32, 1 << 16
_ASCII_WORD = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_PUT_IN = re.compile(f"<{_ASCII_WORD.pattern}>")
_SEPARATE = bytes(
    ord(chr(code).lower()) if chr(code).isascii() and (chr(code).isalnum() or chr(code) == "_") else 32
    for code in range(256)
)
"""Every ASCII character in small, or a space where it belongs to no word: many times as quick as the expression."""
_MIXED = re.compile(MIXED)
_UPPER = re.compile("[A-Z]+")
_ENDS = tuple(ending for endings in SUFFIX_RULES for ending, _, _ in endings)
_STEMMED = re.compile("^[a-z]+$")


def lower(text: str) -> str:
    """Return `text` with ASCII letters in small; other letters stay, since languages and Unicode versions differ."""
    return text.lower() if text.isascii() else _UPPER.sub(lambda found: found[0].lower(), text)


def tokenize(text: str) -> list[str]:
    """Return the words of a text in order: small, without underscores around, English endings taken off.

    Words in `<...>` that the normaliser put in are left out.
    """
    return list(filter(None, map(_WORDS.__getitem__, _raw_words(text))))


def distinct_tokens(text: str) -> dict[str, None]:
    """Return `words`, each once."""
    return _distinct(_WORDS, text)


def informative_tokens(text: str) -> dict[str, None]:
    """Return what `telling` makes of the words of a text, in less time."""
    return _distinct(_TELLING, text)


def _distinct(made: Memo, text: str) -> dict[str, None]:
    found = dict.fromkeys(map(made.__getitem__, _raw_words(text)))
    found.pop("", None)
    return found


def _raw_words(text: str) -> list[str]:
    if text.isascii():
        return (_PUT_IN.sub(" ", text) if "<" in text else text).encode().translate(_SEPARATE).decode().split()
    return _as_written(re.sub(f"<{WORD}>", " ", text))


def _as_written(text: str) -> list[str]:
    # Most texts have no letters beyond ASCII, and to compile the rule for these takes longer than to read a traceback.
    return _ASCII_WORD.findall(text) if text.isascii() else re.findall(WORD, text)


def _word(raw: str) -> str:
    # An ASCII word that the expression would find doesn't begin with a digit.
    return stem(lower(raw.lstrip("0123456789")).strip("_")[:MAX_WORD_LENGTH])


class Memo(dict[str, str]):
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


@lru_cache(maxsize=1 << 16)
def split_identifier(word: str) -> dict[str, None]:
    """Return the words that an identifier is made of, none where it is one word."""
    return dict.fromkeys(stem(part) for part in word.split("_") if part) if "_" in word else {}


def stem(word: str) -> str:
    """Return a word in small letters without its ending; identifiers with digits or underscores stay whole."""
    if len(word) < 4 or not word.endswith(_ENDS) or not _STEMMED.match(word):
        return word
    for endings in SUFFIX_RULES:
        for ending, instead, least in endings:
            if len(word) >= least and word.endswith(ending):
                if ending != "s" or word[-2] not in "suia":
                    word = word[: -len(ending)] + instead
                break
    return word


_STEMMED_STOPWORDS = frozenset(stem(word) for word in STOPWORDS) | STOPWORDS


def informative(found: Iterable[str]) -> list[str]:
    """Return the words that say something by themselves, each once, in order."""
    return [word for word in dict.fromkeys(found) if _is_informative(word)]


def _is_informative(word: str) -> bool:
    return word not in _STEMMED_STOPWORDS and len(word) > 1


_WORDS = Memo(_word)
_TELLING = Memo(lambda raw: word if _is_informative(word := _WORDS[raw]) else "")


def specificity(name: str, message: str, packages: Iterable[str]) -> int:
    """Return how well an exception's class and a message identify a failure by themselves, 0 where not at all.

    A telling word counts 1, an identifier among them (quoted, with an underscore or capitals inside) 2 more, and 2 more
    where one of `packages` is named. A generic word between quotes counts where it isn't alone, and a class that is
    named without its module may be anybody's. Without an identifier or a package among them words count half: English
    is everybody's. Who prints "math domain error" is anybody; who prints `'EntryPoints' object has no attribute 'get'`
    is nearly known.
    """
    text = f"{name} {message}" if "." in name else message
    plain = informative(tokenize(text))
    quoted = [word for found in _QUOTED.findall(message) for word in tokenize(found)]
    more = [word for word in dict.fromkeys(quoted) if word not in plain and word not in BUILTIN_NAMES and len(word) > 1]
    mixed = [word for found in _as_written(text) if _MIXED.search(found.strip("_")) for word in tokenize(found)]
    identifiers = {word for word in (*quoted, *mixed) if word in plain}
    told = set(tokenize(text))
    named = any(word in told for package in packages for word in tokenize(package))
    if not plain and not more:
        return 0
    if not identifiers and not named and len(more) < 2:
        return (len(plain) + 1) // 2
    return len(plain) + 2 * len(identifiers) + (2 if named else 0) + len(more)


def is_typo_of(word: str, other: str) -> bool:
    """Return whether two words of four letters and more are one but for a slip of the fingers.

    Two neighbours have changed places, or one place differs: by one letter from five letters on, by two from eight on.
    """
    size, most = min(len(word), len(other)), max(len(word), len(other))
    allowed = (size > 4) + (size > 7)
    if most - size > allowed:
        return False
    start = next((at for at in range(size) if word[at] != other[at]), size)
    end = next((at for at in range(size - start) if word[-1 - at] != other[-1 - at]), size - start)
    differ = most - start - end
    swapped = most == size > 3 and differ == 2 and word[start : start + 2] == other[start + 1] + other[start]
    return differ <= allowed or swapped
