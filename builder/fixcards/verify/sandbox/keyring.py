"""A session keyring of its own for each run.

The kernel keeps keys of a login (passwords of network file systems, tokens, tickets) in a session keyring, which every
process inherits. With an empty one a run can't search the caller's, and what it puts in is gone with it.
"""

from __future__ import annotations

import errno
import os
import time

from fixcards.verify.sandbox.interface import SandboxError
from fixcards.verify.sandbox.seccomp import system_call_number

_JOIN_SESSION_KEYRING = 1
_PATIENCE = 2.0
"""Seconds to wait for room: a user may have 200 keys, and the kernel removes those of ended runs a little later."""


def join_new_session_keyring() -> bool:
    """Give the calling thread, and what it starts from now on, a new empty session keyring.

    Keyrings belong to threads, and there is no way back to the old one. Returns False where the machine has no
    keyrings, or lets neither this program nor its children use them. Raises `SandboxError` where it fails otherwise.
    """
    number = system_call_number("keyctl")
    if number is None:
        return False
    import ctypes

    system_call = ctypes.CDLL(None, use_errno=True).syscall
    deadline = time.monotonic() + _PATIENCE
    while system_call(number, _JOIN_SESSION_KEYRING, None) < 0:
        error = ctypes.get_errno()
        if error in {errno.ENOSYS, errno.EPERM, errno.EACCES}:
            return False
        if error != errno.EDQUOT or time.monotonic() > deadline:
            raise SandboxError(f"no session keyring for the run: {os.strerror(error)}")
        time.sleep(0.01)
    return True
