"""What a hostile program is, and what every one of them may use."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

PRELUDE = '''
import ctypes, errno, os, signal, socket, struct, sys, threading, time
import still
still.spin(1)
libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = dict(zip(
    ("add_key request_key keyctl ptrace process_vm_readv bpf userfaultfd perf_event_open memfd_create unshare setns "
     "mount open_by_handle_at kexec_load swapon syslog process_vm_writev personality mbind move_pages").split(),
    {"x86_64": (248, 249, 250, 101, 310, 321, 323, 298, 319, 272, 308, 165, 304, 246, 167, 103, 311, 135, 237, 279),
     "aarch64": (217, 218, 219, 117, 270, 280, 282, 241, 279, 97, 268, 40, 265, 104, 224, 116, 271, 92, 235, 239),
     }[os.uname().machine]))
NUMBERS |= {"io_uring_setup": 425, "io_uring_enter": 426, "clone3": 435, "pidfd_open": 434, "pidfd_getfd": 438,
            "fsopen": 430, "open_tree": 428, "fsmount": 432, "quotactl_fd": 443, "mount_setattr": 442}

def syscall(name, *arguments):
    """Return what a system call returned, the negative error number where it was refused."""
    result = libc.syscall(NUMBERS[name], *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return result if result >= 0 else -ctypes.get_errno()

def escaped(*words):
    print("ESC" + "APED", *words, flush=True)

def refused(*words):
    print("refused:", *words, flush=True)

print("begun", flush=True)
'''


@dataclass(frozen=True)
class Program:
    """A program that attacks the machine. It prints ESCAPED where it got what it must not get.

    All are bounded, so that they would end by themselves, and leave the machine usable, without any isolation.
    """

    code: str
    limits: dict[str, float] = field(default_factory=dict)
    floods: bool = False
    """Whether its output is so long that its beginning is lost."""
    slowest: float = 14.0
    not_in_text: tuple[str, ...] = ()
    """Texts that must not get into the evidence."""
    reproduction: dict[str, object] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The whole program."""
        return PRELUDE + textwrap.dedent(self.code).strip() + "\n"


@dataclass(frozen=True)
class Fake:
    """A card about a package in which nothing was ever wrong, that pretends a failure. It must never be verified."""

    code: str
    changes: dict[str, object] = field(default_factory=dict)
    reproduction: dict[str, object] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The whole program."""
        return textwrap.dedent(self.code).strip() + "\n"


@dataclass(frozen=True)
class Build:
    """A build back end that attacks the machine while an environment is prepared.

    `attack` is the body of a function; it appends to `seen` what it got, which the card prints.
    """

    attack: str
    files: str = "{}"
    """Expression for further files of the wheel: paths and texts or bytes."""
    times: int = 1
    """How often the card is executed, with one cache."""
    most_bytes: int = 200 << 20
    """Space that the cache may take afterwards."""
    slowest: float = 30.0

    def backend(self, name: str) -> str:
        """Return the program that builds `name`."""
        return BACKEND.replace("@NAME@", name).replace("@FILES@", self.files) + "\n".join(
            [
                "",
                "def attack():",
                *(f"    {line}" for line in textwrap.dedent(self.attack).strip().splitlines()),
                "    pass",
                "",
            ]
        )


BACKEND = """
import contextlib, glob, os, signal, socket, struct, subprocess, sys, threading, time, zipfile
NAME = "@NAME@"
seen = ["built"]

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(folder, config_settings=None, metadata_directory=None):
    try:
        attack()
    except Exception as error:
        seen.append(repr(error))
    info = f"{NAME}-1.0.dist-info"
    members = {
        f"{NAME}/__init__.py": f"seen = {seen!r}\\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    members |= @FILES@
    record = "".join(f"{path},,\\n" for path in (*members, f"{info}/RECORD"))
    name = f"{NAME}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in {**members, f"{info}/RECORD": record}.items():
            if isinstance(text, zipfile.ZipInfo):
                archive.writestr(text, "x")
            elif callable(text):
                text(archive, path)
            else:
                archive.writestr(path, text)
    return name
"""
