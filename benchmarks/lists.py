"""Bytes and milliseconds of a list of many generated cards, in Chromium.

Usage: python -m benchmarks.lists [SIZE ...]     (default: 1000 10000; takes a site that `benchmarks.build.run` built)
"""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import statistics
import sys
import threading
import time

from benchmarks import report
from benchmarks.build.page import Site, downloaded
from benchmarks.build.run import CACHE
from playwright.sync_api import Browser, sync_playwright

TIMES = 5
LISTS = ("cards/", "cards/category/api-change/", "cards/verdict/not-executed/", "cards/packages/")


def first_paint(browser: Browser, address: str) -> dict[str, int]:
    """Return the bytes of the first visit of each list, by its path; scripts of the search are loaded on use."""
    sizes = {}
    for path in LISTS:
        context = browser.new_context()
        sizes[path] = sum(downloaded(context.new_page(), address + path).values())
        context.close()
    return sizes


def filtered(browser: Browser, address: str) -> tuple[float, float]:
    """Return the milliseconds from the first choice to its rows, and of a choice after that; medians."""
    firsts, nexts = [], []
    for _ in range(TIMES):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address + "cards/")
        for at, (seconds, facet) in enumerate(((firsts, "category"), (nexts, "package"))):
            start = time.perf_counter()
            page.locator(f"details[data-facet={facet}] > summary").click()
            page.locator(f"details[data-facet={facet}] a[data-value]").first.click()
            page.locator(".fc-active a").nth(at).wait_for()  # the policy of the site lets no text run as a function
            seconds.append(1000 * (time.perf_counter() - start))
        context.close()
    return statistics.median(firsts), statistics.median(nexts)


def main() -> None:
    """Print the table, and write it into the README."""
    sizes = [int(text) for text in sys.argv[1:]] or [1_000, 10_000]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or sys.exit("install chromium")
    lines = [
        "| cards | first paint of a list, most kB | `list.json`, kB | first filter, ms | next filter, ms |",
        "|---|---|---|---|---|",
    ]
    for size in sizes:
        site = CACHE / f"site-{size}" / "site"
        if not site.is_dir():
            sys.exit(f"there is no site of {size} cards: run `python -m benchmarks.build.run {size} --without-rivals`")
        handler = functools.partial(type("Counting", (Site,), {"sent": {}}), directory=str(site))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/fixcards/"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            most = max(first_paint(browser, address).values())
            first, after = filtered(browser, address)
            browser.close()
        server.shutdown()
        data = len(gzip.compress((site / "cards" / "list.json").read_bytes(), 6))
        lines.append(f"| {size:,} | {most / 1000:.1f} | {data / 1000:.0f} | {first:.0f} | {after:.0f} |")
    print("\n".join(lines))
    report.put("lists", "\n".join(lines))


if __name__ == "__main__":
    main()
