"""GitLab's Code Quality report, which merge requests show (docs.gitlab.com, "Code Quality", "Import results").

Of its fields GitLab needs `description`, `check_name`, `fingerprint`, `severity`, `location.path` and
`location.lines.begin`. It compares the report of a branch with that of its target by the fingerprints alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence

from fixcards.cli.formats.interface import message
from fixcards.cli.terminal import json_text
from fixcards.cli.web_path import web_path
from fixcards.records.problem import Problem
from fixcards.records.rules.rule import is_blocking


class GitlabFormat:
    """For the artifact `codequality` of a job."""

    name = "gitlab"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return the report.

        A fingerprint stays what it is when lines are added above its problem, and no two problems share one.
        """
        times: Counter[tuple[str, str, str]] = Counter()
        entries = []
        for problem in problems:
            same = (problem.path, problem.code, problem.message)
            times[same] += 1
            entries.append(
                {
                    "description": f"{problem.code} {message(problem)}",
                    "check_name": problem.code,
                    "fingerprint": _fingerprint(*same, times[same]),
                    "severity": "major" if is_blocking(problem.code) else "minor",
                    "location": {"path": web_path(problem.path), "lines": {"begin": problem.line}},
                }
            )
        return f"{json_text(entries)}\n"


def _fingerprint(path: str, code: str, text: str, number: int) -> str:
    """Return the digest of one problem; `number` tells it from others with the same text in the same file."""
    return hashlib.sha256(json.dumps([web_path(path), code, text, number]).encode()).hexdigest()
