"""Jobs run as root or as an ordinary user, in a process of its own."""
# ruff: noqa: S108 - folders inside the isolation

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from ..conftest import REPOSITORY, dropped

PYTHON = "/usr/bin/python3"

PROGRAM = """
import json, sys
from pathlib import Path
from fixcards.verify.sandbox import Job, Limits, choose_sandbox
request = json.load(sys.stdin)
sandbox = choose_sandbox(request["isolation"])
run = sandbox.run
if request["protection"] is not None:
    from fixcards.verify.sandbox.bubblewrap import Protection, run_with
    run = lambda job: run_with(Protection(**request["protection"]), job)
exec(request["before"])
for code in request["codes"]:
    job = Job(
        (request["python"], "-c", code),
        "/repro",
        {"PATH": "/usr/bin:/bin", "HOME": "/tmp/home", "TMPDIR": "/tmp"},
        readable={Path(host): place for host, place in request["readable"].items()},
        writable={Path(host): place for host, place in request["writable"].items()},
        scratch=("/repro",),
        limits=Limits(**request["limits"]),
    )
    try:
        done = run(job)
        result = {"exit": done.exit, "stopped": done.stopped, "text": done.text, "seconds": done.seconds}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)
print(json.dumps(sandbox.protections()))
"""


def run_as(
    identity: str,
    codes: list[str],
    *,
    isolation: str = "bubblewrap",
    protection: dict[str, Any] | None = None,
    before: str = "",
    readable: dict[str, str] | None = None,
    writable: dict[str, str] | None = None,
    **limits: float,
) -> list[dict[str, Any]]:
    """Run a program for each of `codes`, all as one identity and from one thread; return how each ended.

    `before` is Python that the caller executes first. `protection` takes the place of the best one.
    """
    request = {
        "isolation": isolation,
        "protection": protection,
        "before": before,
        "codes": codes,
        "python": PYTHON,
        "readable": readable or {},
        "writable": writable or {},
        "limits": {"wall_seconds": 10.0} | limits,
    }
    command = [sys.executable, "-c", PROGRAM]
    dropping = identity == "ordinary" and os.geteuid() == 0
    done = subprocess.run(
        dropped(command) if dropping else command,
        input=json.dumps(request),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "builder"), "TMPDIR": "/tmp"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *results, protections = map(json.loads, done.stdout.splitlines())
    assert len(results) == len(codes)
    return [result | {"protections": protections} for result in results]


def is_grouped(result: dict[str, Any]) -> bool:
    """Return whether a control group held the limits."""
    return "control groups" in result["protections"]["limits"]
