"""System calls that no reproduction needs, and why each group is refused.

Everything else is allowed: a card may show a failure of any library. Numbers are those of the kernel's tables
(`asm/unistd_64.h` for x86_64, `asm-generic/unistd.h` for aarch64).
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Operator = Literal["any of", "all of", "is", "is not"]


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on the low 32 bits of one argument. The kernel ignores the others of every argument used here."""

    argument: int
    operator: Operator
    value: int
    """Bits for `any of` and `all of`, else a number."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """System calls that fail with `error`, where all `tests` hold."""

    names: tuple[str, ...]
    error: int = errno.EPERM
    tests: tuple[Test, ...] = ()


_TABLE = """
name              x86_64 aarch64
acct                 163      89
add_key              248     217
bpf                  321     280
chmod                 90       -
chroot               161      51
clock_adjtime        305     266
clock_settime        227     112
clone                 56     220
creat                 85       -
delete_module        176     106
fanotify_init        300     262
fchmod                91      52
fchmodat             268      53
finit_module         313     273
init_module          175     105
ioperm               173       -
iopl                 172       -
kcmp                 312     272
kexec_file_load      320     294
kexec_load           246     104
keyctl               250     219
lookup_dcookie       212      18
memfd_create         319     279
mknod                133       -
mknodat              259      33
mmap                   9     222
modify_ldt           154       -
mount                165      40
msgget                68     186
open                   2       -
open_by_handle_at    304     265
openat               257      56
perf_event_open      298     241
personality          135      92
pivot_root           155      41
process_vm_readv     310     270
process_vm_writev    311     271
ptrace               101     117
quotactl             179      60
reboot               169     142
request_key          249     218
setdomainname        171     162
sethostname          170     161
setns                308     268
settimeofday         164     170
setsockopt            54     208
shmget                29     194
socket                41     198
socketpair            53     199
swapoff              168     225
swapon               167     224
syslog               103     116
umount2              166      39
unshare              272      97
userfaultfd          323     282
vhangup              153      58
clone3               435     435
fchmodat2            452     452
fsconfig             431     431
fsmount              432     432
fsopen               430     430
fspick               433     433
io_uring_enter       426     426
io_uring_register    427     427
io_uring_setup       425     425
memfd_secret         447     447
mount_setattr        442     442
move_mount           429     429
open_tree            428     428
open_tree_attr       467     467
openat2              437     437
pidfd_getfd          438     438
process_madvise      440     440
process_mrelease     448     448
quotactl_fd          443     443
"""


def _numbers() -> dict[str, dict[str, int]]:
    header, *rows = (line.split() for line in _TABLE.split("\n") if line)
    return {
        machine: {row[0]: int(row[column]) for row in rows if row[column] != "-"}
        for column, machine in enumerate(header)
        if column
    }


NUMBERS = _numbers()
"""The number of each system call named here, by processor as `uname -m` calls it. Later processors have fewer."""

_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_NAMESPACES = 0x7E02_0000
"""The CLONE_NEW* flags of `clone`: mount, cgroup, uts, ipc, user, pid and network."""
_CLONE_NEWTIME = 0x80
_MAP_HUGETLB = 0x4_0000
_QUERY = 0xFFFF_FFFF
_SETUID_SETGID = 0o6000
_O_CREAT, _O_TMPFILE = 0o100, 0o20000000

_KEYS = (
    # Keyrings belong to a user or a login, not to a process, so they are a way to secrets and from one run to the next.
    Refusal(("add_key", "request_key", "keyctl")),
)
_AROUND_THE_FILTER = (
    # io_uring makes system calls that no filter sees. Libraries take ENOSYS for an older kernel and do without.
    Refusal(("io_uring_setup", "io_uring_enter", "io_uring_register"), errno.ENOSYS),
    # A filter can't look into memory, where these two have their flags; glibc falls back to `clone` and `openat`.
    Refusal(("clone3",), errno.ENOSYS),
)
_OTHER_PROCESSES = (
    # Debuggers and profilers that attach to a process. No failure of a library needs one, and the first process of the
    # sandbox, which reports how the program ended, is a process of the same user.
    Refusal(("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease")),
    Refusal(("pidfd_getfd", "kcmp")),
)
_NAMESPACES_AND_MOUNTS = (
    # A new namespace gives privileges inside it, and with them a way to parts of the kernel that are for root.
    Refusal(("unshare",), tests=(Test(0, "any of", _NAMESPACES | _CLONE_NEWTIME),)),
    Refusal(("clone",), tests=(Test(0, "any of", _NAMESPACES),)),
    Refusal(("setns", "chroot", "pivot_root", "mount", "umount2")),
    Refusal(("open_tree", "open_tree_attr", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr")),
    Refusal(("open_by_handle_at",)),
)
_KERNEL = (
    # What loads code into the kernel, counts in it or changes the machine: most of it is for root, and each has had
    # faults that others could use.
    Refusal(("bpf", "perf_event_open", "userfaultfd", "fanotify_init", "lookup_dcookie", "modify_ldt")),
    Refusal(("iopl", "ioperm", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load")),
    Refusal(("reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "vhangup")),
    Refusal(("settimeofday", "clock_settime", "clock_adjtime", "sethostname", "setdomainname")),
    # Other execution domains switch off protections, such as random addresses. Asking for the present one is allowed.
    Refusal(("personality",), tests=(Test(0, "is not", 0), Test(0, "is not", _QUERY))),
)
_SOCKETS = (
    # The empty network namespace holds back the Internet, not the families that know no network namespace: vsock leads
    # to the host of a virtual machine. NETLINK_ROUTE stays, since getaddrinfo and if_nameindex ask it.
    Refusal(
        ("socket", "socketpair"),
        errno.EAFNOSUPPORT,
        tuple(Test(0, "is not", family) for family in (_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK)),
    ),
    Refusal(("socket",), errno.EAFNOSUPPORT, (Test(0, "is", _AF_NETLINK), Test(2, "is not", 0))),
)
_NEVER_COUNTED = (
    # Memory that no control group counts, and that is not part of the resident memory of a process either.
    Refusal(("memfd_secret",), errno.ENOSYS),
    Refusal(("mmap",), errno.ENOMEM, (Test(3, "all of", _MAP_HUGETLB),)),
)
_SOL_SOCKET, _SO_SNDBUF, _SO_RCVBUF = 1, 7, 8
_COUNTED_BY_GROUPS_ONLY = (
    # Memory that belongs to no process while it isn't mapped: the watch adds up processes and does not see it.
    Refusal(("memfd_create", "shmget", "msgget"), errno.ENOSYS),
    # Larger buffers of sockets. The call seems to succeed: programs ask for them and don't need them.
    Refusal(("setsockopt",), 0, (Test(1, "is", _SOL_SOCKET), Test(2, "is", _SO_SNDBUF))),
    Refusal(("setsockopt",), 0, (Test(1, "is", _SOL_SOCKET), Test(2, "is", _SO_RCVBUF))),
)
_SETUID_FILES = (
    # A build writes into folders of the machine, as the user who runs `verify`. A file that it left there with the
    # setuid bit would let every other user become that one.
    Refusal(("chmod", "fchmod", "creat", "mknod"), tests=(Test(1, "any of", _SETUID_SETGID),)),
    Refusal(("fchmodat", "fchmodat2", "mknodat"), tests=(Test(2, "any of", _SETUID_SETGID),)),
    Refusal(("open",), tests=(Test(1, "any of", _O_CREAT | _O_TMPFILE), Test(2, "any of", _SETUID_SETGID))),
    Refusal(("openat",), tests=(Test(2, "any of", _O_CREAT | _O_TMPFILE), Test(3, "any of", _SETUID_SETGID))),
    Refusal(("openat2",), errno.ENOSYS),
)


def refusals(*, grouped: bool, writes: bool) -> Sequence[Refusal]:
    """Return all refusals: more where no control group counts memory, or where a job writes to the machine."""
    return (
        *_KEYS,
        *_AROUND_THE_FILTER,
        *_OTHER_PROCESSES,
        *_NAMESPACES_AND_MOUNTS,
        *_KERNEL,
        *_SOCKETS,
        *_NEVER_COUNTED,
        *(() if grouped else _COUNTED_BY_GROUPS_ONLY),
        *(_SETUID_FILES if writes else ()),
    )
