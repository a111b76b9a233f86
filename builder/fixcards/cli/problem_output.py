"""Where the problems of a check go: to the terminal, or as a report into a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from fixcards.cli.formats import FORMATS
from fixcards.cli.terminal import echo_lines
from fixcards.files import atomic_write
from fixcards.records.problem import Problem


def print_problems(problems: Sequence[Problem], paths: Collection[str], style: str, output: Path | None = None) -> None:
    """Print problems in a format of `FORMATS`; or write them to `output`, and print them as plain lines.

    So the log of a job has them where its report has, too. Raises `OSError` where the file can't be written.
    """
    text = FORMATS[style].text(problems, paths)
    if output is not None:
        atomic_write(output, text.encode())
        text = FORMATS["text"].text(problems, paths)
    if text:
        echo_lines(text)
