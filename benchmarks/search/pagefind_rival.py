"""Pagefind over the cards, searched in Chromium as its own search box does."""

from __future__ import annotations

import functools
import html
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGE = """<!doctype html><html lang="en"><script type="module">
const pagefind = await import("/pagefind/pagefind.js");
await pagefind.init();
window.ask = async (text, top) => {
  const { results } = await pagefind.search(text);
  const pages = await Promise.all(results.slice(0, top).map((each) => each.data()));
  return pages.map((each) => each.meta.id);
};
</script>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def pagefind(documents: Sequence[dict[str, str]], folder: Path, top: int) -> Iterator[Callable[[str], list[str]]]:
    """Yield the search function of an index of `documents`, which is written into `folder` anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _written(documents, folder)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", shutil.which("chromium")), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        page.wait_for_function("typeof window.ask === 'function'")
        yield lambda text: list(page.evaluate("([text, top]) => window.ask(text, top)", [text, top]))
        browser.close()
    server.shutdown()


def _written(documents: Sequence[dict[str, str]], folder: Path) -> None:
    # The Python API waits a tenth of a second for each document.
    for number, each in enumerate(documents):
        title, text = html.escape(each["title"]), html.escape(each["text"]).replace("\n", "</p><p>")
        page = (
            f'<!doctype html><html lang="en"><title>{title}</title><main data-pagefind-body>'
            f'<h1>{title}</h1><p>{text}</p><meta data-pagefind-meta="id[content]" content="{each["id"]}"></main></html>'
        )
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--silent"]
    subprocess.run(command, check=True)
