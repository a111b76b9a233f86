"""Scripts and styles inside pages: moved into files where that is possible, else allowed by their hash.

A strict Content Security Policy runs no script that stands in a page, and the theme has several in each. Only what the
site's author wrote is treated like that: the frame around our pages, and pages of the author's own. The body of a page
of ours holds the words of cards, so a script in it stays where it is, and browsers refuse it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from typing import NamedTuple

from fixcards.build.output import write_file
from fixcards.cache import digest
from fixcards.mkdocs_plugin.policy import Policy

FOLDER = "assets/javascripts"
"""Of the theme's own scripts."""

_ATTRIBUTES = r"""(?:[\s/](?:[^>"']|"[^"]*"|'[^']*')*)?"""
_SCRIPT = re.compile(rf"<script(?P<attributes>{_ATTRIBUTES})>(?P<code>.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(rf"<style{_ATTRIBUTES}>(?P<code>.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(rf"<[a-z][^\s/>]*(?P<attributes>{_ATTRIBUTES})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s"'>/=]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s"'>]+))?""")
_DELAY = re.compile(r"\s(?:async|defer)(?:=(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?(?=[\s/]|$)", re.IGNORECASE)
_HEAD = re.compile(rf"<head{_ATTRIBUTES}>(?:\s*<meta charset=[^>]*>)?", re.IGNORECASE)
_CLASSIC = ("", "text/javascript", "application/javascript")
_HASHED = ("module", "importmap", "speculationrules")


class _Page(NamedTuple):
    """A page in three parts, of which the middle one, the body, is passed over."""

    before: str
    body: str
    after: str


class InlineCode:
    """What pages have inside them, and the policy that follows from it.

    Scripts become files below `folder`. No page has a policy where `policy` is None.
    """

    def __init__(self, folder: str, policy: Policy | None) -> None:
        self._folder, self._policy = folder, policy
        self._files: set[str] = set()

    def secure(self, html: str, base_url: str, *, records: bool) -> str:
        """Return a page with its policy, and with its scripts in files.

        `base_url` is the address of the site's root, relative to the page. In a page about `records` only the frame
        is looked at: all outside the article; without an article, nothing.
        """
        page = _split(html) if records else _Page(html, "", "")
        scripts: set[str] = set()

        def move(match: re.Match[str]) -> str:
            return self._move(match, base_url, scripts)

        before, after = _SCRIPT.sub(move, page.before), _SCRIPT.sub(move, page.after)
        secured = f"{before}{page.body}{after}"
        if self._policy is None:
            return secured
        text = self._policy.text(scripts, _styles(before) | _styles(after))
        element = f'<meta http-equiv="Content-Security-Policy" content="{text}">'
        # As early as possible: it holds for what comes after it. A browser looks for the encoding before that.
        return _HEAD.sub(lambda head: f"{head[0]}{element}", secured, count=1)

    def _move(self, match: re.Match[str], base_url: str, hashes: set[str]) -> str:
        """Return the element of a script that is moved to a file, or that stays and has its hash added to `hashes`."""
        attributes, code = match["attributes"], match["code"]
        values = dict(_attributes(attributes))
        kind = values.get("type", "").strip().lower()
        if "src" in values or not code.strip() or kind not in (*_CLASSIC, *_HASHED):
            return match[0]
        if kind in _HASHED:  # a module loads others by addresses relative to itself; the rest can't be files
            hashes.add(_hash(code))
            return match[0]
        path = f"{FOLDER}/inline.{digest(code.encode()).hex()[:16]}.js"
        if path not in self._files:
            write_file(self._folder, path, code.encode())
            self._files.add(path)
        # Inside a page these two mean nothing, and the scripts after this one may need it.
        attributes = _DELAY.sub("", attributes)
        return f'<script{attributes} src="{base_url.rstrip("/")}/{path}"></script>'


def _split(html: str) -> _Page:
    """Return a page with the article as its body."""
    start, end = html.find("<article"), html.rfind("</article>")
    return _Page(html[:start], html[start:end], html[end:]) if 0 <= start < end else _Page("", html, "")


def _styles(html: str) -> set[str]:
    """Return the hashes of all styles in elements and attributes."""
    if "style" not in html:
        return set()
    code = [match["code"] for match in _STYLE.finditer(html)]
    if re.search(r"\sstyle\s*=", html, re.IGNORECASE):
        tags = (tag["attributes"] for tag in _TAG.finditer(html))
        code += [value for tag in tags for name, value in _attributes(tag) if name == "style"]
    return {_hash(each) for each in code}


def _attributes(text: str) -> list[tuple[str, str]]:
    """Return names, in lower case, and values of the attributes of a tag."""
    matches = _ATTRIBUTE.finditer(text or "")
    return [(each["name"].lower(), unescape((each["value"] or "").strip("\"'"))) for each in matches]


def _hash(code: str) -> str:
    """Return the source expression for a script or style; a browser hashes it with the line ends of HTML."""
    normalized = code.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(normalized.encode()).digest()).decode()}'"
