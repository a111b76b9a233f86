"""What is beside the title of a card: its address and its Markdown for other places."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.chromium import Visit

PERMISSIONS = {"permissions": ["clipboard-read", "clipboard-write"]}
ADDRESS = "https://fixcards.github.io/fixcards/lantern/12/"


@pytest.mark.parametrize("host", ["127.0.0.1", "insecure.test"])
def test_the_link_and_the_markdown_are_copied(host: str, site: str, visit: Visit) -> None:
    page = visit(
        site.replace("127.0.0.1", host) + "lantern/12/#versions", **(PERMISSIONS if host != "insecure.test" else {})
    )
    assert page.evaluate("isSecureContext") is (host != "insecure.test")
    tools = page.locator(".fc-card-tools")
    markdown = page.evaluate("fetch('index.html.md').then((answer) => answer.text())")
    assert markdown.startswith("# Lantern goes out")
    page.evaluate("document.querySelector('article').append(document.createElement('textarea'))")
    field = page.locator("article > textarea")
    for name, text in (("Copy link", ADDRESS), ("Copy as Markdown", markdown)):
        tools.get_by_role("button", name=name).click()
        expect(tools.get_by_role("button", name="Copied")).to_be_visible()
        field.fill("")
        field.focus()
        page.keyboard.press("Control+V")
        assert field.input_value() == text
        expect(tools.get_by_role("button", name=name)).to_be_visible()


def test_a_button_whose_file_is_gone_says_so(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", **PERMISSIONS)
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')); }")
    page.locator(".fc-card-tools").get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator(".fc-card-tools").get_by_role("button", name="Could not be copied")).to_be_visible()


def test_data_history_and_edit_are_links(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/")
    links = {link.inner_text(): link.get_attribute("href") for link in page.locator(".fc-card-tools a").all()}
    start = "https://github.com/fixcards/fixcards"
    assert links == {
        "JSON": "card.json",
        "YAML": "../12.yaml",
        "History": f"{start}/commits/main/cards/lantern/12.yaml",
        "Edit": f"{start}/edit/main/cards/lantern/12.yaml",
    }


def test_without_a_script_the_links_are_there_and_no_button(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", java_script_enabled=False)
    expect(page.locator(".fc-card-tools a")).to_have_count(4)
    expect(page.locator(".fc-card-tools button").locator("visible=true")).to_have_count(0)
