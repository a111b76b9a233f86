"""The filter on system calls: what it refuses, how, and that libraries still get along."""
# ruff: noqa: S108 - folders inside the isolation

from __future__ import annotations

import errno
import os
import platform
import re
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

from fixcards.verify.sandbox.seccomp import filter_program
from fixcards.verify.sandbox.system_calls import NUMBERS, refusals

from ..conftest import IDENTITIES
from .identities import run_as

MACHINE = platform.machine()
X86, ARM = 0xC000003E, 0xC00000B7
ALLOWED = 0


def decide(program: bytes, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Return the error that a filter program gives a system call, by the rules of the kernel's interpreter."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(each % 2**64 for each in padded))
    instructions = list(struct.iter_unpack("=HBBI", program))
    place = accumulator = 0
    while True:
        code, if_true, if_false, operand = instructions[place]
        place += 1
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, operand)[0]
        elif code == 0x54:
            accumulator &= operand
        elif code == 0x06:
            return ALLOWED if operand == 0x7FFF0000 else operand - 0x50000
        else:
            holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: accumulator & operand != 0}[code]
            place += if_true if holds else if_false


@pytest.mark.parametrize(("machine", "architecture"), [("x86_64", X86), ("aarch64", ARM)])
def test_every_refusal_is_in_the_program_and_nothing_else(machine, architecture):
    program = filter_program(machine, grouped=False, writes=True)
    bare = {name for each in refusals(grouped=False, writes=True) if not each.tests for name in each.names}
    numbers = NUMBERS[machine]
    refused = {number for number in range(600) if decide(program, architecture, number) != ALLOWED}
    names = {name for name, number in numbers.items() if number in refused}
    # With all arguments 0: `socket` has no family 0.
    assert names == {name for name in bare if name in numbers} | {"socket", "socketpair"}
    assert refused == {numbers[name] for name in names}


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("clone", (0x11,), ALLOWED),
        ("clone", (0x7D0F00,), ALLOWED),
        ("clone", (0x10000011,), errno.EPERM),
        ("clone", (0x02000011,), errno.EPERM),
        ("unshare", (0x400,), ALLOWED),
        ("unshare", (0x80,), errno.EPERM),
        ("unshare", (0x20000,), errno.EPERM),
        ("personality", (0xFFFFFFFF,), ALLOWED),
        ("personality", (0xFFFFFFFFFFFFFFFF,), ALLOWED),
        ("personality", (0,), ALLOWED),
        ("personality", (0x40000,), errno.EPERM),
        ("socket", (1, 1, 0), ALLOWED),
        ("socket", (2, 2, 17), ALLOWED),
        ("socket", (10, 1, 0), ALLOWED),
        ("socket", (16, 3, 0), ALLOWED),
        ("socket", (16, 3, 15), errno.EAFNOSUPPORT),
        ("socket", (40, 1, 0), errno.EAFNOSUPPORT),
        ("socket", (38, 5, 0), errno.EAFNOSUPPORT),
        ("socket", (0x1_0000_0028, 1, 0), errno.EAFNOSUPPORT),
        ("socketpair", (1, 1, 0), ALLOWED),
        ("socketpair", (40, 1, 0), errno.EAFNOSUPPORT),
        ("mmap", (0, 4096, 3, 0x22), ALLOWED),
        ("mmap", (0, 4096, 3, 0x40022), errno.ENOMEM),
        ("fchmod", (3, 0o755), ALLOWED),
        ("fchmod", (3, 0o4755), errno.EPERM),
        ("fchmodat", (3, 0, 0o2755), errno.EPERM),
        ("openat", (3, 0, 0o100, 0o644), ALLOWED),
        ("openat", (3, 0, 0, 0o6000), ALLOWED),
        ("openat", (3, 0, 0o101, 0o4644), errno.EPERM),
        ("openat", (3, 0, 0o20200001, 0o4644), errno.EPERM),
    ],
)
@pytest.mark.parametrize(("machine", "architecture"), [("x86_64", X86), ("aarch64", ARM)])
def test_arguments_decide_where_a_call_is_needed_too(name, arguments, error, machine, architecture):
    program = filter_program(machine, grouped=False, writes=True)
    assert decide(program, architecture, NUMBERS[machine][name], arguments) == error


def test_calls_by_the_conventions_of_another_processor_are_refused():
    x86, arm = filter_program("x86_64", grouped=True), filter_program("aarch64", grouped=True)
    for program, architecture in ((x86, ARM), (arm, X86), (x86, 0x40000003), (arm, 0x40000028)):
        for number in range(600):
            assert decide(program, architecture, number) == errno.ENOSYS
    for number in range(600):  # x32
        assert decide(x86, X86, 0x40000000 + number) == errno.ENOSYS


def test_a_group_that_counts_memory_allows_what_it_counts():
    for machine, architecture in (("x86_64", X86), ("aarch64", ARM)):
        for name in ("memfd_create", "shmget", "msgget"):
            number = NUMBERS[machine][name]
            assert decide(filter_program(machine, grouped=True), architecture, number) == ALLOWED
            assert decide(filter_program(machine, grouped=False), architecture, number) == errno.ENOSYS


def test_every_name_has_a_number_and_every_number_a_use():
    names = {name for each in refusals(grouped=False, writes=True) for name in each.names}
    assert names == set(NUMBERS["x86_64"])
    absent = names - set(NUMBERS["aarch64"])
    assert absent == {"open", "creat", "chmod", "mknod", "modify_ldt", "iopl", "ioperm"}


def test_the_numbers_are_those_of_this_machines_compiler():
    done = subprocess.run(
        ["cc", "-E", "-dM", "-include", "sys/syscall.h", "-x", "c", "/dev/null"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    numbers = {
        name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)$", done.stdout, re.MULTILINE)
    }
    different = {
        name: numbers[name] for name, number in NUMBERS[MACHINE].items() if numbers.get(name, number) != number
    }
    assert different == {}


CALLS = f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
numbers = {NUMBERS.get(MACHINE)!r}
def call(name, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(numbers[name], *arguments)
    return os.strerror(ctypes.get_errno()) if result < 0 else "ALLOWED"
"""
EXPECTED = {
    "call('io_uring_setup', 8, ctypes.create_string_buffer(200))": "Function not implemented",
    "call('userfaultfd', 1)": "Operation not permitted",
    "call('keyctl', 0, -3, 0)": "Operation not permitted",
    "call('add_key', b'user', b'x', b'y', 1, -3)": "Operation not permitted",
    "call('request_key', b'user', b'x', None, -3)": "Operation not permitted",
    "call('ptrace', 16, 1, 0, 0)": "Operation not permitted",
    "call('process_vm_readv', os.getpid(), None, 0, None, 0, 0)": "Operation not permitted",
    "call('personality', 0x40000)": "Operation not permitted",
    "call('personality', 0xffffffff)": "ALLOWED",
    "call('bpf', 0, None, 0)": "Operation not permitted",
    "call('perf_event_open', None, 0, -1, -1, 0)": "Operation not permitted",
    "call('open_by_handle_at', 0, None, 0)": "Operation not permitted",
    "call('unshare', 0x10000000)": "Operation not permitted",
    "call('unshare', 0x400)": "ALLOWED",
    "call('clone3', None, 0)": "Function not implemented",
    "call('mount', None, None, None, 0, None)": "Operation not permitted",
    "call('fsopen', b'tmpfs', 0)": "Operation not permitted",
    "call('kexec_load', 0, 0, None, 0)": "Operation not permitted",
    "call('memfd_secret', 0)": "Function not implemented",
    "call('socket', 40, 1, 0)": "Address family not supported by protocol",
    "call('socket', 38, 5, 0)": "Address family not supported by protocol",
    "call('socket', 16, 3, 15)": "Address family not supported by protocol",
    "call('socket', 17, 3, 0)": "Address family not supported by protocol",
}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_run_is_refused_what_no_reproduction_needs(identity):
    code = CALLS + f"for each in {list(EXPECTED)!r}: print(eval(each))\n"
    (result,) = run_as(identity, [code])
    assert dict(zip(EXPECTED, result["text"].splitlines(), strict=True)) == EXPECTED


@pytest.mark.parametrize("identity", IDENTITIES)
def test_32_bit_calls_are_no_way_round(identity):
    if MACHINE != "x86_64":
        pytest.fail("write this test for the processor")
    code = """
import ctypes, mmap, os
room = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
room.write(bytes.fromhex("b8 1f010000 53 31db 31c9 31d2 cd80 5b c3"))  # keyctl is 288 there, add_key 286, 287 this
start = ctypes.addressof(ctypes.c_char.from_buffer(room))
print(os.strerror(-ctypes.CFUNCTYPE(ctypes.c_int)(start)()))
"""
    (result,) = run_as(identity, [code])
    assert result["text"] == "Function not implemented\n", result


@pytest.mark.parametrize("identity", IDENTITIES)
def test_ordinary_programs_get_along(identity):
    code = """
import asyncio, multiprocessing, os, socket, subprocess, sys, tempfile, threading
assert socket.getaddrinfo("localhost", 80)[0][4][0] in {"127.0.0.1", "::1"}
assert [name for _, name in socket.if_nameindex()] == ["lo"]
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
threads = [threading.Thread(target=print, args=("thread",), kwargs={"flush": True}) for _ in range(3)]
[each.start() for each in threads]
[each.join() for each in threads]
async def main():
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "print('child')")
    return await child.wait()
assert asyncio.run(main()) == 0
print(subprocess.run(["sh", "-c", "echo shell; uname -n"], capture_output=True, text=True, check=True).stdout)
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
value = multiprocessing.Value("i", 5)
with tempfile.TemporaryDirectory() as folder:
    open(f"{folder}/x", "w").write("y")
    os.chmod(f"{folder}/x", 0o700)
import getpass, pwd, platform
print(getpass.getuser(), pwd.getpwuid(os.getuid()).pw_dir, platform.node())
"""
    (result,) = run_as(identity, [code])
    assert result["exit"] == 0, result
    words = ["thread", "thread", "thread", "child", "shell", "sandbox", "[1,", "2]", "nobody", "/tmp/home", "sandbox"]
    assert result["text"].split() == words


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_job_that_writes_to_the_machine_leaves_no_setuid_file(identity):
    folder = Path(tempfile.mkdtemp(prefix="fixcards-test-"))
    folder.chmod(0o777)
    code = """
import os, shutil
os.umask(0)
shutil.copy("/bin/sh", "shell")
for mode in (0o4755, 0o2755, 0o6755):
    for change in (lambda: os.chmod("shell", mode), lambda: os.fchmod(os.open("shell", os.O_RDWR), mode),
                   lambda: os.close(os.open(f"new{mode:o}", os.O_CREAT | os.O_WRONLY, mode)),
                   lambda: os.mknod(f"node{mode:o}", mode)):
        try:
            change()
        except PermissionError as error:
            print(error.strerror)
os.chmod("shell", 0o755)
print(sorted(oct(os.stat(each).st_mode) for each in os.listdir()))
"""
    try:
        (result,) = run_as(
            identity, [f"import os\nos.chdir({str(folder)!r})\n{code}"], writable={str(folder): str(folder)}
        )
        assert result["text"].splitlines() == ["Operation not permitted"] * 12 + ["['0o100755']"], result
        assert not [each for each in folder.iterdir() if each.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
        if os.geteuid() == 0:  # not root's, also where root runs it
            assert (folder / "shell").stat().st_uid != 0
    finally:
        for each in folder.iterdir():
            each.unlink()
        folder.rmdir()
