"""Pages work under a strict policy, which the server sends here beside the one that they carry."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import sites
from tests.browser.test_copy import PERMISSIONS, click_copy
from tests.browser.test_pages import PAGES
from tests.chromium import Visit, unfold
from tests.mkdocs_plugin.test_server import serving
from tests.shared import shared
from tests.sites import LIBRARY, REPOSITORY, build, change, own_pages, project

__all__ = ["serving"]  # a fixture

STRICT = "default-src 'self'; require-trusted-types-for 'script'; frame-ancestors 'none'"
VIOLATIONS = """() => {
    window.refused = [];
    document.addEventListener('securitypolicyviolation', (event) => refused.push(
        `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
}"""
"""What the browser refuses from here on."""
ATTACK = """<script>window.ran = 1</script><script src="https://evil.example/x.js"></script>
<img src="none.png" onerror="window.ran = 1"><a id="attack" style="position: fixed" href="javascript:ran=1">x</a>"""
NOTES = """# Notes

| left | right |
|:-----|------:|
| a    | b     |

<p class="scripted">before</p>
<script>document.querySelector(".scripted").textContent = "after";</script>
<script type="module">document.querySelector("h1").dataset.module = "ran";</script>
<style>.scripted { border-left: 3px solid red; }</style>
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the cards of the tests and a page of the author's own, which has scripts and styles inside."""

    def make(folder: Path) -> None:
        config = project(folder, LIBRARY)
        change(config, "  - Rules: about/rules.md", "  - Rules: about/rules.md\n  - Notes: notes.md")
        (own_pages(config) / "notes.md").write_text(NOTES, encoding="utf-8")
        done = build(config, "--strict")
        assert done.returncode == 0, done.stderr

    return shared(tmp_path_factory, "policy", make) / "site"


@pytest.fixture(scope="module")
def strict(library: Path) -> Iterator[str]:
    """The address of that site on a server with the strict policy."""
    with sites.served(library, headers={"Content-Security-Policy": STRICT}) as address:
        yield address


def test_every_page_loads_without_a_violation(strict: str, visit: Visit) -> None:
    # `visit` fails on every error on the console, and a violation is one; it says where.
    page = visit(strict)
    for name, place in PAGES.items():
        path = place.replace("httpx/271", "lantern/34").replace("httpx/", "lantern/")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(strict + path)
        assert page.locator("script:not([src])").evaluate_all("(all) => all.map((each) => each.type)") in (
            ["application/ld+json", "application/json"],
            ["application/json"],
        ), name
        unfold(page)
        page.set_viewport_size({"width": 360, "height": 740})
        page.locator("label[for=__drawer].md-header__button").click()
        page.locator(".md-nav--primary").get_by_role("link", name="Packages" if name != "packages" else "Rules").click()
        expect(page).not_to_have_url(strict + path)


def test_structured_data_is_read_and_not_run(strict: str, visit: Visit) -> None:
    page = visit(strict + "lantern/12/")
    page.evaluate(VIOLATIONS)
    assert page.evaluate("JSON.parse(document.querySelector('[type=\"application/ld+json\"]').textContent)")["headline"]
    assert page.evaluate("JSON.parse(document.querySelector('#__config').textContent)")["base"] == "../.."
    assert page.evaluate("refused") == []


def test_the_reader_switches_between_light_and_dark_and_the_next_page_follows(strict: str, visit: Visit) -> None:
    page = visit(strict + "lantern/12/", color_scheme="light")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    page.get_by_title("Switch to dark mode").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.goto(strict)
    # Before the theme's own script has run: no page is light for a moment.
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    page.get_by_title("Switch to light mode").click()
    page.goto(strict + "cards/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")


@pytest.mark.parametrize("path", ["", "nowhere/"])
def test_the_search_answers(path: str, strict: str, visit: Visit) -> None:
    page = visit(strict + path)
    page.locator("form.fc-search textarea").first.fill("Lantern goes out when the wick is trimmed twice")
    expect(page.locator("form.fc-search a[href*='lantern/12/']").first).to_be_visible()


def test_the_search_of_another_page_opens_and_answers(strict: str, visit: Visit) -> None:
    page = visit(strict + "lantern/12/")
    page.keyboard.press("/")
    page.locator("dialog textarea").fill("Lantern goes out when the wick is trimmed twice")
    expect(page.locator("dialog a[href*='lantern/12/']").first).to_be_visible()


def test_copying_works(strict: str, visit: Visit) -> None:
    page = visit(strict + "lantern/12/", **PERMISSIONS)
    click_copy(page, "error")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#error").text_content()


def test_marks_of_the_chart_have_their_shapes(strict: str, visit: Visit) -> None:
    page = visit(strict + "lantern/12/")
    shapes = page.locator(".fc-releases i").evaluate_all(
        "(all) => [...new Set(all.map((each) => getComputedStyle(each, '::before').backgroundImage))]"
    )
    assert {shape.partition("(")[0] for shape in shapes} == {"linear-gradient", "radial-gradient", "none"}
    border = page.locator(".fc-releases .fc-unknown i").first.evaluate(
        "(each) => getComputedStyle(each, '::before').border"
    )
    assert "solid" in border, "a release that was not looked at has a frame"


@pytest.mark.parametrize("parallel", ["true", "false"])
def test_code_that_gets_into_the_body_of_a_card_does_not_run(parallel: str, tmp_path: Path, browser: Browser) -> None:
    options = f"  - fixcards:\n      templates: looks\n      parallel: {parallel}\n"
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", options)
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    change(tmp_path / "looks" / "card.html", '<header class="fc-head">', f'<header class="fc-head">{ATTACK}')
    assert build(config, "--strict").returncode == 0
    with sites.served(tmp_path / "site") as address:
        page = browser.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        page.goto(address + "lantern/12/")
        page.locator("#attack").click()
        # A script that a click ran would have left its mark before the next one is answered.
        expect(page.locator("button.fc-open")).to_be_visible()
        assert page.evaluate("window.ran") is None
        assert page.locator("#attack").evaluate("(each) => getComputedStyle(each).position") != "fixed"
        texts = "\n".join(refused)
        for words in ("inline script", "inline event handler", "inline style", "JavaScript URL", "evil.example"):
            assert words in texts, texts
        for sink in ("document.body.innerHTML = '<p>'", "new Worker('x.js')", "document.write('<p>')"):
            outcome = page.evaluate(f"() => {{ try {{ {sink} }} catch (error) {{ return error.name }} }}")
            assert outcome == "TypeError", sink
        page.close()


def test_a_page_of_the_authors_own_runs_its_scripts_and_has_its_styles(library: Path, visit: Visit) -> None:
    with sites.served(library) as address:
        page = visit(address + "notes/")
        expect(page.locator(".scripted")).to_have_text("after")
        expect(page.locator(".scripted")).to_have_css("border-left-width", "3px")
        expect(page.locator("article h1")).to_have_attribute("data-module", "ran")
        expect(page.locator("td").last).to_have_css("text-align", "right")


def test_a_page_that_is_opened_as_a_file_says_so(library: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((library / "index.html").as_uri())
    expect(page.locator(".fc-served")).to_be_visible()
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).margin") == "0px", (
        "its style sheet is loaded"
    )
    page.close()


def test_a_site_without_a_policy_and_trusted_types_works_too(tmp_path: Path, visit: Visit) -> None:
    options = "  - fixcards:\n      content_security_policy: false\n"
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", options)
    assert build(config, "--strict").returncode == 0
    with sites.served(tmp_path / "site") as address:
        page = visit(address)
        assert not page.locator("meta[http-equiv]").count()
        page.locator("form.fc-search textarea").first.fill("Lantern goes out when the wick is trimmed twice")
        expect(page.locator("form.fc-search a[href*='lantern/12/']").first).to_be_visible()


def test_the_themes_own_search_works_beside_ours(tmp_path: Path, visit: Visit) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards\n  - search\n")
    (own_pages(config) / "notes.md").write_text("# Notes\n\nA remarkable word.\n", encoding="utf-8")
    change(config, "  - Rules: about/rules.md", "  - Notes: notes.md")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    with sites.served(tmp_path / "site") as address:
        page = visit(address + "notes/", viewport={"width": 1440, "height": 900})
        page.locator("input.md-search__input").click()
        page.keyboard.type("remarkable")
        expect(page.locator(".md-search-result__link").first).to_be_visible()


def test_the_development_server_still_reloads_a_page(serving: tuple[Path, str], browser: Browser) -> None:
    folder, address = serving
    page = browser.new_page()
    page.goto(address + "lantern/12/")
    assert "'unsafe-inline'" in page.locator("meta[http-equiv]").get_attribute("content")
    change(folder / "cards" / "lantern" / "12.yaml", "title: Lantern goes out when", "title: Lantern dims when")
    expect(page.locator("h1")).to_contain_text("Lantern dims when", timeout=30_000)
    page.close()
