"""Text as words: how they are written in the index, and which of them identify something.

Only ASCII letters change case, and nothing counts UTF-16 code units, so that another implementation has the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from string import digits
from typing import TypeVar

Text = TypeVar("Text", str, bytes)

WORD = r"[A-Za-z_\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff][A-Za-z0-9_\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff]*"
"""A word: an identifier, or letters beyond ASCII without punctuation, symbols and box drawing."""

MAX_WORD_LENGTH = 64
"""Characters of a word that count; longer ones are data."""

SUFFIX_RULES = ((("ies", "y", 5), ("sses", "ss", 6), ("s", "", 4)), (("ing", "", 6), ("ed", "", 5)))
"""Suffixes of words in lower case, their replacements, and the minimum length of a word that is changed.

One of each group is removed, so that `warnings` becomes the same as `warning`.
"""

_STOPWORD_TEXT = """
a about above actually after again against ago all almost already also although always am an and another any anymore
anyone anything anyway apparently are arg args argument arguments around array as ask assert assertion assertionerror
at attempt attribute attributeerror available away back bad base be because become been before behind below best
better bool both break breaks bring broken bug but by bytes call callable called calling came can cannot cant care
cause certain character class code come command compatible completely could couldnt couple crash crashes current
currently cve data day decode default deprecated deprecationwarning dict did didnt different directory do does doesn
doesnt doing don done dont down downgrade downgraded dtype during e each earlier either element elements else empty
encode end enough error errors even ever every everything everywhere exactly except exception exist exists expect
expected fail failed fails failure false far few file filename files fine first fix fixed fixes float for format found
frame fresh from full fully func function further futurewarning g gave get gets ghsa given go goes going gone good got
guess had happen hard has hashable have having hello help here hi hour how http https i idea if im implemented import
importerror in index indexerror indices info init input inside install installed installing instance instances instead
int integer into invalid ioerror is isn isnt issue issues it item items iter iterable iterator its itself ive just k
key keyerror keys keyword kind know kwargs last later latest least left length let level like likely line list little
long look lookuperror lot made main make many matter may maybe me mean memory memoryerror message method might mine
minute mismatch missing module modulenotfounderror modules moment month more most much must my n name named nameerror
names near nearly necessary need never new newer next nice no nobody none nonetype nor normal not nothing
notimplemented notimplementederror now null number numbers obj object objects obvious obviously of off ok okay old
older on once one only open operand operation option or oserror other otherwise our out output over own package
parameter parameters parse part pass path perhaps permission place please point position positional possible pretty
probably problem problems properly property provided put pysec python question quick quickly quite raise raised range
rather read ready really reason recent recursion recursionerror required requires result return right run runtime
runtimeerror runtimewarning s said same saw say saying says see seem seen self sequence set several shape should show
simple simply since size small so some somebody something sometime somewhere soon sort specified start started
starting still stopiteration stopped str string subscriptable such suddenly support supported supports sure syntax
syntaxerror systemexit t taken takes talk tell than thanks that the their them then there these they thing think this
those though three through to today together told too took traceback tried true try tuple turn twice two type
typeerror types unable unexpected unhashable unicode unicodedecodeerror unicodeencodeerror unknown unpack unsupported
until up update updated updating upgrade upgraded upgrades upgrading us usage use used user userwarning using usual
usually v valid value valueerror values variable version very vs want warn warning was way we week well went were what
whatever when where whether which while who whole whose why will with within without won wonder wont word work worked
working works would wrong x y yesterday yet yield you your z zero zerodivisionerror
"""
STOPWORDS = frozenset(_STOPWORD_TEXT.split())
"""Words that errors of all kinds share, and common ones of English. A message of these alone identifies nothing."""

_BUILTIN_NAME_TEXT = """
bool builtin_function_or_method bytearray bytes call class cls complex coroutine dict false float frozenset function
generator init int list method module new none nonetype object property range self set slice str super true tuple
type
"""
BUILTIN_NAMES = frozenset(_BUILTIN_NAME_TEXT.split())
"""Names that identify nothing even between quotes."""
SENTENCE_WORDS, SENTENCE_INFORMATIVE, SENTENCE_SPECIFICITY = 5, 3, 3
"""Words of a plain message that make it a sentence, those among them that are informative, and what it then counts."""
CONSTRUCTOR = "__init__()"
"""How a message begins in which old Pythons leave out the class."""
QUOTED = r"['`\"](--[a-z0-9-]{1,60}|[A-Za-z0-9_.]{1,200})['`\"]"
MIXED = "_|[a-z][A-Z]"
QUALIFIED = r"([A-Za-z_][A-Za-z0-9_]*)[.][A-Za-z_][A-Za-z0-9_]*[(]"
"""A class or module in front of what is called on it."""

_QUOTED = re.compile(QUOTED)
_ASCII_WORD = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_PUT_IN = re.compile(f"<{_ASCII_WORD.pattern}>")
_SEPARATE = bytes(
    ord(chr(code).lower()) if chr(code).isascii() and (chr(code).isalnum() or chr(code) == "_") else 32
    for code in range(256)
)
"""A table that lowers every ASCII character, or makes it a space where it belongs to no word.

`bytes.translate` with it is many times as fast as the expression."""
_MIXED = re.compile(MIXED)
_QUALIFIED = re.compile(QUALIFIED)
_UPPER = re.compile("[A-Z]+")
_SUFFIXES = tuple(suffix for suffixes in SUFFIX_RULES for suffix, _, _ in suffixes)
_STEMMED = re.compile("^[a-z]+$")


def lower(text: str) -> str:
    """Return `text` with its ASCII letters in lower case. Others stay, since languages and Unicode versions differ."""
    return text.lower() if text.isascii() else _UPPER.sub(lambda match: match[0].lower(), text)


def tokenize(text: str) -> list[str]:
    """Return the words of a text in order: in lower case, without underscores at the ends and English suffixes.

    Words in `<...>`, which normalising puts in, are left out.
    """
    return list(filter(None, map(_WORDS.__getitem__, _raw_words(text))))


def spellings(text: str) -> dict[str, str]:
    """Return the words of a text as they are written, in lower case, by what `tokenize` makes of them."""
    written = (lower(raw.lstrip("0123456789")).strip("_")[:MAX_WORD_LENGTH] for raw in _raw_words(text))
    by_token: dict[str, str] = {}
    for word in filter(None, written):
        by_token.setdefault(stem(word), word)
    return by_token


def distinct_tokens(text: str) -> dict[str, None]:
    """Return `tokenize(text)`, each word once."""
    return _distinct(_WORDS, text)


def informative_tokens(text: str) -> dict[str, None]:
    """Return `informative(tokenize(text))`, in less time."""
    return _distinct(_INFORMATIVE, text)


def _distinct(memo: Memo[str], text: str) -> dict[str, None]:
    words = dict.fromkeys(map(memo.__getitem__, _raw_words(text)))
    words.pop("", None)
    return words


def _raw_words(text: str) -> list[str]:
    if text.isascii():
        return (_PUT_IN.sub(" ", text) if "<" in text else text).encode().translate(_SEPARATE).decode().split()
    return _as_written(re.sub(f"<{WORD}>", " ", text))


def _as_written(text: str) -> list[str]:
    # Most texts are ASCII, and compiling the expression for all letters takes longer than reading a traceback.
    return _ASCII_WORD.findall(text) if text.isascii() else re.findall(WORD, text)


def _word(raw: str) -> str:
    # Words don't start with a digit, but what `_raw_words` splits by spaces may.
    return stem(lower(raw.lstrip("0123456789")).strip("_")[:MAX_WORD_LENGTH])


class Memo(dict[Text, Text]):
    """Results of a function by argument. Most arguments come again and again and cost no call.

    Arguments longer than `max_length` are not stored, and all are dropped when there are `max_entries`.
    """

    def __init__(self, function: Callable[[Text], Text], max_length: int, max_entries: int) -> None:
        super().__init__()
        self._function: Callable[[Text], Text] = function
        self._max_length, self._max_entries = max_length, max_entries

    def __missing__(self, argument: Text) -> Text:
        result = self._function(argument)
        if len(argument) <= self._max_length:
            if len(self) >= self._max_entries:
                self.clear()
            self[argument] = result
        return result


@lru_cache(maxsize=1 << 16)
def split_identifier(word: str) -> dict[str, None]:
    """Return the words of an identifier, none where it is a single word. Numbers are none."""
    return dict.fromkeys(stem(part) for part in word.split("_") if part.strip(digits)) if "_" in word else {}


def stem(word: str) -> str:
    """Return a word in lower case without its suffixes. Identifiers with digits or underscores stay as they are."""
    if len(word) < 4 or not word.endswith(_SUFFIXES) or not _STEMMED.match(word):
        return word
    for suffixes in SUFFIX_RULES:
        for suffix, replacement, min_length in suffixes:
            if len(word) >= min_length and word.endswith(suffix):
                if suffix != "s" or word[-2] not in "suia":  # class, status, pandas
                    word = word[: -len(suffix)] + replacement
                break
    return word


_STEMMED_STOPWORDS = frozenset(stem(word) for word in STOPWORDS) | STOPWORDS


def informative(words: Iterable[str]) -> list[str]:
    """Return the words that are more than one letter and no stopwords, each once, in order."""
    return [word for word in dict.fromkeys(words) if _is_informative(word)]


def _is_informative(word: str) -> bool:
    return word not in _STEMMED_STOPWORDS and len(word) > 1


_WORDS = Memo(_word, max_length=32, max_entries=1 << 16)
_INFORMATIVE = Memo(
    lambda raw: word if _is_informative(word := _WORDS[raw]) else "", max_length=32, max_entries=1 << 16
)


def specificity(name: str, message: str, packages: Iterable[str]) -> int:
    """Return how well an exception's class and a message identify a failure by themselves, 0 if not at all.

    Each informative word counts 1. An identifier among them (in quotes, with an underscore or inner capitals, or in
    front of a dot and a call) counts 2 more, and naming one of `packages` 2 more. A stopword in quotes counts 1, unless
    it is the only one and the message has no identifier and no package. A message without any of these counts half,
    since plain English words are in everybody's messages: "math domain error" may be any program's, `'EntryPoints'
    object has no attribute 'get'` is nearly unique. A whole sentence is one program's all the same: "Marks cannot be
    applied to fixtures". A class counts only with its module, since many have the same name, and a constructor without
    its class, as old Pythons print it, counts one less.
    """
    text = f"{name} {message}" if "." in name else message
    words = tokenize(text)
    plain = informative(words)
    quoted = [word for content in _QUOTED.findall(message) for word in tokenize(content)]
    more = [word for word in dict.fromkeys(quoted) if word not in plain and word not in BUILTIN_NAMES and len(word) > 1]
    mixed = [word for raw in _as_written(text) if _MIXED.search(raw.strip("_")) for word in tokenize(raw)]
    mixed += [word for raw in _QUALIFIED.findall(message) for word in tokenize(raw)]
    identifiers = {word for word in (*quoted, *mixed) if word in plain}
    named = any(word in words for package in packages for word in tokenize(package))
    if not plain and not more:
        return 0
    if not identifiers and not named and len(more) < 2:
        is_sentence = len(plain) >= SENTENCE_INFORMATIVE and len(words) >= SENTENCE_WORDS
        return max((len(plain) + 1) // 2, SENTENCE_SPECIFICITY if is_sentence else 0)
    return len(plain) + 2 * len(identifiers) + (2 if named else 0) + len(more) - message.startswith(CONSTRUCTOR)


def is_typo_of(word: str, other: str) -> bool:
    """Return whether two words of four letters or more are the same but for a typing error.

    Either two neighbours have changed places, or they differ in one place: by one letter in words of five letters or
    more, by two in words of eight or more. Short words differ by one letter too often without being errors.
    """
    size, longest = min(len(word), len(other)), max(len(word), len(other))
    allowed = (size > 4) + (size > 7)
    if longest - size > allowed:
        return False
    start = next((at for at in range(size) if word[at] != other[at]), size)
    end = next((at for at in range(size - start) if word[-1 - at] != other[-1 - at]), size - start)
    differ = longest - start - end
    swapped = longest == size > 3 and differ == 2 and word[start : start + 2] == other[start + 1] + other[start]
    return differ <= allowed or swapped
