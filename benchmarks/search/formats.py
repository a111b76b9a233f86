"""Formats kept apart: how other tools show the same failures. README.md says what was learnt from them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

from benchmarks.search.presentations import OWN, traceback

WINDOWS = "D:\\a\\shop\\.venv\\Lib\\site-packages\\"

_HEADER = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+), in (.+)$')
_LIBRARY = re.compile(r'"[^"\n]*[/\\](?:site|dist)-packages[/\\]([^"\n]*)"')
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_.]*")


def jupyter(text: str, number: int) -> str:
    """Return it as a notebook shows it: a rule, the exception's name on top, places and source with arrows."""
    notebook: list[str] = []
    lines = text.splitlines()
    at = 0
    for place, line in enumerate(lines):
        frame = _FRAME.match(line)
        if line.startswith(_HEADER):
            after = next((each for each in lines[place + 1 :] if each[:1].strip()), "")
            name = _NAME.match(after)
            notebook += ["-" * 75, f"{name[0] if name else 'Error':<42}Traceback (most recent call last)"]
            notebook += [f"Cell In[{number + 1}], line 1", f"----> 1 main({number})", ""]
        elif frame:
            at = int(frame[2])
            notebook.append(f"File {frame[1]}:{at}, in {frame[3]}(*args, **kwargs)")
        elif at and line.startswith("    ") and line.strip(" ^~"):
            notebook += [f"{at - 1:>7} # prepare", f"--> {at:>3} {line[4:]}", f"{at + 1:>7} return result", ""]
        elif not line.startswith("   "):
            at = 0
            notebook.append(line)
    return "\n".join(notebook)


def lower_half(text: str, number: int) -> str:
    """Return what a terminal that was too small still showed."""
    del number
    lines = text.splitlines()
    return "\n".join(lines[len(lines) // 2 :])


def unittest(text: str, number: int) -> str:
    """Return it as the standard library's runner reports an error."""
    name = f"test_order_{number}"
    return (
        f"..E.\n{'=' * 70}\nERROR: {name} (tests.test_orders.Orders.{name})\nAn order is taken.\n{'-' * 70}\n"
        f"{text}\n{'-' * 70}\nRan 4 tests in 0.217s\n\nFAILED (errors=1)\n"
    )


def windows(text: str, number: int) -> str:
    """Return it with every library below a folder of Windows."""
    del number
    return _LIBRARY.sub(lambda match: '"' + WINDOWS + match[1].replace("/", "\\") + '"', text)


def handled(text: str, number: int) -> str:
    """Return it as the cause of an exception of the reader's own."""
    own = "".join(f'  File "{path}", line {line}, in {name}\n    {code}\n' for path, line, name, code in OWN)
    return (
        f"{text}\n\nDuring handling of the above exception, another exception occurred:\n\n{_HEADER}\n{own}"
        f"shop.errors.OrderFailed: order {number} was not taken\n"
    )


def _each(text: str, prefix: Callable[[int], str]) -> str:
    return "\n".join(prefix(at) + line for at, line in enumerate(text.splitlines()))


FORMATS: dict[str, Callable[[str, int], str]] = {
    "Jupyter": jupyter,
    "compose": lambda text, number: _each(text, lambda _: f"shop-worker-{number % 4 + 1}   | "),
    "Actions": lambda text, number: _each(
        text, lambda at: f"build (3.12)\tRun tests\t2026-03-02T09:14:{at % 60:02}.{number:07}Z "
    ),
    "JSON": lambda text, number: json.dumps(
        {"level": "error", "ts": 1772443000.25 + number, "logger": "shop.orders", "msg": "failed", "exc_info": text}
    ),
    "Windows": windows,
    "unittest": unittest,
    "mail": lambda text, number: f"On Monday Kim wrote:\n{_each(text, lambda _: '> ')}\n\nSame here, {number} times.\n",
    "lower half": lower_half,
    "HTML": lambda text, number: f'<div id="e{number}"><pre class="traceback">{html.escape(text)}</pre></div>',
    "handled": handled,
}
"""Every format by its name: a function of the traceback and a number."""


def formats(output: str, number: int) -> dict[str, str]:
    """Return an output in every format by its name."""
    text = traceback(output, number).rstrip("\n")
    return {name: convert(text, number) for name, convert in FORMATS.items()}
