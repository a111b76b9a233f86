"""Failures that no card covers: the programs of failing.txt, run, and what they printed in uncovered.json.

Usage: python -m benchmarks.search.uncovered PYTHON, an interpreter that has the packages which the programs import.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
STORED = HERE / "uncovered.json"


def load() -> list[dict[str, str]]:
    """Return the stored failures: `program` and what it printed, `output`."""
    return list(json.loads(STORED.read_text(encoding="utf-8")))


def run(python: str, program: str) -> str:
    """Return what a program prints until it ends, with the places of this machine replaced by usual ones."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "main.py")
        script.write_text(
            f"def main():\n    {program.replace(chr(10), chr(10) + '    ')}\n\n\nmain()\n", encoding="utf-8"
        )
        ended = subprocess.run([python, str(script)], capture_output=True, timeout=60, check=False, cwd=folder)
        text = (ended.stdout + ended.stderr).decode("utf-8", "replace")
        prefix = str(Path(python).parents[1])
        base = subprocess.run(
            [python, "-c", "import sys; print(sys.base_prefix)"], capture_output=True, text=True, check=True
        )
        places = {folder: "/home/me/shop", prefix: "/home/me/shop/.venv", base.stdout.strip(): "/usr/local"}
        for place, instead in places.items():
            text = text.replace(place, instead)
        return text[-8000:]


def main() -> None:
    """Run every program and store what failed."""
    programs = [line.replace("\\n", "\n") for line in (HERE / "failing.txt").read_text().splitlines()]
    with ThreadPoolExecutor(2) as pool:
        outputs = list(pool.map(lambda program: run(sys.argv[1], program), programs))
    failed = [
        {"program": program, "output": output}
        for program, output in zip(programs, outputs, strict=True)
        if "Error" in output or "Exception" in output or "Traceback" in output or "error" in output
    ]
    STORED.write_text(json.dumps(failed, indent=1) + "\n", encoding="utf-8")
    print(f"{len(failed)} of {len(programs)} programs failed")


if __name__ == "__main__":
    main()
