"""The bytes that a reader downloads, and Lighthouse's scores, on a local server with compression.

Usage: python -m benchmarks.build.page     (Lighthouse is installed by npm into .cache/bench-build)
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

from benchmarks import report
from benchmarks.search.scale import Handler
from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / ".cache" / "bench-build"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = 5


class Site(Handler):
    """Serves the site at /fixcards/, folders by their index.html, as static hosts do."""

    def do_GET(self) -> None:  # noqa: N802
        """Answer with a file, compressed; a browser may cache it, as from a static host."""
        path = self.path.split("?")[0].removeprefix("/fixcards")
        self.path = path + "index.html" if path.endswith("/") else path
        super().do_GET()

    def end_headers(self) -> None:
        """Let the browser cache a file for ten minutes, as GitHub Pages does."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()


def downloaded(page: Page, address: str) -> dict[str, int]:
    """Return the bytes that come over the network for a page, by address; cached files cost nothing."""
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))

    def finished(event: dict[str, object]) -> None:
        name = names.get(str(event["requestId"]), "?")
        sizes[name] = sizes.get(name, 0) + int(event["encodedDataLength"])  # type: ignore[call-overload]

    session.on("Network.loadingFinished", finished)
    page.goto(address, wait_until="networkidle")
    session.detach()
    return sizes


def first_and_next(browser: Browser, address: str, first: str, second: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return the bytes by address of the first card for a new reader, and those of the second for the same reader."""
    context = browser.new_context()
    page = context.new_page()
    both = downloaded(page, address + first), downloaded(page, address + second)
    context.close()
    return both


def lighthouse(address: str, browser: str) -> dict[str, float]:
    """Return the median of each of Lighthouse's scores."""
    program = CACHE / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text('{"private": true}', encoding="utf-8")
        npm = str(shutil.which("npm"))
        subprocess.run([npm, "install", "--no-fund", "--no-audit", "lighthouse"], cwd=CACHE, check=True)
    scores: dict[str, list[float]] = {name: [] for name in CATEGORIES}
    for _ in range(TIMES):
        done = subprocess.run(
            [str(program), address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
             "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
            env={**os.environ, "CHROME_PATH": browser}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(done.stderr)
        report = json.loads(done.stdout)
        for name in CATEGORIES:
            scores[name].append(100 * report["categories"][name]["score"])
        failed = [
            f"{name}: {audit['title']}"
            for name in CATEGORIES
            for each in report["categories"][name]["auditRefs"]
            if each["weight"] and (audit := report["audits"][each["id"]])["score"] not in (None, 1)
        ]
    print("\n".join(failed), file=sys.stderr)
    return {name: statistics.median(values) for name, values in scores.items()}


def main() -> None:
    """Print the tables."""
    site = REPOSITORY / "site"
    if not site.is_dir():
        sys.exit("there is no site: run `make site`")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or sys.exit("install chromium")
    handler = type("Counting", (Site,), {"sent": {}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/fixcards/"
    cards = sorted(path.parent.relative_to(site).as_posix() + "/" for path in site.glob("*/*/card.json"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        firsts, nexts = [], []
        for one, other in zip(cards, cards[1:] + cards[:1], strict=True):
            first, after = first_and_next(browser, address, one, other)
            firsts.append(sum(first.values()))
            nexts.append(sum(after.values()))
        browser.close()
    lines = ["| bytes of a card page, compressed | median kB | most kB |", "|---|---|---|"]
    for name, sizes in (("first visit", firsts), ("next card", nexts)):
        lines.append(f"| {name} | {statistics.median(sizes) / 1000:.1f} | {max(sizes) / 1000:.1f} |")
    lines += ["", f"| Lighthouse, median of {TIMES} | {' | '.join(CATEGORIES)} |", f"|---|{'---|' * len(CATEGORIES)}"]
    card = cards[len(cards) // 2]
    pages = {"home page": "", "card page": card, "list": "cards/", "package page": f"{card.split('/')[0]}/"}
    for name, path in pages.items():
        scores = lighthouse(address + path, str(chromium))
        lines.append(f"| {name} | {' | '.join(f'{scores[each]:.0f}' for each in CATEGORIES)} |")
    print("\n".join(lines))
    report.put("page", "\n".join(lines))
    server.shutdown()


if __name__ == "__main__":
    main()
