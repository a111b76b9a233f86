"""Limits on one child process, on a machine that has other work."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fixcards.verify.sandbox import supervise as module
from fixcards.verify.sandbox.interface import Job, Limits
from fixcards.verify.sandbox.supervise import supervise

ON_ONE_PROCESSOR = f"import os, time; os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}}); "
COMPETITORS, SECONDS = 12, 12
LIMIT = 2.5
"""Five times what the job needs: starting it and reading its files take time, too."""


def test_the_time_in_which_a_job_waits_for_a_processor_is_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 100)  # whatever else the machine does
    busy = (
        f"{ON_ONE_PROCESSOR}print(flush=True)\nend = time.monotonic() + {SECONDS}\nwhile time.monotonic() < end: pass"
    )
    # The kernel may share processors between sessions, so each has one of its own, as the job has.
    competitors = [
        subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE, start_new_session=True)
        for _ in range(COMPETITORS)
    ]
    for each in competitors:
        assert each.stdout is not None
        each.stdout.readline()  # it runs
    code = f"{ON_ONE_PROCESSOR}print('begun', flush=True)\nwhile time.process_time() < 0.5: pass\nprint('done')"
    try:
        result = supervise([sys.executable, "-c", code], {}, _job(LIMIT))
    finally:
        for each in competitors:
            each.kill()
            each.communicate()
    assert (result.stopped, result.output) == (None, b"begun\ndone\n")
    assert result.seconds > LIMIT, "nothing kept it waiting"


def test_a_job_that_does_nothing_is_stopped_after_its_limit() -> None:
    result = supervise([sys.executable, "-c", "import time; time.sleep(30)"], {}, _job(1.0))
    assert result.stopped == "time"
    assert result.seconds < module._LONGEST + 2


def _job(seconds: float) -> Job:
    return Job(argv=(), cwd="/", environment={}, limits=Limits(wall_seconds=seconds))
