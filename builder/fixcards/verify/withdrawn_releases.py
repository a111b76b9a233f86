"""Notes on releases that a fix gives and that a reader should not get: withdrawn ones and pre-releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from fixcards.ecosystems import PYPI
from fixcards.records.card import Card
from fixcards.records.evidence import Run
from fixcards.verify.package_index import ReleaseList


def withdrawn_releases(card: Card, runs: Iterable[Run], releases_of: Callable[[str], ReleaseList]) -> Iterator[str]:
    """Yield one note for each such release; `releases_of` asks the index.

    Of a fix the release of the card's package counts, of its line all that the line names.
    """
    notes: dict[str, None] = {}
    for run in runs:
        if run.role not in {"fix", "install"} or run.fix is None:
            continue
        names = {card.package}
        if run.role == "install":
            names |= set(map(PYPI.requirement_name, card.fixes[run.fix - 1].install or ()))
        for name in sorted(names & set(run.packages)):
            version = run.packages[name]
            release = releases_of(name).get(version)
            if release is not None and (release.yanked or release.parsed.is_prerelease):
                what = "is withdrawn from the index" if release.yanked else "is a pre-release"
                notes[f"Fix {run.fix} gives {name} {version}, which {what}."] = None
    yield from notes
