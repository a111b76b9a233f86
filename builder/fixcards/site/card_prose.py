"""Prose of a card as its page shows it: each block of code in a box with a copy button, each `option B` as a link."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from markupsafe import Markup

from fixcards.site import markdown

_BLOCK = re.compile(r'<pre class="highlight" tabindex="0"><code>(.*?)</code></pre>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_COMMAND = re.compile(
    r"(?:[$>] |sudo |(?:[A-Z_]+=\S* )*(?:pip|pip3|pipx|pip-compile|uv|uvx|poetry|pdm|conda|mamba|python3?|py|git|"
    r"export|set|curl|docker|apt|apt-get|brew|pytest|tox|nox|mypy|flake8|black|fixcards) )"
)
"""How the first line of a command starts."""
_OPTION = re.compile(r"\b([Oo]ption )([A-T])\b")
_PART = re.compile(r"<(?P<end>/?)(?P<name>[a-z0-9]+)[^>]*>|[^<]+")
_OPAQUE = frozenset({"a", "code", "pre"})
"""Elements in which a text stays as it is."""


def render(text: str, letters: Collection[str], inline: bool = False) -> Markup:
    """Return prose as HTML. `letters` are those of the card's options; other letters are no links."""
    markup = markdown.render_inline(text) if inline else markdown.render_blocks(text)
    if "<pre" in markup:
        markup = Markup(_BLOCK.sub(_box, markup))  # noqa: S704 - markup with our own elements around it
    return _with_links(markup, letters) if "ption " in markup and _OPTION.search(markup) else markup


def _box(block: re.Match[str]) -> str:
    """Return a block of code in its box. What it is called tells the reader where to paste it."""
    if _COMMAND.match(html.unescape(_TAG.sub("", block[1]))):
        kind = "Command"
    else:
        kind = "Code" if "<span" in block[1] else "Text"
    button = '<button class="fc-copy" type="button" hidden>Copy</button>'
    return f'<div class="fc-box"><p class="fc-bar"><b>{kind}</b> {button}</p>{block[0]}</div>'


def _with_links(markup: Markup, letters: Collection[str]) -> Markup:
    inside = 0
    parts = []
    for part in _PART.finditer(markup):
        text = part[0]
        if part["name"] in _OPAQUE:
            inside += -1 if part["end"] else 1
        elif not part["name"] and not inside:
            text = _OPTION.sub(lambda option: _link(option, letters), text)
        parts.append(text)
    return Markup("".join(parts))  # noqa: S704 - made from markup, with a number and a letter in it


def _link(option: re.Match[str], letters: Collection[str]) -> str:
    if option[2] not in letters:
        return option[0]
    return f'<a href="#option-{ord(option[2]) - ord("A") + 1}">{option[0]}</a>'
