"""`fixcards run -- COMMAND`: the command as if it had been typed alone, and a card below it where it failed."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests import card_data
from tests.commands import tool

CARD = "https://cards.example.org/lamp/7/"
NOTICE = f"""\
fixcards: a known failure
exact     lamp does not light without a wick <b>
  fix     Upgrade lamp to 3.0
  copy    pip install 'lamp>=3.0'
  card    {CARD}
"""
FAILS = "from lamp.burner import light; light()"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start in a folder whose files say nothing of cards."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return card_data.environment(card_data.packages_in(tmp_path_factory.mktemp("packages")), PYTHONUNBUFFERED="")


def words(*command: str) -> list[str]:
    return [tool("fixcards"), "run", "--", *command]


def run(env: dict[str, str], *command: str, typed: bytes = b"", **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words(*command), env=env, input=typed, capture_output=True, check=False, timeout=60, **more)


def at_a_terminal(
    command: Sequence[str], env: dict[str, str], act: Callable[[int, subprocess.Popen[bytes]], None] | None = None
) -> tuple[int, str]:
    """Run a command in a terminal of its own; return its exit status and what is on the screen."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are Unix's")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))

    def lead() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        start_new_session=True,
        preexec_fn=lead,  # noqa: PLW1509
    )
    os.close(theirs)
    if act:
        act(ours, process)
    screen = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so that nothing has it open any more
            break
        if not part:
            break
        screen += part
    os.close(ours)
    return process.wait(60), screen.decode()


def wait_for(ours: int, word: bytes) -> None:
    seen = b""
    while word not in seen:
        seen += os.read(ours, 4096)


def test_a_command_that_fails_gets_its_card_on_standard_error(env: dict[str, str]) -> None:
    alone = subprocess.run([sys.executable, "-c", FAILS], env=env, capture_output=True, check=False)
    done = run(env, sys.executable, "-c", FAILS)
    assert done.returncode == alone.returncode == 1
    assert done.stdout == b""
    assert done.stderr.decode() == alone.stderr.decode() + NOTICE


def test_a_command_that_ends_well_is_passed_on_byte_by_byte(env: dict[str, str]) -> None:
    program = (
        "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data[::-1]);"
        "sys.stderr.buffer.write(b'\\xff\\0\\r\\n'); sys.stderr.buffer.write(data[:3])"
    )
    typed = bytes(range(256)) * 5000
    done = run(env, sys.executable, "-c", program, typed=typed)
    assert (done.returncode, done.stdout, done.stderr) == (0, typed[::-1], b"\xff\0\r\n" + typed[:3])


def test_the_order_of_both_streams_stays_where_they_lead_to_one_place(env: dict[str, str], tmp_path: Path) -> None:
    program = "for n in 1 2 3 4 5 6 7 8 9; do echo out $n; echo err $n >&2; done"
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(words("sh", "-c", program), env=env, stdout=log, stderr=log, check=True)
    expected = "".join(f"out {n}\nerr {n}\n" for n in range(1, 10))
    assert (tmp_path / "log").read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("status", [0, 1, 2, 77, 255])
def test_the_exit_status_is_that_of_the_command(env: dict[str, str], status: int) -> None:
    done = run(env, "sh", "-c", f"exit {status}")
    assert (done.returncode, done.stdout, done.stderr) == (status, b"", b"")


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGTERM", "SIGINT", "SIGKILL", "SIGABRT"])
def test_a_signal_that_ends_the_command_ends_this_one(env: dict[str, str], name: str) -> None:
    done = run(env, "sh", "-c", f"kill -{name.removeprefix('SIG')} $$")
    assert done.returncode == -getattr(signal, name)


def test_a_crash_is_answered_before_the_signal(env: dict[str, str]) -> None:
    program = "import os, traceback\ntry:\n    " + FAILS.replace("; ", "\n    ")
    program += "\nexcept Exception:\n    traceback.print_exc()\n    os.abort()"
    done = run(env, sys.executable, "-c", program)
    assert done.returncode == -signal.SIGABRT
    assert done.stderr.decode().endswith(NOTICE)


def test_a_failure_that_is_no_known_one_adds_nothing(env: dict[str, str]) -> None:
    done = run(env, "sh", "-c", "echo 'ZeroDivisionError: division by zero' >&2; exit 3")
    assert (done.returncode, done.stderr) == (3, b"ZeroDivisionError: division by zero\n")


def test_the_end_of_an_endless_output_is_what_counts(env: dict[str, str]) -> None:
    done = run(env, "sh", "-c", f"yes 'a quiet line' | head -c 30000000; {sys.executable} -c '{FAILS}'")
    assert done.stderr.decode().endswith(NOTICE)
    assert len(done.stdout) == 30_000_000


def test_a_failure_that_was_named_already_is_not_named_again(env: dict[str, str]) -> None:
    done = run(env, "sh", "-c", f"{sys.executable} -c '{FAILS}'; echo see {CARD}; exit 1")
    assert b"fixcards:" not in done.stderr


def test_a_failed_test_run_is_answered_once_by_the_plugin(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("import lamp.burner\n\ndef test_it():\n    lamp.burner.light()\n", "utf-8")
    done = run(env, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_a.py", cwd=tmp_path)
    assert done.stdout.count(CARD.encode()) == 1
    assert done.stderr == b""


def test_a_failing_conftest_which_ends_pytest_before_any_plugin_is_answered(
    env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text("import lamp.burner\nlamp.burner.light()\n", "utf-8")
    done = run(env, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", cwd=tmp_path)
    assert done.returncode == 4
    assert CARD in done.stderr.decode()


def test_a_command_that_does_not_exist_says_so_with_the_status_of_shells(env: dict[str, str]) -> None:
    done = run(env, "no-such-command-here")
    assert (done.returncode, done.stderr) == (127, b"fixcards: no-such-command-here: No such file or directory\n")


@pytest.mark.parametrize("arguments", [["run"], ["run", "--"], ["run", "--help"], ["run", "--nothing"]])
def test_without_a_command_the_usage_is_printed(env: dict[str, str], arguments: list[str]) -> None:
    done = subprocess.run([tool("fixcards"), *arguments], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if "--help" in arguments else 2 if arguments != ["run", "--nothing"] else 127)
    assert "COMMAND" in done.stdout + done.stderr or done.returncode == 127


def test_the_command_needs_no_dashes_before_it(env: dict[str, str]) -> None:
    done = subprocess.run([tool("fixcards"), "run", "echo", "-n", "--help"], env=env, capture_output=True, check=True)
    assert done.stdout == b"--help"


def test_what_a_command_leaves_running_is_not_waited_for(env: dict[str, str]) -> None:
    start = time.monotonic()
    done = run(env, "sh", "-c", "sleep 30 & echo started; exit 0")
    assert time.monotonic() - start < 20
    assert done.stdout == b"started\n"


def test_a_reader_who_has_enough_ends_the_command(env: dict[str, str]) -> None:
    shell = f"{tool('fixcards')} run -- yes | head -n 1"
    done = subprocess.run(["sh", "-c", shell], env=env, capture_output=True, check=False, timeout=60)
    assert done.stdout == b"y\n"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1"])
def test_signals_are_handed_on(env: dict[str, str], name: str) -> None:
    program = (
        "import signal, sys, time\n"
        f"signal.signal(signal.{name}, lambda *_: sys.exit(42))\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    process = subprocess.Popen(words(sys.executable, "-c", program), env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, name))
    process.communicate(timeout=60)
    assert process.returncode == 42


def test_a_signal_that_comes_with_the_first_breath_of_the_command_is_handed_on(env: dict[str, str]) -> None:
    program = "trap 'exit 42' TERM; kill -TERM $PPID; sleep 60 & wait"
    assert {run(env, "sh", "-c", program).returncode for _ in range(10)} == {42}


def test_a_signal_that_does_not_interrupt_the_wait_is_handed_on(env: dict[str, str]) -> None:
    """Neither one that another thread takes nor one that comes right before the wait ends a blocking call."""
    program = (
        "import signal, sys, threading\n"
        "from fixcards.cli.passthrough import run\n"
        "kill = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)\n"
        "threading.Timer(1, kill).start()\n"
        """sys.exit(run(["sh", "-c", "trap 'exit 42' USR1; sleep 20 & wait"]).status)"""
    )
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=False, timeout=60)
    assert done.returncode == 42, done.stderr


def test_a_command_that_wants_an_ignored_signal_gets_it(env: dict[str, str]) -> None:
    program = "import os, signal, sys; signal.signal(signal.SIGHUP, lambda *_: sys.exit(42)); os.kill(os.getppid(), 1)"
    shell = f"trap '' HUP; exec {tool('fixcards')} run -- {sys.executable} -c '{program}; signal.pause()'"
    assert subprocess.run(["sh", "-c", shell], env=env, check=False, timeout=60).returncode == 42


def test_a_signal_that_is_ignored_stays_ignored(env: dict[str, str]) -> None:
    shell = f"trap '' HUP; exec {tool('fixcards')} run -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive'"
    done = subprocess.run(["sh", "-c", shell], env=env, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"alive\n")


SEES_A_TERMINAL = (
    "import os, sys; print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty(), *os.get_terminal_size(1))"
)


def test_at_a_terminal_the_command_sees_one_of_the_same_size(env: dict[str, str]) -> None:
    command = [sys.executable, "-c", SEES_A_TERMINAL]
    assert at_a_terminal(words(*command), env) == at_a_terminal(command, env) == (0, "True True True 77 33\r\n")


def test_a_redirected_stream_is_no_terminal_for_the_command(env: dict[str, str]) -> None:
    command = ["sh", "-c", f"{tool('fixcards')} run -- {sys.executable} -c '{SEES_A_TERMINAL}' | cat"]
    program = SEES_A_TERMINAL.replace(", *os.get_terminal_size(1)", "")
    command[-1] = f"{tool('fixcards')} run -- {sys.executable} -c '{program}' | cat"
    assert at_a_terminal(command, env) == (0, "True False True\r\n")


def test_bytes_reach_the_terminal_as_they_are(env: dict[str, str]) -> None:
    command = ["printf", "a\\tb\\r\\n\\033[31mred\\033[0m\\nend"]
    assert at_a_terminal(words(*command), env) == at_a_terminal(command, env)


def test_at_a_terminal_the_answer_has_colours(env: dict[str, str]) -> None:
    status, screen = at_a_terminal(words(sys.executable, "-c", FAILS), env | {"TERM": "xterm"})
    assert status == 1
    assert "\x1b[1;32mexact" in screen
    status, screen = at_a_terminal(words(sys.executable, "-c", FAILS), env | {"NO_COLOR": "1", "TERM": "xterm"})
    assert "exact     lamp does not light without a wick <b>\r\n" in screen


def test_ctrl_c_reaches_the_command_once_which_decides_what_it_means(env: dict[str, str]) -> None:
    program = (
        "import time\n"
        "try:\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('once', flush=True)\n    time.sleep(0.3)\n"
        "    print('tidied', flush=True)\n    raise SystemExit(7)"
    )

    def act(ours: int, process: subprocess.Popen[bytes]) -> None:
        wait_for(ours, b"ready")
        os.write(ours, b"\x03")

    status, screen = at_a_terminal(words(sys.executable, "-c", program), env, act)
    assert status == 7
    assert screen.replace("^C", "").replace("\r\n", " ").split() == ["once", "tidied"]


def test_ctrl_c_on_a_command_that_does_not_care_ends_both_without_an_answer(env: dict[str, str]) -> None:
    def act(ours: int, process: subprocess.Popen[bytes]) -> None:
        wait_for(ours, b"ready")
        os.write(ours, b"\x03")

    status, screen = at_a_terminal(words("sh", "-c", f"echo ready; {sys.executable} -c '{FAILS}'; sleep 60"), env, act)
    assert status == -signal.SIGINT
    assert "fixcards:" not in screen


def test_what_is_typed_reaches_the_command(env: dict[str, str]) -> None:
    def act(ours: int, process: subprocess.Popen[bytes]) -> None:
        wait_for(ours, b"name? ")
        os.write(ours, b"Kim\n")

    program = "print('hello', input('name? '))"
    status, screen = at_a_terminal(words(sys.executable, "-c", program), env, act)
    assert status == 0
    assert screen.endswith("hello Kim\r\n")


def test_a_window_that_changes_its_size_changes_that_of_the_command(env: dict[str, str]) -> None:
    program = (
        "import os, signal, time\nprint('ready', flush=True)\n"
        "while os.get_terminal_size(1).columns == 77:\n    time.sleep(0.02)\nprint(*os.get_terminal_size(1))"
    )

    def act(ours: int, process: subprocess.Popen[bytes]) -> None:
        wait_for(ours, b"ready")
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 44, 99, 0, 0))

    status, screen = at_a_terminal(words(sys.executable, "-c", program), env, act)
    assert (status, screen.split()) == (0, ["99", "44"])


def test_without_any_cards_the_output_stays_and_one_line_says_what_to_type(env: dict[str, str], tmp_path: Path) -> None:
    bare = env | {"PYTHONPATH": str(card_data.install_lamp(tmp_path / "site-packages"))}
    done = run(bare, sys.executable, "-c", FAILS, cwd=tmp_path)
    assert done.returncode == 1
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith("fixcards: no cards: type pip install fixcards-data")
