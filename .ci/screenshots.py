"""Pictures of the site for the documents: `make screenshots`, after a build into `site/`.

They are of the real cards, at the width of a desktop and of a phone. It takes Chromium, as the tests in a browser do.
Each has the 128 colours that it needs most, which makes it a third of its size.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.chromium import ARGUMENTS, CHROMIUM, NO_CHROMIUM, SETTLED
from tests.sites import served

REPOSITORY = Path(__file__).parents[1]
FOLDER = REPOSITORY / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
QUERY = "AttributeError: module 'numpy' has no attribute 'float'"


def addresses(site: Path) -> dict[str, str]:
    """Return the address of each page by its name: the card with most releases, and the package with most cards."""
    cards = [path.parent for path in site.glob("*/*/card.json") if "found-" not in path.parent.name]
    if not cards:
        sys.exit("there is no card in site/: run `make site`")
    card = max(cards, key=lambda path: ((path / "index.html").read_text(encoding="utf-8").count("<i></i>"), str(path)))
    package = max(
        {path.parent for path in cards}, key=lambda path: (sum(path == each.parent for each in cards), path.name)
    )
    return {
        "home": "",
        "card": f"{card.relative_to(site).as_posix()}/",
        "list": "cards/",
        "package": f"{package.name}/",
        "packages": "cards/packages/",
        "search": "",
    }


def take(page: Page, address: str, name: str) -> None:
    """Write the picture of one page."""
    page.goto(address)
    if name == "search":
        page.locator("form.fc-search textarea").first.fill(QUERY)
        page.locator(".fc-results li").first.wait_for()
    page.evaluate(SETTLED)
    content = page.screenshot()
    with Image.open(io.BytesIO(content)) as picture:
        few = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{name}-{'phone' if page.viewport_size == PHONE else 'desktop'}.png", optimize=True)


def main() -> None:
    """Write all pictures in place of the earlier ones."""
    if CHROMIUM is None:
        sys.exit(f"there is no {NO_CHROMIUM}")
    site = REPOSITORY / "site"
    pages = addresses(site)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with served(site) as root, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for size in (DESKTOP, PHONE):
            touch = size == PHONE
            page = browser.new_page(viewport=size, color_scheme="light", has_touch=touch, is_mobile=touch)
            for name, path in pages.items():
                take(page, root + path, name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
