from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import psutil

from fixcards.worker_pool import MIN_PARALLEL_ITEMS, WorkerPool
from tests.sites import REPOSITORY


def doubled(numbers: Sequence[int]) -> list[int]:
    return [2 * number for number in numbers]


def process_ids(items: Sequence[int]) -> list[int]:
    return [os.getpid()] * len(items)


def test_results_come_in_the_order_of_the_items_for_any_number_of_processes_and_any_size_of_a_chunk() -> None:
    items = range(MIN_PARALLEL_ITEMS + 137)
    for jobs in (1, 2):
        with WorkerPool(jobs) as pool:
            for chunk_size in (7, 50, 1_000):
                assert list(pool.run(doubled, items, chunk_size=chunk_size)) == [2 * number for number in items]


def test_few_items_are_done_without_another_process() -> None:
    with WorkerPool(2) as pool:
        assert set(pool.run(process_ids, range(MIN_PARALLEL_ITEMS))) == {os.getpid()}
        assert os.getpid() not in pool.run(process_ids, range(MIN_PARALLEL_ITEMS + 1))


def test_this_process_does_something_else_meanwhile() -> None:
    calls: list[int] = []
    for jobs in (1, 2):
        with WorkerPool(jobs) as pool:
            results = pool.run(doubled, range(MIN_PARALLEL_ITEMS + 1), lambda: calls.append(os.getpid()))
            assert len(list(results)) == MIN_PARALLEL_ITEMS + 1
    assert calls == [os.getpid()] * 2


def test_one_call_is_made_by_another_process_or_with_one_job_by_this_one() -> None:
    program = "import os, sys\nfrom fixcards.worker_pool import WorkerPool\n"
    program += "with WorkerPool(int(sys.argv[1])) as pool:\n    print(pool.start(os.getpid)() == os.getpid())"
    for jobs, here in (("1", "True"), ("2", "False")):  # in a program without threads, which pytest-xdist is not
        done = subprocess.run([sys.executable, "-c", program, jobs], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == here


def test_no_process_is_left_at_the_end_of_the_block() -> None:
    with WorkerPool(2) as pool:
        next(pool.run(doubled, range(10_000)))
        assert multiprocessing.active_children()
    assert multiprocessing.active_children() == []


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_processes_end_with_a_program_that_is_killed() -> None:
    program = (
        "import os, psutil, signal\nfrom fixcards.worker_pool import WorkerPool\n"
        "from tests.test_worker_pool import doubled\n"
        "pool = WorkerPool(2)\nresults = pool.run(doubled, range(10_000))\nnext(results)\n"
        "print(*(child.pid for child in psutil.Process().children()), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == -signal.SIGKILL
    processes = [int(pid) for pid in done.stdout.split()]
    assert processes
    end = time.monotonic() + 10
    while any(map(alive, processes)):
        assert time.monotonic() < end, "a process was left behind"
        time.sleep(0.05)
