from __future__ import annotations

from typing import get_args

import pytest

from fixcards.build.page import Page
from fixcards.records import verdict
from fixcards.records.card import CATEGORIES, Card, Fix
from fixcards.records.evidence import Outcome
from fixcards.records.rules import RULES
from fixcards.site.field_reference import fields
from tests.sites import LIBRARY, files, library, outputs, page, pages, words


def test_a_site_has_lists_pages_about_itself_and_a_page_for_each_card() -> None:
    assert {"", "cards", "cards/packages", "about/adding-a-card", "about/certainty", "about/rules"} | {
        *("about/for-your-team", "about/where-failures-happen"),
    } <= set(pages())
    assert {f"{card.package}/{card.key}" for card in library(LIBRARY).cards.values()} <= set(pages())


def test_no_two_pages_or_files_have_the_same_address() -> None:
    paths = [f"{each.path}/index.html" if isinstance(each, Page) else each.path for each in outputs()]
    assert len(paths) == len(set(paths))


def test_pages_come_in_the_same_order_each_time() -> None:
    orders = [[each.path for each in outputs() if isinstance(each, Page)] for _ in range(2)]
    assert orders[0] == orders[1]
    assert [path for path in orders[0] if path.startswith(("lantern/", "mooring/"))] == [
        "lantern/12",
        "lantern/34",
        "lantern/56",
        "mooring/7",
        "mooring/8",
        "mooring/9",
    ]


@pytest.mark.parametrize("path", list(pages()))
def test_every_page_has_one_heading_a_title_a_description_and_the_sections_it_names(path: str) -> None:
    content, tree = pages()[path], page(path)
    assert len(tree.select("h1")) == 1
    assert content.title
    assert 20 < len(content.description) <= 300
    assert all(tree.find(id=section.id) for section in content.sections)


@pytest.mark.parametrize("path", list(pages()))
def test_every_link_inside_the_site_leads_to_a_page_or_file_of_it(path: str) -> None:
    site = {f"/{each}/" if each else "/" for each in pages()}
    site |= {f"/{file}" for file in files()}
    site |= {f"/{file.relative_to(LIBRARY)}" for file in LIBRARY.rglob("*.*")}
    here = f"/{path}/" if path else "/"
    for link in page(path).select("a[href]"):
        target, _, fragment = link["href"].partition("#")
        if target.startswith("http"):
            continue
        where = _joined(here, target)
        assert where in site, link
        if fragment:
            assert page(where.strip("/")).find(id=fragment), link


def test_no_link_starts_at_the_root_of_the_host_so_the_site_can_lie_anywhere() -> None:
    for path in pages():
        assert not page(path).select('a[href^="/"]')


def test_the_page_of_rules_has_every_rule_with_its_text() -> None:
    rows = {row.th.text: words(row.td.text) for row in page("about/rules").select("tbody tr")}
    assert list(rows) == sorted(RULES)
    for code, rule in RULES.items():
        assert rows[code] == words(rule.text.replace("`", "")), code
        assert page("about/rules").find(id=code.lower())


def test_the_page_about_adding_a_card_has_every_key_of_the_record() -> None:
    tree = page("about/adding-a-card")
    rows = {row.th.code.text: row for row in tree.select("tbody tr")}
    assert set(Card.model_json_schema()["properties"]) <= set(rows)
    assert {f"fixes[].{name}" for name in Fix.model_fields} <= set(rows)
    assert {"versions.with", "signature.error", "reproduction.expect.timeout", "discussion[].quote"} <= set(rows)
    assert "required" in rows["package"].th.text
    assert "required" not in rows["pr"].th.text
    assert all(row.td.text.strip() for row in rows.values())
    for category in CATEGORIES:
        assert category in rows["category"].td.text


def test_the_field_reference_lists_the_values_of_a_key() -> None:
    by_name = {field.name: field for field in fields()}
    assert by_name["fixes[].kind"].choices == ("upgrade", "pin", "code-change", "configuration", "workaround")
    assert by_name["status.state"].choices == ("published", "disputed", "retired")
    assert [name for name in by_name if "with_" in name] == []


def test_the_page_about_certainty_shows_the_tables_by_which_it_is_computed() -> None:
    tree = page("about/certainty")
    assert [term.text for term in tree.select_one("#verdicts ~ dl").select("dt")] == list(verdict.MEANINGS)
    rows = [(row.td.text, words(row.select("td")[1].text)) for row in tree.select("tbody tr")]
    assert rows == [(f"{weight:.2f}", text.replace("`", "")) for _, weight, text in verdict.WEIGHTS]
    outcomes = [term.text.replace(" ", "-") for term in tree.select_one("#outcomes ~ dl").select("dt")]
    assert outcomes == list(get_args(Outcome))
    assert str(verdict.HALF_LIFE_DAYS) in tree.text


def _joined(here: str, target: str) -> str:
    parts = here.split("/")[1:-1]
    for step in target.split("/")[:-1]:
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(["", *parts, target.split("/")[-1]])
