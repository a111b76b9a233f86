"""The bound of the cache: packages that were used longest ago are removed from it."""

from __future__ import annotations

import os
import subprocess
from collections import OrderedDict
from pathlib import Path

from fixcards.files import walk
from fixcards.scout.exploration import Step
from fixcards.verify.uv import uv_program

_LOOK_EVERY = 100
"""Tasks between two looks at the size: it takes a second for a hundred thousand files."""
MAX_LOCKS = 200_000
_SHRINK_TO = 0.8
_AT_ONCE = 50


class PackageCache:
    """uv's cache in the folder of `fixcards verify`, held below `limit` bytes."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit, self._locks = folder / "uv", limit, folder / "locks"
        self._used: OrderedDict[str, None] = OrderedDict()
        self._steps = 0

    def used(self, step: Step) -> None:
        """Note which packages a step has used; from time to time, shrink the cache."""
        if step.result is None or step.resumed:
            return
        for probe in step.result.probes:
            for name in probe.installed or (probe.package,):
                self._used.pop(name, None)
                self._used[name] = None
        self._steps += 1
        if self._steps % _LOOK_EVERY == 0:
            self.shrink()

    def shrink(self) -> None:
        """Remove packages until the cache is well below its limit; uv waits for its other processes meanwhile."""
        self._remove_locks()
        if self.size() <= self._limit:
            return
        while self._used and self.size() > self._limit * _SHRINK_TO:
            names = [self._used.popitem(last=False)[0] for _ in range(min(_AT_ONCE, len(self._used)))]
            command = [str(uv_program()), "cache", "clean", "--quiet", "--cache-dir", str(self._folder), *names]
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - names are those of packages

    def _remove_locks(self) -> None:
        """Remove the oldest locks where there are too many: each day has its own."""
        self._locks.mkdir(parents=True, exist_ok=True)
        states = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(self._locks)]
        for _, path in sorted(states)[: max(len(states) - MAX_LOCKS, 0)]:
            Path(path).unlink(missing_ok=True)

    def size(self) -> int:
        """Return the bytes of all files."""
        total = 0
        for _, entry in walk(str(self._folder), skip=lambda path: False, on_error=lambda path, error: None):
            if entry.is_file(follow_symlinks=False):
                total += entry.stat(follow_symlinks=False).st_size
        return total
