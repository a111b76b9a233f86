"""The parts of the example page: every one has its place in ours."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from packaging.version import Version

from fixcards.records.card import Card, own_content_ratio
from fixcards.records.reader_reports import ReaderReport, count_reports
from fixcards.records.verdict import judge
from fixcards.site import markdown
from fixcards.site.related_cards import related_cards
from tests.site.card_page import copied, links, proof, section, shows
from tests.sites import SNAPSHOT, TODAY, library, page, soup, words

Part = Callable[[BeautifulSoup, Card], None]


PARTS: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    """Enter a check of one part of the example page."""

    def enter(check: Part) -> Part:
        PARTS[name] = check
        return check

    return enter


@part("The Fix: one line, the issue, the pull request, the fixed release")
def _fix(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "fix")
    assert box.select_one(".fc-fix-title").text == card.fixes[0].title
    assert shows(box, card.fixes[0].body)
    assert links(box)[card.issue] == "upstream issue #271"
    assert card.pr in links(box)
    assert f"Fixed in: {card.versions.fixed}" in words(tree.select_one(".fc-facts").text)
    assert copied(box, 'pip install "httpx>=0.7.2,<0.8"')


@part("Production note; if left unfixed")
def _impact(tree: BeautifulSoup, card: Card) -> None:
    note = tree.select_one(".fc-impact")
    assert "In production, if you leave it" in note.text
    assert shows(note, card.impact)


@part("What changed upstream, in our own words, with a link")
def _upstream(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "upstream")
    assert shows(box, card.fixes[0].why)
    assert links(box)[card.pr] == "PR #273"
    assert f"first released in httpx {card.versions.fixed}" in words(box.text)
    assert links(section(tree, "certainty"))[card.pr] == card.pr


@part("Minimal Reproduction")
def _reproduction(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "reproduction")
    assert copied(box, card.reproduction.code.rstrip("\n"))
    for requirement in ("httpx==0.7.1", "trio==0.12.1"):
        assert requirement in box.text
    assert card.reproduction.python in box.text
    assert str(card.reproduction.exclude_newer) in box.text


@part("Verify Fix: a command that runs the reproduction, and how to check one's own system")
def _verify(tree: BeautifulSoup, card: Card) -> None:
    assert shows(section(tree, "verify"), card.verify)
    assert copied(tree, "uv run https://cards.example.org/httpx/271/reproduction.py")
    assert "reproduction.py" in links(section(tree, "reproduction"))
    assert copied(tree, "uv run https://cards.example.org/httpx/271/fix-1.py")


@part("Options in order, the first recommended, each with when to use it and when not")
def _options(tree: BeautifulSoup, card: Card) -> None:
    options = tree.select(".fc-option")
    assert [option.h3.text for option in options] == [
        f"Option {letter}: {fix.title}" for letter, fix in zip("ABC", card.fixes, strict=True)
    ]
    assert ["recommended" in option.select_one(".fc-row-facts").text for option in options] == [True, False, False]
    for option, fix in zip(options, card.fixes, strict=True):
        assert shows(option, fix.use_when)
        assert shows(option, fix.avoid_when)
        assert {"Use when", "When not to use"} <= {heading.text for heading in option.select("h4")}
        assert shows(tree, fix.body)
        assert shows(tree, fix.why)
        if fix.code:
            assert copied(option, fix.code.rstrip("\n"))


@part("Why This Fix Works, Why This Breaks in Production: trigger, mechanism, why, symptom")
def _why(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "why-it-broke")
    assert [heading.text for heading in box.select("h3")] == ["When it happens", "What goes wrong"]
    for text in (card.trigger, card.mechanism):
        assert shows(box, text)
    assert shows(section(tree, "upstream"), card.fixes[0].why)


@part("Proof and Evidence table")
def _proof(tree: BeautifulSoup, card: Card) -> None:
    rows = proof(tree)
    evidence = library(SNAPSHOT).evidence.get(card.id)
    judgement = judge(card, evidence, TODAY)
    assert rows["Verdict"].startswith(judgement.verdict)
    assert rows["Confidence"].startswith(f"{judgement.confidence:.2f}")
    assert rows["Last verified"] == (str(evidence.last_verified) if evidence else "never")
    assert rows["Reproduced"].startswith(("yes", "no"))
    assert rows["Fix tested"]
    assert rows["Upstream issue"] == card.issue
    assert rows["Upstream fix"] == card.pr
    assert rows["First fixed release"] == card.versions.fixed
    assert rows["Affected"] == f"httpx {card.versions.affected_set} with trio <=0.12.1"
    assert rows["Own words"].startswith(f"{100 * own_content_ratio(card):.0f} %")


@part("Discussion, with the notice that the thread is not republished")
def _discussion(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "discussion")
    for point in card.discussion:
        assert words(soup(markdown.render_inline(point.point)).text) in words(box.text)
        assert point.url in links(box)
    assert "The thread is not republished here" in box.text
    assert links(box)[card.issue]


@part("Failure Signature, copy-friendly")
def _signature(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "signature")
    assert copied(box, (card.signature.traceback or "").rstrip("\n"))
    for text in (card.signature.exception, *card.signature.aliases, *card.signature.frames):
        assert text in box.text


@part("Error Message, with a copy button")
def _error(tree: BeautifulSoup, card: Card) -> None:
    assert copied(section(tree, "signature"), card.signature.error)
    assert tree.select_one(".fc-error").text == card.signature.error


@part("What Broke")
def _symptom(tree: BeautifulSoup, card: Card) -> None:
    assert shows(section(tree, "what-broke"), card.symptom)


@part("Why It Broke")
def _mechanism(tree: BeautifulSoup, card: Card) -> None:
    assert shows(section(tree, "why-it-broke"), card.mechanism)


@part("Did This Fix Work in Your Case: prefilled issues and the tally so far")
def _worked(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "worked")
    reports = [parse_qs(urlsplit(link["href"]).query) for link in box.select("a.fc-button")]
    titles = [report["title"][0] for report in reports]
    outcomes = [f"[httpx-271] fix {number} {outcome}" for number in (1, 2, 3) for outcome in ("worked", "failed")]
    assert titles == [*outcomes, "[httpx-271] no fix worked"]
    assert all(report["card"] == ["httpx-271"] for report in reports)
    assert reports[2]["option"] == [f"B: {card.fixes[1].title}"]
    assert reports[0]["versions"] == ["httpx: \ntrio: \nPython: \nsystem: "]
    assert count_reports([ReaderReport(title, answered=True) for title in titles])["httpx-271"].total == len(titles)
    assert "eports so far" in box.text


@part("Prevention")
def _prevention(tree: BeautifulSoup, card: Card) -> None:
    items = [words(item.text) for item in section(tree, "prevention").select("li")]
    assert items == [words(soup(markdown.render_inline(text)).text) for text in card.prevention]


def _states(box: Tag) -> dict[str, str]:
    """Return what the table says of each release, in its order."""
    states = {}
    for row in box.select(".fc-versions tbody tr"):
        named = row.td.p.extract().text if row.td.p else row.th.text
        states |= dict.fromkeys(named.split(", "), row.td.text)
    return states


@part("Version Compatibility Table, each cell tested, inferred or stated")
def _versions(tree: BeautifulSoup, card: Card) -> None:
    states = _states(section(tree, "versions"))
    assert states[card.versions.fixed].partition(":")[2].strip().startswith("passes")
    assert states["0.7.1"].partition(":")[2].strip().startswith("fails")
    labels = ("tested: ", "inferred: ", "stated: ", "not testable", "unknown")
    assert all(state.startswith(labels) for state in states.values())


@part("A chart of the releases with the content of the table")
def _chart(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "versions")
    chart = box.select_one(".fc-releases[role=img][aria-label]")
    states = {number: state.partition(";")[0] for number, state in _states(box).items()}
    ordered = sorted(states, key=Version)
    marks = {}
    for run in chart.select("span[title]"):
        numbers, _, label = run["title"].partition(": ")
        if "fc-folded" in run["class"]:
            first, last = map(ordered.index, numbers.split(" to "))
            releases = ordered[first : last + 1]
            assert run.text == str(len(releases))
        else:
            releases = numbers.split(", ")
            assert len(run.select("i")) == len(releases)
        marks |= dict.fromkeys(releases, label)
    assert marks == states


@part("Related Issues")
def _related(tree: BeautifulSoup, card: Card) -> None:
    cards = [link for link in links(section(tree, "related")) if link.startswith("../../") and link.count("/") == 4]
    assert cards == [f"../../{other.replace('-', '/')}/" for other in related_cards(library(SNAPSHOT))[card.id]]
    assert "../../httpx/3433/" in cards


@part("Sources: every link used")
def _sources(tree: BeautifulSoup, card: Card) -> None:
    used = {url for url in links(tree) if url.startswith("http") and "/issues/new?" not in url}
    named = links(section(tree, "sources"))
    assert used == {url for url in named if url.startswith("http")}
    assert {card.issue, card.pr} - {None} <= used
    assert {"card.json", f"../{card.key}.yaml"} <= set(named)


@pytest.mark.parametrize("name", PARTS)
def test_the_page_of_httpx_271_has_every_part_of_the_example(name: str) -> None:
    PARTS[name](page("httpx/271", SNAPSHOT), library(SNAPSHOT).cards["httpx-271"])
