"""Requirements with exact releases: what `pip freeze`, `pip-compile` and `uv pip compile` write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fixcards.audit.environment import Release
from fixcards.audit.locks.interface import LockContent, Locked, LockError, content_of
from fixcards.audit.target import TargetChoice, stated_python
from fixcards.matching.parse.packages import canonical_name

_REQUIREMENT = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]]*\])?[ \t]*(?P<rest>[^;#]*?)[ \t]*"
    r"(?:;[ \t]*(?P<marker>.*))?"
)
_EXACT = re.compile(r"===?[ \t]*([^\s,;*]+)")
_WHEEL = re.compile(r"@.*/([^/]+?)-([^/-]+)(?:-[^/]*)?\.whl")
_OPTION = re.compile(r"[ \t]--[a-z].*$")


class Requirements:
    """Files of requirements, and `pip freeze` on standard input."""

    name = "requirements"

    def is_name(self, name: str) -> bool:
        """Return whether a file is called as requirements and constraints usually are."""
        return bool(re.fullmatch(r"(?:.*[-_.])?(?:requirements|constraints)(?:[-_.].*)?\.(?:txt|lock)", name))

    def is_text(self, text: str) -> bool:
        """Return whether a line of a text pins a release."""
        return bool(re.search(r"^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]\n]*\])?[ \t]*===?[ \t]*[0-9]", text, re.MULTILINE))

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the environment for the interpreter that its heading names, or for this one.

        Raises `LockError` where no requirement has an exact release.
        """
        packages, left_out = [], []
        for line, requirement in _logical_lines(text):
            match = _REQUIREMENT.fullmatch(requirement)
            if not match:
                if requirement[:3] in ("-e ", "git") or requirement.startswith(("--editable", "./", "http")):
                    left_out.append(requirement.partition("#egg=")[2] or requirement)
                continue
            name, rest = canonical_name(match[1]), match["rest"]
            exact, wheel = _EXACT.fullmatch(rest), _WHEEL.fullmatch(rest)
            version = exact[1] if exact else wheel[2] if wheel else ""
            if version:
                marker = (match["marker"] or "").strip()
                packages.append(Locked(Release(name, version, line), (marker,) if marker else ()))
            else:
                left_out.append(name)
        if not packages:
            what = "no requirement has an exact release; compile them first, for example with `uv pip compile`"
            raise LockError(what if left_out else "has no requirements")
        return content_of(packages, choice.targets(None, stated=stated_python(text)), left_out)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each requirement with the number of its first line; without comments, hashes and line continuations."""
    start, parts = 0, ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"(?:^|[ \t])#(?!egg=).*$", "", raw)
        if not parts:
            start = number
        if line.rstrip().endswith("\\"):
            parts += line.rstrip()[:-1] + " "
            continue
        requirement = _OPTION.sub("", parts + line).strip()
        parts = ""
        if requirement:
            yield start, requirement
    if parts.strip():
        yield start, _OPTION.sub("", parts).strip()
