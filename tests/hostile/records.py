"""Hostile records: each function writes into a copy of a good library and returns where a problem must be told."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable

from tests.hostile.library import Copy, change, places
from tests.hostile.program_checks import HONEST

Attack = Callable[[Copy], str]


def _sparse(library: Copy, path: str, size: int) -> str:
    library.stray(path)
    os.truncate(library.cards / path, size)
    return path


def _pipe(library: Copy, path: str) -> str:
    (library.cards / path).unlink(missing_ok=True)
    os.mkfifo(library.cards / path)
    return path


def _socket(library: Copy, path: str) -> str:
    name = f"socket-{os.getpid()}"  # the path of a socket has at most 107 bytes
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/{name}")
        os.rename(f"{folder}/{name}", library.cards / path)  # noqa: PTH104
    return path


FILES: dict[str, Attack] = {
    "link to a file outside": lambda it: it.link("demo/notes.txt", it.outside / "secret.txt"),
    "link to a page outside": lambda it: it.link("notes.md", it.outside / "secret.txt"),
    "link to a folder outside": lambda it: it.link("pictures", it.outside),
    "link to the environment": lambda it: it.link("demo/about.txt", "/proc/self/environ"),
    "link to an endless file": lambda it: it.link("demo/data.bin", "/dev/zero"),
    "link to nothing": lambda it: it.link("demo/gone.txt", "nowhere"),
    "evidence as a link": lambda it: it.link("demo/9.evidence.json", it.outside / "secret.txt"),
    "schema as a link": lambda it: it.link("card.schema.json", it.outside / "secret.txt"),
    "socket": lambda it: _socket(it, "demo/agent.sock"),
    "pipe": lambda it: _pipe(it, "demo/pipe.txt"),
    "pipe as evidence": lambda it: _pipe(it, "demo/9.evidence.json"),
    "page": lambda it: it.stray("evil.html"),
    "script": lambda it: it.stray("demo/run.js"),
    "picture": lambda it: it.stray("demo/x.svg", f'<svg xmlns="http://www.w3.org/2000/svg" onload="{it.mark}"/>'),
    "script of the site": lambda it: it.stray("assets/fixcards.js", f"'{it.mark}'"),
    "page of the site": lambda it: it.stray("about/certainty.md"),
    "page of a card": lambda it: it.stray("demo/1.md"),
    "name of the host": lambda it: it.stray("CNAME", f"{it.mark}.example\n"),
    "index of the search": lambda it: it.stray("search/index.json", f'{{"x": "{it.mark}"}}'),
    "rest of an editor": lambda it: it.stray("demo/1.yaml~", f"# {it.mark}\n"),
    "changed schema": lambda it: it.stray("card.schema.json", f'{{"$id": "{it.mark}"}}'),
    "name that Windows can't hold": lambda it: it.stray("demo/con.txt"),
    "name of two lines": lambda it: it.stray("demo/a\nb.txt") and "demo/a",
    "name that is no UTF-8": lambda it: it.stray(os.fsdecode(b"demo/\xff\xfe.txt")) and "demo/",
    "large evidence without content": lambda it: _sparse(it, "demo/9.evidence.json", 3 << 30),
}

TEXTS: dict[str, Attack] = {
    "text from right to left in the program": lambda it: it.code(
        f"import demo\n# \u202e{it.mark}\u2066\ndemo.spin(5)\n"
    ),
    "space without width in the title": lambda it: it.card(title=f"demo stops after a few tu\u200brns {it.mark}"),
    "tags in the prose": lambda it: it.card(symptom="It stops.\U000e0041\U000e0042"),
    "soft hyphen in a fix": lambda it: it.text("Install release", "Install re\u00adlease"),
    "letter of another script in the program": lambda it: it.code(
        "import demo\n\ndem\u043e = demo\ndem\u043e.spin(5)\n"
    ),
    "filler as a name in the program": lambda it: it.code("import demo\n\n\u3164 = 5\ndemo.spin(\u3164)\n"),
    "escape for a hidden character": lambda it: it.text(
        "trigger: Any call of `spin` with", 'trigger: "Any \\u2066 call"\nimpact: Any call with'
    ),
    "direction mark in the name of a file": lambda it: it.code(HONEST, files={"data\u202etxt.py": "x = 1\n"}),
    "hidden character in a signature": lambda it: it.text("ran out", "ran\u2060 out"),
    "title that says nothing": lambda it: it.card(title="TODO"),
    "signature that fits everything": lambda it: it.card(
        signature={"error": "KeyError: {name}", "exception": "KeyError"}
    ),
    "issue of another project": lambda it: it.card(issue="https://github.com/other/project/issues/9"),
    "address with a user": lambda it: it.card(pr="https://github.com@evil.example/example/demo/pull/3"),
    "program that never imports the package": lambda it: it.code("raise RuntimeError('out of frobs')\n"),
    "program that raises by itself": lambda it: it.code(
        "import demo\n\nraise demo.Broken('the frobnicator ran out of frobs after 5 turns')\n"
    ),
    "program that shadows the package": lambda it: it.code(HONEST, files={"demo.py": "def spin(n): pass\n"}),
    "program that changes the modules": lambda it: it.code(
        "import sys, types\n\nsys.modules['demo'] = types.ModuleType('demo')\nimport demo\n\ndemo.spin(5)\n"
    ),
    "program that looks at the version": lambda it: it.code(
        "import importlib.metadata\nimport demo\n\nif importlib.metadata.version('demo') < '2':\n    demo.spin(5)\n"
    ),
}

FORGERIES: dict[str, Attack] = {
    "day in the future": lambda it: it.forge(change("date", "2099-01-01")),
    "another digest of the lock": lambda it: it.forge(change("lock_digest", "0" * 64)),
    "another package in the lock": lambda it: it.forge(change("packages", lambda packages: packages | {"evil": "1.0"})),
    "failure with status 0": lambda it: it.forge(change("exit", 0)),
    "broken release is the fixed one": lambda it: it.forge(change("release", "2.0", "broken")),
    "failure without the signature": lambda it: it.forge(change("output", "nothing at all\n", "broken")),
    "matched text that was never printed": lambda it: it.forge(change("matched", f"something {it.mark}", "broken")),
    "escapes in the output": lambda it: it.forge(change("output", lambda text: f"{text}\x1b[2J{it.mark}")),
    "megabytes of output": lambda it: it.forge(change("output", lambda text: text + f"{it.mark}\n" * 400_000)),
    "evidence of another card": lambda it: it.forge(change("card", "demo-1")),
    "negative limits": lambda it: it.forge(lambda data: data["limits"].update(wall_seconds=-1)),
    "run of a fix that isn't there": lambda it: it.forge(change("fix", 7, "fix")),
    "no run of the broken release": lambda it: it.forge(lambda data: next(places(data, "runs"))["runs"].pop(0)),
    "outcomes that contradict": lambda it: it.forge(change("outcome", "passed", "broken")),
}


RECORDS = {"files": FILES, "texts": TEXTS, "forgeries": FORGERIES}
