"""Tries what a distribution offers, one thing after the other, and reports each on standard error.

What to try is in `attempts.json`: lists of a kind and its words. Imports are made in this process, so that later ones
find what earlier ones loaded; scripts and smoke programs in a child, for they may leave anything behind.
"""

import importlib
import json
import os
import runpy
import signal
import sys
import traceback
from typing import Any, Callable, List  # noqa: UP035 - this runs on old interpreters

MARK = "fixcards-probe:"


def report(word: str, number: int) -> None:
    """Say on standard error what has begun or ended."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(2, ("\n%s %s %d\n" % (MARK, word, number)).encode())  # noqa: UP031


def attempt(number: int, action: Callable[[], Any]) -> bool:
    """Try one thing; return whether it did not fail."""
    report("begin", number)
    passed = True
    try:
        action()
    except SystemExit as end:
        passed = not end.code
    except BaseException:  # noqa: BLE001 - whatever it is, it is the result
        traceback.print_exc()
        passed = False
    report("passed" if passed else "failed", number)
    return passed


def apart(seconds: int, action: Callable[[], Any]) -> None:
    """End with the status of a child process that does something for some seconds at most."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            signal.alarm(seconds)
            action()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(bool(end.code))
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 255)
    sys.exit(os.waitpid(pid, 0)[1])


def script(name: str, module: str, function: str) -> None:
    """Run a console script with `--help`."""
    target = importlib.import_module(module)
    for part in function.split("."):
        target = getattr(target, part)
    sys.argv = [name, "--help"]
    sys.exit(target())  # type: ignore[operator]


def action(kind: str, words: List[Any]) -> Callable[[], Any]:  # noqa: UP006
    """Return the function that makes an attempt."""
    if kind == "import":
        return lambda: importlib.import_module(words[0])
    if kind == "console-script":
        return lambda: apart(words[0], lambda: script(*words[1:]))
    return lambda: apart(words[0], lambda: runpy.run_path(words[1], run_name="__main__"))


def main() -> None:
    """Try everything; end with 0 where nothing failed."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "attempts.json"), encoding="utf-8") as file:  # noqa: PTH100, PTH118, PTH120, PTH123
        attempts = json.load(file)
    results = [attempt(number, action(kind, words)) for number, (kind, words) in enumerate(attempts)]
    sys.stdout.flush()
    os._exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
