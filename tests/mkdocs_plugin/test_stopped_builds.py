"""Builds that are stopped or killed, or run twice at once: nothing is left behind and the next one is right."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.commands import tool
from tests.sites import build, built, environment, large_library, tree


@pytest.fixture
def site(tmp_path: Path, own_cache: Path) -> Path:
    """A site with so many cards that several processes make it."""
    return built(tmp_path, large_library)


def rebuilds(folder: Path) -> bool:
    return build(folder / "mkdocs.yml", "--strict").returncode == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_no_processes_and_where_it_can_no_files(
    sign: signal.Signals, site: Path, tmp_path: Path
) -> None:
    command = [tool("mkdocs"), "build", "--quiet", "--config-file", str(tmp_path / "mkdocs.yml")]
    for seconds in (0.0, 0.3):
        shutil.rmtree(tmp_path / "cache")
        shutil.rmtree(site, ignore_errors=True)
        temporary = tmp_path / f"temporary-{seconds}"
        temporary.mkdir()
        # A child process that inherits the output would hold it open as long as it runs.
        stopped = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment(TMPDIR=str(temporary)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        while stopped.poll() is None and not list((tmp_path / "cache").glob("builds/[0-9]")):
            time.sleep(0.005)
        time.sleep(seconds)
        stopped.send_signal(sign)
        output, _ = stopped.communicate(timeout=20)
        assert b"Traceback" not in output
        if sign == signal.SIGTERM and not seconds:  # later it may be done
            assert (stopped.returncode, output) == (143, b"fixcards: stopped\n")
        if sign != signal.SIGKILL:
            assert not list((tmp_path / "cache" / "builds").iterdir())
        assert rebuilds(tmp_path)
        # What a killed build left is gone with the next.
        assert not list((tmp_path / "cache" / "builds").iterdir())
        assert not list(temporary.iterdir())


def test_two_builds_at_once_and_one_that_is_killed_do_no_harm(site: Path, tmp_path: Path) -> None:
    before = tree(site)
    command = [tool("mkdocs"), "build", "--quiet", "--config-file", str(tmp_path / "mkdocs.yml")]
    (tmp_path / "temporary").mkdir()
    env = environment(TMPDIR=str(tmp_path / "temporary"))  # a killed build leaves its folder there
    for seconds in (0.9, 1.4):
        shutil.rmtree(tmp_path / "cache")
        shutil.rmtree(site)
        killed = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        both = [subprocess.Popen(command, cwd=tmp_path, env=environment()) for _ in range(2)]
        assert [each.wait() for each in both] == [0, 0]
        assert rebuilds(tmp_path)
        assert tree(site) == before
