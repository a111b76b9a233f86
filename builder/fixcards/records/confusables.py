"""Words that can be taken for others: letters of two scripts in one word, and words that only look Latin.

The rule is that of https://www.unicode.org/reports/tr39/ (mixed-script, whole-script and mixed-number confusables), as
far as the names and categories in `unicodedata` and a table of the letters that look Latin in most fonts carry it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_LATIN_LOOKALIKES = str.maketrans(
    # Cyrillic, Greek and Armenian letters that most fonts draw like the Latin ones below them.
    "\u0430\u0441\u0435\u04bb\u0456\u0457\u0458\u043e\u0440\u0455\u0443\u0445\u0475\u0501\u051b\u051d\u04cf\u043a"
    "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425\u0423\u04ae\u0474\u051a"
    "\u051c\u04c0\u03bf\u03b1\u03b3\u03b9\u03ba\u03bd\u03c1\u03c4\u03c5\u03c7\u03c9\u03f2\u03f3\u03b7\u0391\u0392"
    "\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f9\u0585\u057d\u0570\u0578\u0581"
    "\u0566\u0584\u0555\u054f\u053c\u054d",
    "acehiijopsyxvdqwlkABCEHIJKMOPSTXYYVQWIoayikvptuxwcjnABEZHIKMNOPTYXCouhngqpOSLU",
)
_GREEK_SYMBOLS = frozenset("\u03b1\u03b3\u03b9\u03ba\u03bd\u03c1\u03c4\u03c5\u03c7\u03c9\u03b7")
"""Greek letters that stand alone for a quantity, as in mathematics."""
# The first words of the names of letters.
_SPACELESS_SCRIPTS = """BOPOMOFO CJK HALFWIDTH HANGUL HIRAGANA KATAKANA KATAKANA-HIRAGANA KHMER LAO MYANMAR THAI
TIBETAN"""
_SPACED_SCRIPTS = """ARABIC ARMENIAN BENGALI CYRILLIC DEVANAGARI ETHIOPIC GEORGIAN GREEK GUJARATI GURMUKHI HEBREW
KANNADA LATIN MALAYALAM ORIYA SINHALA TAMIL TELUGU THAANA"""
_NO_SCRIPTS = "MODIFIER MICRO FEMININE MASCULINE IDEOGRAPHIC VERTICAL INFORMATION"
_SPACELESS = frozenset(_SPACELESS_SCRIPTS.split())
"""Scripts that stand next to Latin words without a space."""
_SCRIPTS = _SPACELESS.union(_SPACED_SCRIPTS.split())
"""Scripts in wide use (https://www.unicode.org/reports/tr31/, table 5).

Letters of others often look Latin, and a reader could not tell."""
_COMMON = frozenset(_NO_SCRIPTS.split())
_PHONETIC = re.compile("[\u01c0-\u01c3\u0250-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]")
_WORD = re.compile("[\\w\u0300-\u036f]+")
_PILE = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4,}")
_ORDINALS = "\xaa\xba"


class Confusable(NamedTuple):
    """A word that can be taken for another one."""

    start: int
    word: str
    char: str
    """The character that makes it so."""
    problem: str
    """The rest of the sentence that starts with the word."""
    repair: str = ""
    """What the word looks like, empty where that isn't clear."""


def confusable_words(text: str) -> Iterator[Confusable]:
    """Yield the confusable words of a text, and piles of accents.

    A word that consists of letters which look Latin is honest beside a word of the same script that doesn't, and so is
    a Greek letter that stands alone. Accents, and scripts that are written without spaces beside Latin, are honest.
    """
    if text.isascii():
        return
    scripts_in_use = {script for char in set(text) if (script := _script(char)) and not _looks_latin(char)}
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        for char, problem in _faults(word, scripts_in_use):
            yield Confusable(match.start(), word, char, problem, _repair(word))
            break
    for match in _PILE.finditer(text):
        yield Confusable(match.start(), match[0], match[0][0], "is a pile of accents")


def _faults(word: str, scripts_in_use: set[str]) -> Iterator[tuple[str, str]]:
    """Yield characters by which a word is confusable and how, the plainest first."""
    for char in filter(_is_styled, word):
        yield char, "has a letter or digit in another form than on keyboards"
    letters = {char: script for char in word if (script := _script(char))}
    scripts = set(letters.values())
    for char, script in letters.items():
        if script not in _SCRIPTS:
            yield char, "has a letter of a script that is hardly in use"
        elif script != "LATIN" and not scripts <= {script, *_SPACELESS} and _mixes(char, script):
            yield char, "mixes letters of different scripts"
        elif _PHONETIC.match(char) and "LATIN" in map(_ascii_script, word):
            yield char, "has a letter that looks like another"
    for char in filter(str.isdecimal, word):
        if not char.isascii() and len({ord(each) - unicodedata.decimal(each) for each in word if each.isdecimal()}) > 1:
            yield char, "mixes digits of different scripts"
    first = next(iter(letters), "")
    is_symbol = len(letters) == 1 and first in _GREEK_SYMBOLS
    if letters and all(map(_looks_latin, letters)) and not scripts & scripts_in_use and not is_symbol:
        yield first, "looks as if it were written in Latin letters"


def _mixes(char: str, script: str) -> bool:
    """Return whether a letter deceives in a word of several scripts. Greek ones that look like no other are units."""
    return script not in _SPACELESS and (script != "GREEK" or _looks_latin(char))


def _ascii_script(char: str) -> str:
    return "LATIN" if char.isascii() and char.isalpha() else ""


def _script(char: str) -> str:
    """Return the script of a letter as the first word of its name, empty for what is none."""
    if char.isascii():
        return _ascii_script(char)
    if unicodedata.category(char)[0] != "L":
        return ""
    plain = unicodedata.normalize("NFKC", char)[0]
    script = unicodedata.name(plain, "?").partition(" ")[0]
    return "" if script in _COMMON else script


def _looks_latin(char: str) -> bool:
    return ord(char) in _LATIN_LOOKALIKES


def _is_styled(char: str) -> bool:
    """Return whether a character is a variant of an ASCII letter or digit: full width, bold, Kelvin, small Roman."""
    if char.isascii() or char in _ORDINALS or unicodedata.category(char)[0] not in "LN":
        return False
    plain = unicodedata.normalize("NFKC", char)
    return plain.isascii() and plain.isalnum() and unicodedata.category(char) != "No"


def _repair(word: str) -> str:
    """Return the ASCII word that a word looks like, empty where that isn't clear."""
    plain = unicodedata.normalize("NFKC", word).translate(_LATIN_LOOKALIKES)
    return plain if plain.isascii() else ""
