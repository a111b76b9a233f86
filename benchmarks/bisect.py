"""Bisecting real packages whose turning points are public knowledge: `make bench-bisect`.

Each case is a script, what it is run with, and the answer: the last release that fails and the first one after it that
passes, the last one before that passes and the first that fails, and the whole affected range. Runs are counted as
`fixcards bisect` counts them. The seconds are those from a cache without runs; packages are in it after a first start.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import date

from benchmarks import report

from fixcards.cli.execution import verify_cache
from fixcards.errors import FixcardsError
from fixcards.verify.bisect_result import BisectResult
from fixcards.verify.script_bisect import bisect_script
from fixcards.verify.script_runner import Script


@dataclass(frozen=True)
class Case:
    name: str
    script: Script
    affected: str
    """As the report prints it; what lies below the oldest release that can be run here is left out."""
    ends: tuple[str | None, str | None]
    """Last release that fails, first one after it that passes."""
    begins: tuple[str | None, str | None] = (None, None)
    """Last release before that passes, first one that fails, where the failure was not always there."""
    why: str = ""
    error: str | None = None
    aliases: int = 0
    older_open: bool = False
    """Whether 12 runs leave a turning point further down open, as the report says."""


BODY_AFTER_303 = """
import http.server, threading, urllib3
bodies = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(303)
        self.send_header("Location", "/next")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def do_GET(self):
        bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
urllib3.PoolManager().request("POST", "http://127.0.0.1:%d/" % server.server_port, body=b"secret")
assert bodies == [b""], "the body went along: %r" % bodies
"""
VARY_COOKIE = """
import flask
app = flask.Flask(__name__)
app.secret_key = "key"
app.config["SESSION_REFRESH_EACH_REQUEST"] = True
@app.route("/set")
def set_value():
    flask.session.permanent = True
    flask.session["name"] = "value"
    return ""
@app.route("/plain")
def plain():
    return ""
client = app.test_client()
client.get("/set")
answer = client.get("/plain")
assert "Set-Cookie" in answer.headers
assert "Cookie" in answer.headers.get("Vary", ""), "a cookie is refreshed without Vary: Cookie"
"""
XMLATTR = """
import jinja2
text = jinja2.Template("{{ {'a b': 1}|xmlattr }}")
try:
    text = text.render()
except ValueError:
    text = ""
assert "a b=" not in text, "a key with a space makes two attributes"
"""

CASES = (
    Case(
        "urllib3: body after 303",
        Script(BODY_AFTER_303, "urllib3"),
        "<1.26.18 or >=2.0.0,<2.0.7",
        ("2.0.6", "2.0.7"),
        ("1.26.20", "2.0.0"),
        "not monotone: fixed in two lines",
    ),
    Case(
        "flask: no Vary: Cookie",
        Script(VARY_COOKIE, "flask", ("flask>=2.0.3",), "==3.9.*", exclude_newer=date(2023, 5, 20)),
        "<2.2.5 or >=2.3.0,<2.3.2",
        ("2.3.1", "2.3.2"),
        ("2.2.5", "2.3.0"),
        "not monotone: fixed in two lines",
        "a cookie is refreshed without Vary: Cookie",
    ),
    Case(
        "flask: json from itsdangerous",
        Script("import flask\n", "flask", ("itsdangerous==2.1.0", "flask>=0.12"), "==3.9.*"),
        "<2.0.0",
        ("1.1.2", "2.0.0"),
        why="two releases refuse the partner",
        error="cannot import name 'json' from 'itsdangerous'",
    ),
    Case(
        "setuptools: use_2to3",
        Script(
            "from setuptools import setup\nsetup(name='demo', version='1', use_2to3=True, script_args=['--name'])\n",
            "setuptools",
        ),
        ">=58.0.2",
        ("newest", None),
        ("58.0.1", "58.0.2"),
        "old releases fail otherwise on a new Python",
    ),
    Case(
        "pandas: DataFrame.append",
        Script("import pandas\nframe = pandas.DataFrame({'a': [1]})\nframe.append(frame)\n", "pandas"),
        ">=2.0.0",
        ("newest", None),
        ("1.5.3", "2.0.0"),
        "old releases need an old numpy",
    ),
    Case(
        "protobuf: generated code",
        Script(
            "from google.protobuf import descriptor\n"
            "descriptor.EnumValueDescriptor(name='A', index=0, number=0, type=None)\n",
            "protobuf",
        ),
        ">=4.21.0",
        ("newest", None),
        ("3.20.3", "4.21.0"),
        "the message was reworded",
        aliases=1,
    ),
    Case(
        "tzlocal, partner of apscheduler",
        Script(
            "import os\nos.environ['TZ'] = 'Europe/Paris'\n"
            "from apscheduler.schedulers.background import BackgroundScheduler\n"
            "BackgroundScheduler().add_job(print, 'interval', seconds=1)\n",
            "tzlocal",
            ("apscheduler==3.6.3", "setuptools<70"),
            "==3.9.*",
        ),
        ">=3.0,<4.0 or >=5.0",
        ("newest", None),
        ("4.3.1", "5.0"),
        "partner; not monotone",
    ),
    Case(
        "numpy, partner of transforms3d",
        Script("import transforms3d\n", "numpy", ("transforms3d==0.3.1",), "==3.9.*", ("transforms3d",)),
        ">=1.24.0,<=1.26.4",
        ("1.26.4", None),
        ("1.23.5", "1.24.0"),
        "partner; newer releases fail otherwise",
        "module 'numpy' has no attribute 'float'",
    ),
    Case(
        "click: mix_stderr",
        Script("from click.testing import CliRunner\nCliRunner(mix_stderr=False)\n", "click"),
        ">=8.2.0",
        ("newest", None),
        ("8.1.8", "8.2.0"),
        "not monotone: an option that came and went",
        older_open=True,
    ),
    Case(
        "pyjwt: sub is a number",
        Script(
            "import jwt\n"
            "token = jwt.encode({'sub': 1}, 'key' * 20, algorithm='HS256')\n"
            "jwt.decode(token, 'key' * 20, algorithms=['HS256'])\n",
            "pyjwt",
        ),
        ">=2.10.0",
        ("newest", None),
        ("2.9.0", "2.10.0"),
    ),
    Case(
        "jinja2: spaces in xmlattr",
        Script(XMLATTR, "jinja2"),
        "<3.1.3",
        ("3.1.2", "3.1.3"),
    ),
    Case(
        "sqlalchemy: dialect postgres",
        Script(
            "from sqlalchemy.engine.url import make_url\nmake_url('postgres://host/name').get_dialect()\n",
            "sqlalchemy",
        ),
        ">=1.4.0",
        ("newest", None),
        ("1.3.24", "1.4.0"),
        "three lines side by side",
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="packages (default: all)")
    parser.add_argument("--fresh", action="store_true", help="use no run of an earlier start")
    parser.add_argument("--put", action="store_true", help="write the table into benchmarks/README.md")
    options = parser.parse_args()
    rows = ["| case | releases | runs | seconds | answer | |", "|---|---|---|---|---|---|"]
    wrong = 0
    for case in CASES:
        if options.names and case.script.package not in options.names:
            continue
        start = time.perf_counter()
        try:
            result = bisect_script(case.script, verify_cache(), error=case.error, fresh=options.fresh)
        except FixcardsError as error:
            sys.exit(f"{case.name}: {error}")
        seconds = time.perf_counter() - start
        faults = list(differences(case, result))
        wrong += bool(faults)
        words = "right" if not faults else f"**wrong**: {'; '.join(faults)}"
        answer = " or ".join(result.affected)
        note = f"{words}{f' ({case.why})' if case.why else ''}"
        rows.append(
            f"| {case.name} | {len(result.releases)} | {result.executions} | {seconds:.1f} | {answer} | {note} |"
        )
        print(rows[-1], flush=True)
    if options.put:
        report.put("bisect", "\n".join(rows))
    return 1 if wrong else 0


def differences(case: Case, result: BisectResult) -> list[str]:
    """Return how a result differs from the answer that is public knowledge."""
    faults = []
    newest = result.releases[-1].version
    last, first = case.ends
    pairs = {
        "last that fails": (newest if last == "newest" else last, result.last_failing),
        "first that passes": (first, result.first_passing),
        "last before that passes": (case.begins[0], result.last_passing),
    }
    for name, (expected, release) in pairs.items():
        got = release.version if release is not None else None
        if got != expected:
            faults.append(f"{name}: {got} instead of {expected}")
    affected = " or ".join(result.affected)
    if affected != case.affected and not (case.older_open and affected.endswith(f" or {case.affected}")):
        faults.append(f"affected: {affected} instead of {case.affected}")
    if len(result.aliases) != case.aliases:
        faults.append(f"{len(result.aliases)} aliases instead of {case.aliases}")
    return faults


if __name__ == "__main__":
    sys.exit(main())
