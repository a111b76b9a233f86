"""Text of a record into HTML that shows it and runs nothing.

Prose is a small subset of Markdown: paragraphs, lists, `code`, fenced code and links to http(s) addresses.
Everything else is text like any other: HTML, entities, backslashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

# Marks that change the order in which text is displayed, so that code can look like what it is not
# (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing).
_BIDI_MARK = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BIDI = re.compile(f"(<[^>]*>)|({_BIDI_MARK.pattern})")
_LINE = r"[A-Za-z(](?:[^`\n\[\\]|`[^`\n\[\\])*(?<![ `])`?"
"""A line that starts no list and no block of code, and has no link, no escape and no two backticks in a row."""
_WORDS_AND_CODE = re.compile(rf"{_LINE}(?:\n+{_LINE})*\n*")
_BLANK = re.compile(r"\n{2,}")
_FORMATTER = HtmlFormatter(nowrap=True)
_LONGEST_HIGHLIGHTED = 20_000
# Lexers of Pygments need a time that grows with the square of a line's or a gap's length: 16 s for one line of 20,000.
_SLOW = re.compile(r"[^\n]{500}|\s{200}")
# Not every lexer of Pygments comes to an end on every text: the one for tracebacks runs for ever on
# "Thread 0x1 (most recent call first):". These do.
_LANGUAGES = frozenset(
    {"python", "console", "bash", "sh", "toml", "ini", "cfg", "yaml", "json", "diff", "docker", "make"}
)


def _link_allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # A name before the host, https://github.com@other.example, is only good for deceiving.
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"html": False, "linkify": False, "highlight": _highlight_fence})
    markdown.enable(["list", "fence", "backticks", "link", "newline"])
    markdown.validateLink = _link_allowed  # type: ignore[method-assign]
    return markdown


def prose(text: str) -> Markup:
    """Return a text of several paragraphs as HTML blocks."""
    paragraphs = _simple(text)
    if paragraphs is None:
        return Markup(_MARKDOWN.render(text))  # noqa: S704 - markdown-it escapes, HTML is off
    return Markup("".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs))  # noqa: S704 - escaped there


def inline(text: str) -> Markup:
    """Return one paragraph as HTML without a block around it: `code` and links only."""
    text = text.strip()
    paragraphs = _simple(text)
    if paragraphs is None or len(paragraphs) != 1:
        return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - as above
    return Markup(paragraphs[0])  # noqa: S704 - as above


def _simple(text: str) -> list[str] | None:
    """Return the paragraphs of a text that has nothing but words and `code` in them, None of any other.

    Most texts of most cards are such, and the whole parser takes a third of the time of a page for them.
    """
    if not _WORDS_AND_CODE.fullmatch(text) or not text.replace("\n", "").isprintable():
        return None
    made = []
    for paragraph in _BLANK.split(text.strip("\n")):
        pieces = escapeHtml(paragraph).split("`")
        if len(pieces) % 2 == 0:
            return None
        pieces[1::2] = [f"<code>{_code_span(piece)}</code>" for piece in pieces[1::2]]
        made.append("".join(pieces))
    return made


def _code_span(text: str) -> str:
    """Return what is between two backticks as CommonMark reads it."""
    text = text.replace("\n", " ")
    return text[1:-1] if text.strip() and text[0] == text[-1] == " " else text


def links(text: str) -> Iterator[str]:
    """Yield the addresses that prose links to, in order."""
    if "](" not in text:
        return
    for block in _MARKDOWN.parse(text):
        for token in block.children or ():
            if token.type == "link_open" and token.attrs["href"]:
                yield str(token.attrs["href"])


def plain(text: str) -> str:
    """Return prose as one line without marks, for descriptions and lists."""
    without_links = re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", text)
    return " ".join(without_links.replace("`", "").split())


def code(text: str, language: str = "python") -> Markup:
    """Return code with each token in a `span`, ready for a `code` element.

    Another language than those of `_LANGUAGES`, or text so long that colour is of no help, comes out plain.
    """
    if language not in _LANGUAGES or len(text) > _LONGEST_HIGHLIGHTED or _SLOW.search(text):
        return escape(text)
    # Some lexers go round in circles on text that does not end with a line feed, so it gets one and loses it again.
    return Markup(highlight(text + "\n", _lexer(language), _FORMATTER).removesuffix("\n"))  # noqa: S704 - Pygments escapes


def reveal_bidi(html: str) -> str:
    """Put every mark that reorders text into an element of its own, which shows its name and keeps its effect inside.

    The text itself stays as it is, so that what is copied is exact.
    """
    return _BIDI.sub(_reveal, html) if _BIDI_MARK.search(html) else html


def _reveal(match: re.Match[str]) -> str:
    tag, char = match.groups()
    return tag or f'<bdi class="fc-bidi" data-mark="U+{ord(char):04X}">{char}</bdi>'


@lru_cache
def _lexer(language: str) -> Lexer:
    # Leading line feeds stay: what a copy button takes must be what the record holds.
    return get_lexer_by_name(language, stripnl=False)


def _highlight_fence(text: str, language: str, _attributes: str) -> str:
    return f'<pre class="highlight" tabindex="0"><code>{code(text.rstrip(chr(10)), language or "text")}</code></pre>'


_MARKDOWN = _markdown()
