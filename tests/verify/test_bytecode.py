"""What compiled modules change for a program that runs in an environment: the time that it takes, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from fixcards.verify.bytecode import Bytecode
from fixcards.verify.disguised_release import disguise_release
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec
from fixcards.verify.index_client import IndexClient
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.plan import PlannedRun
from fixcards.verify.ready_run import ReadyRun
from fixcards.verify.sandbox import Limits, choose_sandbox

from .packages import offer_wheel

DAY = date(2024, 1, 1)
OLDEST = min((each for each in installed_interpreters() if each.minor >= (3, 7)), key=lambda each: each.minor)
NEWEST = max(installed_interpreters(), key=lambda each: each.minor)
COMPILED = "import importlib.util, os; print(os.path.exists(importlib.util.cache_from_source({}.__file__)))"


class House:
    """Makes environments from an index of the tests, and runs programs in them."""

    def __init__(self, folder, index, sandbox):
        self.folder, self.sandbox, self.number = folder, sandbox, 0
        self.builder = EnvironmentBuilder(folder / "cache", IndexClient([index.url]), sandbox)
        self.bytecode = Bytecode(folder / "cache" / "bytecode", sandbox)

    def environment(self, *requires, interpreter=NEWEST, compiles=True):
        spec = EnvironmentSpec(requires, interpreter, DAY)
        lock = self.builder.lock(spec, "x-1")
        self.number += 1
        venv = self.builder.make(lock, spec, "x-1", self.folder / str(self.number) / "env")
        self.bytecode.add(venv, interpreter, compiles=compiles)
        return ReadyRun(PlannedRun("release", None, requires, "", DAY, (interpreter,)), interpreter, lock, venv)

    def printed(self, ready, code):
        ready = ReadyRun(PlannedRun("release", None, (), code, DAY, ()), ready.interpreter, ready.lock, ready.venv)
        return self.sandbox.run(ready.job({}, Limits())).text


@pytest.fixture
def house(tmp_path, local_index, bubblewrap):
    return House(tmp_path, local_index, bubblewrap)


@pytest.mark.parametrize("interpreter", [OLDEST, NEWEST], ids=lambda each: each.version)
def test_what_a_program_imports_was_compiled_once_for_all_environments(house, local_index, interpreter):
    offer_wheel(local_index, "demo", "1.0", {"demo/__init__.py": "from demo.inner import fail\n",
                                             "demo/inner.py": "def fail():\n    raise ValueError('so')\n"})  # fmt: skip
    first, second = (house.environment("demo", interpreter=interpreter) for _ in range(2))
    code = f"import demo.inner; {COMPILED.format('demo')}; {COMPILED.format('demo.inner')}; demo.fail()"
    for ready in (first, second):
        printed = house.printed(ready, code)
        assert printed.startswith("True\nTrue\n")
        version = ".".join(map(str, interpreter.minor))
        assert f'File "/venv/lib/python{version}/site-packages/demo/inner.py", line 2, in fail\n' in printed
    inodes = {next(ready.venv.rglob("inner.*.pyc")).stat().st_ino for ready in (first, second)}
    assert len(inodes) == 1


def test_the_warning_of_a_module_is_printed_in_each_run(house, local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "if 1 is 1:\n    x = 1\n", "calm.py": "x = 2\n"})
    ready = house.environment("demo")
    for _ in range(2):
        assert "SyntaxWarning" in house.printed(ready, "import demo")
    assert house.printed(ready, f"import calm; {COMPILED.format('calm')}") == "True\n"


def test_a_module_that_is_no_python_fails_where_it_is_imported(house, local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "print('so'\n", "calm.py": "x = 2\n"})
    ready = house.environment("demo")
    assert "SyntaxError" in house.printed(ready, "import demo")
    assert house.printed(ready, f"import calm; {COMPILED.format('calm')}") == "True\n"


def test_a_module_that_ends_the_compiler_costs_the_others_nothing(house, local_index):
    # CPython 3.8 dies of it; where none is that old, this says less.
    offer_wheel(local_index, "hostile", "1.0", {"hostile.py": f"x = {'1+' * 300_000}1\n"})
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "x = 1\n"})
    ready = house.environment("demo", "hostile", interpreter=OLDEST)
    assert house.printed(ready, f"import demo; {COMPILED.format('demo')}") == "True\n"


def test_no_code_of_a_module_runs_while_it_is_compiled(house, local_index):
    body = "print('ran')\nopen('/tmp/ran', 'w')\nimport os\nos.abort()\n"
    offer_wheel(local_index, "demo", "1.0", {"demo.py": body, "sitecustomize.py": body, "calm.py": "x = 1\n"})
    venv = house.environment("demo").venv
    assert sorted(path.name.partition(".")[0] for path in venv.rglob("*.pyc")) == ["calm", "demo", "sitecustomize"]


def test_a_changed_source_is_what_runs(house, local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": '__version__ = "1.0"\n'})
    ready = house.environment("demo")
    disguise_release(ready.venv, "demo", "1.0", "2.0")
    assert house.printed(ready, "import demo; print(demo.__version__)") == "2.0\n"


def test_a_program_can_not_change_what_others_import(house, local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "x = 1\n"})
    ready = house.environment("demo")
    printed = house.printed(ready, "import demo, importlib.util as u; open(u.cache_from_source(demo.__file__), 'ab')")
    assert "Read-only file system" in printed


def test_an_environment_for_a_single_run_takes_what_is_there(house, local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "x = 1\n"})
    code = f"import demo; {COMPILED.format('demo')}"
    assert house.printed(house.environment("demo", compiles=False), code) == "False\n"
    house.environment("demo")
    assert house.printed(house.environment("demo", compiles=False), code) == "True\n"


def test_without_isolation_nothing_is_shared(tmp_path, local_index):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "x = 1\n"})
    ready = House(tmp_path, local_index, choose_sandbox("none")).environment("demo")
    assert not list(ready.venv.rglob("demo.*.pyc"))
