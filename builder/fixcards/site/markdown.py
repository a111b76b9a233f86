"""Text of a record into HTML that runs nothing.

Prose is a small subset of Markdown: paragraphs, lists, `code`, fenced code and links to http(s) addresses.
Everything else is plain text: HTML, entities, backslashes.

Text without lists and links, which is 9 in 10, takes a short path past the parser. The parser for all text would cost
0.7 ms a page, of 1.9 for a whole one (mean of 32 cards, the best of 20 runs in each of 4 rounds). For 10,000 cards that
is 7 s of processor, more than a quarter of a build of 12.6 s on two processors that is to stay faster than Hugo
(23.3 s). A property test compares both on random text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markupsafe import Markup

from fixcards.site.highlight import highlight_code

# Paragraphs without lists, links, escapes and two backticks in a row. No line begins like a block of another kind.
_NEXT_LINE = r"(?<! )\n(?=[^\s\-*+0-9~`]|`(?!`)|[0-9]+(?:\.[0-9]|[^0-9.)]))"
_SPAN = rf"`(?!`)[^`\n]*(?:{_NEXT_LINE}[^`\n]*)*`(?!`)"
_PARAGRAPH = re.compile(rf"\n[^`\n\[\\]*(?:(?:{_SPAN}|{_NEXT_LINE})[^`\n\[\\]*)*(?<! )".replace(r"\n", _NEXT_LINE, 1))
_BLANK = re.compile(r"\n{2,}")
_FENCE = re.compile(r"^```([A-Za-z]*)\n((?:(?![ \t]*```).*\n)*)```(?:\n|$)", re.MULTILINE)


def _link_allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # A user name before the host, https://github.com@other.example, only serves to deceive.
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"html": False, "linkify": False, "highlight": _highlight_fence})
    markdown.enable(["list", "fence", "backticks", "link", "newline"])
    markdown.validateLink = _link_allowed  # type: ignore[method-assign]
    return markdown


def render_blocks(text: str) -> Markup:
    """Return a text of several paragraphs as HTML blocks."""
    blocks = _render_simple(text)
    return Markup(_MARKDOWN.render(text) if blocks is None else "".join(blocks))  # noqa: S704 - HTML is off, all escaped


def render_inline(text: str) -> Markup:
    """Return one paragraph as HTML without a block around it: `code` and links only."""
    text = text.strip()
    return Markup((text and _paragraph(text)) or _MARKDOWN.renderInline(text))  # noqa: S704 - as above


def _render_simple(text: str) -> list[str] | None:
    """Return the blocks of a text of nothing but words, `code` and fenced code, None for any other."""
    if not text.replace("\n", "").isprintable():
        return None
    blocks = []
    language: str | None = None
    for number, piece in enumerate(_FENCE.split(text)):
        if number % 3 == 1:
            language = piece
        elif number % 3 == 2:
            blocks.append(_highlight_fence(piece, language or "", "") + "\n")
        else:
            for paragraph in filter(None, _BLANK.split(piece.strip("\n"))):
                html = _paragraph(paragraph)
                if html is None:
                    return None
                blocks.append(f"<p>{html}</p>\n")
    return blocks


def _paragraph(text: str) -> str | None:
    """Return the inside of a paragraph of nothing but words and `code`, None for any other."""
    if not _PARAGRAPH.fullmatch(f"\n{text}"):
        return None
    pieces = escapeHtml(text).split("`")
    pieces[1::2] = [f"<code>{_code_span(piece)}</code>" for piece in pieces[1::2]]
    return "".join(pieces)


def _code_span(text: str) -> str:
    """Return the text between two backticks as CommonMark reads it."""
    text = text.replace("\n", " ")
    return text[1:-1] if text.strip(" ") and text[0] == text[-1] == " " else text


def links(text: str) -> Iterator[str]:
    """Yield the addresses that prose links to, in order."""
    for block in _MARKDOWN.parse(text):
        for token in block.children or ():
            if token.type == "link_open" and token.attrs["href"]:
                yield str(token.attrs["href"])


def plain_text(text: str) -> str:
    """Return prose as one line without marks, for descriptions and lists."""
    without_links = re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", text)
    return " ".join(without_links.replace("`", "").split())


def _highlight_fence(text: str, language: str, _attributes: str) -> str:
    code = highlight_code(text.rstrip("\n"), language or "text")
    return f'<pre class="highlight" tabindex="0"><code>{code}</code></pre>'


_MARKDOWN = _markdown()
