"""A run of the scout: its tasks on an executor, what follows from them, and the journal that lets it go on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field

from fixcards.errors import FixcardsError
from fixcards.scout.journal import Journal
from fixcards.scout.settings import ScoutSettings
from fixcards.scout.task import BreakTask, Task, TaskResult, breaks_to_investigate, run_task, task_key
from fixcards.verify.index_client import BudgetSpentError

RETRIES = 1
"""How often a task is tried again that failed as a whole, such as one whose index did not answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """A task that is done, or could not be."""

    task: Task
    result: TaskResult | None = None
    error: str | None = None
    resumed: bool = False
    """Whether the journal had it."""


@dataclass
class Exploration:
    """Runs `tasks` on `pool`, at most `width` at a time. Each break that they show becomes a task of its own.

    The results are the same for any number of workers, and for any number of interruptions.
    """

    tasks: Iterable[Task]
    settings: ScoutSettings
    pool: Executor
    width: int
    journal: Journal
    stop: threading.Event | None = None
    started: Callable[[Task], None] = lambda task: None
    spent: str | None = None
    """Which budget is used up, so that tasks are left."""
    waiting: int = 0
    """Tasks that are not done yet."""
    _queue: deque[Task] = field(default_factory=deque)
    _tries: dict[str, int] = field(default_factory=dict)

    def steps(self) -> Generator[Step, None, None]:
        """Yield each task as it is done: those that the journal has first."""
        self._queue.extend(self.tasks)
        running: dict[Future[TaskResult], Task] = {}
        try:
            while self._queue or running:
                self.waiting = len(self._queue) + len(running)
                while self._queue and len(running) < self.width and self.spent is None:
                    task = self._queue.popleft()
                    key = task_key(task)
                    if (earlier := self.journal.results.get(key)) is not None:
                        self._follow(earlier)
                        yield Step(task, earlier, resumed=True)
                        continue
                    self.started(task)
                    running[self.pool.submit(run_task, task, self.settings, self.stop)] = task
                if not running:
                    if self.spent is not None:
                        break
                    continue
                ready, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in ready:
                    step = self._step(running.pop(future), future)
                    if step is not None:
                        yield step
        finally:
            for future in running:
                future.cancel()
        self.waiting = len(self._queue)

    def _step(self, task: Task, future: Future[TaskResult]) -> Step | None:
        """Return the step of a task that has ended; None where it is to be done again, now or by a later run."""
        key = task_key(task)
        try:
            result = future.result()
        except KeyboardInterrupt:
            raise
        except BudgetSpentError as error:
            self.spent = str(error)
            self._queue.appendleft(task)
            return None
        except FixcardsError as error:
            message = str(error)
        except Exception as error:  # noqa: BLE001 - a fault in one task, or a dead worker, stops no other
            message = f"{type(error).__name__}: {error}"
        else:
            self.journal.add(key, result)
            self._follow(result)
            return Step(task, result)
        self._tries[key] = self._tries.get(key, 0) + 1
        if self._tries[key] <= RETRIES:
            self._queue.append(task)
            return None
        return Step(task, error=message)

    def _follow(self, result: TaskResult) -> None:
        """Put what follows from a result before all other tasks, so that its environments are still at hand."""
        following = [*breaks_to_investigate(result.probes), *map(BreakTask, result.others)]
        self._queue.extendleft(reversed(following))
