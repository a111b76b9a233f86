"""What a run sees of the machine beside its own files: enough for programs, nothing that tells whose machine it is."""

from __future__ import annotations

from pathlib import Path

SYSTEM_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64", "lib32": "usr/lib32"}
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/mime.types")
"""Files that the distribution makes, not the people who use the machine."""
SYNTHETIC_FILES = {
    "/etc/passwd": "root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/tmp/home:/bin/sh\n",
    "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost\n",
}
"""Files with the names that programs expect and none of this machine's."""

_MASKED = (
    # How the kernel was started, its keys, and what it has loaded.
    *("cmdline", "bootconfig", "keys", "key-users", "modules"),
    # Disks, by which a machine can be recognised.
    *("partitions", "diskstats", "swaps"),
    # The identity of this start of the machine, and programs that the kernel calls, by their paths.
    *("sys/kernel/random/boot_id", "sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/kernel/hotplug"),
)
"""Files of /proc that tell of the machine. What only root can read is left out: each mask has a price."""


def masked_files() -> list[str]:
    """Return the files below /proc that this kernel has and a run must not read.

    There they are a device that can't be opened. Those of single processes can't be masked: their paths are not fixed.
    """
    return [path for path in (f"/proc/{name}" for name in _MASKED) if Path(path).exists()]
