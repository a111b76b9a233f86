from __future__ import annotations

from pathlib import Path

from fixcards.verify.run_output import clean


def test_the_index_that_the_help_of_a_tool_names_is_not_stored() -> None:
    printed = (
        "  Change index URL (defaults to\n      https://packages.example/simple)\nsee https://example.org/simpler\n"
    )
    stored = "  Change index URL (defaults to\n      <index>/simple)\nsee https://example.org/simpler\n"
    assert clean(printed, {Path("/nowhere"): "<here>"}) == stored
