"""What lists of installed packages print: `pip list`, with or without `--format json`, `conda list` and others."""

from __future__ import annotations

import json

from fixcards.audit.environment import Release
from fixcards.audit.locks.interface import LockContent, Locked, LockError, content_of
from fixcards.audit.target import TargetChoice
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.releases import SeenReleases


class PipListJson:
    """`pip list --format json`."""

    name = "pip list --format json"

    def is_name(self, name: str) -> bool:
        """Return False: it has no usual name."""
        return False

    def is_text(self, text: str) -> bool:
        """Return whether a text is a list in JSON."""
        return text.lstrip().startswith("[{") or text.strip() == "[]"

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the environment, for this interpreter. Packages that are being edited have a release, too."""
        try:
            rows = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise LockError(f"is no JSON: {error}") from None
        if not all(isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows):
            raise LockError("is no list of packages, each with `name` and `version`")
        packages = [Locked(Release(canonical_name(row["name"]), str(row.get("version", "")))) for row in rows]
        return content_of(packages, choice.targets(None))


class PipList:
    """Tables and lines with a name and a release, as `fixcards match` reads them in pasted text."""

    name = "list of packages"

    def is_name(self, name: str) -> bool:
        """Return False: it has no usual name."""
        return False

    def is_text(self, text: str) -> bool:
        """Return True: it is the last format that is tried."""
        return True

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the environment, for the interpreter that the list names, or for this one.

        Raises `LockError` where no line has a name with a release.
        """
        packages, stated = [], ""
        for line, content in enumerate(text.splitlines(), 1):
            seen = SeenReleases()
            seen.add(content)
            releases = seen.by_package()
            for name in seen.listed:
                if name == "python":
                    stated = releases[name][-1]
                else:
                    packages += [Locked(Release(name, version, line)) for version in releases[name]]
        if not packages:
            raise LockError(
                "is no lock that fixcards knows; it reads pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile.lock, "
                "pinned requirements and lists such as that of `pip freeze`"
            )
        return content_of(packages, choice.targets(None, stated=stated))
