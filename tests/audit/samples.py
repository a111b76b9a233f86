"""Cards without files, and environments to audit with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fixcards.audit.environment import AuditedEnvironment
from fixcards.audit.locks import read_lock
from fixcards.audit.target import TargetChoice
from fixcards.matching.index.conditions import CONDITIONS_FILE, Conditions, conditions_text
from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.index.reader import Index
from fixcards.matching.index.writer import build
from fixcards.search.finder import Finder

LINUX_312 = TargetChoice("3.12", "linux")


def card(
    card_id: str,
    affected: str,
    *,
    needs: Mapping[str, str] | None = None,
    moment: str = "use",
    platform: str = "",
    fixed: str = "",
    install: Sequence[str] = (),
) -> tuple[Entry, Conditions]:
    """Return a card of the package that its id starts with, and what it takes."""
    package = card_id.rpartition("-")[0]
    requirements = dict(needs or {})
    fixes = (FixOption(f"Take {' and '.join(install)}", "upgrade", tuple(install)),) if install else ()
    entry = Entry(
        id=card_id,
        package=package,
        title=f"{package}: it breaks",
        templates=(f"{package} is broken",),
        affected=affected,
        fixed=fixed,
        requirements=requirements,
        fixes=fixes,
        display={"path": f"{package}/{card_id.rpartition('-')[2]}/", "verdict": "verified"},
    )
    return entry, Conditions(card_id, moment, platform, {package: affected, **requirements})


def index_files(*cards: tuple[Entry, Conditions], site: str = "https://cards.example.org/") -> dict[str, bytes]:
    """Return the files of the index of some cards."""
    files = dict(build([entry for entry, _ in cards], site))
    files[CONDITIONS_FILE] = conditions_text((entry.package, each) for entry, each in cards)
    return files


def finder(*cards: tuple[Entry, Conditions]) -> Finder:
    """Return the finder of some cards."""
    return Finder(Index(index_files(*cards).__getitem__, name="cards"))


def write_site(folder: Path, *cards: tuple[Entry, Conditions]) -> Path:
    """Write the index of some cards as a built site has it, and return the folder."""
    for path, content in index_files(*cards).items():
        file = folder / "search" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def listed(*requirements: str, choice: TargetChoice = LINUX_312) -> AuditedEnvironment:
    """Return the environment of some pinned requirements, a line each."""
    return read_lock("".join(f"{each}\n" for each in requirements).encode(), "requirements.txt", choice,
                     "requirements.txt")  # fmt: skip


def versions(audited: AuditedEnvironment, python: str = "3.12", platform: str = "linux") -> dict[str, str]:
    """Return what a target has: each package with its releases, several with a slash between them."""
    (environment,) = [
        each for each in audited.environments if any(target == (python, platform) for target in each.targets)
    ]
    return {name: "/".join(each.version for each in of_name) for name, of_name in environment.releases.items()}
