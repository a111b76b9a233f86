"""`fixcards mcp`: the server for assistants, for clients that start the program which has a distribution's own name.

So do those that read the registry of MCP servers (`server.json`): `uvx --with fixcards[mcp] fixcards@VERSION mcp`.
"""

from __future__ import annotations

import click


@click.command()
def mcp() -> None:
    """Serve cards to an assistant on standard input and output, as fixcards-mcp does.

    It speaks the Model Context Protocol, and its tools only read.
    """
    from fixcards.mcp_server import main

    main()
