"""Kernel keyrings are no way to the caller's secrets, and none from one run to the next."""

from __future__ import annotations

import platform

import pytest

from fixcards.verify.sandbox.system_calls import NUMBERS

from ..conftest import IDENTITIES
from .identities import run_as

CALLS = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, KEYCTL = {NUMBERS[platform.machine()]["add_key"]}, {NUMBERS[platform.machine()]["keyctl"]}
SESSION, USER, USER_SESSION = -3, -4, -5
def add(name, keyring=SESSION):
    return libc.syscall(ADD_KEY, b"user", name, b"hush-key", 8, keyring)
def read(name, keyring=SESSION):
    key = libc.syscall(KEYCTL, 10, keyring, b"user", name, 0)
    text = ctypes.create_string_buffer(100)
    return text.value if key >= 0 and libc.syscall(KEYCTL, 11, key, text, 100, 0) >= 0 else None
"""
LEAVE = CALLS + "print([add(b'from-a-run', each) > 0 for each in (SESSION, USER, USER_SESSION)])"
LOOK = f"""{CALLS}
names = (b"from-a-run", b"from-the-caller")
print([read(name, each) for name in names for each in (SESSION, USER, USER_SESSION)])
"""
UNFILTERED = [None] + [{"mode": mode, "grouped": False, "machine": None} for mode in ("plain", "staged", "dropping")]


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("protection", UNFILTERED, ids=["filtered", "plain", "staged", "dropping"])
def test_no_run_reads_a_key_of_the_caller_or_of_another_run(identity, protection):
    if protection and protection["mode"] == "dropping" and identity != "root":
        protection = UNFILTERED[1]
    before = CALLS + "assert libc.syscall(KEYCTL, 1, None) > 0 and add(b'from-the-caller') > 0\n"
    before += "assert read(b'from-the-caller') == b'hush-key'\n"
    first, second = run_as(identity, [LEAVE, LOOK], protection=protection, before=before)
    if protection is None:
        assert first["text"] == "[False, False, False]\n"
    else:
        assert first["text"].startswith("[True, "), first  # the kernel lets it, into a keyring of its own
    assert second["text"] == f"{[None] * 6}\n"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_no_isolation_hands_on_the_callers_session_keyring(identity):
    before = CALLS + "assert libc.syscall(KEYCTL, 1, None) > 0 and add(b'from-the-caller') > 0\n"
    code = CALLS + "print(read(b'from-a-run'), read(b'from-the-caller')); add(b'from-a-run')"
    for result in run_as(identity, [code, code], isolation="none", before=before):
        assert result["text"] == "None None\n"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_more_runs_than_a_user_may_have_keys_are_possible(identity):
    before = (
        "from fixcards.verify.sandbox.keyring import join_new_session_keyring\n"
        "for _ in range(1000):\n    assert join_new_session_keyring()\n"
    )
    (result,) = run_as(identity, ["print(1)"], before=before)
    assert result["text"] == "1\n"
