"""The parts of a JUnit report as GitLab and Jenkins read it; the schema is that of Jenkins' xUnit plugin."""

from __future__ import annotations

from collections.abc import Sequence


def report_text(cases: Sequence[str], failures: int) -> str:
    """Return the report of some test cases, in ASCII, so that no setting of a server can misread it."""
    counts = f'tests="{len(cases)}" failures="{failures}"'
    suite = "".join([f'<testsuite name="fixcards" {counts} errors="0" skipped="0">\n', *cases, "</testsuite>\n"])
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {counts}>\n{suite}</testsuites>\n'
    return document.encode("ascii", "xmlcharrefreplace").decode("ascii")


def attribute(text: str) -> str:
    """Return a text as the value of an attribute, with its quotation marks."""
    from xml.sax.saxutils import quoteattr  # not above: it takes a web client, which no other format needs

    return quoteattr(_xml_text(text))


def element_text(text: str) -> str:
    """Return a text as the content of an element."""
    from xml.sax.saxutils import escape

    return escape(_xml_text(text))


def _xml_text(text: str) -> str:
    """Return a text without the few characters that are visible here and that no XML may have."""
    return "".join(char if char not in "\ufffe\uffff" and not "\ud800" <= char <= "\udfff" else "?" for char in text)
