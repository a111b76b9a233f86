"""Suspected pairs: a package, a partner, and the releases of the partner with which it is said to work."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from itertools import islice

from packaging.specifiers import SpecifierSet

from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.scout.candidate import Candidate, Control
from fixcards.scout.candidates import MAX_INTERPRETERS
from fixcards.scout.finding import Kind
from fixcards.verify.environment import EnvironmentSpec
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters, runs_wheel
from fixcards.verify.package_index import PackageIndex, ReleaseInfo

HEAD = ("package", "affected", "partner", "works_with", "source")
MAX_LINES = 8
"""Lines of the partner of which the first release is tried where the newest one doesn't tell."""
_PARTNER: Kind = "partner"
_UPLOADED = "uploaded<"


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a file of pairs."""

    package: str
    affected: str
    """The releases of the package that it is about, as a specifier; empty for all. `uploaded<2024-05-01` may be a part
    of it: lists whose entries are about what was there on a day know no release."""
    partner: str
    works_with: str
    """The releases of the partner with which they are said to work, as a specifier."""
    source: str
    """Where that is said."""

    def is_about(self, release: ReleaseInfo) -> bool:
        """Return whether a release of the package is one that it is about."""
        specifier, before = split_affected(self.affected)
        early = before is None or (release.uploaded is not None and release.uploaded < before)
        return early and specifier.contains(release.version, prereleases=True)


def split_affected(text: str) -> tuple[SpecifierSet, date | None]:
    """Return the specifier and the day of `Pair.affected`. Raises `InvalidSpecifier` or `ValueError`."""
    clauses = [each.strip() for each in text.split(",") if each.strip()]
    days = [date.fromisoformat(each.removeprefix(_UPLOADED)) for each in clauses if each.startswith(_UPLOADED)]
    specifier = SpecifierSet(",".join(each for each in clauses if not each.startswith(_UPLOADED)))
    return specifier, min(days, default=None)


def read_pairs(text: str, name: str) -> list[Pair]:
    """Return the pairs in a file: tab-separated columns with the names `HEAD` in its first line, # begins a comment.

    Raises `FixcardsError` with the line that is wrong; `name` is that of the file.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    if not lines or tuple(lines[0][1].split("\t")) != HEAD:
        raise FixcardsError(f"{name}: the first line must be the columns {' '.join(HEAD)}, with tabs between them")
    return list(dict.fromkeys(_pair(line, f"{name}:{number}") for number, line in lines[1:]))


def _pair(line: str, where: str) -> Pair:
    cells = line.split("\t")
    if len(cells) != len(HEAD):
        raise FixcardsError(f"{where}: {len(cells)} columns, not {len(HEAD)}")
    package, affected, partner, works_with, source = (cell.strip() for cell in cells)
    try:
        split_affected(affected), SpecifierSet(works_with)
    except ValueError as error:  # `InvalidSpecifier` is one
        raise FixcardsError(f"{where}: {error}; write ranges as pip does, such as <3, and days as 2024-05-31") from None
    if not package or not partner or not works_with:
        raise FixcardsError(f"{where}: package, partner and works_with may not be empty")
    return Pair(PYPI.normalize_name(package), affected, PYPI.normalize_name(partner), works_with, source)


def pairs_text(pairs: Iterable[Pair]) -> str:
    """Return pairs as the text of a file that `read_pairs` reads."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar=None)
    writer.writerow(HEAD)
    writer.writerows([" ".join(cell.split()) for cell in astuple(pair)] for pair in pairs)
    return stream.getvalue()


def pair_candidates(pair: Pair, index: PackageIndex, today: date, *, build: bool) -> Iterator[list[Candidate]]:
    """Yield the highest affected release of a pair with the newest partner, then with the first that is suspected.

    The newest is one that an interpreter runs beside the release. After these come the first ones of some lines, oldest
    first, each with the other releases of its day: where something else fails beside the newest partner, one of them
    shows the break. The control has the highest partner with which the package is said to work. Raises `FixcardsError`
    where the index can't be reached.
    """
    withdrawn = pair.affected.startswith("==")
    offered = _usable(index, pair.package, today, build=build, withdrawn=withdrawn)
    releases = [each for each in offered if pair.is_about(each)]
    partners = _usable(index, pair.partner, today, build=False)
    allowed = SpecifierSet(pair.works_with)
    good = [each for each in partners if each.version in allowed]
    if not releases or not good:
        return
    groups = _Groups(pair, releases[-1], good[-1], today, build=build)
    bad = [each for each in partners if each.version not in allowed and each.parsed > good[-1].parsed]
    newest = next((each for each in reversed(bad) if groups.of(each)), None)
    if newest is None:
        return
    others = (each for each in _first_of_lines(bad) if groups.of(each))
    for partner in dict.fromkeys([newest, bad[0], *islice(others, MAX_LINES)]):
        if group := groups.of(partner):
            yield group


class _Groups:
    """The candidates of one release of a package with one release of the partner, on several interpreters each."""

    def __init__(self, pair: Pair, release: ReleaseInfo, good: ReleaseInfo, today: date, *, build: bool) -> None:
        self._pair, self._release, self._good, self._today, self._build = pair, release, good, today, build

    def of(self, partner: ReleaseInfo) -> list[Candidate]:
        """Return the candidates with a partner, best interpreter first."""
        day = _day(self._today, self._release, partner, self._good)
        release = self._release
        pythons = choose_interpreters(installed_interpreters(), [release.requires_python], day, release)
        usable = [each for each in pythons if _runs_on(each, partner) and _runs_on(each, self._good)]
        usable = [each for each in usable if self._build or runs_wheel(each, release)]
        return [self._candidate(partner, python, day) for python in usable[: 2 * MAX_INTERPRETERS]]

    def _candidate(self, partner: ReleaseInfo, python: Interpreter, day: date) -> Candidate:
        pair, version = self._pair, self._release.version
        own = f"{pair.package}=={version}"
        builds = (pair.package,) if self._build and not runs_wheel(python, self._release) else ()
        suspect = EnvironmentSpec((own, f"{pair.partner}=={partner.version}"), python, day, builds)
        control = EnvironmentSpec((own, f"{pair.partner}=={self._good.version}"), python, day, builds)
        controls = (Control(_PARTNER, control),)
        return Candidate(pair.package, version, suspect, controls, pair.source, pair.partner)


def _first_of_lines(releases: Sequence[ReleaseInfo]) -> list[ReleaseInfo]:
    """Return the first releases of the major versions, then those of all lines, each oldest first."""
    majors = {each.parsed.major: each for each in reversed(releases)}
    lines = {each.line: each for each in reversed(releases)}
    return [*dict.fromkeys([*reversed(majors.values()), *reversed(lines.values())])]


def _runs_on(python: Interpreter, release: ReleaseInfo) -> bool:
    return runs_wheel(python, release) and bool(choose_interpreters([python], [release.requires_python], None))


def _usable(
    index: PackageIndex, package: str, today: date, *, build: bool, withdrawn: bool = False
) -> list[ReleaseInfo]:
    return [
        each
        for each in index.releases(package).releases
        if (withdrawn or not each.yanked)
        and not each.parsed.is_prerelease
        and (each.uploaded is None or each.uploaded <= today)
        and (each.wheels or build)
    ]


def _day(today: date, *releases: ReleaseInfo) -> date:
    """Return the day after which all are there: with the other releases of that day least else has changed."""
    days = [each.uploaded + timedelta(days=1) for each in releases if each.uploaded is not None]
    return min(max(days, default=today), today)
