from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import psutil
import pytest

from fixcards.worker_pool import MIN_PARALLEL_ITEMS, WorkerPool
from tests.sites import REPOSITORY


class Item:
    """A number that takes note of being sent to another process."""

    sent = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[type[Item], tuple[int]]:
        Item.sent += 1
        return Item, (self.number,)


def doubled(numbers: Sequence[int]) -> list[int]:
    return [2 * number for number in numbers]


def numbered(items: Sequence[Item]) -> list[int]:
    return [item.number for item in items]


def test_results_come_in_the_order_of_the_items_for_any_number_of_processes_and_any_size_of_a_piece() -> None:
    items = range(MIN_PARALLEL_ITEMS + 137)
    for jobs in (1, 2):
        with WorkerPool(jobs) as workers:
            for at_once in (7, 50, 1_000):
                assert list(workers.run(doubled, items, chunk_size=at_once)) == [2 * number for number in items]


def inherited() -> None:
    """Fail unless processes have the items of the first run without being sent them."""
    items = [Item(number) for number in range(MIN_PARALLEL_ITEMS + 1)]
    with WorkerPool(2) as workers:
        assert list(workers.run(numbered, items)) == list(range(MIN_PARALLEL_ITEMS + 1))
        assert Item.sent == (0 if sys.platform == "linux" else len(items))
        assert list(workers.run(numbered, items[::-1])) == list(range(MIN_PARALLEL_ITEMS + 1))[::-1]


def test_only_processes_that_are_no_forks_are_sent_the_items_of_the_first_run() -> None:
    # In a program of its own, for nothing is forked beside the threads that other tests may have left.
    program = "from tests.test_worker_pool import inherited; inherited()"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY)


def test_what_is_done_aside_comes_back_with_its_result_or_its_error() -> None:
    for jobs in (1, 2):
        with WorkerPool(jobs) as workers:
            assert workers.run_in_background(lambda: 6 * 7)() == 42
            with pytest.raises(ZeroDivisionError):
                workers.run_in_background(lambda: 1 // 0)()


def test_what_is_done_aside_is_done_here_when_its_process_is_killed() -> None:
    here = os.getpid()
    with WorkerPool(2) as workers:
        wait = workers.run_in_background(
            lambda: os.getpid() if os.getpid() == here else os.kill(os.getpid(), signal.SIGKILL)
        )
        assert wait() == here


def here(items: Sequence[int]) -> list[int]:
    return [os.getpid()] * len(items)


def test_what_takes_little_is_done_here() -> None:
    with WorkerPool(2) as workers:
        assert set(workers.run(here, range(MIN_PARALLEL_ITEMS))) == {os.getpid()}


def forgotten() -> None:
    """Fail unless a process for which nobody waits ends with the workers, or is none where there are no forks."""
    with WorkerPool(2) as workers:
        workers.run_in_background(lambda: bytes(1_000_000))  # more than goes into a pipe that nobody reads
        (child,) = psutil.Process().children() or [None]
        assert (child is not None) == (sys.platform == "linux")
    assert not child or not child.is_running()


def test_what_nobody_waits_for_ends_with_the_workers() -> None:
    subprocess.run(
        [sys.executable, "-c", "from tests.test_worker_pool import forgotten; forgotten()"], check=True, cwd=REPOSITORY
    )


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_is_done_aside_ends_with_a_program_that_is_killed() -> None:
    program = (
        "import os, psutil, signal\nfrom fixcards.worker_pool import WorkerPool\n"
        "WorkerPool(2).run_in_background(lambda: bytes(1_000_000))\n"
        "print(*(child.pid for child in psutil.Process().children()), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == -signal.SIGKILL
    end = time.monotonic() + 10
    while any(map(lives, map(int, done.stdout.split()))):
        assert time.monotonic() < end, "a process was left behind"
        time.sleep(0.05)
