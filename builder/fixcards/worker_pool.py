"""Work on many items in several processes: the standard library's process pool, started when there is enough to do.

What it buys, on two cores: a clean build of 1,000 cards takes 2.6 s with two processes and 3.5 s with one, of 10,000
cards 15 s and 32 s. `start` and `relax_gc` each save 0.3 of the 2.1 s that a build of 10,000 unchanged cards takes
without them. Two further ideas bought less than 5 % and are gone: handing items down by a fork instead of pickling
them, and making the search index in the background.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from fixcards.termination import defer_signals, leave_signals_to_parent

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

MIN_PARALLEL_ITEMS = 64
"""Number of items that one process has done before others have started."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerPool:
    """Processes that start when they are first needed and live to the end of the `with` block.

    Results are the same for any number of `jobs`, which by default is the number of processors that this process may
    use. With more than one job, the program's main module must be importable without effects.
    """

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or _cpu_count()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; items that they have not started are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def run(
        self,
        function: Callable[[Sequence[Item]], list[Result]],
        items: Sequence[Item],
        while_waiting: Callable[[], None] = lambda: None,
        chunk_size: int = 50,
    ) -> Iterator[Result]:
        """Yield the results of `function` for the items, in their order.

        `function` gets `chunk_size` items at a time. Functions, items and results can be pickled. `while_waiting` is
        called once in this process, while the others work. Few items are done here, without another process.
        """
        starts = range(0, len(items), chunk_size)
        if self.jobs == 1 or len(items) <= MIN_PARALLEL_ITEMS:
            while_waiting()
            for start in starts:
                yield from function(items[start : start + chunk_size])
            return
        pool = self._started()
        pending = iter(starts)

        def submit(most: int) -> list[Future[list[Result]]]:
            # It may fork, and an exception that a signal handler raises in the hooks of a fork is lost.
            with defer_signals():
                return [pool.submit(function, items[start : start + chunk_size]) for start in islice(pending, most)]

        # A few chunks ahead of the one that is yielded, so that results do not pile up.
        submitted = submit(4 * self.jobs)
        while_waiting()
        while submitted:
            yield from submitted.pop(0).result()
            submitted += submit(1)

    def start(self, function: Callable[[], Result]) -> Callable[[], Result]:
        """Let another process call `function`, which can be pickled; return a function that waits for its result.

        With one job, and where a process takes long to start, it is called in this process when the result is needed.
        """
        if self.jobs == 1 or not _can_fork():
            return function
        with defer_signals():
            return self._started().submit(function).result

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            import multiprocessing  # here, because a search does not need it
            from concurrent.futures import ProcessPoolExecutor

            context = multiprocessing.get_context("fork" if _can_fork() else "spawn")
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_initialize)
        return self._pool


def relax_gc() -> None:
    """Let the garbage collector look for cycles less often: what a build makes lives to its end and has few."""
    gc.set_threshold(100_000, 50, 50)


def _can_fork() -> bool:
    """Return whether a fork, which is ready at once, is safe: it would inherit the locks of a server's threads."""
    return threading.active_count() == 1 and sys.platform == "linux"


def _cpu_count() -> int:
    if hasattr(os, "sched_getaffinity"):  # a container may give fewer than the machine has
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _initialize() -> None:
    leave_signals_to_parent()
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    relax_gc()
    gc.freeze()  # so that the collector leaves the memory alone that a fork shares with its parent


def _exit_with_parent() -> None:
    """End this process when its parent has ended: a killed parent does not tell its pool, which would wait for ever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
