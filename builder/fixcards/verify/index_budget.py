"""What a run may take from a package index, which is a service that many share: a rate, and an amount."""

from __future__ import annotations

import math
import threading
import time


class IndexBudget:
    """Requests are spaced by `rate` a second; more than `packages` pages or `size` bytes are too much.

    Safe to share between threads. A page that the index answers with *not modified* counts as a request and not as a
    package, for it costs next to nothing.
    """

    def __init__(self, rate: float = math.inf, packages: float = math.inf, size: float = math.inf) -> None:
        self._interval = 1 / rate
        self._packages, self._size = packages, size
        self._lock = threading.Lock()
        self._next = 0.0
        self._reported: dict[str, int] = {}
        self.requests = 0
        self.packages = 0
        self.unchanged = 0
        """Pages that the index said are as they were."""
        self.bytes = 0

    @property
    def spent(self) -> str | None:
        """What is used up, in words; None as long as the run may go on."""
        with self._lock:
            if self.packages >= self._packages:
                return f"{self._packages:,} packages"
            return f"{self._size / 1e9:g} GB" if self.bytes >= self._size else None

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            self.requests += 1
            moment = max(self._next, time.monotonic())
            self._next = moment + self._interval
        if (pause := moment - time.monotonic()) > 0:
            time.sleep(pause)

    def count(self, *, packages: int = 0, unchanged: int = 0, size: int = 0) -> None:
        """Count what was received."""
        with self._lock:
            self.packages += packages
            self.unchanged += unchanged
            self.bytes += size

    def taken(self) -> dict[str, int]:
        """Return the counts since the last call, so that the sum over all tasks and processes is right."""
        with self._lock:
            now = {name: getattr(self, name) for name in ("requests", "packages", "unchanged", "bytes")}
            before, self._reported = self._reported, now
            return {name: count - before.get(name, 0) for name, count in now.items()}
