"""JUnit XML as GitLab and Jenkins read it: a test case for each checked file, with its problems as failure.

The schema is that of Jenkins' xUnit plugin (`junit-10.xsd`): a case has at most one failure that is displayed, so the
problems of a file share one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from fixcards.characters import visible
from fixcards.cli.formats.interface import web_path
from fixcards.records.problem import Problem


class JunitFormat:
    """For reports of tests."""

    name = "junit"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return the report, in ASCII, so that no setting of a server can misread it."""
        by_path: dict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            by_path[problem.path].append(problem)
        cases = [_case(path, by_path.get(path, [])) for path in sorted({*paths, *by_path})]
        counts = f'tests="{len(cases)}" failures="{len(by_path)}"'
        suite = "".join([f'<testsuite name="fixcards" {counts} errors="0" skipped="0">\n', *cases, "</testsuite>\n"])
        document = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {counts}>\n{suite}</testsuites>\n'
        return document.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _case(path: str, problems: Sequence[Problem]) -> str:
    from xml.sax.saxutils import escape  # not above: it takes a web client, which no other format needs

    place = web_path(path)
    folder, _, _ = place.rpartition("/")
    attributes = f"name={_quoted(place)} classname={_quoted(folder or place)} file={_quoted(place)}"
    if not problems:
        return f'<testcase {attributes} time="0"/>\n'
    first, more = problems[0], len(problems) - 1
    summary = visible(f"{first.code} {first.message}") + (f" (and {more} more)" if more else "")
    lines = "".join(f"{problem}\n" for problem in problems)
    kind = _quoted(first.code)
    return (
        f'<testcase {attributes} line="{first.line}" time="0">\n'
        f"<failure message={_quoted(summary)} type={kind}>{escape(_xml_text(lines))}</failure>\n</testcase>\n"
    )


def _quoted(text: str) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(_xml_text(text))


def _xml_text(text: str) -> str:
    """Return a text without the few characters that are visible here and that no XML may have."""
    return "".join(char if char not in "\ufffe\uffff" and not "\ud800" <= char <= "\udfff" else "?" for char in text)
