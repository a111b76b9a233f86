"""What the doors cost: a green and a failed test run with the plugin, a command under `fixcards run`, the import.

    python -m benchmarks.doors [--rounds N] [--put]

Two environments are made from wheels: one with pytest alone, one with pytest-fixcards, fixcards and its data, too.
Processes of both take turns; what is compared are medians of their processor time, which other work on the machine
disturbs least.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import report
from tests import card_data

from fixcards.exports.data_distribution import data_wheel

TOP = Path(__file__).parents[1]
ROUNDS = 25
GREEN = (
    "import pytest\n\n@pytest.mark.parametrize('number', range(1000))\ndef test_it(number):\n    assert number >= 0\n"
)
FAILED = "from lamp.burner import light\n\ndef test_it():\n    light()\n"
OTHER = "def test_it():\n    raise LookupError('nothing of ours')\n"


def environment(folder: Path, *wheels: Path) -> Path:
    """Make an environment with pytest and some wheels; return its interpreter."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    constraints = ["--constraint", str(TOP / "constraints.txt")]
    subprocess.run([*pip, *constraints, "pytest", *map(str, wheels)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    card_data.install_lamp(site)
    return python


def milliseconds(command: Sequence[str | Path], cwd: Path) -> float:
    """Return the processor time of a command and of all that it starts."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYT", "FIXCARDS"))}
    process = subprocess.Popen(command, cwd=cwd, env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return 1000 * (usage.ru_utime + usage.ru_stime)


def measure(commands: Mapping[str, Sequence[str | Path]], cwd: Path, rounds: int) -> dict[str, list[float]]:
    """Return the processor times of each command in milliseconds; the commands take turns."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            used = milliseconds(command, cwd)
            if number:  # the first round compiles modules
                times[name].append(used)
    return times


def table(folder: Path, rounds: int) -> list[str]:
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    for project in (TOP, TOP / "integrations" / "pytest-fixcards"):
        subprocess.run([*wheel, "--wheel-dir", str(folder), str(project)], check=True)
    ours = folder.glob("*fixcards-*.whl")
    data = data_wheel(card_data.write_site(folder / "site")).write(folder)
    without, with_cards = environment(folder / "without"), environment(folder / "with", *ours, data)
    work = folder / "work"
    work.mkdir()
    for name, content in (("green", GREEN), ("failed", FAILED), ("other", OTHER)):
        (work / f"test_{name}.py").write_text(content, encoding="utf-8")
    pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    commands: dict[str, Sequence[str | Path]] = {
        f"{name} {where}": (python, *pytest, f"test_{name}.py")
        for name in ("green", "failed", "other")
        for where, python in (("without", without), ("with", with_cards))
    }
    fixcards = with_cards.with_name("fixcards")
    commands |= {
        "true": ("true",),
        "run": (fixcards, "run", "--", "true"),
        "pass": (with_cards, "-c", "pass"),
        "import": (with_cards, "-c", "from fixcards import Finder"),
        "answer": (
            with_cards,
            "-c",
            "from fixcards import default_finder; default_finder().match('lamp.burner.NoWick: no')",
        ),
    }
    times = measure(commands, work, rounds)
    rows = [
        ("a green run of 1,000 tests", times["green without"], times["green with"]),
        ("a failed run with a known failure", times["failed without"], times["failed with"]),
        ("a failed run with another one", times["other without"], times["other with"]),
        ("a command, under fixcards run", times["true"], times["run"]),
        ("python -c, with from fixcards import Finder", times["pass"], times["import"]),
        ("python -c, with a first answer", times["pass"], times["answer"]),
    ]
    lines = [
        "| | ms without | ms with | ms more | percent | least without | least with | ms more | percent |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, without, with_ in rows:
        figures = (_figures(function(without), function(with_)) for function in (statistics.median, min))
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return [f"medians and least of {rounds} rounds, processor time", "", *lines]


def _figures(before: float, after: float) -> str:
    return f"{before:.0f} | {after:.0f} | {after - before:.1f} | {100 * after / before - 100:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--put", action="store_true", help="write the table into benchmarks/README.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = table(Path(folder), options.rounds)
    text = "\n".join(lines)
    print(text)
    if options.put:
        report.put("doors", text)


if __name__ == "__main__":
    main()
