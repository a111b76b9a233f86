from __future__ import annotations

import pytest

from fixcards.verify.card_runner import provenance

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "example/cards",
    "GITHUB_RUN_ID": "17",
}


@pytest.mark.parametrize(
    ("environment", "runner", "url"),
    [
        ({}, "person", None),
        ({"CI": "true"}, "person", None),
        (GITHUB, "ci", "https://github.com/example/cards/actions/runs/17"),
        (GITHUB | {"GITHUB_ACTIONS": "false"}, "person", None),
        ({"CI_JOB_URL": "https://gitlab.com/example/cards/-/jobs/17"}, "ci", "https://gitlab.com/example/cards/-/jobs/17"),
        # Evidence may not have these addresses; that it was CI is still so.
        ({"CI_JOB_URL": "https://user:secret@gitlab.example/jobs/17"}, "ci", None),
        ({"CI_JOB_URL": "http://gitlab.example/jobs/17"}, "ci", None),
        ({"CI_JOB_URL": "javascript:alert(1)"}, "ci", None),
        (GITHUB | {"GITHUB_SERVER_URL": "https://user:secret@github.example"}, "ci", None),
        ({"GITHUB_ACTIONS": "true"}, "ci", None),
    ],
)  # fmt: skip
def test_evidence_names_the_ci_run_that_made_it_or_a_person(environment: dict, runner: str, url: str | None) -> None:
    result = provenance(environment)
    assert (result.runner, result.url) == (runner, url)
