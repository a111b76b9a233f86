"""The plugin for pytest: at the end of a failed run it names the known failures among its failures and errors.

pytest loads this module in every environment that has it, so it imports nothing: a green run pays for a few options.
It never changes the exit status. `-p no:fixcards` leaves it out, `--fixcards=off` or `fixcards = off` in the settings
of pytest silences it. The section itself is `fixcards.pytest_section.print_section`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

__version__ = "0.2.0"
"""That of the fixcards with which it is released."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("fixcards", "known failures of packages")
    group.addoption(
        "--fixcards",
        choices=("auto", "off"),
        help="Name known failures of packages at the end of a failed run (auto, the default), or don't (off).",
    )
    group.addoption(
        "--fixcards-cards",
        action="append",
        metavar="FOLDER",
        help="Folder of cards to search in place of the configured ones; may be given several times.",
    )
    parser.addini("fixcards", "auto or off, as --fixcards", default="auto")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the section, where a failure is a known one. On a worker of xdist there is no terminal to report to."""
    failed = [*terminalreporter.stats.get("failed", ()), *terminalreporter.stats.get("error", ())]
    silenced = config.getoption("no_summary", default=False)
    if not failed or silenced or (config.getoption("fixcards") or config.getini("fixcards")) == "off":
        return
    from fixcards.pytest_section import print_section  # here, so that a green run doesn't pay for it

    print_section(terminalreporter, failed, config.rootpath, config.getoption("fixcards_cards") or ())
