"""What a run can learn of the machine: nothing of its people, its paths or its start."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from fixcards.verify.sandbox.surroundings import SYNTHETIC_FILES, masked_files

from ..conftest import IDENTITIES
from .identities import run_as


@pytest.fixture
def secret_path():
    """A file and a folder at a path that tells of somebody."""
    folder = Path(tempfile.mkdtemp(prefix="fixcards-alice-secret-"))
    folder.chmod(0o755)
    (folder / "venv").mkdir()
    (folder / "venv" / "module.py").write_text("x = 1\n")
    (folder / "repro.py").write_text("print('program')\n")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("mode", ["best", "plain"])
def test_accounts_and_hosts_are_not_those_of_the_machine(identity, mode):
    protection = None if mode == "best" else {"mode": "plain", "grouped": False, "machine": "x86_64"}
    code = f"import json; print(json.dumps({{name: open(name).read() for name in {list(SYNTHETIC_FILES)!r}}}))"
    code += "\nimport os; print(json.dumps(os.listdir('/etc')))"
    (result,) = run_as(identity, [code], protection=protection)
    text, names = result["text"].splitlines()
    assert json.loads(text) == SYNTHETIC_FILES
    allowed = {"alternatives", "group", "hosts", "ld.so.cache", "mime.types", "nsswitch.conf", "passwd"}
    assert set(json.loads(names)) <= allowed


@pytest.mark.parametrize("identity", IDENTITIES)
def test_files_of_the_system_cannot_be_changed(identity):
    code = """
import os
for path in ("/etc/passwd", "/etc/hosts", "/etc/new", "/proc/sys/kernel/core_pattern", "/dev/new"):
    for call in (lambda: open(path, "a"), lambda: os.unlink(path), lambda: os.rename("/tmp/home", path)):
        try:
            call()
            print("CHANGED", path)
        except OSError:
            pass
"""
    (result,) = run_as(identity, [code])
    assert result["text"] == ""


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_tells_of_the_machine_in_proc_cannot_be_read(identity):
    assert {"/proc/cmdline", "/proc/sys/kernel/random/boot_id"} <= set(masked_files())
    code = f"""
for path in {masked_files()!r}:
    try:
        print(path, open(path, "rb").read())
    except PermissionError as error:
        pass
"""
    (result,) = run_as(identity, [code])
    assert result["text"] == ""


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_programs_ask_proc_for_is_there(identity):
    code = """
import os
for name in ("cpuinfo", "meminfo", "stat", "uptime", "loadavg", "version", "self/maps", "self/status", "filesystems",
             "sys/kernel/pid_max", "sys/vm/overcommit_memory", "sys/kernel/random/uuid", "self/mountinfo"):
    assert open(f"/proc/{name}").read(), name
print(os.cpu_count() > 0)
"""
    (result,) = run_as(identity, [code])
    assert result["text"] == "True\n"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_no_path_of_the_machine_is_in_the_list_of_mounts(identity, secret_path):
    code = """
for path in ("/proc/self/mountinfo", "/proc/self/mounts", "/proc/self/mountstats", "/proc/1/mountinfo",
             "/proc/1/cmdline", "/proc/1/environ", "/proc/self/cgroup", "/proc/self/maps"):
    text = open(path).read()
    print([line for line in text.splitlines() if "al" "ice" in line or "/ro" "ot" in line])
exec(open("/repro/repro.py").read())
import sys; sys.path.append("/venv"); import module; print(module.x)
"""
    readable = {str(secret_path / "venv"): "/venv", str(secret_path / "repro.py"): "/repro/repro.py"}
    (result,) = run_as(identity, [code], readable=readable)
    assert result["text"].splitlines() == ["[]"] * 8 + ["program", "1"], result
