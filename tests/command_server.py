"""The process from which `tests.commands` forks: it has imported what commands import, and has run nothing.

Its standard input is a socket. Each request brings the streams of a command; the answers are its process id and its
exit status.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from typing import TextIO

MODULES = (
    "fixcards.cli.bisection",
    "fixcards.cli.execution",
    "fixcards.cli.new_card",
    "fixcards.cli.problem_output",
    "fixcards.cli.repairs",
    "fixcards.cli.review",
    "fixcards.mkdocs_plugin.plugin",
    "fixcards.search.quality",
    "mkdocs.__main__",
    "mkdocs.commands.build",
)
"""What commands import when they are called."""
MAX_REQUEST = 100_000
"""Bytes of a request; the environment is most of it."""


def main() -> None:
    sys.path.pop(0)  # the folder of this file, where a command has none of ours
    for name in MODULES:
        importlib.import_module(name)
    gc.freeze()  # so that the collector leaves the memory alone that children share
    requests = socket.socket(fileno=os.dup(0))
    while True:
        message, streams, _, _ = socket.recv_fds(requests, MAX_REQUEST, 3)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            requests.close()
            words = start(json.loads(message), streams)
            break
        for descriptor in streams:
            os.close(descriptor)
        requests.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        requests.send(str(os.waitstatus_to_exitcode(status)).encode())
    # Here and not above, so that the command ends as any program does, with all that Python does at the end.
    runpy.run_path(words[0], run_name="__main__")


def start(request: dict, streams: list[int]) -> list[str]:
    """Give this process the streams, the folder, the environment and the arguments of a command; return the latter."""
    os.setsid()
    for target, descriptor in enumerate(streams):
        os.dup2(descriptor, target)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = map(reopened, (sys.stdin, sys.stdout, sys.stderr))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = list(request["words"])
    return sys.argv


def reopened(stream: TextIO) -> TextIO:
    """Return a stream for the file that its descriptor stands for now, as Python opens it at its start."""
    buffering = 1 if stream.name == "<stderr>" else -1
    return open(stream.fileno(), stream.mode, buffering, encoding=stream.encoding, errors=stream.errors, closefd=False)


if __name__ == "__main__":
    main()
