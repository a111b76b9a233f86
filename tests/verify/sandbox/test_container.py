"""The command line of a container: every limit has an option of the engine."""
# ruff: noqa: S108 - folders inside the isolation

from __future__ import annotations

import io
import tarfile

from fixcards.verify.sandbox import Job, Limits
from fixcards.verify.sandbox.container import _empty_image, command
from fixcards.verify.sandbox.surroundings import SYNTHETIC_FILES

LIMITS = Limits(memory_bytes=100 << 20, processes=40, disk_bytes=64 << 20, file_bytes=8 << 20, open_files=50)


def option(words: list[str], name: str) -> list[str]:
    return [words[number + 1] for number, word in enumerate(words) if word == name]


def test_memory_processes_and_privileges_are_limited_by_the_engine():
    words = command("docker", "x", Job(("/bin/true",), "/repro", {}, scratch=("/repro",), limits=LIMITS))
    assert option(words, "--memory") == option(words, "--memory-swap") == [str(100 << 20)]
    assert option(words, "--pids-limit") == ["40"]
    assert option(words, "--cap-drop") == ["ALL"]
    assert option(words, "--network") == ["none"]
    assert option(words, "--ipc") == ["private"]
    # No profile is named, so the filter of system calls is the engine's own.
    assert option(words, "--security-opt") == ["no-new-privileges"]


def test_all_that_is_written_has_one_bound_together():
    words = command("docker", "x", Job(("/bin/true",), "/repro", {}, scratch=("/repro", "/other"), limits=LIMITS))
    sizes = [int(each.rpartition("=")[2]) for each in option(words, "--tmpfs")]
    assert [each.partition(":")[0] for each in option(words, "--tmpfs")] == ["/tmp", "/repro", "/other"]
    assert sum(sizes) + int(option(words, "--shm-size")[0]) <= 64 << 20


def test_accounts_of_the_machine_are_not_mounted_but_part_of_the_empty_image():
    words = command("docker", "x", Job(("/bin/true",), "/repro", {}, limits=LIMITS))
    assert not [each for each in option(words, "--volume") if "passwd" in each or "/etc/group" in each]
    with tarfile.open(fileobj=io.BytesIO(_empty_image())) as archive:
        for path, text in SYNTHETIC_FILES.items():
            assert archive.extractfile(path.removeprefix("/")).read().decode() == text
