from __future__ import annotations

import dataclasses
import json
import re
import shlex
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from builder.pages import prose
from builder.pages.card_page import SECTIONS, Subject, card_document, json_for_script
from builder.records.card import Card, own_content_ratio
from builder.records.evidence import OUTCOMES
from builder.records.tally import count
from builder.records.verdict import VERDICTS, judge
from tests.sites import CARDS, LIBRARY, TODAY, library, page, settings, soup, words

Part = Callable[[BeautifulSoup, Card], None]
PARTS: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    """Enter a check of one part of the example page."""

    def enter(check: Part) -> Part:
        PARTS[name] = check
        return check

    return enter


def section(tree: BeautifulSoup, name: str) -> BeautifulSoup:
    """Return what stands between the heading with the id `name` and the next one."""
    heading = tree.find(id=name)
    assert heading is not None, name
    parts = [heading]
    for sibling in heading.next_siblings:
        if isinstance(sibling, Tag) and (sibling.name == "h2" or sibling.find("h2")):
            break
        parts.append(sibling)
    return soup("".join(map(str, parts)))


def shows(tree: BeautifulSoup, text: str | None) -> bool:
    """Return whether the reader sees this prose."""
    assert text
    return words(soup(prose.prose(text)).text) in words(tree.text)


def copied(tree: BeautifulSoup, value: str) -> bool:
    """Return whether a copy button takes exactly this text."""
    return any(tree.find(id=button["data-copy"]).text == value for button in tree.select("button[data-copy]"))


def links(tree: BeautifulSoup) -> dict[str, str]:
    """Return the words of each link."""
    return {link["href"]: words(link.text) for link in tree.select("a[href]")}


def proof(tree: BeautifulSoup) -> dict[str, str]:
    """Return the table of proof."""
    return {words(row.th.text): words(row.td.text) for row in tree.select(".fc-proof tr")}


@part("The Fix: one line, the issue, the pull request, the fixed release")
def _fix(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "fix")
    assert box.select_one(".fc-fix-title").text == card.fixes[0].title
    assert shows(box, card.fixes[0].body)
    assert links(box)[card.issue] == "upstream issue #271"
    assert card.pr in links(box)
    assert f"Fixed in: {card.versions.fixed}" in words(tree.select_one(".fc-facts").text)
    assert copied(box, 'pip install "httpx~=0.7.2"')


@part("Production note; if left unfixed")
def _impact(tree: BeautifulSoup, card: Card) -> None:
    note = tree.select_one(".fc-impact")
    assert "Production note: if left unfixed" in note.text
    assert shows(note, card.impact)


@part("What changed upstream, in our own words, with a link")
def _upstream(tree: BeautifulSoup, card: Card) -> None:
    assert shows(section(tree, "why-it-broke"), card.fixes[0].why)
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
    assert [heading.text for heading in box.select("h3")] == ["Trigger", "Mechanism", "Why the fix works"]
    for text in (card.trigger, card.mechanism, card.fixes[0].why):
        assert shows(box, text)


@part("Proof and Evidence table")
def _proof(tree: BeautifulSoup, card: Card) -> None:
    rows = proof(tree)
    evidence = library(CARDS).evidence.get(card.id)
    judgement = judge(card, evidence, TODAY)
    assert rows["Verdict"].startswith(judgement.verdict)
    assert rows["Confidence"].startswith(f"{judgement.confidence:.2f}")
    assert rows["Last verified"] == (str(evidence.last_verified) if evidence else "never")
    assert rows["Reproduced"].startswith(("yes", "no"))
    assert rows["Did the fix work"]
    assert rows["Upstream issue"] == card.issue
    assert rows["Upstream fix"] == card.pr
    assert rows["First fixed release"] == card.versions.fixed
    assert rows["Affected"] == f"httpx {card.versions.affected} with trio <=0.12.1"
    assert rows["Own-content ratio"].startswith(f"{own_content_ratio(card):.2f}")


@part("Discussion, with the notice that the thread is not republished")
def _discussion(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "discussion")
    for point in card.discussion:
        assert words(soup(prose.inline(point.point)).text) in words(box.text)
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
    assert titles == [*(f"[httpx-271] fix {number} worked" for number in (1, 2, 3)), "[httpx-271] no fix worked"]
    assert all("Card: httpx-271" in report["body"][0] for report in reports)
    assert count(titles)["httpx-271"].total == len(titles)
    assert "eports so far" in box.text


@part("Prevention")
def _prevention(tree: BeautifulSoup, card: Card) -> None:
    items = [words(item.text) for item in section(tree, "prevention").select("li")]
    assert items == [words(soup(prose.inline(text)).text) for text in card.prevention]


def _states(box: Tag) -> dict[str, str]:
    """Return what the table says of each release, in its order."""
    found = {}
    for row in box.select("tbody tr"):
        named = row.td.p.extract().text if row.td.p else row.th.text
        found |= dict.fromkeys(named.split(", "), row.td.text)
    return found


@part("Version Compatibility Table, each cell tested, inferred or stated")
def _versions(tree: BeautifulSoup, card: Card) -> None:
    states = _states(section(tree, "versions"))
    assert states[card.versions.fixed].partition(":")[2].strip().startswith("passes")
    assert states["0.7.1"].partition(":")[2].strip().startswith("fails")
    known = ("tested: ", "inferred: ", "stated: ", "not testable", "unknown")
    assert all(state.startswith(known) for state in states.values())


@part("A picture of the releases with the content of the table")
def _picture(tree: BeautifulSoup, card: Card) -> None:
    box = section(tree, "versions")
    picture = box.select_one(".fc-releases[role=img][aria-label]")
    marks = {}
    for run in picture.select("span"):
        numbers, _, words = run["title"].partition(": ")
        marks |= dict.fromkeys(numbers.split(", "), words)
    assert len(picture.select("i")) == len(marks)
    assert marks == {number: state.partition(";")[0] for number, state in _states(box).items()}


@part("Related Issues")
def _related(tree: BeautifulSoup, card: Card) -> None:
    shown = [link for link in links(section(tree, "related")) if link.startswith("../../") and link.count("/") == 4]
    assert shown == [f"../../{other.replace('-', '/')}/" for other in library(CARDS).related[card.id]]
    assert "../../httpx/3433/" in shown


@part("Sources: every link used")
def _sources(tree: BeautifulSoup, card: Card) -> None:
    used = {url for url in links(tree) if url.startswith("http") and "/issues/new?" not in url}
    named = links(section(tree, "sources"))
    assert used == {url for url in named if url.startswith("http")}
    assert {card.issue, card.pr} - {None} <= used
    assert {"card.json", f"../{card.number}.yaml"} <= set(named)


@pytest.mark.parametrize("name", PARTS)
def test_the_page_of_httpx_271_has_every_part_of_the_example(name: str) -> None:
    PARTS[name](page("httpx/271", CARDS), library(CARDS).cards["httpx-271"])


@pytest.mark.parametrize("path", [f"{card.package}/{card.number}" for card in library(CARDS).cards.values()])
def test_every_real_card_has_a_sound_page(path: str) -> None:
    tree = page(path, CARDS)
    card = library(CARDS).cards[path.replace("/", "-")]
    _is_sound(tree)
    _sources(tree, card)
    _prevention(tree, card)
    for text in (card.symptom, card.trigger, card.mechanism, *(fix.avoid_when for fix in card.fixes)):
        assert shows(tree, text)
    assert copied(tree, card.signature.error)
    assert copied(tree, card.reproduction.code.rstrip("\n"))


@pytest.mark.parametrize("path", [f"{card.package}/{card.number}" for card in library(LIBRARY).cards.values()])
def test_the_page_of_a_card_in_any_state_is_sound(path: str) -> None:
    _is_sound(page(path))


def test_the_sections_are_in_an_order_for_somebody_in_trouble() -> None:
    headings = [heading["id"] for heading in page("lantern/12").select("h2[id]")]
    assert headings == [section.id for section in SECTIONS]
    assert headings[:3] == ["fix", "certainty", "signature"]


def test_the_command_of_the_fix_stands_before_its_prose() -> None:
    box = page("lantern/12").select_one(".fc-fix")
    assert box.text.index("pip install") < box.text.index("Install 1.4 or later.")


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("lantern/34", "verified"),
        ("lantern/12", "partly verified"),
        ("lantern/56", "not executed"),
        ("mooring/7", "stale"),
        ("mooring/8", "disputed"),
        ("mooring/9", "retired"),
    ],
)
def test_a_badge_says_the_verdict_before_anything_else(path: str, verdict: str) -> None:
    tree = page(path)
    badge = tree.select_one(".fc-badge")
    assert badge.text == verdict
    assert badge.find_parent("header") is not None
    assert proof(tree)["Verdict"].startswith(verdict)


def test_the_library_of_the_tests_has_every_verdict_and_outcome() -> None:
    found = library(LIBRARY)
    assert {judge(card, found.evidence.get(card.id), TODAY).verdict for card in found.cards.values()} == set(VERDICTS)
    assert {run.outcome for evidence in found.evidence.values() for run in evidence.runs} == set(OUTCOMES)


@pytest.mark.parametrize(("path", "word"), [("mooring/8", "disputed"), ("mooring/9", "retired")])
def test_a_card_in_doubt_says_so_and_why_before_its_fix(path: str, word: str) -> None:
    tree = page(path)
    notice = tree.select_one(".fc-notice")
    assert words(notice.text) == f"This card is {word}: {library(LIBRARY).cards[path.replace('/', '-')].status.reason}"
    assert notice.find_next("section")["class"] == ["fc-fix"]


def test_each_run_shows_what_was_installed_what_it_printed_and_when() -> None:
    runs = page("lantern/12").select(".fc-run")
    assert [words(run.summary.text) for run in runs] == [
        "Broken release, lantern 1.3: failed as described",
        "Option A, lantern 1.4: passed",
        "Option B, lantern 1.3: failed otherwise",
        "Option C: could not run",
        "Newest release, lantern 2.0: passed",
    ]
    facts = [{term.text: words(term.find_next("dd").text) for term in run.select("dt")} for run in runs]
    assert facts[0] == {
        "When": "2026-03-01, 3 times, 0.21 s each",
        "Where": "Python 3.12.1, linux-x86_64, isolation: bubblewrap",
        "Ended with": "exit status 1",
        "Installed": "lantern 1.3, wick 2.5",
    }
    assert facts[2]["When"] == "2026-03-01, 3 times (outcomes differ), 0.21 s each"
    assert facts[2]["Ended with"] == "exit status 3; exit status 3, and the signature is not in the output"
    assert facts[3] == {
        "When": "2026-03-02, 1 time, 0.00 s each",
        "Where": "Python unknown, linux-x86_64, isolation: bubblewrap",
        "Ended with": "no exit status; resolution: wick==2.0 was never released",
        "Installed": "nothing",
    }
    assert runs[2].select_one("pre").text == "<b>no oil</b> & no match"


def test_what_a_reader_must_know_to_read_the_runs_stands_above_them() -> None:
    assert "wick differs between the broken and the newest run." in section(page("lantern/12"), "runs").ul.text


def test_options_show_what_their_run_found() -> None:
    facts = [words(option.select_one(".fc-row-facts").text) for option in page("lantern/12").select(".fc-option")]
    assert facts == [
        "Upgrade recommended passed run on 2026-03-01",
        "Change your code failed otherwise run on 2026-03-01",
        "Pin could not run run on 2026-03-02",
        "Work around advice, not executable",
    ]


def test_options_that_nobody_ran_do_not_claim_a_test() -> None:
    tree = page("lantern/34")
    assert "Tested" not in tree.text
    facts = [words(option.select_one(".fc-row-facts").text) for option in page("mooring/8").select(".fc-option")]
    assert facts == ["Upgrade recommended can be executed, no run on record"]


def test_runs_of_an_earlier_form_of_the_card_are_marked_as_such() -> None:
    assert "before the card was changed" in page("mooring/7").select_one(".fc-option").text


def test_the_tally_names_options_as_the_buttons_do() -> None:
    box = section(page("lantern/12"), "worked")
    assert "Reports so far: option A worked for 3; option D worked for 1; none worked for 1." in words(box.text)
    assert [words(link.text) for link in box.select("a.fc-button")] == [
        "Option A worked",
        "Option B worked",
        "Option C worked",
        "Option D worked",
        "None of them worked",
    ]


def test_cards_that_are_close_are_linked_with_their_verdicts() -> None:
    items = [words(item.text) for item in section(page("lantern/12"), "related").select("li")]
    assert items[0] == "Mooring can't be imported on a Sunday mooring disputed"
    assert "Lantern shines in the wrong colour lantern verified" in items


def test_a_site_without_an_address_or_a_repository_offers_no_commands_and_no_reports() -> None:
    tree = page("lantern/12", site_url="", repo_url="")
    assert "uv run" not in tree.text
    assert not tree.select(".fc-button")
    _is_sound(tree)


def _changed(card_id: str, **update: object) -> BeautifulSoup:
    found = library(LIBRARY)
    raw = yaml.safe_load((LIBRARY / found.files[card_id]).read_text(encoding="utf-8"))
    card = Card.model_validate({**raw, **update})
    return soup(card_document(dataclasses.replace(Subject.of(found, card_id), card=card), settings()).body())


def _fix_with(**more: object) -> list[dict[str, object]]:
    return [{"title": "Pin it", "kind": "pin", "body": "Do.", "avoid_when": "Never.", **more}]


@pytest.mark.parametrize(
    ("fix", "command"),
    [
        (_fix_with(requires=["lantern==1.2.9", "wick==2.5"]), 'pip install "lantern==1.2.9" "wick==2.5"'),
        (_fix_with(requires=["lantern=={version}", "wick==2.0"]), 'pip install "wick==2.0"'),
        (_fix_with(requires=["lantern=={version}"]), None),
        (_fix_with(kind="workaround"), None),
        (_fix_with(kind="upgrade"), 'pip install "lantern~=1.4"'),
        (_fix_with(kind="upgrade", requires=["lantern==1.5.2", "wick==2.5"]), 'pip install "lantern~=1.5.2"'),
        (_fix_with(kind="upgrade", requires=["lantern==2"]), 'pip install "lantern>=2"'),
        (_fix_with(kind="upgrade", requires=["lantern==1.5+cu12"]), 'pip install "lantern==1.5+cu12"'),
        (
            _fix_with(requires=["lantern==1.2.9; python_version < '3.9'"]),
            "pip install \"lantern==1.2.9; python_version < '3.9'\"",
        ),
    ],
)
def test_the_command_carries_out_the_first_fix(fix: list[dict[str, object]], command: str | None) -> None:
    box = _changed("lantern-12", fixes=fix).find(id="fix-command")
    assert (box.text if box else None) == command


@pytest.mark.parametrize("inside", ["$(touch ran)", "`touch ran`", '" ; touch ran ; "', "%COMSPEC%", "!x", "a\\b"])
def test_nothing_in_a_requirement_acts_in_the_shell_that_it_is_pasted_into(inside: str) -> None:
    quote = '"' if "'" in inside else "'"
    requirement = f"lantern==1.2.9; platform_version == {quote}{inside}{quote}"
    command = _changed("lantern-12", fixes=_fix_with(requires=[requirement])).find(id="fix-command").text
    assert shlex.split(command) == ["pip", "install", requirement]
    assert command.partition("install ")[2].startswith("'")


def test_evidence_about_options_and_reports_that_the_card_no_longer_has_is_still_shown() -> None:
    tree = _changed("lantern-12", fixes=_fix_with())
    assert "Option C: could not run" in words(tree.text)
    assert "option D worked for 1" in words(tree.text)


def test_a_failure_without_a_traceback_says_so() -> None:
    assert "Nothing is raised, so there is no traceback." in section(page("lantern/34"), "signature").text


def test_a_reproduction_that_cannot_be_executed_says_why() -> None:
    assert "It can't be executed: It needs a real flame." in section(page("lantern/56"), "reproduction").text


def test_a_failure_without_a_fix_upstream_says_so() -> None:
    tree = page("lantern/56")
    assert "nothing was changed upstream" in section(tree, "fix").text
    assert proof(tree)["Upstream fix"] == "none"
    assert proof(tree)["First fixed release"] == "none"


def test_the_structured_data_is_an_article_with_the_error_as_a_keyword() -> None:
    found = library(LIBRARY)
    data = card_document(Subject.of(found, "lantern-12"), settings()).data
    assert data["@type"] == "TechArticle"
    assert data["keywords"][0] == "lantern.Dark: no wick in lamp {lamp}"
    assert data["url"] == "https://cards.example.org/lantern/12/"
    assert data["dateModified"] == "2026-03-02"


def test_json_inside_a_script_element_cannot_end_it() -> None:
    text = json_for_script({"a": "</script><script><!-- & \u2028"})
    assert not set(text) & set("<>&")
    assert json.loads(text) == {"a": "</script><script><!-- & \u2028"}


def test_the_description_is_one_line_of_at_most_300_characters() -> None:
    for card_id, card in library(CARDS).cards.items():
        text = card_document(Subject.of(library(CARDS), card_id), settings()).description
        assert len(text) <= 300
        assert "\n" not in text
        assert text.startswith(f"{card.package}: ")


def _is_sound(tree: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in tree.select("[id]")]
    assert len(ids) == len(set(ids))
    names = [box["aria-label"] for box in tree.select("[role=region]")]
    assert len(names) == len(set(names)), "landmarks need names of their own"
    assert all(tree.find(id=button["data-copy"]) for button in tree.select("[data-copy]"))
    assert all(tree.find(id=link["href"][1:]) for link in tree.select('a[href^="#"]'))
    assert not tree.select("script, iframe, img, [style], [onclick]")
    assert tree.find(re.compile("^h[1-6]$")).name == "h1"
    assert len(tree.select("h1")) == 1
    assert not [fact for fact in tree.select(".fc-proof td, .fc-facts, .fc-list dt") if "None" in fact.text]
