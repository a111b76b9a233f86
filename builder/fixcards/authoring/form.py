"""The text of an issue that was made with the form *Report a failure*: headings, each with its answer below.

Anyone can write such an issue, so nothing in it is trusted: names, versions and addresses are checked as they would be
in a card, and what a field has too much of is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fixcards.authoring.report import Report, checked_python, checked_requirement, of_text
from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError

_HEADING = re.compile(r"^#{2,4} +(\S.*?) *#*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \w-]*$")
_NO_ANSWER = re.compile(r"_no response_|none|n/a|-*", re.IGNORECASE)
"""What GitHub writes for an empty field, and what people do."""
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:==|[ =@])\s*v?([0-9][A-Za-z0-9.!+]*)")
_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_MAX_PACKAGES = 200

FIELDS = {
    "package": ("package",),
    "release": ("release", "version"),
    "python": ("python",),
    "packages": ("other package", "packages"),
    "output": ("output", "whole output", "traceback"),
    "link": ("link", "upstream", "issue"),
}
"""Each field by the words that its heading begins with, so that a form may say a little more."""


def read_form(text: str) -> Report:
    """Return the report that a filled form makes. Raises `FixcardsError` where a field is missing or holds no such."""
    answers = dict(_answers(text))
    if "package" not in answers or "output" not in answers:
        missing = ", ".join(name for name in ("package", "output") if name not in answers)
        raise FixcardsError(
            f"the form has no answer for: {missing}; give the text of an issue that was made with the form "
            "(gh issue view NUMBER --json body --jq .body)"
        )
    name = answers["package"].split("==")[0].strip(" `")
    package = PYPI.normalize_name(PYPI.requirement_name(checked_requirement(name)))
    report = of_text(answers["output"])
    releases = dict(_pins(answers.get("packages", "")))
    release = re.search(r"[0-9][A-Za-z0-9.!+]*", answers.get("release", ""))
    requirement = f"{package}=={release[0]}" if release else package
    python = re.search(r"3\.[0-9]{1,2}", answers.get("python", ""))
    link = _URL.search(answers.get("link", ""))
    return Report(
        url=link[0].rstrip(".,;") if link else None,
        text=report.text,
        package=package,
        requires=(checked_requirement(requirement),),
        python=checked_python(python[0]) if python else report.python,
        releases={**report.releases, **releases},
    )


def _answers(text: str) -> Iterator[tuple[str, str]]:
    """Yield the fields that have an answer. A heading inside a block of code is part of an answer."""
    name, lines, fence = "", list[str](), ""
    for line in [*text.replace("\r\n", "\n").split("\n"), "### end"]:
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
            continue
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        answer = "\n".join(lines).strip("\n")
        if name and not _NO_ANSWER.fullmatch(answer.strip()):
            yield name, answer
        name, lines = _field(heading[1]), []


def _field(heading: str) -> str:
    words = heading.lower()
    return next((name for name, starts in FIELDS.items() if words.startswith(starts)), "")


def _pins(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines()[:_MAX_PACKAGES]:
        for match in _PIN.finditer(line):
            yield PYPI.normalize_name(match[1]), match[2]
