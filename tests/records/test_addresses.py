"""Addresses that lead every reader to one place, and a company's own trackers, which need not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.records.loader import load

from .conftest import GOOD, Folder

EVIDENCE = GOOD.with_name("7.evidence.json").read_text(encoding="utf-8")
HTTP = "http://github.com/example/demo/issues/7"


def with_issue(text: str, url: str) -> str:
    return text.replace("https://github.com/example/demo/issues/7\n", f"{url}\n", 1)


def problems(cards: Path, *hosts: str) -> list[str]:
    return [str(each) for each in load(cards, tracker_hosts=hosts).problems]


@pytest.mark.parametrize(
    ("url", "host", "fault"),
    [
        ("http://jira.corp.example/browse/DEMO-7", "jira.corp.example", "is not an https URL"),
        ("http://jira.corp.example:8080/browse/DEMO-7", "*.corp.example", "is not an https URL"),
        ("https://10.1.2.3/browse/DEMO-7", "10.1.2.3", "leads to the reader's own machine or network"),
        ("http://10.1.2.3/browse/DEMO-7", "10.1.2.3", "leads to the reader's own machine or network"),
        ("https://jira.local/browse/DEMO-7", "jira.local", "leads to the reader's own machine or network"),
        ("https://[fd00::7]/browse/DEMO-7", "fd00::7", "leads to the reader's own machine or network"),
    ],
)
def test_a_tracker_inside_a_company_is_refused_unless_its_host_is_allowed(
    url: str, host: str, fault: str, folder: Folder, text: str
) -> None:
    cards = folder({"demo/demo-7.yaml": with_issue(text, url)})
    (problem,) = [each for each in problems(cards) if "FC130" in each]
    assert problem.startswith(f"cards/demo/demo-7.yaml:3:8: FC130 issue: {url!r} {fault} (")
    assert "allow its host: `tracker_hosts` of the plugin in mkdocs.yml" in problem
    assert problems(cards, host) == []
    assert load(cards, tracker_hosts=(host,)).cards["demo-demo-7"].issue == url
    assert "FC130" in "".join(problems(cards, "other.example"))


def test_every_address_of_a_card_is_looked_at(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text.replace("https://github.com", "http://github.com")})
    places = [each.split(": ")[1:3] for each in problems(cards) if "FC130" in each]
    assert [place[0].removeprefix("FC130 ") for place in places] == ["issue", "pr", "discussion[0].url"]


@pytest.mark.parametrize("url", ["ftp://github.com/example/demo/issues/7", "javascript:alert(1)//7", "//github.com/7"])
def test_another_scheme_is_never_allowed(url: str, folder: Folder, text: str) -> None:
    assert "FC110 issue: " in "".join(problems(folder({"demo/7.yaml": with_issue(text, url)}), "github.com"))


def test_the_run_that_made_evidence_is_held_to_the_same(folder: Folder, text: str) -> None:
    ci_run = '"provenance": {"runner": "ci", "url": "http://ci.corp.example/7"}'
    evidence = EVIDENCE.replace('"provenance": {"runner": "person"}', ci_run)
    assert evidence != EVIDENCE
    cards = folder({"demo/7.yaml": text, "demo/7.evidence.json": evidence})
    (problem,) = problems(cards)
    assert "FC130 provenance.url: 'http://ci.corp.example/7' is not an https URL" in problem
    assert list(load(cards).evidence) == []
    assert list(load(cards, tracker_hosts=("ci.corp.example",)).evidence) == ["demo-7"]


def test_another_setting_is_noticed_although_no_card_has_changed(folder: Folder, text: str, own_cache: Path) -> None:
    cards = folder({"demo/7.yaml": with_issue(text, HTTP)})
    for hosts, number in (((), 1), (("github.com",), 0), ((), 1)):
        for _ in range(2):
            library = load(cards, cached=True, tracker_hosts=hosts)
            assert len([each for each in library.problems if each.code == "FC130"]) == number
            assert len(library.cards) == 1 - number
