"""Whether the tag of a release, the program, its plugin for pytest, server.json and the changelog name one version.

`release_check.py [TAG]`; without a tag the others are compared. Exit status: 0 they agree, 1 they don't.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
PROGRAM = Path("builder/fixcards/__init__.py")
PLUGIN = Path("integrations/pytest-fixcards/pytest_fixcards.py")
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_HEADING = re.compile(r"^## (\S+)(?: - (\S+))?$", re.MULTILINE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def faults(tag: str | None, program: str, plugin: str, server: str, changelog: str) -> Iterator[str]:
    """Yield what keeps a release from being made, and what to do."""
    version, version_of_plugin = _VERSION.search(program), _VERSION.search(plugin)
    heading = _HEADING.search(changelog)
    if version is None:
        yield f"{PROGRAM} has no line __version__"
    elif version_of_plugin is None:
        yield f"{PLUGIN} has no line __version__"
    elif heading is None:
        yield "CHANGELOG.md has no heading such as: ## 0.2.0 - 2026-12-01"
    else:
        if tag is not None and tag != f"v{version[1]}":
            yield f"the tag is {tag} and the program says {version[1]}; tag v{version[1]}, or change __version__"
        if version_of_plugin[1] != version[1]:
            yield f"{PLUGIN} says {version_of_plugin[1]} and the program says {version[1]}; change its __version__"
        listed = json.loads(server)
        if {listed["version"], *(each["version"] for each in listed["packages"])} != {version[1]}:
            yield f"server.json has another version than the program, which says {version[1]}; change it in both places"
        if heading[1] != version[1]:
            yield f"CHANGELOG.md begins with {heading[1]} and the program says {version[1]}; write down what is new"
        elif not _DAY.fullmatch(heading[2] or ""):
            yield f"CHANGELOG.md has no day for {version[1]}; write: ## {version[1]} - YYYY-MM-DD"


def main() -> int:
    """Print the faults; return the exit status."""
    texts = ((TOP / path).read_text(encoding="utf-8") for path in (PROGRAM, PLUGIN, "server.json", "CHANGELOG.md"))
    wrong = list(faults(sys.argv[1] if len(sys.argv) > 1 else None, *texts))
    for fault in wrong:
        print(fault)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
