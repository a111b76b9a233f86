"""The one style sheet of our pages: the theme's without what they never show, then ours.

A browser shows nothing before it has every style sheet. The theme's are written for all that a page in Markdown may
hold, and ours need half of it. Pages that a site's author wrote keep the theme's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from fixcards.mkdocs_plugin.assets import Asset

PATH = "assets/stylesheets/cards.css"
"""Beside the theme's, so that relative addresses in them hold."""

_THEME_SHEETS = ("assets/stylesheets/main.", "assets/stylesheets/palette.")
_OUR_SHEET = "assets/fixcards.css"

UNUSED_CLASS_PREFIXES = (
    *("annotate", "arithmatex", "card", "critic", "filename", "footnote", "grid", "highlighttable", "keys", "linenos"),
    *("md-annotation", "md-author", "md-pagination", "md-post", "md-source__fact", "md-tag", "mermaid", "tabbed"),
    *("task-list", "twemoji", "admonition", "note", "abstract", "info", "tip", "success", "question", "warning"),
    *("failure", "danger", "bug", "example", "quote"),
)
"""How classes begin that only Markdown and its extensions make, the theme's blog and tags, or figures from GitHub."""

OPTIONAL_CLASS_PREFIXES = {
    "md-clipboard": ("content.code",),
    "md-code": ("content.code",),
    "md-consent": ("consent",),
    "md-path": ("navigation.path",),
    "md-search": ("search",),
    "md-social": ("social",),
    "md-tooltip": ("content.tooltips", "navigation.instant"),
    "md-version": ("version",),
}
"""The same for what a site may have configured: how the names of the features, plugins and extras for it begin."""

# The theme's script marks the body with it at every start, for which a browser styles every element of the page anew.
EXPENSIVE_SELECTOR = r"\[data-md-color-switching\]"

# A list of selectors is cut at commas, but what stands in parentheses stays together; two deep are enough.
_INSIDE = r"\([^()]*(?:\([^()]*\)[^()]*)*\)"
_SELECTOR = re.compile(rf"(?:{_INSIDE}|[^,()])+")
_EITHER = re.compile(rf":(?:is|not|where){_INSIDE}")
_TOKEN = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)'"]*\)|[^{};"'])+|[{};"']""")
_ICON = re.compile(r"""(--[\w-]+):url\((?:"[^"]*"|'[^']*'|[^)"']*)\);?""")

Item = tuple[str, "list[Item] | None"]
"""A rule, or another block, with what is in it; a declaration has nothing."""


def prune_theme(files: Iterable[Asset], configured: Collection[str]) -> str:
    """Return the style sheet made from those of `files` that are the theme's and ours.

    `configured` names the features, plugins, extras and colours of the site.
    """
    styles = [file for file in files if file.src_uri.endswith(".css")]
    theirs = "".join(file.content_string for part in _THEME_SHEETS for file in styles if file.src_uri.startswith(part))
    ours = "".join(file.content_string for file in styles if file.src_uri == _OUR_SHEET)
    absent = [
        name for name, of in OPTIONAL_CLASS_PREFIXES.items() if not any(word.startswith(of) for word in configured)
    ]
    colours = "|".join(map(re.escape, sorted({"indigo", *configured})))  # indigo is the theme's own
    other = rf"\[data-md-color-(?:primary|accent)=(?!(?:{colours})\])"
    never = rf"\.(?:{'|'.join([*UNUSED_CLASS_PREFIXES, *absent])})|{other}|{EXPENSIVE_SELECTOR}"
    return prune_css(theirs, never) + ours


@lru_cache(maxsize=1)
def prune_css(css: str, never: str) -> str:
    """Return minified CSS without the rules whose selectors have something of `never`.

    What isn't understood stays whole.
    """
    items = _parse(iter(_TOKEN.findall(css)))
    if _serialize(items) != css:
        return css
    left = _serialize(_prune(items, re.compile(never)))
    # Most of what the rules that are gone leave behind: icons in variables that nothing refers to.
    return _ICON.sub(lambda icon: icon[0] if f"var({icon[1]})" in left else "", left)


def _parse(parts: Iterator[str]) -> list[Item]:
    """Take the items of a block from `parts`, and the brace at its end."""
    items: list[Item] = []
    text = ""
    for part in parts:
        if part == "{":
            items.append((text, _parse(parts)))
        elif part not in ";}":
            text = part
            continue
        elif text:
            items.append((text, None))
        text = ""
        if part == "}":
            return items
    return items + ([(text, None)] if text else [])


def _serialize(items: list[Item]) -> str:
    """Return the text of items; the last declaration of a block goes without its semicolon."""
    parts = [text + ("{" + _serialize(block) + "}" if block is not None else ";") for text, block in items]
    return "".join(parts).removesuffix(";") if items and items[-1][1] is None else "".join(parts)


def _prune(items: list[Item], absent: re.Pattern[str]) -> list[Item]:
    """Return the items without the selectors in which `absent` is found, and without blocks that this leaves empty."""
    found: list[Item] = []
    for text, block in items:
        if block is None or text.startswith(("@keyframes", "@font-face", "@page", "@property")):
            found.append((text, block))
        elif text.startswith("@"):
            if inside := _prune(block, absent):
                found.append((text, inside))
        # One of several that may match, or must not, decides nothing.
        elif kept := [one for one in _SELECTOR.findall(text) if not absent.search(_EITHER.sub("", one))]:
            found.append((",".join(kept), block))
    return found
