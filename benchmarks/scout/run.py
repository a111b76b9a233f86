"""The scout over a generated index with planted breaks: `make bench-scout`, with SIZE=10000 packages by default.

Every planted break has to be found with its culprit and first bad release, and no other. The run is killed on the way
and started again, as often as KILLS says.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from benchmarks import report
from benchmarks.scout.planted import PAST, TODAY, Planted, planted

from fixcards.scout.finding import Finding, findings_from

_DAYS = 350
"""From TODAY back to PAST."""


class Index:
    """The index in a process of its own, so that its memory isn't counted."""

    def __init__(self, size: int) -> None:
        command = [sys.executable, "-m", "benchmarks.scout.planted", str(size)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._line().strip()

    def taken(self) -> tuple[int, int, int]:
        """Return requests, bytes, and answers that a page is unchanged."""
        print(file=self.process.stdin, flush=True)
        requests, size, unchanged = map(int, self._line().split())
        return requests, size, unchanged

    def _line(self) -> str:
        return next(iter(self.process.stdout or ()))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def run(size: int, jobs: int, kills: int, folder: Path) -> dict[str, Any]:
    """Run the scout; return what it took and what it reported."""
    index = Index(size)
    names = folder / "names.txt"
    names.write_text("\n".join(planted(size).packages) + "\n")
    environment = {
        **os.environ,
        "UV_DEFAULT_INDEX": index.url,
        "FIXCARDS_CACHE": str(folder / "cache"),
        "FIXCARDS_PYTHONS": str(Path(sys.base_prefix, "bin")),
        "PYENV_ROOT": str(folder),
        "PATH": "/usr/bin:/bin",
    }
    environment.pop("UV_INDEX", None)
    command = [sys.executable, "-c", "from fixcards.cli import main; main()", "scout", "packages", "--list", str(names)]
    command += ["--days", str(_DAYS), "--today", TODAY, "--no-newest", "--output", str(folder / "out")]
    command += ["--rate", "1000", "-j", str(jobs), "--isolation", "bubblewrap"]
    memory, cpu, start, stops = 0, 0.0, time.monotonic(), 0
    lines = [(each + 1) * 1.1 * size / (kills + 1) for each in range(kills)]
    journal = folder / "out" / "journal.jsonl"
    status = -1
    while status not in {0, 1, 2}:
        process = subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=(folder / "log").open("a"))  # fmt: skip
        ended = 0
        while not ended:
            time.sleep(0.5)
            ended, code, usage = os.wait4(process.pid, os.WNOHANG)
            if not ended:
                memory = max(memory, psutil.Process(process.pid).memory_info().rss)
                if stops < kills and journal.exists() and _lines(journal) >= lines[stops]:
                    os.killpg(process.pid, signal.SIGKILL)
                    stops += 1
        cpu += usage.ru_utime + usage.ru_stime
        status = process.returncode = os.waitstatus_to_exitcode(code)
    seconds = time.monotonic() - start
    requests, sent, unchanged = index.taken()
    index.close()
    sizes = {name: _size(folder / "cache" / "verify" / name) for name in ("uv", "pages", "index", "locks")}
    return {
        "seconds": seconds, "status": status, "memory": memory, "cpu": cpu, "requests": requests, "sent": sent,
        "unchanged": unchanged, "disk": sizes, "journal": journal.stat().st_size, "kills": stops,
        "findings": findings_from((folder / "out" / "findings.json").read_bytes()),
        "report": json.loads((folder / "out" / "report.json").read_text()), "quarters": _quarters(journal),
    }  # fmt: skip


_COLUMNS = (
    "packages", "workers", "planted breaks", "wrong", "minutes", "probes a minute", "processor seconds a probe",
    "MB of memory", "requests", "MB sent", "MB of disk", "ms a probe that ran something, by quarter",
)  # fmt: skip


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _size(folder: Path) -> int:
    states = (path.lstat() for path in folder.rglob("*") if path.is_file())
    return sum(state.st_size for state in states)


def _quarters(journal: Path) -> list[float]:
    """Return the median milliseconds of a probe that ran something, in each quarter of the journal."""
    entries = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    seconds = [each["seconds"] for entry in entries for each in entry.get("probes", ()) if each.get("runs")]
    size = max(len(seconds) // 4, 1)
    return [1000 * statistics.median(seconds[at : at + size]) for at in range(0, 4 * size, size) if seconds[at:]]


def faults(expected: Planted, findings: list[Finding]) -> list[str]:
    """Return what is wrong about the findings."""
    got: dict[str, tuple[str, str]] = {}
    for finding in findings:
        for victim in (finding, *finding.victims):
            got[victim.package] = finding.culprit.package, finding.culprit.first_bad
    missing = [f"{name}: not found" for name in expected.breaks if name not in got]
    extra = [f"{name}: is sound" for name in got if name not in expected.breaks]
    wrong = [
        f"{name}: {got[name]}" for name, causes in expected.breaks.items() if name in got and got[name] not in causes
    ]
    return [*missing, *extra, *wrong]


def _row(size: int, jobs: int, breaks: int, wrong: int, result: dict[str, Any]) -> list[str]:
    probes, minutes = result["report"]["probes"], result["seconds"] / 60
    disk = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in result["disk"].items())
    return [
        f"{size:,}",
        str(jobs),
        str(breaks),
        str(wrong),
        f"{minutes:.1f}",
        f"{probes / minutes:.0f}",
        f"{result['cpu'] / probes:.2f}",
        f"{result['memory'] / 1e6:.0f}",
        f"{result['requests']:,}",
        f"{result['sent'] / 1e6:.0f}",
        f"{disk}, journal {result['journal'] / 1e6:.1f}",
        ", ".join(f"{each:.0f}" for each in result["quarters"]),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, nargs="*", default=[os.cpu_count() or 1])
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--put", action="store_true", help="write the table into benchmarks/README.md")
    options = parser.parse_args()
    expected = planted(options.size)
    rows = [f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
    wrong = 0
    reports = []
    for jobs in options.jobs:
        folder = Path(tempfile.mkdtemp(prefix="fixcards-bench-scout-"))
        try:
            result = run(options.size, jobs, options.kills, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        mistakes = faults(expected, result["findings"])
        wrong += len(mistakes)
        reports.append(result["report"])
        for fault in mistakes[:20]:
            print(fault)
        rows.append(f"| {' | '.join(_row(options.size, jobs, len(expected.breaks), len(mistakes), result))} |")
        print(rows[-1], flush=True)
        print(f"killed {result['kills']} times; outcomes {result['report']['outcomes']}; status {result['status']}")
    if any(each != reports[0] for each in reports):
        print("the reports differ between numbers of workers")
        wrong += 1
    if options.put:
        report.put("scout", "\n".join([*rows, "", f"Killed {options.kills} times on the way. Past day {PAST}."]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
