"""Each door as a new user gets it: wheels in an environment that has nothing else, made by pip and by uv.

The environments are made by `python -m pip install` and `uv pip install`, with the requirement that the page *Use it
where failures happen* tells for the door. pip takes ten seconds for what has many dependencies, so it makes those only
for `make doors`, which sets EVERY_DOOR.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from uv import find_uv_bin

from fixcards.exports.data_distribution import data_wheel
from tests import card_data
from tests.shared import shared

CARD = "https://cards.example.org/lamp/7/"
TEXT = "lamp.burner.NoWick: no wick in the hall"
LIBRARY = f"from fixcards import default_finder; answer = default_finder().match({TEXT!r}); print(answer[0].entry.id)"
FILES = {
    "log.txt": TEXT,
    "requirements.txt": "lamp==2.0\n",
    "test_a.py": "from lamp.burner import light\n\ndef test_hall():\n    light()\n",
    "app.py": "from lamp.burner import light\n\nlight()\n",
    "cell.ipy": f"%load_ext fixcards\n%fixcard {TEXT}\n",
}
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
DOORS = {
    "match": ("fixcards", ["fixcards", "match", "log.txt"], CARD),
    "run": ("fixcards", ["fixcards", "run", "--", "python", "app.py"], CARD),
    "hook": ("fixcards", ["python", "-m", "fixcards.hook", "app.py"], CARD),
    "library": ("fixcards", ["python", "-c", LIBRARY], "lamp-7"),
    "pytest": ("pytest-fixcards", ["pytest", "-p", "no:cacheprovider", "test_a.py"], CARD),
    "IPython": (
        "fixcards ipython",
        ["ipython", "--colors=nocolor", "--HistoryManager.enabled=False", "cell.ipy"],
        CARD,
    ),
    "audit": ("fixcards[audit]", ["fixcards", "audit", "requirements.txt"], "lamp-7"),
}
"""For each door what a user installs, a command, and a part of its answer."""
INSTALLERS = {
    "pip": [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python"],
    "uv": [find_uv_bin(), "pip", "install", "--quiet", "--python"],
}
QUICK_WITH_PIP = {"fixcards", "pytest-fixcards"}


def installers(typed: str) -> list[str]:
    """Return the installers that this run tries for what a user types."""
    return [each for each in INSTALLERS if each == "uv" or typed in QUICK_WITH_PIP or os.environ.get("EVERY_DOOR")]


@pytest.fixture
def environment_with(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, plugin_wheel: Path
) -> Callable[[str, str], Path]:
    """Make an environment from what a user installs, once for each installer; return the folder of its programs."""
    addresses = {
        "fixcards": f"fixcards @ {wheel.as_uri()}",
        "fixcards[audit]": f"fixcards[audit] @ {wheel.as_uri()}",
        "fixcards[mcp]": f"fixcards[mcp] @ {wheel.as_uri()}",
        "pytest-fixcards": f"pytest-fixcards @ {plugin_wheel.as_uri()}",
    }

    def make(installer: str, typed: str) -> Path:
        requirements = [addresses.get(each, each) for each in typed.split()]
        if "fixcards" not in typed.split():  # no index has this version yet, which the plugin requires
            requirements.append(addresses["fixcards"])
        name = f"{installer}-{typed.replace(' ', '-')}"
        return shared(tmp_path_factory, name, partial(_install, installer, requirements)) / SCRIPTS

    return make


def _install(installer: str, requirements: list[str], folder: Path) -> None:
    venv.create(folder, with_pip=False)
    python = folder / SCRIPTS / ("python.exe" if os.name == "nt" else "python")
    data = data_wheel(card_data.write_site(folder / "site")).write(folder)
    command = [*INSTALLERS[installer], str(python), *(["install"] if installer == "pip" else [])]
    constraints = ["--constraint", str(Path(__file__).parents[1] / "constraints.txt")]
    subprocess.run([*command, *constraints, *requirements, str(data)], check=True, timeout=600)
    (packages,) = folder.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages")
    card_data.install_lamp(packages)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with what the commands read."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def clean(programs: Path, folder: Path) -> dict[str, str]:
    """Return the variables of a new user who has activated an environment."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "FIXCARDS"))}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**ours, "PATH": path, "FIXCARDS_CACHE": str(folder / "cache"), "IPYTHONDIR": str(folder / "ipython")}


@pytest.mark.parametrize(
    ("door", "installer"), [(door, each) for door, (typed, _, _) in DOORS.items() for each in installers(typed)]
)
def test_a_door_answers_in_an_environment_of_its_own(
    door: str, installer: str, environment_with: Callable[[str, str], Path], project: Path
) -> None:
    typed, command, expected = DOORS[door]
    programs = environment_with(installer, typed)
    done = subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=project,
        env=clean(programs, project),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert expected in done.stdout + done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["fixcards-mcp", "fixcards mcp"])
@pytest.mark.parametrize("installer", installers("fixcards[mcp]"))
def test_the_server_for_assistants_answers_in_an_environment_of_its_own(
    installer: str, command: str, environment_with: Callable[[str, str], Path], project: Path
) -> None:
    programs = environment_with(installer, "fixcards[mcp]")
    name, *words = command.split()
    server = StdioServerParameters(command=str(programs / name), args=words, env=clean(programs, project), cwd=project)

    async def ask() -> dict[str, object]:
        async with Client(server) as client:
            return (await client.call_tool("match_failure", {"text": TEXT})).structured_content or {}

    assert CARD in json.dumps(anyio.run(ask))


@pytest.mark.parametrize("installer", installers("pytest-fixcards"))
def test_the_plugin_costs_an_environment_little(
    installer: str, environment_with: Callable[[str, str], Path], project: Path
) -> None:
    """What pytest reads at its start because of the plugin is a short list of files."""
    programs = environment_with(installer, "pytest-fixcards")
    program = (
        "from importlib.metadata import distributions\n"
        "with_plugin = [each for each in distributions() if any(e.group == 'pytest11' for e in each.entry_points)]\n"
        "print([(each.name, len(each.files) < 20) for each in with_plugin])"
    )
    command = [programs / "python", "-c", program]
    output = subprocess.run(command, env=clean(programs, project), capture_output=True, text=True, check=True).stdout
    assert output == "[('pytest-fixcards', True)]\n"
