"""Work spread over the processors: the standard library's process pool, started when there is enough to do."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from fixcards.termination import defer_signals, leave_signals_to_parent

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

MIN_PARALLEL_ITEMS = 64
"""Items that are done before processes have started."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerPool:
    """Processes that are started when they are first needed and live as long as the `with` block.

    The results are the same for any number of them. `jobs` is by default that of the processors this process may use.
    Who asks for more than one has a main module that can be imported without effects.
    """

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or _cpu_count()
        self._pool: ProcessPoolExecutor | None = None
        self._background: set[BaseProcess] = set()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what they haven't begun is not done."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        for process in list(self._background):  # for which nobody has waited
            self._end(process)
        _inherited.clear()

    def run(
        self,
        function: Callable[[Sequence[Item]], list[Result]],
        items: Sequence[Item],
        while_waiting: Callable[[], None] = lambda: None,
        chunk_size: int = 50,
    ) -> Iterator[Result]:
        """Yield what `function`, which can be pickled, makes of the items, in their order.

        It is given `at_once` of them at a time. `meanwhile` is called once, while others work.
        """
        starts = range(0, len(items), chunk_size)
        if self.jobs == 1 or len(items) <= MIN_PARALLEL_ITEMS:
            while_waiting()
            for start in starts:
                yield from function(items[start : start + chunk_size])
            return
        submit = self._start(function, items)
        pending = iter(starts)

        def begin(most: int) -> list[Future[list[Result]]]:
            # It may fork, and what a signal raises in the hooks of a fork is lost.
            with defer_signals():
                return [submit(start, start + chunk_size) for start in islice(pending, most)]

        # A few chunks ahead of what is taken, so that results don't pile up.
        submitted = begin(4 * self.jobs)
        while_waiting()
        while submitted:
            yield from submitted.pop(0).result()
            submitted += begin(1)

    def _start(
        self, function: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]
    ) -> Callable[[int, int], Future[list[Result]]]:
        """Start the processes unless they run; return what has some of the items done, from one number to another."""
        if self._pool is None:
            import multiprocessing  # here, for a search has no need of it
            from concurrent.futures import ProcessPoolExecutor

            alone = _can_fork()
            context = multiprocessing.get_context("fork" if alone else "spawn")
            pool = self._pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_initialize)
            if alone:
                _inherited[:] = items
                return lambda start, stop: pool.submit(_run_inherited, function, start, stop)
        pool = self._pool
        return lambda start, stop: pool.submit(function, items[start:stop])

    def run_in_background(self, function: Callable[[], Result]) -> Callable[[], Result]:
        """Begin something in a process of its own, which sees all that is here now; return what waits for the result.

        Where no process can be had that quickly, or it comes to a bad end, it is done when it is waited for.
        """
        if self.jobs == 1 or not _can_fork():
            return function
        import multiprocessing

        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_send_result, args=(receiver, sender, function), daemon=True)
        try:
            with defer_signals():
                process.start()
        except (OSError, AssertionError):  # there are too many already, or this one may have none
            receiver.close()
            return function
        finally:
            sender.close()
        self._background.add(process)

        def wait() -> Result:
            try:
                return receiver.recv()  # type: ignore[no-any-return]
            except EOFError:
                return function()  # what is wrong, if anything is, is raised where it is
            finally:
                receiver.close()
                self._end(process)

        return wait

    def _end(self, process: BaseProcess) -> None:
        process.kill()
        process.join()
        self._background.discard(process)


_inherited: list[Any] = []
"""Items of the run that started processes by a fork: they are there without being sent."""


def _run_inherited(function: Callable[[Sequence[Any]], list[Any]], start: int, stop: int) -> list[Any]:
    return function(_inherited[start:stop])


def _send_result(receiver: Connection, sender: Connection, function: Callable[[], Any]) -> None:
    _initialize()
    receiver.close()  # so that this process ends when the other one has
    with suppress(Exception):
        sender.send(function())


def _can_fork() -> bool:
    """Return whether a fork, which is there at once, is safe: a server has threads whose locks it would inherit."""
    return threading.active_count() == 1 and sys.platform == "linux"


def _cpu_count() -> int:
    if hasattr(os, "sched_getaffinity"):  # a container may give fewer than the machine has
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _initialize() -> None:
    leave_signals_to_parent()
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    gc.freeze()
    relax_gc()


def _exit_with_parent() -> None:
    """End this process once its parent has: one that was killed can't tell its pool, which would wait for ever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def relax_gc() -> None:
    """Let the collector look for circles less often: what a build makes lives to its end, and has next to none."""
    gc.set_threshold(100_000, 50, 50)
