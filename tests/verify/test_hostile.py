"""Reproductions that attack the machine: each is contained, has the right outcome, and leaves nothing behind."""
# ruff: noqa: S108 - the folders in which an attack could leave files

from __future__ import annotations

import contextlib
import json
import os
import socket
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from fixcards.records.evidence import Run

from .card_server import run_card
from .conftest import IDENTITIES, REPOSITORY, a_card
from .hostile_programs import BACKEND, HOSTILE_PROGRAMS, Attack


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("name", HOSTILE_PROGRAMS)
def test_an_attack_is_contained(name, identity, card_servers):
    attack = HOSTILE_PROGRAMS[name]
    card_server = card_servers(identity)
    start, mounts, litter = time.time(), _mounts(), _litter()
    run = card_server.run(_hostile(attack), **attack.limits)
    seconds = time.time() - start
    _assert_contained(attack, run, seconds)
    assert _survivors(start) == []
    assert _mounts() == mounts
    assert _litter() == litter
    assert list((card_server.cache / "work").glob("*")) == []


def test_neither_reads_the_home_directory_or_keys(card_servers, tmp_path):
    key = tmp_path / "id_ed25519"
    key.write_text("hush-key")
    tmp_path.chmod(0o755)
    home = Path.home()
    code = f"""
    import os
    for path in {[str(path) for path in (key, home / ".ssh", home / ".netrc", home / ".bashrc", REPOSITORY)]!r}:
        print("ESCAPED" if os.path.exists(path) else "absent")
    print(os.listdir(os.path.expanduser("~")))
    raise SystemExit(1)
    """
    for identity in IDENTITIES:
        run = card_servers(identity).run(_hostile(Attack(code, "failed-otherwise")))
        assert run.output.splitlines() == ["absent"] * 5 + ["[]"], run


@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_hosts_own_loopback_is_out_of_reach(identity, card_servers):
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        server.settimeout(0.2)
        abstract.bind(f"\0fixcards-test-{os.getpid()}-{identity}")
        abstract.listen()
        addresses = [(int(each.family), each.getsockname()) for each in (server, abstract)]
        code = f"""
        import socket
        for family, address in {addresses!r}:
            try:
                socket.socket(family).connect(address)
                print("ESCAPED")
            except OSError as error:
                print(error.strerror)
        raise SystemExit(1)
        """
        run = card_servers(identity).run(_hostile(Attack(code, "failed-otherwise")))
        with contextlib.suppress(TimeoutError):
            heard.append(server.accept())
    assert run.output.splitlines() == ["Connection refused"] * 2
    assert heard == []


def test_code_of_a_build_is_refused_unless_allowed_and_contained_then(bubblewrap, tmp_path, monkeypatch, local_index):
    secret = tmp_path / "secret"
    secret.write_text("hush")
    # A checkout below /tmp is shadowed by the sandbox's own /tmp: the write may succeed and must not arrive.
    backend = f"""
SECRETS = {[str(secret), str(Path.home() / ".ssh")]!r}
PLACES = ["/usr", "/var/tmp"]
import contextlib, pathlib
with contextlib.suppress(OSError):
    pathlib.Path({str(REPOSITORY)!r}, "escaped").write_text("x")
"""
    url = local_index.with_source("hostile", "1.0", backend + BACKEND)
    monkeypatch.setenv("UV_DEFAULT_INDEX", url)
    monkeypatch.setenv("FIXCARDS_TEST_SECRET", "hush")
    code = "import hostile\nprint(hostile.seen)\nraise SystemExit(1)"
    card = a_card(code, package="hostile", versions={"affected": "==1.0"}, reproduction={"exclude_newer": None})

    def run(**more: object) -> Run:
        changed = {**card, "reproduction": {**card["reproduction"], **more}}
        return Run.model_validate_json(run_card({"card": changed, "cache": str(tmp_path / "cache"), "limits": {}}))

    refused = run()
    assert (refused.outcome, (refused.reason or "").partition(":")[0]) == ("could-not-run", "no wheel")
    allowed = run(build=["hostile"])
    assert allowed.outcome == "failed-otherwise", allowed
    assert "ESCAPED" not in allowed.output
    assert "scrubbed" in allowed.output
    assert allowed.output.count("absent") == 2
    assert not list(tmp_path.rglob("escaped"))
    assert not (REPOSITORY / "escaped").exists()


def _hostile(attack: Attack) -> dict:
    return a_card(textwrap.dedent(attack.code).strip() + "\n", reproduction=attack.reproduction)


def _assert_contained(attack: Attack, run: Run, seconds: float) -> None:
    text = f"{run.output}\n{run.reason}"
    assert run.outcome == attack.outcome, run
    assert attack.not_says not in text, run
    assert attack.says in text, run
    assert len(run.output.encode()) <= 4096
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 127 for char in run.output)
    assert seconds < attack.slowest
    json.loads(run.model_dump_json())


def _survivors(since: float) -> list[str]:
    """Return processes of a run that outlived it: the first process of the machine has adopted them."""
    deadline = time.time() + 2
    while (orphans := _orphans(since)) and time.time() < deadline:
        time.sleep(0.1)
    return orphans


def _orphans(since: float) -> list[str]:
    orphans = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # it may end meanwhile
            words = process.cmdline()
            above = {name for parent in process.parents() for name in parent.cmdline()[:1]}
            if (
                "/repro/repro.py" in words
                and process.create_time() >= since - 1
                and not any("python" in name or "fixcards" in name for name in above - {"/venv/bin/python"})
            ):
                orphans.append(" ".join(words))
    return orphans


def _mounts() -> list[str]:
    return Path("/proc/self/mounts").read_text().splitlines()


def _litter() -> set[str]:
    """Return the files in places where an attack could have left some."""
    names = ["escaped", "1.evidence.json", "big", "link", "soft", "d", "home", *map(str, range(5))]
    places = [
        REPOSITORY,
        REPOSITORY / "tests",
        *map(Path, ("/", "/tmp", "/dev/shm", "/var/tmp", "/etc", "/usr", "/repro")),
    ]
    litter = {str(path) for place in places for name in names if os.path.lexists(path := place / name)}
    return litter | set(map(str, Path("/mnt").iterdir()))
