"""Pagefind over the cards, asked in Chromium as its own search box asks it."""

from __future__ import annotations

import asyncio
import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

PAGE = """<!doctype html><html lang="en"><script type="module">
const pagefind = await import("/pagefind/pagefind.js");
await pagefind.init();
window.ask = async (text, top) => {
  const { results } = await pagefind.search(text);
  const found = await Promise.all(results.slice(0, top).map((each) => each.data()));
  return found.map((each) => each.meta.id);
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
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    asyncio.run(_written(documents, folder / "pagefind"))
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", shutil.which("chromium")), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        page.wait_for_function("window.ask")
        yield lambda text: list(page.evaluate("([text, top]) => window.ask(text, top)", [text, top]))
        browser.close()
    server.shutdown()


async def _written(documents: Sequence[dict[str, str]], output: Path) -> None:
    from pagefind.index import PagefindIndex

    async with PagefindIndex() as index:
        for each in documents:
            meta: dict[str, Any] = {"id": each["id"], "title": each["title"]}
            content = f"{each['title']}\n{each['text']}"
            await index.add_custom_record(url=f"/{each['id']}/", content=content, language="en", meta=meta)
        await index.write_files(output_path=str(output))
