"""Characters that a screen doesn't show, or by which it shows others in another place: which they are, and escapes.

They let a text say something else to a program than to its reader ("Trojan Source",
https://www.unicode.org/reports/tr36/ and https://www.unicode.org/reports/tr55/), and steer a terminal. Records may not
have them; whatever else is displayed goes through one of the functions here.
`templates/theme/assets/search/elements.js` has the same rule for what the reader pastes, and a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_EMOJI = (
    "[\xa9\xae\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297"
    "\u3299\U0001f000-\U0001faff]"
)
_EMOJI_PART = f"{_EMOJI}(?:[\U0001f3fb-\U0001f3ff]|\ufe0f)?"
# A selector or joiner is part of what is displayed here, and hidden anywhere else.
_EMOJI_SEQUENCE = f"{_EMOJI_PART}(?:\u200d{_EMOJI_PART})+|{_EMOJI}[\ufe0e\ufe0f]|[0-9#*]\ufe0f\u20e3"
# Default_Ignorable_Code_Point, which `unicodedata` doesn't have, and characters that are drawn as nothing.
_IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_USUAL = b"\n\t" + bytes(range(ord(" "), ord("~") + 1))
# Texts, since few commands need these, and compiling them takes one of the 100 ms of a search. `re` compiles each once.
_IS_IGNORABLE = f"[{_IGNORABLE}]"
_CANDIDATE = f"(?:{_EMOJI_SEQUENCE})|([^\n\t -~])"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def hidden_characters(text: str) -> Iterator[int]:
    """Yield the places of the characters of a text that can't be seen: each displays nothing or moves others.

    These are control, format, private and unassigned characters, halves of characters, line separators, variation
    selectors, fillers and tags. Line feeds and tabs are none, nor are selectors and joiners inside an emoji; a flag
    that is spelt with tags has hidden ones. Which characters are unassigned depends on the Unicode of this Python.
    """
    unusual = text.encode("utf-8", "surrogatepass").translate(None, _USUAL).decode("utf-8", "surrogatepass")
    if not any(map(_may_be_hidden, set(unusual))):  # as in nearly every text: hundreds of times as quick for a page
        return
    for match in re.finditer(_CANDIDATE, text):
        if match[1] and _may_be_hidden(match[1]):
            yield match.start()


@lru_cache(maxsize=10_000)
def _may_be_hidden(char: str) -> bool:
    """Return whether a character can't be seen outside an emoji."""
    return unicodedata.category(char) in _HIDDEN_CATEGORIES or bool(re.match(_IS_IGNORABLE, char))


def name_of(char: str) -> str:
    """Return `U+202E RIGHT-TO-LEFT OVERRIDE`; control, private and unassigned characters have no name."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


def visible(text: str, allowed: str = "") -> str:
    r"""Return `text` with hidden characters, line feeds and tabs but those `allowed` as escapes such as `\u202e`.

    A terminal displays the result as one line. Applied twice it changes nothing.
    """
    plain = text.replace("\n", "") if "\n" in allowed else text
    if plain.isascii() and plain.isprintable():  # as nearly all texts: fifty times as quick for a long report
        return text
    hidden = set(hidden_characters(text))
    if breaks := [char for char in "\n\t" if char in text and char not in allowed]:
        hidden.update(at for at, char in enumerate(text) if char in breaks)
    if not hidden:
        return text
    escapes = (char.encode("unicode_escape").decode() if at in hidden else char for at, char in enumerate(text))
    return "".join(escapes)


def visible_html(html: str) -> str:
    """Return HTML in which every hidden character is an element that displays `⟨U+202E⟩` instead.

    Inside a tag, where no element can stand, the text stands alone. Screen readers read both out.
    """
    hidden = set(hidden_characters(html))
    if not hidden:
        return html
    pieces, inside = [], False
    for at, char in enumerate(html):
        inside = (inside or char == "<") and char != ">"
        escape = f"\u27e8U+{ord(char):04X}\u27e9"
        element = escape if inside else f'<span class="fc-hidden">{escape}</span>'
        pieces.append(element if at in hidden else char)
    return "".join(pieces)
