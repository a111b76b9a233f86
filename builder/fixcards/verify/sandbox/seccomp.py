"""The filter on system calls, as a program for the kernel's seccomp.

An own assembler, since the libraries for this are bindings of a C library that has to be built or installed. What is
needed of it is small: compare numbers, look at the low half of an argument, return. A program of this kind only jumps
forwards, so it ends (`Documentation/userspace-api/seccomp_filter.rst` of Linux; instructions: `linux/filter.h`).
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterator
from functools import cache

from fixcards.verify.sandbox.system_calls import NUMBERS, Refusal, Test, refusals

Instruction = tuple[int, int, int, int]
"""Code, instructions to skip where a comparison holds and where it doesn't, and the operand."""

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45
_ALLOW, _ERROR = 0x7FFF_0000, 0x0005_0000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets in `struct seccomp_data`."""
_X32 = 0x4000_0000
"""First number of the x32 calls, which x86_64 kernels offer beside their own under the same architecture."""
_AUDIT_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}


def filtered_machine() -> str | None:
    """Return the processor that the filter is for, None where there is none for it."""
    machine = platform.machine()
    return machine if machine in NUMBERS and struct.calcsize("P") == 8 else None


def system_call_number(name: str) -> int | None:
    """Return the number of a system call on this machine, None where it is not in the table."""
    machine = filtered_machine()
    return None if machine is None else NUMBERS[machine].get(name)


@cache
def filter_program(machine: str, *, grouped: bool, writes: bool = False) -> bytes:
    """Return the program for a processor.

    `grouped` says that a control group counts the memory of the run, `writes` that it writes folders of the machine.
    Calls by the conventions of another processor (32-bit programs, x32) fail with ENOSYS: their numbers mean
    something else.
    """
    numbers = NUMBERS[machine]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT_ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERROR | errno.ENOSYS)]
    for refusal in refusals(grouped=grouped, writes=writes):
        for name in refusal.names:
            if name in numbers:
                code += _refuse(numbers[name], refusal)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _refuse(number: int, refusal: Refusal) -> Iterator[Instruction]:
    """Yield the instructions that refuse one system call; they begin and end with its number loaded."""
    refused = (_RETURN, 0, 0, _ERROR | refusal.error)
    if not refusal.tests:
        yield from ((_EQUAL, 0, 1, number), refused)
        return
    body: list[Instruction] = [refused]
    for test in reversed(refusal.tests):
        body = [*_check(test, len(body)), *body]
    yield (_EQUAL, 0, len(body) + 1, number)
    yield from body
    yield (_LOAD, 0, 0, _NUMBER)


def _check(test: Test, skipped: int) -> Iterator[Instruction]:
    """Yield the instructions that skip that many others unless a test holds."""
    yield (_LOAD, 0, 0, _ARGUMENTS + 8 * test.argument)
    if test.operator == "any of":
        yield (_ANY_BIT, 0, skipped, test.value)
    elif test.operator == "all of":
        yield (_AND, 0, 0, test.value)
        yield (_EQUAL, 0, skipped, test.value)
    elif test.operator == "is":
        yield (_EQUAL, 0, skipped, test.value)
    else:
        yield (_EQUAL, skipped, 0, test.value)
