"""Code with its tokens in `span` elements, which the theme colours.

Python, which is nearly all the code of a card, is read by one regular expression; the lexers of Pygments are for the
rest. Pygments for Python as well would cost 1.1 ms a page, of 1.9 for a whole one (mean of 32 cards, the best of 20
runs in each of 4 rounds), and 2.2 kB of HTML. For 10,000 cards that is 11 s of processor, almost half of a build of
12.6 s on two processors that is to stay faster than Hugo (23.3 s). A test compares both on every card.
"""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

_MAX_LENGTH = 20_000
# Strings and comments come before all that may stand in them. A string that is not closed ends with its line, or with
# the text.
_PYTHON = re.compile(
    r"""(?P<c>\#[^\n]*)
    |(?P<s>[rRbBfFuU]{,2}(?:
        \"{3}(?:[^"\\]|\\[\s\S]|"(?!""))*(?:\"{3})?
        |'{3}(?:[^'\\]|\\[\s\S]|'(?!''))*(?:'{3})?
        |"(?:[^"\\\n]|\\[\s\S])*"?
        |'(?:[^'\\\n]|\\[\s\S])*'?))
    |(?P<m>\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    |(?<!\S)(?P<nd>@[A-Za-z_]\w*)
    |(?P<k>def|class)(?P<gap>[ ]+)(?P<nf>\w+)
    |(?P<word>\.?\w+)
    """,
    re.VERBOSE,
)
# The words of Python 3.14, listed so that a page is the same whichever Python builds it.
_BUILTINS = """abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile
complex delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash hex id
input int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property
range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip __import__ self cls
Ellipsis NotImplemented"""
_KEYWORDS = """as assert async await break class continue def del elif else except finally for from global if import
lambda nonlocal pass raise return try while with yield"""
_EXIT_EXCEPTIONS = "GeneratorExit KeyboardInterrupt StopAsyncIteration StopIteration SystemExit"
_KINDS = dict.fromkeys(_BUILTINS.split(), "nb") | dict.fromkeys(_KEYWORDS.split(), "k")
_KINDS |= dict.fromkeys(("and", "in", "is", "not", "or"), "ow")
_KINDS |= dict.fromkeys(_EXIT_EXCEPTIONS.split(), "ne")
"""The class of a word that is no attribute. Pygments' class names, for which themes have styles."""
_EXCEPTION_SUFFIXES = ("Error", "Exception", "Warning")

_FORMATTER = HtmlFormatter(nowrap=True)
# Lexers of Pygments take time that grows with the square of the length of a line or a gap: 16 s for a line of 20,000.
_SLOW = re.compile(r"[^\n]{500}|\s{200}")
# Not every lexer of Pygments ends on every text: the one for tracebacks runs for ever on
# "Thread 0x1 (most recent call first):". These end.
_LANGUAGES = frozenset({"console", "bash", "sh", "toml", "ini", "cfg", "yaml", "json", "diff", "docker", "make"})


def highlight_code(text: str, language: str = "python") -> Markup:
    """Return code with its tokens in `span` elements, ready for a `code` element.

    Its text is exactly `text`. Other languages, and text too long for colour to help, come out plain.
    """
    if len(text) > _MAX_LENGTH:
        return escape(text)
    if language == "python":
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return Markup(_PYTHON.sub(_span, escaped))  # noqa: S704 - escaped above
    if language not in _LANGUAGES or _SLOW.search(text):
        return escape(text)
    # Some lexers loop for ever on text that does not end with a line feed, so it gets one, which is removed again.
    return Markup(highlight(text + "\n", _lexer(language), _FORMATTER).removesuffix("\n"))  # noqa: S704 - Pygments escapes


def _span(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "word":
        kind = _KINDS.get(text) or ("ne" if text.endswith(_EXCEPTION_SUFFIXES) and text[0] != "." else None)
    elif kind == "nf":
        keyword, gap, text = match["k"], match["gap"], match["nf"]
        return f'<span class="k">{keyword}</span>{gap}<span class="nf">{text}</span>'
    return f'<span class="{kind}">{text}</span>' if kind else text


@lru_cache
def _lexer(language: str) -> Lexer:
    # Leading line feeds stay: a copy button must copy exactly what the record has.
    return get_lexer_by_name(language, stripnl=False)
