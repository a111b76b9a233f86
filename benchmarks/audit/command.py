"""The command, for a child process that has the program on its path."""

from __future__ import annotations

from fixcards.cli import main

main()
