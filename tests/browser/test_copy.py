from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests import hostile_cards
from tests.chromium import Visit, unfold, wait_for_scripts
from tests.sites import LIBRARY, SNAPSHOT

PERMISSIONS = {"permissions": ["clipboard-read", "clipboard-write"]}


def expected(record: dict[str, object]) -> dict[str, str]:
    """The text that each copy button of a card must take: that of the YAML without line ends at its end."""
    signature, reproduction = record["signature"], record["reproduction"]
    texts = {"error": signature["error"], "code": reproduction["code"], "traceback": signature.get("traceback")}
    texts |= {f"fix-code-{number}": fix.get("code") for number, fix in enumerate(record["fixes"], start=1)}
    texts |= {f"file-{number}": text for number, text in enumerate(reproduction.get("files", {}).values(), start=1)}
    return {name: str(text).rstrip("\n") for name, text in texts.items() if text}


def record(root: Path, path: str) -> dict[str, object]:
    """Return a card as plain data, read by another reader than the program's own."""
    return yaml.safe_load((root / f"{path}.yaml").read_text(encoding="utf-8"))


def click_copy(page: Page, name: str) -> None:
    """Click the copy button of a box, and check that the button confirms it."""
    button = page.locator(f"[data-copy='{name}']")
    line = page.locator(f"[data-program]:has([data-copy='{name}'])")
    if line.count():
        lines = page.locator(f".fc-lines:has([data-copy='{name}'])")
        lines.get_by_label(line.get_attribute("data-program") or "", exact=True).check()
    button.click()
    expect(button).to_contain_text("Copied")


@pytest.mark.parametrize(("root", "path"), [(SNAPSHOT, "httpx/271"), (LIBRARY, "lantern/12"), (SNAPSHOT, "flask/2789")])
def test_every_button_puts_the_exact_text_on_the_clipboard(root: Path, path: str, site: str, visit: Visit) -> None:
    page = visit(f"{site}{path}/", **PERMISSIONS)
    unfold(page)
    texts = expected(record(root, path))
    assert {"error", "code"} <= set(texts)
    names = [button.get_attribute("data-copy") for button in page.locator("[data-copy]").all()]
    assert set(texts) <= set(names)
    for name in names:
        click_copy(page, name)
        taken = page.evaluate("navigator.clipboard.readText()")
        assert taken == texts.get(name, page.locator(f"#{name}").text_content()), name


@pytest.mark.parametrize(
    ("number", "card"), [(1, hostile_cards.card()), (2, hostile_cards.long_card())], ids=["marks", "long"]
)
def test_markup_and_long_lines_are_copied_as_they_are(
    number: int, card: dict[str, object], hostile: str, visit: Visit
) -> None:
    page = visit(f"{hostile}{card['package']}/{number}/", **PERMISSIONS)
    unfold(page)
    for name, text in expected(card).items():
        click_copy(page, name)
        assert page.evaluate("navigator.clipboard.readText()") == text, name


def test_the_command_of_the_fix_is_one_click_away(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", **PERMISSIONS)
    page.get_by_role("button", name="Copy Option A with pip").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == 'pip install "lantern>=1.4"'


def test_the_program_that_the_reader_chose_is_chosen_on_every_page(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", **PERMISSIONS)
    wait_for_scripts(page)
    page.locator(".fc-fix").get_by_label("uv", exact=True).check()
    expect(page.locator(".fc-fix .fc-line:visible code")).to_have_text('uv add "lantern>=1.4"')
    page.goto(site + "httpx/271/")
    expect(page.locator(".fc-fix .fc-line:visible code")).to_have_text('uv add "httpx>=0.7.2,<0.8"')


def test_blocks_of_code_in_the_text_are_copied_too(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", **PERMISSIONS)
    unfold(page)
    box = page.locator(".fc-box:has(> .fc-bar > .fc-copy:not([data-copy]))").first
    box.get_by_role("button", name="Copy").click()
    expect(box.get_by_role("button")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == box.locator("code").text_content()


def test_the_button_takes_its_name_back(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", **PERMISSIONS)
    click_copy(page, "error")
    expect(page.locator("[data-copy=error]")).to_have_text("Copy Error message")


def test_copying_works_on_a_site_that_is_not_secure(site: str, visit: Visit) -> None:
    page = visit(site.replace("127.0.0.1", "insecure.test") + "httpx/271/")
    assert page.evaluate("isSecureContext") is False
    click_copy(page, "traceback")
    page.evaluate("document.querySelector('article').append(document.createElement('textarea'))")
    page.locator("article > textarea").focus()
    page.keyboard.press("Control+V")
    text = record(SNAPSHOT, "httpx/271")["signature"]["traceback"].rstrip("\n")
    assert page.locator("article > textarea").input_value() == text
