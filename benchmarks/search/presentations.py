"""The ways in which people show a failure, made mechanically from what a run printed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from fixcards.matching.parse.normalize import normalize
from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.template import find_template
from fixcards.matching.parse.tokens import WORD

PLACES = (
    "/home/kim/projects/shop/.venv/lib/python3.12/site-packages/",
    "/opt/conda/envs/prod/lib/python3.11/site-packages/",
    "C:\\Users\\Kim Lee\\AppData\\Local\\Programs\\Python\\Python311\\Lib\\site-packages\\",
    "/usr/local/lib/python3.10/dist-packages/",
    "/app/.venv/lib/python3.13/site-packages/",
)
OWN = (
    ("/srv/shop/manage.py", 22, "main", "run(sys.argv)"),
    ("/srv/shop/tasks/nightly.py", 118, "run", "self.collect(items)"),
    ("/srv/shop/tasks/base.py", 47, "collect", "return handler(item)"),
)
PREFIXES: tuple[Callable[[int], str], ...] = (
    lambda n: f"web-1  | 2026-03-02T09:{n // 60 % 60:02}:{n % 60:02}.123Z ",
    lambda n: f"[pod/shop-7d9f-{n % 10}xk/web] ",
    lambda n: f"Mar  2 09:{n // 60 % 60:02}:{n % 60:02} node7 shop[{4000 + n}]: ",
    lambda n: f"2026-03-02T09:{n // 60 % 60:02}:{n % 60:02}.0412345Z ",
    lambda n: f"2026-03-02 09:{n // 60 % 60:02}:{n % 60:02},041 - shop.tasks - ERROR - ",
)
_PLACE = re.compile(r"(?:/[A-Za-z0-9_.-]+)*/(?:site|dist)-packages/([^\"\n:]*)")
_INTERPRETER = re.compile("python([0-9.]+)/")
_FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+), in (.+)$')
_WORD = re.compile(WORD)
_FILLERS = frozenset("the a an of to in is was for and or with on at by be".split())  # noqa: SIM905


def last_line(output: str, templates: Sequence[str] = ()) -> str:
    """Return the line that names the exception the output ends with, else the one with the message, else nothing.

    The `AssertionError` of a program that checks a result is left out where the message stands in another line. A
    `SyntaxWarning` is printed when old sources are compiled, and ends nothing.
    """
    message = find_template(templates, output)
    heads = [
        each
        for each in parse(output).exceptions
        if each.name != "SyntaxWarning" and not (message and each.name == "AssertionError")
    ]
    if heads:
        return f"{heads[-1].name}: {heads[-1].message}".removesuffix(": ")
    return message.line if message else ""  # pytest and pip end with a summary, which nobody takes for the message


def traceback(output: str, number: int) -> str:
    """Return the output with the libraries elsewhere and the reader's own frames above them."""
    place = PLACES[number % len(PLACES)]
    interpreter = _INTERPRETER.search(output)
    if interpreter:  # another interpreter would contradict cards that are about one
        place = _INTERPRETER.sub(f"python{interpreter[1]}/", place)
        place = place.replace("Python311", f"Python{interpreter[1].replace('.', '')}")
    text = _PLACE.sub(lambda match: place + (match[1].replace("/", "\\") if "\\" in place else match[1]), output)
    own = "".join(f'  File "{path}", line {line}, in {name}\n    {code}\n' for path, line, name, code in OWN)
    header = "Traceback (most recent call last):\n"
    before, middle, after = text.rpartition(header)
    return before + middle + own + after if middle else text


def pytest(output: str, number: int) -> str:
    """Return what pytest's short form shows of it."""
    lines = [f"{'=' * 30} FAILURES {'=' * 30}", f"{'_' * 25} test_order_{number} {'_' * 25}"]
    inside = False
    for line in traceback(output, number).splitlines():
        frame = _FRAME.match(line)
        if frame:
            lines.append(f"{frame[1]}:{frame[2]}: in {frame[3]}")
            inside = True
        elif inside and line.startswith("    "):
            lines.append(line)
        elif not line.startswith("Traceback"):
            lines.append(f"E   {line}".rstrip())
            inside = False
    message = last_line(output) or output.rstrip().rpartition("\n")[2]
    return "\n".join(
        [*lines, f"FAILED tests/test_orders.py::test_order_{number} - {message[:70]}...", "1 failed in 0.42s"]
    )


def log(output: str, number: int) -> str:
    """Return it as a container's or logger's lines between others."""
    prefix = PREFIXES[number % len(PREFIXES)]
    lines = [
        "GET /health 200",
        "worker ready",
        *traceback(output, number).splitlines(),
        "worker stopped",
        "GET /health 503",
    ]
    return "\n".join(prefix(at + number) + line for at, line in enumerate(lines))


def words(line: str, number: int, package: str) -> str:
    """Return some of the words of a message and the package, as a person remembers them."""
    chosen = random.Random(number)  # noqa: S311 - the same words every time
    informative = [
        word for word in _WORD.findall(re.sub("<[a-z]+>", " ", normalize(line))) if word.lower() not in _FILLERS
    ]
    remembered = [word.lower() for word in informative if chosen.random() < 0.6] or informative
    return " ".join(dict.fromkeys([package, *remembered[:8]]))


NAMES = ("traceback", "last line", "pytest", "log", "words")


def presentations(output: str, number: int, package: str, templates: Sequence[str] = ()) -> dict[str, str]:
    """Return every presentation of an output by its name. `templates` are the messages that it may end with.

    The stacks of a program that hangs have no line that says what went wrong, and so none to copy or remember.
    """
    line = last_line(output, templates)
    return {
        "traceback": traceback(output, number),
        "pytest": pytest(output, number),
        "log": log(output, number),
        **({"last line": line, "words": words(line, number, package)} if line else {}),
    }
