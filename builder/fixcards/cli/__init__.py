"""The door for the terminal."""

from __future__ import annotations

import atexit
import gc
import io
import sys


def main() -> None:
    """Run the command that was typed; print errors as one line that says what to do."""
    # Collecting cycles takes a tenth of a short command, most of it while modules are imported and at exit, where all
    # memory is freed anyway.
    gc.set_threshold(100_000, 50, 50)
    atexit.register(gc.freeze)
    if sys.argv[1:2] == ["run"] and (words := sys.argv[2:][sys.argv[2:3] == ["--"] :]) and not words[0].startswith("-"):
        # Past click, which takes longer to import than all that a command which ends well needs.
        from fixcards.cli.run_command import run_command

        sys.exit(run_command(words))
    import click

    from fixcards.cli.commands import cli
    from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN, STOPPED
    from fixcards.cli.terminal import echo, echo_click_error
    from fixcards.errors import FixcardsError
    from fixcards.termination import exit_on_sigterm

    exit_on_sigterm()
    for stream in (sys.stdout, sys.stderr):
        # A card can hold any character; a terminal or a log that can't show it gets an escape.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = cli.main(standalone_mode=False)
    except FixcardsError as error:
        echo(f"fixcards: {error}", err=True)
        sys.exit(COULD_NOT_RUN)
    except click.ClickException as error:
        echo_click_error(error)
        sys.exit(COULD_NOT_RUN)
    except click.Abort:
        echo("fixcards: stopped", err=True)
        sys.exit(STOPPED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        echo(f"fixcards: {where}{error.strerror or error}", err=True)
        sys.exit(COULD_NOT_RUN)
    sys.exit(status if isinstance(status, int) else CLEAN)
