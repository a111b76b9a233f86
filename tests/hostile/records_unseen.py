"""More hostile records of the same kinds. Who writes a defence does not read them before it is done."""
# ruff: noqa: E501 - programs and texts of other people, as long as they are

from __future__ import annotations

import json
import os

from tests.hostile.library import Copy, change, places
from tests.hostile.program_checks import HONEST
from tests.hostile.records import Attack


def _chain(library: Copy) -> str:
    library.link("demo/first.txt", library.outside / "secret.txt")
    return library.link("demo/second.txt", "first.txt")


def _card_outside(library: Copy) -> str:
    path = library.outside / "card.yaml"
    library.card()
    path.write_bytes((library.cards / "demo" / "9.yaml").read_bytes())
    return library.link("demo/9.yaml", path)


def _folder_outside(library: Copy) -> str:
    library.card()
    (library.cards / "other").mkdir()
    (library.cards / "demo" / "9.yaml").rename(library.outside / "9.yaml")
    (library.cards / "other").rmdir()
    return library.link("other", library.outside)


def _pipe(library: Copy, path: str) -> str:
    (library.cards / path).unlink(missing_ok=True)
    os.mkfifo(library.cards / path)
    return path


def _sparse(library: Copy, path: str, size: int) -> str:
    library.stray(path, f"# {library.mark}\n")
    os.truncate(library.cards / path, size)
    return path


def _deep(library: Copy) -> str:
    return library.stray("demo/" + "/".join(["d"] * 150) + "/page.html") and "demo/d"


def _crowd(library: Copy) -> str:
    for number in range(3000):
        library.stray(f"demo/x/{number}.txt")
    return "demo/x"


def _loop(library: Copy) -> str:
    library.link("demo/one", "two")
    return library.link("demo/two", "one")


def _raw_evidence(library: Copy, change_text: object) -> str:
    path = library.cards / "demo" / "9.evidence.json"
    before = path.read_text(encoding="utf-8")
    after = change_text(before)  # type: ignore[operator]
    path.write_bytes(after if isinstance(after, bytes) else after.encode("utf-8", "surrogatepass"))
    return "demo/9.evidence.json"


FILES: dict[str, Attack] = {
    "chain of links": _chain,
    "card as a link": _card_outside,
    "package as a link": _folder_outside,
    "link to a command line": lambda it: it.link("demo/version.md", "/proc/self/cmdline"),
    "link to random bytes": lambda it: it.link("noise.css", "/dev/urandom"),
    "links in a loop": _loop,
    "link to the cards": lambda it: it.link("demo/up", ".."),
    "link inside": lambda it: it.link("demo/7.yaml", "1.yaml"),
    "reports as a link": lambda it: it.link("tally.json", it.outside / "secret.txt"),
    "pipe as a card": lambda it: _pipe(it, "demo/9.yaml"),
    "pipe as a schema": lambda it: _pipe(it, "evidence.schema.json"),
    "pipe as a picture": lambda it: _pipe(it, "demo/pic.png"),
    "page below a card": lambda it: it.stray("demo/1/index.html"),
    "worker of the search": lambda it: it.stray("assets/search/worker.js", f"'{it.mark}'"),
    "style sheet": lambda it: it.stray("stylesheets/extra.css", f"/*{it.mark}*/ body {{display: none}}"),
    "home page": lambda it: it.stray("index.md"),
    "read me": lambda it: it.stray("demo/README.md"),
    "page that isn't there": lambda it: it.stray("404.md"),
    "rules of the server": lambda it: it.stray("_headers", f"/*\n  X: {it.mark}\n"),
    "robots": lambda it: it.stray("robots.txt", f"# {it.mark}\n"),
    "site map": lambda it: it.stray("sitemap.xml.gz", f"{it.mark}".encode()),
    "template": lambda it: it.stray("overrides/main.html"),
    "program": lambda it: it.stray("demo/hook.py", f"print('{it.mark}')\n"),
    "rest of a merge": lambda it: it.stray("demo/1.evidence.json.orig", f'"{it.mark}"'),
    "changed schema of evidence": lambda it: it.stray("evidence.schema.json", f'{{"title": "{it.mark}"}}'),
    "reports in capitals": lambda it: it.stray("Tally.json", f'{{"demo-1": {{"{it.mark}": 1}}}}'),
    "reports with markup": lambda it: it.stray("tally.json", f'{{"demo-1": {{"worked": "<b>{it.mark}"}}}}'),
    "reports too deep": lambda it: it.stray("tally.json", "[" * 100_000),
    "name with a direction mark": lambda it: it.stray("demo/9\u202elmth.txt") and "demo/9",
    "name with a space at the end": lambda it: it.stray("demo/x.txt ") and "demo/x.txt",
    "name with a colon": lambda it: it.stray("demo/a:b.txt"),
    "device of Windows": lambda it: it.stray("aux/9.yaml", f"# {it.mark}\n") and "aux",
    "many folders": _deep,
    "many files": _crowd,
    "large card without content": lambda it: _sparse(it, "demo/9.yaml", 5 << 30),
    "another case of a package": lambda it: (
        it.stray("Demo/1.yaml", (it.cards / "demo/1.yaml").read_text() + f"# {it.mark}\n") and "Demo"
    ),
    "compressed card": lambda it: it.stray("demo/9.yaml.gz", b"\x1f\x8b" + it.mark.encode()),
}

TEXTS: dict[str, Attack] = {
    "letter of another script in the title": lambda it: it.card(title=f"d\u0435mo stops after a few turns {it.mark}"),
    "joiner in the trigger": lambda it: it.card(trigger="Any call of sp\u034fin."),
    "annotation in the mechanism": lambda it: it.card(mechanism="Frobs \ufff9are\ufffa not\ufffb filled."),
    "sign of Mongolian in the program": lambda it: it.code("import demo\n\nname = 'a\u180eb'\ndemo.spin(5)\n"),
    "invisible times in prevention": lambda it: it.text("Turn the", "Turn\u2062 the"),
    "mark of Arabic in a fix": lambda it: it.text("Install release", "Install \u061crelease"),
    "vowel of Khmer in the error": lambda it: it.text("ran out", "ran\u17b4 out"),
    "empty Braille as a name": lambda it: it.code(HONEST, files={"a\u2800b.txt": "x"}),
    "half of a Hangul letter in the program": lambda it: it.code("import demo\n\n\u1160 = 5\ndemo.spin(5)\n"),
    "selectors in the program": lambda it: it.code(
        "import demo\n\nx = 'a" + "\ufe00\U000e0100" * 40 + "'\ndemo.spin(5)\n"
    ),
    "override in the content of a file": lambda it: it.code(HONEST, files={"data.py": "x = '\u202d1\u202c'\n"}),
    "wide letters as a name": lambda it: it.code("import demo\n\n\uff44emo = demo\ndemo.spin(5)\n"),
    "long s in a name": lambda it: it.code("import demo\n\ndemo.\u017fpin = demo.spin\ndemo.spin(5)\n"),
    "host of another script": lambda it: it.card(pr="https://g\u0456thub.com/example/demo/pull/3"),
    "host with a backslash": lambda it: it.card(pr="https://evil.example\\@github.com/example/demo/pull/3"),
    "fix of another project": lambda it: it.card(pr="https://github.com/other/unrelated/pull/3"),
    "address of this machine": lambda it: it.card(pr="https://127.0.0.1/example/demo/pull/3"),
    "program as an address": lambda it: it.card(issue="javascript:alert(1)//demo/issues/9"),
    "title of dots": lambda it: it.card(title="..."),
    "title that is a draft": lambda it: it.card(title="FIXME later"),
    "signature of a placeholder": lambda it: it.card(signature={"error": "{kind}: {text}", "exception": "demo.Broken"}),
    "signature of a common word": lambda it: it.card(signature={"error": "Error {number}", "exception": "Error"}),
    "exits by a text": lambda it: it.code(
        "import demo\n\nraise SystemExit('demo.Broken: the frobnicator ran out of frobs after 5 turns')\n"
    ),
    "prints the signature": lambda it: it.code(
        "import sys\nimport demo\n\nprint('demo.Broken: the frobnicator ran out of frobs after', 5, 'turns')\nsys.exit(1)\n"
    ),
    "loops by itself": lambda it: it.code("import demo\n\nwhile True:\n    pass\n", expect={"timeout": 2}),
    "sleeps by itself": lambda it: it.code("import time\nimport demo\n\ntime.sleep(100)\n", expect={"timeout": 2}),
    "package of files": lambda it: it.code(HONEST, files={"demo/__init__.py": "def spin(n): pass\n"}),
    "start of the interpreter": lambda it: it.code(HONEST, files={"sitecustomize.py": "x = 1\n"}),
    "standard module": lambda it: it.code(HONEST, files={"traceback.py": "x = 1\n"}),
    "extension": lambda it: it.code(HONEST, files={"demo.abi3.so": "x"}),
    "search path": lambda it: it.code("import sys\n\nsys.path.insert(0, '/tmp')\nimport demo\n\ndemo.spin(5)\n"),
    "import in a text": lambda it: it.code("'''\nimport demo\n'''\nraise RuntimeError\n"),
    "version of the module": lambda it: it.code("import demo\n\nif demo.__version__ == '1.0':\n    demo.spin(5)\n"),
    "object of Python": lambda it: it.text("title:", "title: !!python/object/apply:os.system [id]\nx:"),
    "command in a requirement": lambda it: it.card(
        reproduction={"code": HONEST, "requires": ["demo=={version}", "x @ file:///etc/passwd"]}
    ),
}

FORGERIES: dict[str, Attack] = {
    "day before the release": lambda it: it.forge(change("date", "1999-01-01")),
    "no days at all": lambda it: it.forge(change("date", "0000-00-00")),
    "days to come for the resolver": lambda it: it.forge(change("exclude_newer", "2150-01-01")),
    "lock of nothing": lambda it: it.forge(change("lock_digest", "")),
    "packages that the lock has not": lambda it: it.forge(change("packages", {"demo": "1.0", "evil": "6.6"})),
    "status of a pass": lambda it: it.forge(change("exit", 1, "latest")),
    "status of a signal without one": lambda it: it.forge(change("exit", -11, "broken")),
    "fix on the broken release": lambda it: it.forge(change("release", "1.0", "fix")),
    "release that doesn't exist": lambda it: it.forge(change("release", "66.0", "latest")),
    "output with the signature in a pass": lambda it: it.forge(
        lambda data: next(each for each in next(places(data, "runs"))["runs"] if each["role"] == "fix").update(
            output="demo.Broken: the frobnicator ran out of frobs after 5 turns\n"
        )
    ),
    "directions in the output": lambda it: it.forge(change("output", lambda text: f"{text}\u202e{it.mark}\u2066")),
    "interpreter with markup": lambda it: it.forge(change("python", f"<script>{it.mark}</script>")),
    "platform of a story": lambda it: it.forge(change("platform", f"linux {it.mark} \x1b[0m")),
    "thousands of repetitions": lambda it: it.forge(change("repetitions", lambda each: each * 30_000)),
    "repetitions that differ": lambda it: it.forge(change("repetitions", ["passed"] * 3, "broken")),
    "only one repetition of many": lambda it: it.forge(change("repetitions", [])),
    "seconds of a century": lambda it: it.forge(change("seconds", 3e9)),
    "seconds over the limit": lambda it: it.forge(change("seconds", 1000.0, "broken")),
    "tools of nobody": lambda it: it.forge(change("tools", {"\u202euv": it.mark})),
    "hundred thousand releases": lambda it: it.forge(
        lambda data: data.update(
            releases=[{"version": f"1.{n}", "state": "fails", "yanked": False} for n in range(100_000)]
        )
    ),
    "the same run twice": lambda it: it.forge(
        lambda data: next(places(data, "runs"))["runs"].append(next(places(data, "runs"))["runs"][0])
    ),
    "runs in another order": lambda it: it.forge(lambda data: next(places(data, "runs"))["runs"].reverse()),
    "a key of its own": lambda it: it.forge(lambda data: data.update(attested_by="the project")),
    "keys that are there twice": lambda it: _raw_evidence(it, lambda text: text.replace("{", '{"card": "demo-1",', 1)),
    "numbers that are none": lambda it: _raw_evidence(
        it, lambda text: text.replace('"seconds": ', '"seconds": NaN, "x": ', 1)
    ),
    "deep evidence": lambda it: _raw_evidence(
        it, lambda text: text.rstrip()[:-1] + ', "x": ' + "[" * 50_000 + "]" * 50_000 + "}"
    ),
    "half of a character": lambda it: _raw_evidence(
        it, lambda text: text.replace('"platform": "', '"platform": "\\ud800', 1)
    ),
    "evidence in UTF-16": lambda it: _raw_evidence(it, lambda text: text.encode("utf-16")),
    "bytes before the evidence": lambda it: _raw_evidence(it, lambda text: b"\xef\xbb\xbf" + text.encode()),
    "evidence of nothing": lambda it: _raw_evidence(it, lambda text: json.dumps(None)),
    "digits without end": lambda it: _raw_evidence(
        it, lambda text: text.replace('"exit": 1', '"exit": ' + "1" * 10_000, 1)
    ),
}

RECORDS = {"files": FILES, "texts": TEXTS, "forgeries": FORGERIES}
