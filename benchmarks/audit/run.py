"""What an audit costs, and whether it is silent about healthy environments: `python -m benchmarks.audit.run [--put]`.

Speed: a `uv.lock` of 300 packages against 10,000 generated cards, of which 40 packages of the lock have some; processor
time of the whole command, from the start of Python to its end. Silence: popular projects, resolved today by
`uv pip compile`; what would fail at import or install there is a false alarm unless a run shows it.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import put
from uv import find_uv_bin

from fixcards.audit.auditor import audit
from fixcards.audit.locks import read_lock
from fixcards.audit.markers import _holds
from fixcards.audit.target import TargetChoice
from fixcards.matching.index.conditions import CONDITIONS_FILE, Conditions, conditions_text
from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.index.writer import build
from fixcards.search.finder import Finder

CARDS, PACKAGES, ROUNDS = 10_000, 300, 9
FILES_OF_A_PACKAGE = 30
PROJECTS = {
    "airflow": "apache-airflow",
    "black and friends": "black isort flake8 mypy ruff",
    "boto3": "boto3 moto",
    "celery": "celery[redis] flower",
    "dask": "dask[complete]",
    "django": "django djangorestframework django-filter",
    "fastapi": "fastapi[standard] sqlmodel",
    "flask": "flask flask-login flask-sqlalchemy flask-wtf",
    "google": "google-cloud-storage google-cloud-bigquery",
    "huggingface": "transformers datasets",
    "jupyter": "jupyterlab notebook",
    "langchain": "langchain langchain-openai",
    "mkdocs": "mkdocs-material",
    "openai": "openai anthropic httpx",
    "pandas": "pandas matplotlib seaborn scipy",
    "pytest": "pytest pytest-asyncio pytest-cov pytest-xdist",
    "scikit-learn": "scikit-learn xgboost lightgbm",
    "scrapy": "scrapy",
    "sphinx": "sphinx sphinx-rtd-theme",
    "streamlit": "streamlit plotly",
}
REAL_CARDS = Path(__file__).parents[2] / "cards"


def main() -> None:
    speed = _speed()
    lines = [speed, "", *_silence()]
    print("\n".join(lines))
    if "--put" in sys.argv:
        put("audit", "\n".join(lines))


def _speed() -> str:
    with tempfile.TemporaryDirectory() as folder:
        site, lock = Path(folder, "site"), Path(folder, "uv.lock")
        for path, content in _index():
            file = site / "search" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        lock.write_text(_lock(), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.audit.command", "audit", "--site", str(site), str(lock)]
        seconds = [_seconds(command) for _ in range(ROUNDS)]
        own = [_own_seconds(site, lock) for _ in range(ROUNDS)]
        size = lock.stat().st_size
    return (
        f"A `uv.lock` of {PACKAGES} packages ({size / 1e6:.1f} MB) against {CARDS:,} cards: "
        f"{1000 * statistics.median(own):.0f} ms of processor time to read the lock and the index and to audit, "
        f"{1000 * statistics.median(seconds):.0f} ms for the whole command with the start of Python "
        f"({1000 * min(seconds):.0f} to {1000 * max(seconds):.0f} ms in {ROUNDS} rounds)."
    )


def _seconds(command: list[str]) -> float:
    before = os.times()
    done = subprocess.run(command, capture_output=True, check=False)
    after = os.times()
    if done.returncode != 1:
        raise SystemExit(done.stderr.decode())
    return after.children_user - before.children_user + after.children_system - before.children_system


def _own_seconds(site: Path, lock: Path) -> float:
    """Return what an audit takes in a process that has the program already, and has not evaluated a marker yet."""
    _holds.cache_clear()
    before = time.process_time()
    finder = Finder.of_site(str(site))
    audit(finder, read_lock(lock.read_bytes(), "uv.lock", TargetChoice(), "uv.lock"))
    return time.process_time() - before


def _index() -> Iterator[tuple[str, bytes]]:
    rnd = random.Random(5)  # noqa: S311 - the same cards every time
    entries, rows = [], []
    for number in range(CARDS):
        package = f"package-{int(2000 * rnd.random() ** 2)}"
        needs = {f"package-{rnd.randrange(2000)}": f">={rnd.randrange(1, 9)}.0"} if number % 3 else {}
        affected = f"=={rnd.randrange(1, 5)}.{rnd.randrange(9)}"
        card_id = f"{package}-{number + 1}"
        fix = FixOption(f"Upgrade {package}", "upgrade", (f"{package}>=9",))
        entries.append(
            Entry(
                id=card_id,
                package=package,
                title=f"{package}: cannot import name {number}",
                templates=(f"ImportError: cannot import name 'name_{number}' from '{package}'",),
                frames=(f"{package}/core.py:run_{number}", f"{package}/api.py:call"),
                affected=affected,
                requirements=needs,
                fixes=(fix, fix),
                display={"path": f"{package}/{number + 1}/", "fix": fix.title, "verdict": "verified"},
            )
        )
        moment = ("import", "use", "lasting")[number % 3]
        rows.append((package, Conditions(card_id, moment, "", {package: affected, **needs})))
    yield from build(entries)
    yield CONDITIONS_FILE, conditions_text(rows)


def _lock() -> str:
    """Return a lock as long as real ones are: each package with the addresses and hashes of its wheels."""
    rnd = random.Random(6)  # noqa: S311 - the same lock every time
    names = [f"package-{number}" if number < 40 else f"library-{number}" for number in range(PACKAGES)]
    file = '    {{ url = "https://files.example.org/{0:064x}/x-1.0-cp312-manylinux.whl", hash = "sha256:{0:064x}" }},\n'
    parts = ['version = 1\nrevision = 3\nrequires-python = ">=3.10"\n']
    dependencies = "".join(f'    {{ name = "{name}" }},\n' for name in names)
    parts.append(
        f'[[package]]\nname = "app"\nversion = "1"\nsource = {{ virtual = "." }}\ndependencies = [\n{dependencies}]\n'
    )
    for name in names:
        edges = "".join(
            f'    {{ name = "{rnd.choice(names)}", marker = "python_full_version < \'3.1{rnd.randrange(5)}\'" }},\n'
            for _ in range(3)
        )
        wheels = "".join(file.format(rnd.getrandbits(256)) for _ in range(FILES_OF_A_PACKAGE))
        parts.append(
            f'[[package]]\nname = "{name}"\nversion = "{rnd.randrange(1, 5)}.{rnd.randrange(9)}"\n'
            f'source = {{ registry = "https://index.example.org/simple" }}\ndependencies = [\n{edges}]\n'
            f"wheels = [\n{wheels}]\n"
        )
    return "\n".join(parts)


def _silence() -> Iterator[str]:
    finder = Finder.of_cards(REAL_CARDS)
    alarms = packages = resolved = 0
    used: list[str] = []
    for name, requirements in PROJECTS.items():
        try:
            lock = _compiled(requirements)
        except subprocess.CalledProcessError as error:
            print(f"{name}: not resolved: {error.stderr.decode()[-300:]}", file=sys.stderr)
            continue
        report = audit(finder, read_lock(lock, f"{name}.txt", TargetChoice("3.12", "linux"), f"{name}.txt"))
        resolved += 1
        packages += report.audited.size
        alarms += sum(each.at_start for each in report.exposures)
        used += [f"{each.id} ({name})" for each in report.exposures]
    yield (
        f"{resolved} popular projects, resolved today for Python 3.12 on Linux ({packages:,} packages): {alarms} would "
        f"fail at import or install. In all {len(used)} reports: {', '.join(used) or 'none'}."
    )


def _compiled(requirements: str) -> bytes:
    command = [find_uv_bin(), "pip", "compile", "--quiet", "--no-build"]
    clean = ["--no-header", "--no-annotate", "--no-emit-index-url"]
    return subprocess.run(
        [*command, *clean, "--python-version", "3.12", "--python-platform", "linux", "-"],
        input="\n".join(requirements.split()).encode(),
        capture_output=True,
        check=True,
    ).stdout


if __name__ == "__main__":
    main()
