"""Whether the tag of a release, the program and the changelog name one version: `release_check.py [TAG]`.

Without a tag only program and changelog are compared. Exit status: 0 they agree, 1 they don't.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_HEADING = re.compile(r"^## (\S+)(?: - (\S+))?$", re.MULTILINE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def faults(tag: str | None, program: str, changelog: str) -> Iterator[str]:
    """Yield what keeps a release from being made, and what to do."""
    version = _VERSION.search(program)
    heading = _HEADING.search(changelog)
    if version is None:
        yield "builder/fixcards/__init__.py has no line __version__"
    elif heading is None:
        yield "CHANGELOG.md has no heading such as: ## 0.2.0 - 2026-12-01"
    else:
        if tag is not None and tag != f"v{version[1]}":
            yield f"the tag is {tag} and the program says {version[1]}; tag v{version[1]}, or change __version__"
        if heading[1] != version[1]:
            yield f"CHANGELOG.md begins with {heading[1]} and the program says {version[1]}; write down what is new"
        elif not _DAY.fullmatch(heading[2] or ""):
            yield f"CHANGELOG.md has no day for {version[1]}; write: ## {version[1]} - YYYY-MM-DD"


def main() -> int:
    """Print the faults; return the exit status."""
    program = (TOP / "builder" / "fixcards" / "__init__.py").read_text(encoding="utf-8")
    changelog = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    wrong = list(faults(sys.argv[1] if len(sys.argv) > 1 else None, program, changelog))
    for fault in wrong:
        print(fault)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
