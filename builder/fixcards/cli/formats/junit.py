"""JUnit XML: a test case for each checked file, with its problems as failure.

A case has at most one failure that is displayed, so the problems of a file share one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from fixcards.characters import visible
from fixcards.cli.junit_xml import attribute, element_text, report_text
from fixcards.cli.web_path import web_path
from fixcards.records.problem import Problem


class JunitFormat:
    """For reports of tests."""

    name = "junit"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return the report, in ASCII."""
        by_path: dict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            by_path[problem.path].append(problem)
        cases = [_case(path, by_path.get(path, [])) for path in sorted({*paths, *by_path})]
        return report_text(cases, len(by_path))


def _case(path: str, problems: Sequence[Problem]) -> str:
    place = web_path(path)
    folder, _, _ = place.rpartition("/")
    attributes = f"name={attribute(place)} classname={attribute(folder or place)} file={attribute(place)}"
    if not problems:
        return f'<testcase {attributes} time="0"/>\n'
    first, more = problems[0], len(problems) - 1
    summary = visible(f"{first.code} {first.message}") + (f" (and {more} more)" if more else "")
    lines = "".join(f"{problem}\n" for problem in problems)
    return (
        f'<testcase {attributes} line="{first.line}" time="0">\n'
        f"<failure message={attribute(summary)} type={attribute(first.code)}>{element_text(lines)}</failure>\n"
        "</testcase>\n"
    )
