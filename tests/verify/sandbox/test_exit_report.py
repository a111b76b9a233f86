"""No program passes itself off as a failure of its sandbox, and none reports an end that it could not have had."""

from __future__ import annotations

import pytest

from ..conftest import IDENTITIES
from .identities import run_as

POSES = {
    "bwrap": "print('bwrap: setting up uid map: Permission denied', flush=True)\nimport sys\nsys.exit(1)",
    "bwrap on the error output": "import os\nos.write(2, b'bwrap: Creating new namespace failed\\n')\nos._exit(1)",
    "prlimit": "print('prlimit: failed to set the AS resource limit', flush=True)\nimport sys\nsys.exit(1)",
    "setpriv": "print('setpriv: setresuid failed', flush=True)\nimport sys\nsys.exit(127)",
    "sh": "print('sh: 1: exec: /venv/bin/python: not found', flush=True)\nimport sys\nsys.exit(127)",
    "an engine": "print('docker: Error response from daemon: oops.', flush=True)\nimport sys\nsys.exit(125)",
    "mount": "import os\nos.write(2, b'mount: /mnt: permission denied.\\nprlimit: x\\n')\nos._exit(32)",
}
STATUSES = [1, 1, 1, 127, 127, 125, 32]


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("isolation", ["bubblewrap", "none"])
def test_a_message_of_the_sandbox_is_not_taken_from_the_program(identity, isolation):
    results = run_as(identity, list(POSES.values()), isolation=isolation)
    assert [each.get("exit") for each in results] == STATUSES, results


INSIDE = 'assert "awk" in open("/proc/1/cmdline").read()\n'
"""Checked before the first process is attacked: that it is the one of a sandbox."""
# Machine code of x86_64: that of another processor would crash the first process, which is one of the cases.
TAKE_OVER = """
import os, re, sys
memory = None
try:
    maps = open("/proc/1/maps").read()
    memory = open("/proc/1/mem", "r+b", buffering=0)
except OSError as error:
    print(error.strerror)
if memory:
    for line in maps.splitlines():
        first, last, flags = re.match("([0-9a-f]+)-([0-9a-f]+) (....)", line).groups()
        if "x" in flags and "[v" not in line:
            memory.seek(int(first, 16))
            try:
                memory.write({code} * ((int(last, 16) - int(first, 16)) // len({code})))
            except OSError:
                pass
print("done", flush=True)
os._exit(1)
"""
CODES = {
    "crash": "bytes([0xcc])",
    "loop": "bytes([0xeb, 0xfe])",
    "exit 0": "bytes([0x90] * 244) + bytes.fromhex('b83c000000 31ff 0f05 cccc')[:12]",
}


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("code", CODES)
def test_a_program_that_takes_over_the_first_process_is_not_a_failure_of_the_sandbox(identity, code):
    attack = TAKE_OVER.format(code=CODES[code])
    (result,) = run_as(identity, [INSIDE + attack], wall_seconds=3.0)
    assert "error" not in result, result
    assert result["stopped"] == "time" or result["exit"] != 0, result
    assert result["seconds"] < 5


FORGED = """
import os, re, struct
code = open("/proc/1/maps").read()
# write(2, text, length); exit_group(0): what awk would do, with another report
text = {report!r}
program = bytes.fromhex("bf02000000 488d3519000000 ba") + struct.pack("<I", len(text)) + bytes.fromhex(
    "b801000000 0f05 b8e7000000 31ff 0f05 cccccc")
program = program + bytes(37 - len(program)) + text
memory = open("/proc/1/mem", "r+b", buffering=0)
for line in code.splitlines():
    first, last, flags = re.match("([0-9a-f]+)-([0-9a-f]+) (....)", line).groups()
    if "x" in flags and "[v" not in line:
        size = int(last, 16) - int(first, 16)
        memory.seek(int(first, 16))
        try:
            memory.write(b"\\x90" * (size - len(program)) + program)
        except OSError:
            pass
os._exit(3)
"""


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize(
    "report", [b"bwrap: no\n", b"999\n", b"-1\n", b"12345678901234567890\n", b"started\nbwrap: x\n"]
)
def test_what_the_first_process_reports_after_a_take_over_is_an_end_or_none(identity, report):
    (result,) = run_as(identity, [INSIDE + FORGED.format(report=report)], wall_seconds=3.0)
    assert "error" not in result, result
    assert result["stopped"] == "time" or -64 <= result["exit"] <= 255, result
