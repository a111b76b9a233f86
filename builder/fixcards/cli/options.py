"""Options that several commands have."""

from __future__ import annotations

import click

isolation = click.option(
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "container", "none"]),
    default="auto",
    show_default=True,
    help="What keeps the runs apart from this machine; `none` only for cards that you have read.",
)
