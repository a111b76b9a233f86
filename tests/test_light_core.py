"""`pip install fixcards`: little to install, quick to import, and clear words about what an extra brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
MAX_DEPENDENCIES = 3
MAX_BYTES = 3_000_000
MAX_PACKAGE_SECONDS = 0.03
"""Processor time for the package alone; it takes about 0.001 s."""
MAX_FINDER_SECONDS = 0.03
"""Processor time for the package and its `Finder`, about 0.01 s. The engine comes with the first answer."""
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment in which only the wheel is installed, with what it depends on."""
    folder = tmp_path_factory.mktemp("core")
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / SCRIPTS / "python"), "install"]
    options = ["--quiet", "--disable-pip-version-check", "--constraint", str(REPOSITORY / "constraints.txt")]
    subprocess.run([*pip, *options, str(wheel)], check=True, timeout=300)
    return folder / SCRIPTS


def run(core: Path, *command: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    return subprocess.run(
        [core / command[0], *command[1:]],
        cwd=cwd,
        env={**clean, **more},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def python(core: Path, program: str) -> str:
    done = run(core, "python", "-c", textwrap.dedent(program))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_brings_few_packages_and_few_bytes(core: Path) -> None:
    program = """
        import importlib.metadata, json
        print(json.dumps({
            dist.name: sum(file.size or 0 for file in dist.files) for dist in importlib.metadata.distributions()
        }))
    """
    sizes = json.loads(python(core, program))
    for name in ("pip", "setuptools", "wheel"):  # of the environment itself
        sizes.pop(name, None)
    assert "fixcards" in sizes
    if os.name != "nt":  # where click takes colorama
        assert len(sizes) - 1 <= MAX_DEPENDENCIES
    assert sum(sizes.values()) <= MAX_BYTES, sizes


def test_its_commands_can_be_listed(core: Path) -> None:
    done = run(core, "fixcards", "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "match" in done.stdout


def test_importing_the_package_takes_next_to_nothing(core: Path) -> None:
    program = "import time; start = time.process_time(); import fixcards; print(time.process_time() - start)"
    assert min(float(python(core, program)) for _ in range(3)) < MAX_PACKAGE_SECONDS


def test_importing_the_finder_leaves_the_engine_to_the_first_answer(core: Path) -> None:
    program = """
        import sys, time
        start = time.process_time()
        from fixcards import Finder
        print(time.process_time() - start, sorted(name for name in sys.modules if name.startswith("fixcards.")))
    """
    outputs = [python(core, program).partition(" ") for _ in range(5)]
    assert min(float(seconds) for seconds, _, _ in outputs) < MAX_FINDER_SECONDS
    assert "search.finder" in outputs[0][2]
    assert "matching.parse" not in outputs[0][2]


def test_finding_a_failure_takes_no_other_package(core: Path) -> None:
    output = python(
        core,
        """
        import sys, tempfile
        from pathlib import Path
        from fixcards import Finder
        from fixcards.matching.index.entry import Entry
        from fixcards.matching.index.writer import build
        with tempfile.TemporaryDirectory() as folder:
            texts = ("lamp.Dark: no wick in {n}",)
            display = {"path": "lamp/1/", "verdict": "verified"}
            entry = Entry(id="lamp-1", package="lamp", templates=texts, display=display)
            for path, content in build([entry]):
                file = Path(folder, "search", path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            print([match.entry.id for match in Finder.of_site(folder).match("lamp.Dark: no wick in 7")])
        packages = {name.partition(".")[0] for name, module in sys.modules.items()
                     if "site-packages" in str(getattr(module, "__file__", ""))}
        print(sorted(packages - {"_distutils_hack"}))  # which setuptools has every interpreter load
        """,
    )
    assert output.splitlines() == ["['lamp-1']", "['fixcards']"]


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("check",), "cards"),
        (("schema",), "cards"),
        (("tally", "reports.json"), "cards"),
        (("match", "log.txt"), "cards"),
        (("verify", "--dry-run"), "verify"),
        (("reproduce", "demo-7"), "verify"),
    ],
)
def test_a_command_that_needs_an_extra_says_how_to_install_it(
    core: Path, command: tuple[str, ...], extra: str, tmp_path: Path
) -> None:
    (tmp_path / "cards" / "demo").mkdir(parents=True)
    (tmp_path / "cards" / "demo" / "7.yaml").write_text("package: demo\n", encoding="utf-8")
    (tmp_path / "log.txt").write_text("lamp.Dark: no wick", encoding="utf-8")
    (tmp_path / "reports.json").write_text("[]", encoding="utf-8")
    done = run(core, "fixcards", *command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fixcards: this needs ")
    assert done.stderr.endswith(f"install it: pip install 'fixcards[{extra}]'\n")
    assert done.stderr.count("\n") == 1


def test_a_missing_module_of_the_program_itself_is_not_taken_for_an_extra() -> None:
    from fixcards.errors import needs_extra

    with pytest.raises(ModuleNotFoundError, match="fixcards"), needs_extra("cards"):
        import fixcards.no_such_module  # noqa: F401


def test_the_digest_of_the_program_does_not_need_the_extras(core: Path) -> None:
    assert python(core, "from fixcards.cache import program_digest; print(len(program_digest()))") == "16\n"


def test_this_checkout_is_installed_and_has_the_same_commands(core: Path) -> None:
    editable = run(Path(sys.executable).parent, "fixcards", "--help")
    assert editable.stdout == run(core, "fixcards", "--help").stdout
