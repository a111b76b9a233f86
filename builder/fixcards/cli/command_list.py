"""The list of commands that `fixcards --help` prints: by what you want to do, one short line each."""

from __future__ import annotations

import click

_SECTIONS = {
    "Find a failure": {
        "match": "Find the known failures in a traceback or a log",
        "run": "Run a command and name the known failures in its output",
        "audit": "Find the known failures that a lock or an installation has",
        "update": "Fetch the newest cards of published sites",
        "mcp": "Serve cards to an assistant",
    },
    "Write a card": {
        "new": "Draft a card from a script, a failure or an issue",
        "reproduce": "Run the reproduction of a card in a sandbox",
        "bisect": "Find the releases on which a failure begins and ends",
        "verify": "Execute cards and write their evidence",
        "check": "Check cards and their evidence",
        "review": "Judge the cards that a branch changes",
        "scout": "Find failures that have no card, by execution",
    },
    "Publish and maintain": {
        "export": "Write cards in the format of another database",
        "data": "Make the distribution fixcards-data",
        "schema": "Print the JSON Schema of a record",
        "tally": "Count readers' reports",
        "interpreters": "List the Pythons on which cards can be executed",
        "clear": "Empty the cache of check, build and match",
    },
}


class CommandList(click.Group):
    """A group whose help has sections. A command that no section names stands at the end, by its docstring."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        rest = {name: self.commands[name].get_short_help_str(60) for name in self.list_commands(ctx)}
        sections = {
            title: [(name, line) for name, line in lines.items() if rest.pop(name, None) is not None]
            for title, lines in _SECTIONS.items()
        }
        for title, rows in {**sections, "Other commands": list(rest.items())}.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
