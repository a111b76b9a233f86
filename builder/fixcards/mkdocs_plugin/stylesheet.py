"""The one style sheet of our pages: the theme's rules that they need, then ours.

A browser shows nothing before it has loaded every style sheet. The theme's are written for everything that a page in
Markdown may contain, and our pages need half of it; 16.4 kB are left, compressed, at a reader's first visit.
Pages that the site's author wrote keep the theme's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

PATH = "assets/stylesheets/cards.css"
"""In the folder of the theme's, so that relative addresses in them hold."""

_THEME_STYLESHEETS = ("assets/stylesheets/main.", "assets/stylesheets/palette.")
_OUR_STYLESHEET = "assets/fixcards.css"
THEME_PATHS = (*_THEME_STYLESHEETS, PATH, _OUR_STYLESHEET)
"""How the paths of the theme's style sheets and ours start; others are of the site's author."""

UNUSED_CLASS_PREFIXES = (
    *("annotate", "arithmatex", "card", "critic", "filename", "footnote", "grid", "highlighttable", "keys", "linenos"),
    *("md-annotation", "md-author", "md-pagination", "md-post", "md-source__fact", "md-tag", "mermaid", "tabbed"),
    *("task-list", "twemoji", "admonition", "note", "abstract", "info", "tip", "success", "question", "warning"),
    *("failure", "danger", "bug", "example", "quote"),
)
"""Prefixes of classes that only Markdown, its extensions, the theme's blog and tags, or figures from GitHub use."""

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
"""Prefixes of classes that a site uses if one of its features, plugins or extras has a name with such a prefix."""

# The theme's script sets it on the body at every start, and a browser then styles every element of the page anew.
EXPENSIVE_SELECTOR = r"\[data-md-color-switching\]"

# A list of selectors is split at commas outside parentheses; two levels of parentheses are enough.
_INSIDE = r"\([^()]*(?:\([^()]*\)[^()]*)*\)"
_SELECTOR = re.compile(rf"(?:{_INSIDE}|[^,()])+")
_EITHER = re.compile(rf":(?:is|not|where){_INSIDE}")
_TOKEN = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)'"]*\)|[^{};"'])+|[{};"']""")
_ICON = re.compile(r"""(--[\w-]+):url\((?:"[^"]*"|'[^']*'|[^)"']*)\);?""")

Item = tuple[str, "list[Item] | None"]
"""Selector and content of a rule, or of another block; a declaration has no content."""


def prune_theme(styles: Mapping[str, str], configured: Collection[str]) -> str:
    """Return the style sheet made from the theme's and ours among `styles`, which are texts by path.

    `configured` names the features, plugins, extras and colours of the site.
    """
    theme = "".join(text for part in _THEME_STYLESHEETS for path, text in styles.items() if path.startswith(part))
    unused = [
        *UNUSED_CLASS_PREFIXES,
        *(
            prefix
            for prefix, options in OPTIONAL_CLASS_PREFIXES.items()
            if not any(name.startswith(options) for name in configured)
        ),
    ]
    colours = "|".join(map(re.escape, sorted({"indigo", *configured})))  # indigo is the theme's own
    other_colours = rf"\[data-md-color-(?:primary|accent)=(?!(?:{colours})\])"
    selector = rf"\.(?:{'|'.join(unused)})|{other_colours}|{EXPENSIVE_SELECTOR}"
    return prune_css(theme, selector) + styles.get(_OUR_STYLESHEET, "")


@lru_cache(maxsize=1)
def prune_css(css: str, unused: str) -> str:
    """Return minified CSS without the rules of which all selectors match the pattern `unused`.

    CSS that is not understood is returned whole.
    """
    items = _parse(iter(_TOKEN.findall(css)))
    if _serialize(items) != css:
        return css
    pruned = _serialize(_prune(items, re.compile(unused)))
    # Most of the bytes that unused rules leave behind: icons in variables that nothing refers to.
    return _ICON.sub(lambda icon: icon[0] if f"var({icon[1]})" in pruned else "", pruned)


def _parse(parts: Iterator[str]) -> list[Item]:
    """Return the items of a block, and consume the parts of its text with the brace at its end."""
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
    """Return the text of items, without the semicolon after the last declaration of a block."""
    parts = [text + ("{" + _serialize(block) + "}" if block is not None else ";") for text, block in items]
    return "".join(parts).removesuffix(";") if items and items[-1][1] is None else "".join(parts)


def _prune(items: list[Item], unused: re.Pattern[str]) -> list[Item]:
    """Return the items without the selectors that match `unused`, and without blocks that this leaves empty."""
    pruned: list[Item] = []
    for text, block in items:
        if block is None or text.startswith(("@keyframes", "@font-face", "@page", "@property")):
            pruned.append((text, block))
        elif text.startswith("@"):
            if inner := _prune(block, unused):
                pruned.append((text, inner))
        # A class inside :is(), :where() or :not() says nothing: the selector may match without it.
        elif used := [one for one in _SELECTOR.findall(text) if not unused.search(_EITHER.sub("", one))]:
            pruned.append((",".join(used), block))
    return pruned
