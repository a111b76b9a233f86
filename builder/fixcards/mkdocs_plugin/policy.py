"""The Content Security Policy that each page carries: what a browser may load and run for it.

The default allows the files of the site and nothing else: no code inside a page, no other server, and no text that a
script turns into code (Trusted Types). https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from fixcards.errors import FixcardsError

DIRECTIVES = {
    "default-src": ("'self'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "object-src": ("'none'",),
    "require-trusted-types-for": ("'script'",),
    "trusted-types": ("fixcards",),
}
"""The policy of a site that adds nothing. `fixcards` is what our scripts call their policy of Trusted Types."""

HEADER_DIRECTIVES = ("frame-ancestors", "report-to", "report-uri", "sandbox")
"""Directives that a browser ignores in a page and takes from a server's header alone."""

HTML_FEATURES = (
    *("analytics", "announce.dismiss", "content.code", "content.tooltips", "navigation.instant", "search", "version"),
)
"""First words of the theme's features, plugins and extras whose scripts write HTML, or addresses of scripts, from text.

A browser that asks for Trusted Types stops them, so a site with any of them doesn't ask for it.
"""

_TRUSTED_TYPES = ("require-trusted-types-for", "trusted-types")
_DIRECTIVE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_SOURCE = re.compile(r"""[^\s;,"<>&]+""")
_OPTION = "content_security_policy"


class Policy:
    """The policy of a site.

    `option` is that of the plugin in `mkdocs.yml`: sources to add, by directive; false in place of them drops the
    directive. `configured` names the features, plugins and extras of the theme. A site that is `served` for its author
    has a script for live reload in every page, so scripts inside pages are allowed there. Raises `FixcardsError` if
    the option has something that a browser would ignore or read as something else.
    """

    def __init__(self, option: Mapping[object, object], configured: Collection[str] = (), served: bool = False) -> None:
        self.html_features = sorted(name for name in configured if name.startswith(HTML_FEATURES))
        self._directives = dict(DIRECTIVES)
        if self.html_features:
            for name in _TRUSTED_TYPES:
                del self._directives[name]
        # The default first: a directive that it stands for starts with its sources.
        for key in sorted(option, key=lambda key: key != "default-src"):
            self._add(_directive(key), option[key])
        if served:
            self._add("script-src", "'unsafe-inline'")

    def text(self, scripts: Collection[str] = (), styles: Collection[str] = ()) -> str:
        """Return the policy of a page that has inside it the scripts and styles with these hashes."""
        directives = dict(self._directives)
        for name, hashes in (("script-src", scripts), ("style-src", styles)):
            sources = self._sources(name)
            # Beside a hash a browser ignores 'unsafe-inline'.
            if hashes and "'unsafe-inline'" not in sources:
                # A style that is an attribute counts by its hash only beside this word.
                attributes = ("'unsafe-hashes'",) if name == "style-src" else ()
                directives[name] = (*sources, *attributes, *sorted(hashes))
        return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())

    def allows(self, directive: str, origin: str) -> bool:
        """Return whether a page may load a file of another origin, such as `https://example.org`, or of a scheme.

        Sources that are patterns or have a path count as if they allowed every origin.
        """
        sources = self._sources(directive)
        scheme, _, host = origin.partition("://")
        allowed = {origin, host, f"{scheme}:"} - {""}
        return any(source in allowed or "*" in source or source.count("/") > 2 for source in sources)

    def _sources(self, directive: str) -> tuple[str, ...]:
        if directive in self._directives:
            return self._directives[directive]
        return self._directives.get("default-src", ()) if "-src" in directive else ()

    def _add(self, name: str, value: object) -> None:
        if value is False:
            self._directives.pop(name, None)
            return
        sources = value.split() if isinstance(value, str) else value
        if not isinstance(sources, list) or not all(isinstance(each, str) for each in sources):
            raise FixcardsError(f"`{_OPTION}`: `{name}` takes sources such as `https://example.org`, or false")
        for source in sources:
            if not _SOURCE.fullmatch(source):
                raise FixcardsError(f"`{_OPTION}`: `{source}` of `{name}` is no source; give each its own list item")
        present = tuple(source for source in self._sources(name) if source != "'none'")
        self._directives[name] = (*present, *(source for source in sources if source not in present))


def _directive(name: object) -> str:
    """Return the name of a directive that may stand in a page."""
    if name in HEADER_DIRECTIVES:
        raise FixcardsError(f"`{_OPTION}`: browsers ignore `{name}` in a page; set it in the header of your server")
    if not isinstance(name, str) or not _DIRECTIVE.fullmatch(name):
        raise FixcardsError(f"`{_OPTION}`: `{name}` is no directive; they have names such as `img-src`")
    return name
