"""Which programs show nothing about the package, and which only look like it: each rule by inputs of its kind."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.rules import RULES
from fixcards.records.rules.rule import rules_with_prefix

Change = Callable[[dict[str, Any]], object]


def codes(data: dict[str, Any], program: str | None = None, files: dict[str, str] | None = None) -> set[str]:
    """Return the codes of the rules about programs that speak of a card with this program."""
    if program is not None:
        data["reproduction"]["code"] = program
    if files is not None:
        data["reproduction"]["files"] = files
    card = Card.model_validate(data)
    return {each.code for each in rules_with_prefix("FC23") if list(each.check(card, PurePosixPath("demo/7.yaml")))}


SIGNATURE = "demo.Stalled: no answer from server.test"
DISHONEST = [
    # With the standard library alone.
    ("FC230", "raise SystemExit(1)"),
    ("FC230", "import sys\nsys.exit(1)"),
    ("FC230", "import os, json\njson.loads('')"),
    ("FC230", "__import__('json').loads('')"),
    # The signature by the program's own words.
    ("FC231", f"import demo\nraise RuntimeError('{SIGNATURE}')"),
    ("FC231", "import demo\nraise demo.Stalled('no answer from server.test')"),
    ("FC231", "from demo import Stalled as S\nimport demo\nraise S('no answer from server.test')"),
    ("FC231", f"import demo, sys\nsys.exit('{SIGNATURE}')"),
    ("FC231", f"import demo\nfrom sys import exit as e\ne('{SIGNATURE}')"),
    ("FC231", f"import demo\ntext = '{SIGNATURE}'\nraise SystemExit(text)"),
    ("FC231", f"import demo, sys\nleave = sys.exit\nleave('{SIGNATURE}')"),
    ("FC231", f"import demo, sys\ngetattr(sys, 'exit')('{SIGNATURE}')"),
    ("FC231", "import demo\nhost = 'server.test'\nprint(f'demo.Stalled: no answer from {host}')\nexit(1)"),
    ("FC231", "import demo\nprint('demo.Stalled: ' 'no answer ' + 'from server.test')\nexit(1)"),
    ("FC231", "import demo\nprint('demo.%s: no answer from %s' % ('Stalled', demo.host))\nexit(1)"),
    ("FC231", "import demo\nprint('{}: no answer from {}'.format('demo.Stalled', demo.host))\nexit(1)"),
    ("FC231", "import demo\nprint('demo.Stalled:', 'no answer from', demo.host)\nexit(1)"),
    ("FC231", f"import demo, sys\nsys.stderr.write('{SIGNATURE}')\nexit(1)"),
    ("FC231", f"import demo\nfrom sys import stderr\nstderr.buffer.write(b'{SIGNATURE}')\nexit(1)"),
    ("FC231", f"import demo, os\nos.write(2, '{SIGNATURE}'.encode())\nexit(1)"),
    ("FC231", f"import demo, logging\nlogging.getLogger('demo').error('{SIGNATURE}')\nexit(1)"),
    ("FC231", f"import demo\nerror = RuntimeError('{SIGNATURE}')\nraise error"),
    # A hang of the program itself.
    ("FC232", "import demo\nwhile True:\n    pass"),
    ("FC232", "import demo\nwhile 1:\n    demo.get()"),
    ("FC232", "import demo\nfor _ in iter(int, 1):\n    pass"),
    ("FC232", "import demo, itertools\nfor _ in itertools.count():\n    demo.get()"),
    ("FC232", "import demo\nwhile True:\n    for each in demo:\n        break"),
    ("FC232", "import demo\ndef f():\n    while True:\n        pass\nf()"),
    ("FC232", "import demo, time\ntime.sleep(60)"),
    ("FC232", "import demo\nfrom time import sleep as wait\nwait(demo.seconds)"),
    ("FC232", "import demo, threading\nthreading.Event().wait()"),
    # A failure by the number of the release.
    ("FC233", "import demo\nassert demo.__version__ > '1.10'"),
    ("FC233", "import demo\nassert getattr(demo, '__version__') > '1.10'"),
    ("FC233", "from demo import __version__ as v\nimport demo\nif v < '2':\n    demo.get()"),
    ("FC233", "import demo\nassert vars(demo)['__version__'] > '1.10'"),
    ("FC233", "import demo\nfrom importlib.metadata import version\nassert version('demo') > '1.10'"),
    ("FC233", "import demo\nimport importlib.metadata as m\nassert m.version('demo') > '1.10'"),
    ("FC233", "import demo\nfrom importlib import metadata\nmetadata.version('demo')"),
    (
        "FC233",
        "import demo\nfrom importlib_metadata import entry_points\n"
        "if [*entry_points(group='demo')][0].dist.version < '2':\n    demo.get()",
    ),
    ("FC233", "import demo\nimport importlib_metadata as m\nif getattr(m, 'version')('demo') < '2':\n    demo.get()"),
    ("FC233", "import demo\nprint(1 / 0 if demo.__version__ < '2' else 1)"),
    ("FC233", "import demo\nprint(demo.VERSION < (2, 0) and demo.get())"),
    ("FC233", "import demo\ndef f(v):\n    return 1 / (v > '2')\nprint(f(demo.__version__))"),
    # Another module in the place of the package.
    ("FC234", "import demo, sys\nsys.modules['demo'] = None"),
    ("FC234", "import demo\nfrom sys import modules as m\nm['demo'] = None"),
    ("FC234", "import demo\nimport sys as s\ns.path.insert(0, 'x')"),
    ("FC234", "import demo, sys\nsys.path += ['x']"),
    ("FC234", "import demo, sys\nsys.path[:0] = ['x']"),
    ("FC234", "import demo, sys\nsys.modules.__setitem__('demo', None)"),
    ("FC234", "import demo, sys\nsetattr(sys, 'path', ['x'])"),
    ("FC234", "import demo, sys\ndel sys.modules['demo']"),
    ("FC234", "import demo, sys\nfrom unittest import mock\nmock.patch.dict(sys.modules, demo=None).start()"),
    ("FC234", "import demo\ndef get(url):\n    1 / 0\ndemo.get = get\ndemo.get('x')"),
    ("FC234", "import demo as d\nd.client.get = lambda url: 1 / 0\nd.get('x')"),
    ("FC234", "import demo, builtins\nbuiltins.open = None"),
]


@pytest.mark.parametrize(("code", "program"), DISHONEST)
def test_a_program_that_shows_nothing_about_the_package_is_refused(code: str, program: str, data: dict) -> None:
    del data["reproduction"]["files"]
    assert codes(data, program) == {code}


@pytest.mark.parametrize(
    "program",
    [
        "import demo\nprint(demo.__version__)\ndemo.get()",
        "import demo\nfrom importlib.metadata import version\nprint(version('demo'), f'of {demo.VERSION}')",
        "import demo\nfrom importlib_metadata import entry_points\nassert entry_points().get('demo', []) == []",
        "import demo\nimport pkg_resources\nassert list(pkg_resources.parse_requirements('idna'))",
        "import sys, demo\nif sys.version_info < (3, 9):\n    sys.exit(0)\ndemo.get()",
        "import demo\ntry:\n    demo.get()\nexcept demo.Stalled as error:\n    raise",
        "import demo\ntry:\n    demo.get()\nexcept demo.Stalled as error:\n    raise error",
        "import demo\ntry:\n    demo.get()\nexcept demo.Stalled as error:\n    print(error)\n    exit(1)",
        "import subprocess, sys\nsys.exit(subprocess.run([sys.executable, '-m', 'demo'], check=False).returncode)",
        "import os\nos.system('demo get')",
        "import demo\nfor _ in range(100):\n    if demo.get():\n        break",
        "import demo\nwhile True:\n    if not demo.get():\n        break",
        "import demo\nwhile True:\n    for each in demo:\n        if each:\n            raise StopIteration",
        "import demo\nfor line in iter(demo.readline, b''):\n    print(line)",
        "import demo\nresult = demo.get()\nassert result == 1, f'demo.Stalled: no answer from {result}'",
        "import demo, threading, time\nthreading.Thread(target=demo.serve).start()\ntime.sleep(0.1)\ndemo.get()",
        "import demo, threading, time\ndef serve():\n    while True:\n        time.sleep(60)\n"
        "threading.Thread(target=serve, daemon=True).start()\ndemo.get()",
        "import demo, time\nclass Silent(demo.Server):\n    def get(self):\n        time.sleep(60)\ndemo.get(Silent)",
        "import demo, re\nassert not re.search('demo.Stalled: no answer from server.test', demo.log())",
        "import demo, warnings\nwarnings.simplefilter('error')\nwarnings.warn('something else')\ndemo.get()",
        "import demo, sys\npath = sys.path\nsys.argv[1:] = ['get']\ndemo.main()",
        "import demo\ndemo.timeout = 5\ndemo.get()",
        "import demo\nprint demo",
    ],
)
def test_an_honest_program_has_no_problem(program: str, data: dict) -> None:
    assert codes(data, program) == set()


def test_an_extra_file_may_import_the_package_and_lie_in_a_folder_that_is_searched(data: dict) -> None:
    program = "import sys\nsys.path.insert(0, 'lib')\nimport helper\nhelper.run()"
    assert codes(data, program, {"lib/helper.py": "import demo\ndef run():\n    demo.get()\n"}) == set()


@pytest.mark.parametrize(
    "name",
    [
        "demo.py",
        "demo/__init__.py",
        "Demo.py",
        "transport/__init__.py",
        "lib/demo/__init__.py",
        "sitecustomize.py",
        "more/a.pth",
    ],
)
def test_a_file_that_would_be_imported_instead_is_refused(name: str, data: dict) -> None:
    assert codes(data, files={name: ""}) - {"FC230"} == {"FC235"}


@pytest.mark.parametrize("name", ["test_demo.py", "data/demo.txt", "demonstration.py", "app/views.py"])
def test_a_file_with_a_name_of_its_own_is_none_of_them(name: str, data: dict) -> None:
    assert codes(data, files={name: ""}) == set()


@pytest.mark.parametrize("title", ["TODO", "fix me", "Bug:", "error", "Demo fails", "untitled"])
def test_a_title_that_names_no_failure_is_refused(title: str, data: dict) -> None:
    data["title"] = title
    assert codes(data) == {"FC236"}


@pytest.mark.parametrize("error", ["ValueError", "ValueError: {a} {b}", "Error: {message}", "KeyError: {k}", "1: 2"])
def test_a_signature_that_fits_many_packages_is_refused(error: str, data: dict) -> None:
    data["signature"] |= {"error": error, "aliases": ["Stalled: gave up on {host}"]}
    assert "FC237" in codes(data)


def test_a_program_of_names_that_stand_for_each_other_takes_no_time(data: dict) -> None:
    doubled = "".join(f"x{at} = x{at + 1} + x{at + 1}\n" for at in range(1000))
    long = f"import demo\n{doubled}t = [{'t, ' * 3000}]\n" + "print(t, x0)\n" * 2000
    started = time.process_time()
    codes(data, long)
    assert time.process_time() - started < 3


def test_every_rule_about_programs_is_here() -> None:
    assert {code for code in RULES if code.startswith("FC23")} == {f"FC23{digit}" for digit in range(8)}
