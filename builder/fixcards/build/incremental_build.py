"""A build that runs only the tasks whose inputs have changed, and writes only the files that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fixcards.build.output import OutputState, copy_files, list_files, remove_files, remove_links, write_file
from fixcards.build.page import Page, PageKind, page_file
from fixcards.build.page_frame import PageFrame
from fixcards.build.task import BuildTask
from fixcards.cache import CacheFile
from fixcards.files import FileState, file_state
from fixcards.worker_pool import MIN_PARALLEL_ITEMS, WorkerPool

Outputs = tuple[tuple[str, OutputState], ...]
"""The files of a task with the state that each had when it was written."""
TaskStates = Mapping[str, tuple[bytes, Outputs]]
"""Key and files of each task by its name."""
Progress = Callable[[int, int], None]
"""Is called with the number of tasks that are done, and the number of all that have to run."""


@dataclass(frozen=True)
class OutputWriter:
    """Runs tasks and writes their files into `folder`; it can be sent to other processes."""

    folder: str
    settings: Any
    """The argument of each task's `make`; it can be pickled."""
    frames: Mapping[PageKind, PageFrame]
    excluded: frozenset[str] = frozenset()
    """Paths of files that are not written, because another program writes them."""

    def __call__(self, tasks: Sequence[BuildTask]) -> list[Outputs]:
        """Run the tasks; return the files of each."""
        return [tuple(self._write(task)) for task in tasks]

    def _write(self, task: BuildTask) -> Iterator[tuple[str, OutputState]]:
        for output in task.make(self.settings):
            path = page_file(output.path) if isinstance(output, Page) else output.path
            if path not in self.excluded:
                content = self.frames[output.kind].render(output) if isinstance(output, Page) else output.content
                yield path, write_file(self.folder, path, content)


@dataclass
class BuildResult:
    """The tasks of a build, by whether they had to run."""

    run: int = 0
    unchanged: int = 0
    tasks: dict[str, tuple[bytes, Outputs]] = field(default_factory=dict)
    """The states of all tasks, those of unchanged ones as the last build saved them."""


class IncrementalBuild:
    """One build of a site into `folder`, which continues from the last build.

    The last build saved in `state_file` the key and the files of each task. A task runs again if its key differs, or if
    one of its files is missing or is not as it was written. A build that is killed has saved nothing: the files that
    it wrote differ from the saved state, so the next build runs their tasks again.
    """

    def __init__(self, folder: str, state_file: CacheFile, pool: WorkerPool) -> None:
        self._folder = folder
        self._state_file = state_file
        self._pool = pool
        self._file_state = _state_of(state_file)
        self._inputs_digest, self._previous = _read_states(state_file)
        self._compare: Callable[[], tuple[set[str], set[str]]] = partial(_compare, folder, state_file)
        if len(self._previous) > MIN_PARALLEL_ITEMS:
            # While this process reads the cards: for 10,000 it takes a sixth of a build without changes.
            self._compare = pool.start(self._compare)

    def inputs_changed(self, inputs_digest: bytes) -> bool:
        """Return whether the inputs that all pages share differ from those of the last build, or there was none."""
        return inputs_digest != self._inputs_digest

    def run(
        self,
        writer: OutputWriter,
        tasks: Sequence[BuildTask],
        local_tasks: Sequence[BuildTask],
        inputs_digest: bytes,
        other_files: str,
        progress: Progress = lambda done, total: None,
    ) -> BuildResult:
        """Bring the folder up to date: the files of all tasks, those below the folder `other_files`, and no others.

        `tasks` are sent to the processes of the pool, `local_tasks` run in this one meanwhile. `inputs_digest` is the
        digest of everything that all pages share; every task with a page runs if it has changed. Where a task and
        `other_files` have the same path, the task's file is written. Hidden files at the top of the folder stay.
        """
        altered, unknown = self._changes()
        remove_links(self._folder, unknown)
        current = {name: self._previous[name] for name in self._previous.keys() - altered}
        if self.inputs_changed(inputs_digest):
            pages = {task.name for task in (*tasks, *local_tasks) if task.kind}
            current = {name: current[name] for name in current.keys() - pages}
        result = self._run_changed(writer, tasks, local_tasks, current, progress)
        if result.run or len(result.tasks) != len(self._previous) or self.inputs_changed(inputs_digest):
            self._state_file.write((inputs_digest, result.tasks))
        written = _paths(result.tasks)
        written |= copy_files(other_files, self._folder, written)
        remove_files(self._folder, (_paths(self._previous) | unknown) - written)
        return result

    def _changes(self) -> tuple[set[str], set[str]]:
        """Return the differences; compare again where another build has replaced the saved states meanwhile."""
        differences = self._compare()
        if _state_of(self._state_file) != self._file_state:
            differences = _differences(self._folder, self._previous)
        return differences

    def _run_changed(
        self,
        writer: OutputWriter,
        tasks: Iterable[BuildTask],
        local_tasks: Iterable[BuildTask],
        current: TaskStates,
        progress: Progress,
    ) -> BuildResult:
        """Run the tasks that are not in `current` with the same key."""
        result = BuildResult()

        def changed(tasks: Iterable[BuildTask]) -> Iterator[BuildTask]:
            for task in tasks:
                state = current.get(task.name)  # a task may have no outputs, such as a feed of nothing
                if state is not None and state[0] == task.key:
                    result.tasks[task.name] = state
                    result.unchanged += 1
                else:
                    yield task

        pending, pending_local = list(changed(tasks)), list(changed(local_tasks))

        def record(task: BuildTask, outputs: Outputs) -> None:
            result.tasks[task.name] = task.key, outputs
            result.run += 1
            progress(result.run, len(pending) + len(pending_local))

        def run_local() -> None:
            for task in pending_local:
                record(task, *writer([task]))

        for task, outputs in zip(pending, self._pool.run(writer, pending, run_local), strict=True):
            record(task, outputs)
        return result


def _compare(folder: str, state_file: CacheFile) -> tuple[set[str], set[str]]:
    """Compare the folder with the saved states, which this reads itself: they are slow to send to another process."""
    return _differences(folder, _read_states(state_file)[1])


def _differences(folder: str, previous: TaskStates) -> tuple[set[str], set[str]]:
    """Return the names of the tasks whose files are not all present as they were written, and the paths of no task."""
    present = list_files(folder)
    altered = {
        name for name, (_, outputs) in previous.items() if any(present.get(path) != state for path, state in outputs)
    }
    return altered, present.keys() - _paths(previous)


def _read_states(state_file: CacheFile) -> tuple[bytes, TaskStates]:
    """Return the digest of the shared inputs, and the states of the tasks of the last build."""
    match state_file.read():
        case (bytes() as inputs_digest, dict() as tasks) if all(map(_is_task_state, tasks.values())):
            return inputs_digest, tasks
        case _:  # nothing, or something else under the same digest
            return b"", {}


def _is_task_state(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], bytes) and isinstance(value[1], tuple)


def _state_of(state_file: CacheFile) -> FileState | None:
    """Return the state of the file itself, which a new one in its place changes; None where there is none."""
    try:
        return file_state(state_file.path.stat())
    except OSError:
        return None


def _paths(tasks: TaskStates) -> set[str]:
    """Return the paths of all files of some tasks."""
    return {path for _, outputs in tasks.values() for path, _ in outputs}
