"""The search says which lines to copy do not work."""

from __future__ import annotations

from fixcards.exports.index_entries import index_entries
from tests.sites import LIBRARY, library


def test_an_entry_names_the_fixes_whose_line_does_not_work() -> None:
    summary = library(LIBRARY).summaries["lantern-12"]
    (entry,) = index_entries([summary._replace(failed_lines=("Upgrade", "Pin wick"))])
    assert entry.display["failed_lines"] == "Upgrade\nPin wick"


def test_an_entry_says_nothing_of_lines_that_work() -> None:
    (entry,) = index_entries([library(LIBRARY).summaries["lantern-12"]._replace(failed_lines=())])
    assert "failed_lines" not in entry.display
