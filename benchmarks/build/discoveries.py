"""Thousands of generated found cards: size of the repository, and seconds to load, check, build and search.

Usage: python -m benchmarks.build.discoveries [NUMBER]     (default: 5000)
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from fixcards.authoring.drafted_card import as_read
from fixcards.authoring.ways_out import MeasuredFix
from fixcards.authoring.yaml_writer import card_text
from fixcards.records.card import Card
from fixcards.records.compact_evidence import compacted
from fixcards.records.evidence import Evidence, Outcome, Provenance, Role, Run, evidence_text, run_digest
from fixcards.records.identity import card_file
from fixcards.records.loader import load
from fixcards.scout.card_record import card_record
from fixcards.scout.finding import Culprit, Finding, Side, VanishedName
from fixcards.scout.sentences import Facts
from fixcards.search.finder import Finder
from fixcards.verify.failure_signature import FailureSignature

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / ".cache" / "bench-found"
BIN = Path(sys.executable).parent
DAY = date(2026, 11, 27)
DEPENDENCIES = 25
"""Packages beside victim and culprit in an environment: the median of what 100 popular packages bring."""
WORDS = [
    "pool",
    "session",
    "reader",
    "client",
    "schema",
    "router",
    "parser",
    "buffer",
    "token",
    "frame",
    "query",
    "task",
]


def finding(number: int, chance: random.Random) -> Finding:
    """Return one finding, as the scout hands it on."""
    victim, culprit = f"{chance.choice(WORDS)}kit-{number % 1900}", f"{chance.choice(WORDS)}lib-{number % 700}"
    module, name = culprit.replace("-", "_"), f"{chance.choice(WORDS)}_{chance.choice(WORDS)}_{number}"
    own = victim.replace("-", "_")
    packages = {f"dependency-{each}": f"{each % 7}.{number % 30}.{each}" for each in range(DEPENDENCIES)}
    uploaded = DAY - timedelta(days=chance.randrange(1500))
    error = f"ImportError: cannot import name '{name}' from '{module}.api' ({{path}})"
    output = (
        'Traceback (most recent call last):\n  File "/repro/repro.py", line 1, in <module>\n'
        f"    import {own}\n"
        + "".join(
            f'  File "/venv/lib/python3.12/site-packages/{own}/{part}.py", line {each}, in <module>\n    import x\n'
            for each, part in enumerate(["__init__", "main", "core", "engine"], start=3)
        )
        + error.replace("{path}", f"/venv/lib/python3.12/site-packages/{module}/api.py")
        + "\n"
    )

    def side(release: str, text: str) -> Side:
        everything = {**packages, victim: "1.9", culprit: release}
        return Side((f"{victim}==1.9", f"{culprit}=={release}"), DAY, "3.12.1", everything, int(bool(text)), None, text)

    frames = tuple(f"{own}/{part}.py:<module>" for part in ["__init__", "main", "core", "engine"])
    return Finding(
        kind="partner",
        step="import",
        package=victim,
        release="1.9",
        uploaded=uploaded - timedelta(days=200),
        program=f"import {own}\n",
        suspect=side("3.0", output),
        control=side("2.9", ""),
        culprit=Culprit(culprit, "2.9", "3.0", uploaded - timedelta(days=30), uploaded),
        signature=FailureSignature(error, "ImportError", frames, frames[-1]),
        lowest_failing="1.2",
        highest_failing="1.9",
        fixed="2.0",
        fixed_uploaded=uploaded + timedelta(days=9),
        vanished=VanishedName("attribute", f"{module}.api", name),
    )


def evidence(one: Finding, card: Card) -> Evidence:
    """Return the evidence that an execution of the card would give."""
    matched = one.suspect.output.splitlines()[-1]

    def run(role: Role, outcome: Outcome, times: int, side: Side, **more: object) -> Run:
        values = {
            "role": role, "release": side.packages[one.package], "packages": dict(side.packages), "python": "3.12.1",
            "exclude_newer": DAY, "exit": int(outcome != "passed"), "outcome": outcome, "seconds": 0.412,
            "matched": matched if outcome == "failed-as-described" else None,
            "reason": "ended with 1, without the signature" if outcome == "failed-otherwise" else None,
            "repetitions": (outcome,) * times, "date": DAY, "output": side.output,
        }  # fmt: skip
        return Run.model_validate(values | more)

    fixed = Side(one.suspect.requires, DAY, "3.12.1", {**one.suspect.packages, one.package: "2.0"})

    def newest(each: Side) -> Side:
        moved = {name: f"{each.packages[name]}.1" for name in each.packages if name.startswith("dependency-")}
        return Side((), DAY, "3.12.1", {**each.packages, **moved})

    runs = [
        run("broken", "failed-as-described", 3, one.suspect, frames=list(one.signature.frames)),
        run("fix", "passed", 3, fixed, fix=1),
        run("fix", "passed", 3, one.control, fix=2),
        run("latest", "passed", 3, fixed),
        run("stub", "failed-otherwise", 1, one.suspect),
        run("disguised", "failed-as-described", 1, one.suspect),
        *(
            run("install", "passed", 3, newest(each) if others == "newest" else each, fix=fix, others=others)
            for fix, each in ((1, fixed), (2, one.control))
            for others in ("kept", "newest")
        ),
        run("edge", "failed-as-described", 1, one.suspect, edge="lowest", release="1.2",
            packages={**one.suspect.packages, one.package: "1.2"}, output=""),
    ]  # fmt: skip
    return compacted(
        Evidence(
            card=card.id, digest=run_digest(card), provenance=Provenance(runner="person"), exclude_newer=DAY,
            platform="linux-x86_64", isolation="bubblewrap", runs=tuple(runs),
            limits={"wall_seconds": 30.0, "cpu_seconds": 30, "memory_bytes": 1 << 30, "processes": 128},
            tools={"fixcards": "0.2.0", "uv": "0.13.9", "bubblewrap": "0.8.0"},
        )
    )  # fmt: skip


def generate(root: Path, number: int) -> list[Finding]:
    """Write so many found cards with evidence; return their findings."""
    chance = random.Random(7)  # noqa: S311 - no secret
    findings = [finding(each, chance) for each in range(number)]
    for one in findings:
        partner = one.suspect.requires[1]
        fixes = [
            MeasuredFix("upgrade", one.package, f"{one.package}>=2.0", (f"{one.package}==2.0", partner)),
            MeasuredFix("pin", one.culprit.package, f"{one.culprit.package}<3.0",
                        (f"{one.package}=={{version}}", f"{one.culprit.package}==2.9")),
        ]  # fmt: skip
        record = card_record(Facts(one, f"{one.culprit.package}>=2.1"), fixes, DAY)
        card = Card.model_validate(as_read(record))
        path = root / card_file("pypi", card.package, card.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(card_text(record), encoding="utf-8")
        path.with_suffix(".evidence.json").write_text(evidence_text(evidence(one, card)), encoding="utf-8")
    return findings


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def command(*words: str) -> None:
    done = subprocess.run([str(BIN / words[0]), *words[1:]], cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=FOLDER, capture_output=True, text=True, check=True).stdout  # noqa: S607


def main() -> None:
    """Generate, measure, and print a table."""
    number = int(sys.argv[1]) if sys.argv[1:] else 5000
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.environ |= {"FIXCARDS_CACHE": str(FOLDER / "cache"), "NO_MKDOCS_2_WARNING": "1"}
    findings = generate(FOLDER / "cards", number)
    shutil.copy(REPOSITORY / "mkdocs.yml", FOLDER)
    sizes = {kind: [path.stat().st_size for path in FOLDER.rglob(f"*{kind}")] for kind in (".yaml", ".evidence.json")}
    git("init", "--quiet")
    git("config", "gc.auto", "0")  # a commit would start one in the background
    git("add", "cards")
    git("-c", "user.name=b", "-c", "user.email=b@b", "commit", "--quiet", "--message", "x")
    git("gc", "--quiet", "--aggressive", "--prune=now")
    packed = int(
        next(line for line in git("count-objects", "-v").splitlines() if line.startswith("size-pack")).split()[1]
    )
    rows = [
        ("bytes of a record, median", statistics.median(sizes[".yaml"])),
        ("bytes of its evidence, median", statistics.median(sizes[".evidence.json"])),
        ("MB in the working tree", sum(map(sum, sizes.values())) / 1e6),
        ("MB in the repository, packed", packed / 1e3),
        ("seconds to load, nothing cached", seconds(lambda: load(FOLDER / "cards", cached=True))),
        ("seconds to load again", seconds(lambda: load(FOLDER / "cards", cached=True))),
        ("seconds of `fixcards check`, first", seconds(lambda: command("fixcards", "check"))),
        ("seconds of `fixcards check`, again", seconds(lambda: command("fixcards", "check"))),
        ("seconds to build the site", seconds(lambda: command("mkdocs", "build", "--quiet"))),
        ("seconds to build it again", seconds(lambda: command("mkdocs", "build", "--quiet"))),
    ]
    finder = Finder.of_cards(FOLDER / "cards")
    asked = findings[:: max(1, number // 200)]
    answers: list[bool] = []

    def ask(one: Finding) -> None:
        answers.append(finder.match(one.suspect.output, 1)[0].entry.package == one.package)

    times = [seconds(partial(ask, one)) for one in asked]
    rows += [
        ("milliseconds to search for an output, median", 1000 * statistics.median(times)),
        (f"first answer is the card, of {len(asked)}", sum(answers)),
    ]
    print(f"{number:,} found cards")
    for name, value in rows:
        print(f"{name:48} {value:10,.1f}")


if __name__ == "__main__":
    main()
