from __future__ import annotations

import pytest

from fixcards.records.evidence import Provenance
from fixcards.verify.provenance import provenance

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://host.test",
    "GITHUB_REPOSITORY": "example/demo",
    "GITHUB_RUN_ID": "7",
}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Provenance(runner="person")),
        ({"CI": "true"}, Provenance(runner="person")),
        (GITHUB, Provenance(runner="ci", url="https://host.test/example/demo/actions/runs/7")),
        ({"CI_JOB_URL": "https://host.test/-/jobs/7"}, Provenance(runner="ci", url="https://host.test/-/jobs/7")),
        ({"CI_JOB_URL": "https://user:word@host.test/7"}, Provenance(runner="ci")),
        ({"CI_JOB_URL": "javascript:alert(1)"}, Provenance(runner="ci")),
        (GITHUB | {"GITHUB_SERVER_URL": "file:///etc"}, Provenance(runner="ci")),
        ({"CI_JOB_URL": "http://host.test/-/jobs/7"}, Provenance(runner="ci")),
        ({"CI_JOB_URL": "https://10.1.2.3/-/jobs/7"}, Provenance(runner="ci")),
    ],
)
def test_the_environment_says_who_makes_the_runs(environment: dict[str, str], expected: Provenance) -> None:
    assert provenance(environment) == expected


def test_a_host_that_the_project_allows_may_run_without_https() -> None:
    url = "http://gitlab.corp.test/-/jobs/7"
    assert provenance({"CI_JOB_URL": url}, ("gitlab.corp.test",)) == Provenance(runner="ci", url=url)
