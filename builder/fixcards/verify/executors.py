"""The executors of a session: threads of this program, or a Dask cluster."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from fixcards.errors import FixcardsError
from fixcards.termination import reset_ignored_signals


@dataclass(frozen=True, slots=True)
class Pool:
    """An executor, and how many cards it gets at a time."""

    executor: Executor
    width: int
    stop: threading.Event | None = None
    """Ends the runs in threads of this program; a worker elsewhere ends with its own process."""


@contextmanager
def threads(jobs: int) -> Iterator[Pool]:
    """Yield `jobs` threads. The work is in child processes, so threads are as fast as processes.

    When the user interrupts, the runs in progress are ended at once and their sandboxes with them.
    """
    reset_ignored_signals()  # before the threads: handlers can only be set in the main one
    stop = threading.Event()
    executor = ThreadPoolExecutor(jobs, thread_name_prefix="verify")
    try:
        yield Pool(executor, jobs, stop)
    except BaseException:
        stop.set()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """Yield the workers behind a Dask scheduler.

    Dask gives the card of a worker that died to another one. Workers need bubblewrap, the interpreters, and the cache
    folder at the same place, shared or their own.
    """
    try:
        from distributed import Client
    except ImportError:
        raise FixcardsError("--scheduler needs Dask: pip install 'fixcards[cluster]'") from None
    try:
        client: Any = Client(address, timeout="5s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise FixcardsError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        if not client.nthreads():
            raise FixcardsError(f"the Dask scheduler at {address} has no workers")
        width = 2 * sum(client.nthreads().values())  # so that no worker waits for the next card
        executor = cast("Executor", client.get_executor(pure=False))
        try:
            yield Pool(executor, width)
        finally:
            executor.shutdown(wait=False)
