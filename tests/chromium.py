"""Chromium for tests: a pytest plugin with the fixtures `browser`, `visit` and `audit`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 20_000
"""Milliseconds in which what a test expects has to show: there are more processes of tests than processors."""

CI = os.environ.get("CI", "").lower() in {"1", "true"}
# The first has no window, no profile and none of what else surrounds pages: one of them opens in a third of the time.
NAMES = ["chromium-headless-shell", "/usr/bin/chromium", "chromium"]
NAMES = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else NAMES
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
NO_CHROMIUM = "Chromium (Debian: `apt-get install chromium`; elsewhere set CHROMIUM to its path)"
NO_AXE = "axe-core (install npm, then `make test`)"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A name that is not this machine to the browser: pages from it are not secure, so their clipboard is closed.
    "--host-resolver-rules=MAP insecure.test 127.0.0.1",
]
SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    await Promise.allSettled(document.getAnimations().map((each) => each.finished));
}"""
_deselected: dict[str, int] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine can't run; where `CI` is set it runs and fails."""
    if CI:
        return
    for item in list(items):
        fixtures = getattr(item, "fixturenames", ())
        missing = NO_CHROMIUM if CHROMIUM is None else NO_AXE
        if "browser" in fixtures and (CHROMIUM is None or ("audit" in fixtures and not AXE.is_file())):
            _deselected[missing] = _deselected.get(missing, 0) + 1
            items.remove(item)
            config.hook.pytest_deselected(items=[item])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line what was left out and what it takes."""
    for missing, number in _deselected.items():
        terminalreporter.write_line(f"{number} tests in a browser were left out, for want of {missing}", yellow=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail(f"there is no {NO_CHROMIUM}")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


Visit = Callable[..., "Page"]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Return a function that opens an address in a fresh context.

    At the end no page may have asked another origin for anything, written an error to the console or opened a dialog.
    """
    with visitor(browser) as opened:
        yield opened


@contextmanager
def visitor(browser: Browser) -> Iterator[Visit]:
    """Yield the function of the fixture `visit`."""
    contexts, faults = [], []

    def visit(address: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        origin = urlsplit(address)[:2]

        def look_at_request(request: Any) -> None:
            if urlsplit(request.url)[:2] != origin and not request.url.startswith(("data:", "blob:")):
                faults.append(f"request to {request.url}")

        def look_at_console(message: Any) -> None:
            # The browser reports a page that isn't there as an error; that page exists to show it.
            if message.type in {"error", "warning"} and not message.location.get("url", "").endswith("/nowhere/"):
                faults.append(f"{message.type} on the console: {message.text} at {message.location}")

        def look_at_dialog(dialog: Any) -> None:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        context.on("request", look_at_request)
        context.on("console", look_at_console)
        context.on("dialog", look_at_dialog)
        context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
        page = context.new_page()
        page.goto(address)
        return page

    try:
        yield visit
        assert not faults, "\n".join(faults)
    finally:
        for context in contexts:
            context.close()


@pytest.fixture(scope="session")
def audit() -> Callable[[Page], list[str]]:
    """Return a function that has axe-core look at a page and returns the violations."""
    if not AXE.is_file():
        pytest.fail(f"there is no {NO_AXE}")
    script = AXE.read_text(encoding="utf-8")

    def run(page: Page) -> list[str]:
        # The theme fades its tabs in when the window grows; half-way there is no contrast.
        page.evaluate(SETTLED)
        if not page.evaluate("'axe' in window"):
            page.evaluate(script)
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return run


def width(page: Page) -> int:
    """Return by how much the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def wait_for_scripts(page: Page) -> None:
    """Wait for a page's later scripts: they load after the page, and then show the elements that need them."""
    from playwright.sync_api import expect

    late = page.locator(":is(.fc-list-tools, .fc-package-filter, .fc-card-tools button, .fc-tip)[hidden]")
    expect(late).to_have_count(0)


def unfold(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
