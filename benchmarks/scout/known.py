"""The scout over pairs whose first bad release is public knowledge: `make bench-pairs`.

Each has to be broken with the right culprit and first bad release, or sound; and a second run gives the same report.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import report

from fixcards.scout.finding import Finding, findings_from
from fixcards.scout.pair import Pair, pairs_text

KNOWN = Path(__file__).with_name("known_pairs.tsv")


@dataclass(frozen=True)
class Known:
    pair: Pair
    release: str
    first_bad: str
    """`-` for a sound pair."""


def known_pairs() -> list[Known]:
    lines = [line for line in KNOWN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t")
    return [
        Known(
            Pair(row["package"], f"=={row['release']}", row["partner"], row["works_with"], row["source"]),
            row["release"],
            row["first_bad"],
        )
        for row in rows
    ]


def scout(pairs: list[Known], folder: Path, today: str) -> list[Finding]:
    """Run the scout over the pairs; return its findings."""
    file = folder / "pairs.tsv"
    file.write_text(pairs_text(each.pair for each in pairs))
    command = [sys.executable, "-c", "from fixcards.cli import main; main()", "scout", "pairs", str(file)]
    command += ["--output", str(folder / "out"), "--today", today]
    status = subprocess.run(command, check=False).returncode
    if status not in {0, 1}:
        sys.exit("the scout could not run; start again and it goes on")
    return findings_from((folder / "out" / "findings.json").read_bytes())


def fault(known: Known, findings: list[Finding]) -> str:
    """Return what is wrong about a pair, empty where nothing is."""
    package, release = known.pair.package, known.release
    about = [each for each in findings for victim in (each, *each.victims)
             if (victim.package, victim.release) == (package, release)]  # fmt: skip
    mine = [each for each in about if each.culprit.package == known.pair.partner]
    if known.first_bad == "-":
        return f"sound, but {mine[0].culprit.first_bad} is said to break it" if mine else ""
    if not mine:
        return f"another culprit: {about[0].culprit.package}" if about else "not found"
    # A pair may break in several ways, one above the other.
    first_bad = sorted({each.culprit.first_bad for each in mine})
    return "" if known.first_bad in first_bad else f"breaks from {' and '.join(first_bad)}, not from {known.first_bad}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="packages (default: all)")
    parser.add_argument("--today", default="2026-11-27")
    parser.add_argument("--output", type=Path, help="folder of an earlier start, to go on")
    parser.add_argument("--put", action="store_true", help="write the table into benchmarks/README.md")
    options = parser.parse_args()
    pairs = [each for each in known_pairs() if not options.names or each.pair.package in options.names]
    folder = options.output or Path(tempfile.mkdtemp(prefix="fixcards-known-pairs-"))
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    findings = scout(pairs, folder, options.today)
    minutes = (time.monotonic() - start) / 60
    rows = ["| package | partner | first bad | |", "|---|---|---|---|"]
    wrong = 0
    for each in pairs:
        mistake = fault(each, findings)
        wrong += bool(mistake)
        words = f"**{mistake}**" if mistake else "right"
        rows.append(f"| {each.pair.package} {each.release} | {each.pair.partner} | {each.first_bad} | {words} |")
        print(rows[-1])
    share = f"{len(pairs) - wrong} of {len(pairs)} right, {minutes:.0f} minutes"
    print(share)
    if options.put:
        report.put("pairs", "\n".join([*rows, "", share]))
    return 1 if wrong > 0.05 * len(pairs) else 0


if __name__ == "__main__":
    sys.exit(main())
