from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import SETTLED, Visit, unfold, wait_for_scripts, width

WIDTHS = (360, 768, 1440)
PAGES = {
    "home": "",
    "package": "httpx/",
    "card": "httpx/271/",
    "card with evidence": "lantern/12/",
    "list": "cards/",
    "packages": "cards/packages/",
    "category": "cards/category/crash/",
    "not found": "nowhere/",
    "add a card": "about/adding-a-card/",
    "for your team": "about/for-your-team/",
    "where failures happen": "about/where-failures-happen/",
    "certainty": "about/certainty/",
    "rules": "about/rules/",
}


def forget(page: Page, site: str) -> None:
    """Leave the site and remove what it has stored, such as the colours of the first visit."""
    page.goto("about:blank")
    place = urlsplit(site)
    what = {"origin": f"{place.scheme}://{place.netloc}", "storageTypes": "local_storage"}
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", what)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_no_wider_than_the_screen(
    name: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    page = visit(site + PAGES[name], color_scheme="light", viewport={"width": WIDTHS[0], "height": 900})
    for scheme, expected in (("light", "default"), ("dark", "slate")):
        if scheme == "dark":
            forget(page, site)
            page.emulate_media(color_scheme="dark")
            page.goto(site + PAGES[name])
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", expected)
        unfold(page)
        for pixels in WIDTHS:
            page.set_viewport_size({"width": pixels, "height": 900})
            assert width(page) <= 0, f"{scheme}, {pixels} px"
            assert audit(page) == [], f"{scheme}, {pixels} px"


FULL = """async (root) => {
    const page = new DOMParser().parseFromString(await (await fetch(root + '404.html')).text(), 'text/html');
    const pruned = document.querySelector('link[rel=stylesheet]');
    const full = [...page.querySelectorAll('link[rel=stylesheet]')].map((each) => document.importNode(each));
    await Promise.all(full.map((each) => new Promise((done) => { each.onload = done; pruned.before(each); })));
    pruned.remove();
    return full.length;
}"""


LOOKS = """() => [...document.body.querySelectorAll('*')].map((each) => [null, '::before', '::after'].map((part) => {
    const style = getComputedStyle(each, part);
    if (part ? style.content === 'none' : !each.checkVisibility()) return '';
    const names = [...style].filter((name) => !name.startsWith('--'));
    return names.map((name) => style.getPropertyValue(name)).join();
}).join())"""


@pytest.mark.parametrize("path", ["", "lantern/12/", "cards/"])
def test_pages_look_the_same_with_all_that_their_style_sheet_leaves_out(path: str, site: str, visit: Visit) -> None:
    page = visit(site + path, bypass_csp=True)  # the test itself makes HTML from text
    wait_for_scripts(page)
    unfold(page)
    looks = []
    for full in (False, True):
        if full:
            assert page.evaluate(FULL, site) == 3
        for pixels in (WIDTHS[0], WIDTHS[-1]):
            page.set_viewport_size({"width": pixels, "height": 900})
            page.evaluate(SETTLED)
            looks.append(page.evaluate(LOOKS))
    for before, after in zip(looks[:2], looks[2:], strict=True):
        assert [at for at, look in enumerate(before) if look != after[at]] == []


def test_the_reader_can_switch_between_light_and_dark(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", color_scheme="light")
    page.get_by_title("Switch to dark mode").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.goto(site)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.parametrize("size", [(360, 740), (1440, 900)])
def test_the_fix_is_on_the_first_screen(size: tuple[int, int], site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", viewport={"width": size[0], "height": size[1]})
    box = page.locator("#fix-command").bounding_box()
    assert box["y"] + box["height"] <= size[1]
    assert page.locator(".fc-head .fc-badge").bounding_box()["y"] < box["y"]


def test_the_menu_of_a_phone_leads_everywhere(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", viewport={"width": 360, "height": 740})
    page.locator("label[for=__drawer].md-header__button").click()
    page.locator(".md-nav--primary").get_by_role("link", name="All cards").click()
    expect(page).to_have_url(site + "cards/")


def test_tables_of_contents_lead_to_their_sections(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", viewport={"width": 1440, "height": 900})
    page.locator(".md-nav--secondary").get_by_role("link", name="Prevention").click()
    expect(page.locator("#prevention")).to_be_in_viewport()


def test_the_table_of_contents_of_a_card_leads_to_each_of_its_options(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", viewport={"width": 1440, "height": 900})
    titles = page.locator(".fc-option h3").all_inner_texts()
    assert len(titles) > 1
    links = page.locator(".md-nav--secondary").get_by_role("link", name=re.compile("^Option [A-Z]: "))
    expect(links).to_have_text(titles)  # once the theme has moved them beside the page
    links.nth(1).click()
    expect(page.locator("#option-2")).to_be_in_viewport()
    expect(page.locator(".fc-option").nth(1)).to_have_attribute("open", "")
    expect(page.locator(".md-nav--secondary")).to_have_count(1)


def test_the_page_of_an_address_without_one_is_as_wide_as_the_home_page(site: str, visit: Visit) -> None:
    page = visit(site, viewport={"width": 1280, "height": 900})
    sides = """() => ['h1', 'form.fc-search textarea'].map((each) => {
        const box = document.querySelector(each).getBoundingClientRect();
        return [box.left, box.right];
    })"""
    home = page.evaluate(sides)
    page.goto(f"{site}nowhere/")
    expect(page.locator("h1")).to_have_text("Page not found")
    assert page.evaluate(sides) == home


def test_long_tracebacks_scroll_inside_their_box(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", viewport={"width": 360, "height": 740})
    box = page.locator("pre:has(#traceback)")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth && box.clientHeight < 640")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(box) => box.scrollLeft > 0", arg=box.element_handle())
    assert width(page) <= 0


@pytest.mark.parametrize("path", ["httpx/271/", "lantern/12/", "cards/"])
def test_paper_shows_everything_and_clips_nothing(path: str, site: str, visit: Visit) -> None:
    page = visit(site + path, viewport={"width": 760, "height": 1000})
    page.emulate_media(media="print")
    clipped = """(boxes) => boxes.filter((box) => box.getClientRects().length
        && (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
        && getComputedStyle(box).overflow !== 'visible').map((box) => box.outerHTML.slice(0, 200))"""
    assert page.locator("article :not(.fc-sr)").evaluate_all(clipped) == []
    assert width(page) <= 0
    assert not page.locator(".fc-copy, .fc-filters, .md-header, .md-tabs, .md-footer").locator("visible=true").all()
    assert page.pdf().startswith(b"%PDF")


def test_addresses_behind_links_are_printed(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/")
    page.emulate_media(media="print")
    link = page.locator(".fc-links a").first
    content = link.evaluate("(link) => getComputedStyle(link, '::after').content")
    assert "https://github.com/encode/httpx/issues/271" in content


@pytest.mark.parametrize("path", ["httpx/271/", "lantern/12/"])
def test_the_keyboard_goes_through_a_card_in_order_and_one_sees_where_it_is(path: str, site: str, visit: Visit) -> None:
    page = visit(site + path, viewport={"width": 1440, "height": 900})
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate("""() => {
            let here = document.activeElement;
            const place = [...document.querySelectorAll('*')].indexOf(here);
            // The switch between light and dark is a field that the theme draws as its label.
            if (here.matches('input.md-option')) here = here.nextElementSibling;
            const style = getComputedStyle(here), box = here.getBoundingClientRect();
            return {
                place,
                what: here.outerHTML.slice(0, 150),
                inside: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
                marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
            };
        }""")
        assert at["inside"], f"the focus is out of sight: {at['what']}"
        assert at["marked"], f"the focus does not show: {at['what']}"
        seen.append(at)
    places = [at["place"] for at in seen]
    assert places == sorted(set(places)), "the order on the screen is not the order of the keyboard"
    assert "md-skip" in seen[0]["what"]
    assert any("fix-command" in at["what"] for at in seen[:40])


def test_the_link_past_the_header_leads_to_the_fix(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site + "httpx/271/#fix")


def test_each_mark_in_the_picture_of_the_releases_tells_which_one_it_is(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", viewport={"width": 1440, "height": 900})
    wait_for_scripts(page)
    marks = page.locator(".fc-releases i")
    for at, tip in ((2, "1.1: tested: fails"), (3, "1.2: tested: fails"), (9, "1.4.1: inferred: passes")):
        marks.nth(at).hover()
        expect(marks.nth(at)).to_have_attribute("title", tip)


def test_every_mark_and_number_of_a_card_with_hundreds_of_releases_is_on_the_page(site: str, visit: Visit) -> None:
    page = visit(site + "openai/1902/")
    unfold(page)
    inside = """(marks) => marks.filter((mark) => {
        const box = mark.getBoundingClientRect(), picture = mark.closest('.fc-releases').getBoundingClientRect();
        return box.width > 5 && box.left >= picture.left && box.right <= picture.right + 1
            && box.top >= picture.top && box.bottom <= picture.bottom + 1;
    }).length"""
    marks = page.locator(".fc-releases i")
    for pixels in WIDTHS:
        page.set_viewport_size({"width": pixels, "height": 900})
        assert marks.evaluate_all(inside) == marks.count() > 100, f"{pixels} px"
    folded = [int(each) for each in page.locator(".fc-releases .fc-folded > span").all_inner_texts()]
    assert marks.count() - len(folded) + sum(folded) > 400
    table = page.locator(".fc-versions").inner_text()
    for tip in page.locator(".fc-releases span").evaluate_all("(spans) => spans.map((span) => span.title)"):
        assert all(number in table for number in re.split(", | to ", tip.partition(": ")[0]))
