"""Who makes the runs of evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import ValidationError

from fixcards.records.evidence import Provenance
from fixcards.records.rules.addresses import addresses_of_provenance
from fixcards.records.rules.rule import RULES


def provenance(environment: Mapping[str, str], tracker_hosts: Collection[str] = ()) -> Provenance:
    """Return who makes runs here, as the variables say that GitHub and GitLab set in a CI run.

    Without the address of the run where evidence may not have it.
    """
    url = environment.get("CI_JOB_URL", "")
    if environment.get("GITHUB_ACTIONS") == "true":
        server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
        url = f"{server}/{repository}/actions/runs/{environment.get('GITHUB_RUN_ID', '')}"
    try:
        provenance_of_runs = Provenance(runner="ci", url=url) if url else Provenance(runner="person")
    except ValidationError:  # such as one with a password
        return Provenance(runner="ci")
    allowed = not any(RULES["FC130"].check(addresses_of_provenance(provenance_of_runs), tracker_hosts))
    return provenance_of_runs if allowed else Provenance(runner="ci")
