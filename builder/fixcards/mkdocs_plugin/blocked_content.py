"""What a page of the site's author asks for and the site's policy refuses, so that a build can say it.

Without it the author would see a gap in the page and nothing in the log.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

from fixcards.mkdocs_plugin.policy import Policy

_DIRECTIVES = {
    ("audio", "src"): "media-src",
    ("embed", "src"): "object-src",
    ("form", "action"): "form-action",
    ("iframe", "src"): "frame-src",
    ("img", "src"): "img-src",
    ("link", "href"): "style-src",
    ("object", "data"): "object-src",
    ("script", "src"): "script-src",
    ("source", "src"): "media-src",
    ("video", "poster"): "img-src",
    ("video", "src"): "media-src",
}
"""The directive for an address, by element and attribute."""


def blocked_content(html: str, policy: Policy, site_url: str) -> list[str]:
    """Return a sentence for each thing in `html` that browsers refuse under `policy`, without repetitions."""
    parser = _Parser(policy, site_url)
    parser.feed(html)
    parser.close()
    return list(dict.fromkeys(parser.sentences))


class _Parser(HTMLParser):
    def __init__(self, policy: Policy, site_url: str) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self._policy, self._site = policy, _origin(site_url)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes of an element."""
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            if name.startswith("on"):
                self.sentences.append(f"`{name}` of <{tag}>: browsers refuse scripts in attributes; use a script file")
            elif name == "href" and value.strip().lower().startswith("javascript:"):
                self.sentences.append("`javascript:` in a link: browsers refuse it; use a script file")
            elif (directive := _DIRECTIVES.get((tag, name))) and (
                tag != "link" or "stylesheet" in values.get("rel", "")
            ):
                self._look_at_address(directive, value.strip())

    def _look_at_address(self, directive: str, address: str) -> None:
        origin = _origin(address)
        if origin and origin != self._site and not self._policy.allows(directive, origin):
            source = origin if "://" in origin else f"{origin}:"
            self.sentences.append(
                f"{address[:100]}: browsers refuse it; add `{directive}: {source}` to `content_security_policy`"
            )


def _origin(address: str) -> str:
    """Return the origin of an address, its scheme where it has no server, nothing where it has neither."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.netloc:
        return f"{parts.scheme or 'https'}://{parts.netloc}"
    return parts.scheme
