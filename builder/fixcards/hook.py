"""The door for one process: `python -m fixcards.hook script.py`, which answers below the traceback of a failed program.

It chains `sys.excepthook` and `threading.excepthook`: what was there prints first, and nothing of it changes. A program
can also call `install` itself. `fixcards run` answers for any command; this one for a Python that you start yourself.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import threading
from types import ModuleType, TracebackType
from typing import Any

_USAGE = "usage: python -m fixcards.hook (SCRIPT | -m MODULE) [ARGUMENT]..."


def install() -> None:
    """Let this process name the known failure below the traceback of an exception that ends it, or one of its threads.

    Called twice, it changes nothing more.
    """
    if isinstance(sys.excepthook, _Hook):
        return
    before, thread_before = sys.excepthook, threading.excepthook
    hook = _Hook(before)

    def of_thread(arguments: Any) -> None:
        thread_before(arguments)
        if arguments.exc_type is not SystemExit:
            hook.answer(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = of_thread


class _Hook:
    """The hook that was there, then the answer."""

    def __init__(self, before: Any) -> None:
        self._before = before
        self._answered: set[str] = set()

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        trace = _without_launcher(trace)
        self._before(kind, error.with_traceback(trace), trace)  # Python prints the one that the exception has
        if not issubclass(kind, KeyboardInterrupt):
            self.answer(kind, error, trace)

    def answer(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Print the answer, unless a thread has printed it."""
        if sys.stderr is None:  # of a program without a console
            return
        from fixcards.search import failure_notice  # not above: a program that ends well doesn't pay for it

        text = failure_notice.traceback_text(kind, error, trace)
        failure_notice.print_notice(text, sys.stderr, seen=self._answered)


def _without_launcher(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames by which this module starts a program, as `python` would print it."""
    inner = trace
    while inner is not None and _is_launcher(inner.tb_frame.f_code.co_filename):
        inner = inner.tb_next
    return inner or trace


def _is_launcher(file_name: str) -> bool:
    return file_name in {__file__, "<frozen runpy>"} or file_name.endswith(f"{os.sep}runpy.py")


def main() -> None:
    """Run the program of the command line as `python` would."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help"} or arguments == ["-m"]:
        sys.stderr.write(f"{_USAGE}\n")
        sys.exit(0 if arguments[:1] in (["-h"], ["--help"]) else 2)
    install()
    if arguments[0] == "-m":
        import runpy

        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        _run_script(arguments[0])


def _run_script(name: str) -> None:
    """Run a script as the module `__main__`, which it stays until the process has ended."""
    path = os.path.abspath(name)  # noqa: PTH100 - as Python does it: a link stays one
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        sys.exit(f"fixcards: {name}: {error.strerror or error}")
    module = ModuleType("__main__")
    module.__file__ = path
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    sys.path[0] = os.path.realpath(path).rpartition(os.sep)[0]
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - the reader's program


if __name__ == "__main__":
    from fixcards import hook  # noqa: PLW0406 - so that a program which calls `install` finds the hook that is there

    hook.main()
