"""What the command `fixcards scout cards` does and prints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from fixcards.cli.card_folders import CardFolders
from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN, FINDINGS
from fixcards.cli.terminal import echo, echo_lines
from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.scout.finding import Finding, findings_from
from fixcards.scout.publication import Publication, Publisher
from fixcards.search.finder import Finder
from fixcards.verify.card_runner import RunSettings, today
from fixcards.verify.executors import threads

FILE = "findings.json"
"""Name of the file with the findings in the folder of a run."""
_WORDS = {
    "published": "written",
    "answered": "answered by cards",
    "refused": "not borne out by the runs",
    "failed": "could not be executed",
}


def make_cards(
    files: Sequence[Path],
    only: Sequence[str],
    folders: CardFolders,
    settings: RunSettings,
    *,
    jobs: int,
    dry_run: bool,
) -> int:
    """Make the found cards of some findings; return the exit status that the command states."""
    findings = [finding for file in files for finding in read_findings(file)]
    names = set(map(PYPI.normalize_name, only))
    findings = [each for each in findings if not names or each.package in names]
    library = folders.load()
    taken = library.all_ids | library.successors.keys()
    start, results = time.monotonic(), Counter[str]()
    with threads(jobs) as pool:
        finder = Finder.of_cards(folders.first) if library.summaries else None
        publisher = Publisher(folders.first, settings, today(), taken, finder, dry_run, pool.stop)
        for done, each in enumerate(publisher.publish(findings, pool.executor), start=1):
            results[each.result] += 1
            echo(
                f"[{done}/{len(findings)}] {_line(each, dry_run=dry_run)}{_rest(start, done, len(findings))}", err=True
            )
            if dry_run and each.text:
                echo_lines(each.text)
    summary = ", ".join(f"{results[name]} {words}" for name, words in _WORDS.items() if results[name])
    echo(f"{len(findings)} findings: {summary or 'nothing to do'}", err=True)
    if results["failed"]:
        return COULD_NOT_RUN
    return FINDINGS if results["refused"] else CLEAN


def read_findings(path: Path) -> list[Finding]:
    """Return the findings in a file, or in the folder of a run. Raises `FixcardsError` for anything else."""
    file = path / FILE if path.is_dir() else path
    try:
        return findings_from(file.read_bytes())
    except OSError as error:
        raise FixcardsError(f"{file}: {error.strerror}; give what `fixcards scout` wrote") from None
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        where = ".".join(map(str, details["loc"]))
        raise FixcardsError(
            f"{file}: has no findings as `fixcards scout` writes them: {where}: {details['msg']}"
        ) from None


def _line(each: Publication, *, dry_run: bool) -> str:
    finding = each.finding
    change = f"{finding.package} {finding.release} with {finding.culprit.package} {finding.culprit.first_bad}"
    state = f"{each.verdict}, {'not ' if dry_run else ''}written" if each.result == "published" else _WORDS[each.result]
    return f"{change}: {each.card_id} {state}{f' ({each.reason})' if each.reason else ''}"


def _rest(start: float, done: int, total: int) -> str:
    """Return the time that is left, by that of those that are done; empty at the end."""
    left = (time.monotonic() - start) / done * (total - done)
    if done == total:
        return ""
    return f"; about {left / 60:.0f} min left" if left >= 60 else f"; about {left:.0f} s left"
