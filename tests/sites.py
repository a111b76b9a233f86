"""Sites for the tests: copies of the project's `mkdocs.yml` over some cards, built by the commands that users type."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from fixcards.build.page import DataFile, Page
from fixcards.build.task import Output
from fixcards.records.library import Library
from fixcards.records.loader import load
from fixcards.records.rules.rule import is_blocking
from fixcards.site.settings import SiteSettings
from fixcards.site.site import Site
from fixcards.worker_pool import MIN_PARALLEL_ITEMS
from tests.commands import run
from tests.shared import shared

REPOSITORY = Path(__file__).parents[1]
LIBRARY = REPOSITORY / "tests" / "data" / "library"
"""Invented cards and evidence: every verdict, outcome and state of a release."""
SNAPSHOT = REPOSITORY / "tests" / "data" / "snapshot" / "cards"
"""Real cards as they stood on one day, for tests that need many or realistic ones. They don't follow `cards/`."""
ADDRESS = "https://fixcards.github.io/fixcards/"
"""Where the project's site is published."""
TODAY = date(2026, 6, 1)
HEAD = "# yaml-language-server: $schema=../card.schema.json\n"


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a build on the day `TODAY`, without Material's banner."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=timezone.utc)
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": str(int(noon.timestamp())), **more}


def project(folder: Path, cards: Path | Callable[[Path], None]) -> Path:
    """Put the project's `mkdocs.yml` and a copy of `cards` into `folder`; return the path of the former.

    `cards` may also be a function that writes them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if callable(cards):
        cards(folder / "cards")
    else:
        shutil.copytree(cards, folder / "cards")
    return Path(shutil.copy(REPOSITORY / "mkdocs.yml", folder))


def own_pages(config: Path) -> Path:
    """Give a site a folder for pages of its author, next to its `mkdocs.yml`; return it."""
    change(config, "  - fixcards\n", "  - fixcards:\n      pages: pages\n")
    folder = config.parent / "pages"
    folder.mkdir()
    return folder


def large_library(cards: Path) -> None:
    """Write the cards of the tests and so many more that a build starts processes; one package has a single card."""
    shutil.copytree(LIBRARY, cards)
    text = (LIBRARY / "mooring" / "7.yaml").read_text(encoding="utf-8")
    for package, number in (("anchor", 1), *(("mooring", number) for number in range(100, 100 + MIN_PARALLEL_ITEMS))):
        (cards / package).mkdir(exist_ok=True)
        own = text.replace("mooring", package).replace("Mooring", package.title())
        own = own.replace("issues/7", f"issues/{number}").replace("boat 7", f"boat {number}")
        (cards / package / f"{number}.yaml").write_text(own, encoding="utf-8")


def build(
    config: Path, *options: str, program: str = "mkdocs", cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Build the site of `config` into `site/` next to it; what was printed is in `stderr`."""
    return run(program, "build", "--config-file", config, *options, cwd=cwd or config.parent, env=environment(**env))


def built(folder: Path, cards: Path | Callable[[Path], None]) -> Path:
    """Build a site with `cards` as strictly as `make site` does; return its folder."""
    done = build(project(folder, cards), "--strict")
    assert done.returncode == 0, done.stderr
    return folder / "site"


def built_once(factory: pytest.TempPathFactory, name: str, cards: Path | Callable[[Path], None]) -> Path:
    """Build a site that all processes of a test run share, and that no test changes; return its folder."""
    return shared(factory, name, lambda folder: built(folder, cards)) / "site"


def change(path: Path, old: str, new: str) -> Path:
    """Replace `old`, which has to be there, in a file; return its path."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def tree(site: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a site, by its path."""
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def settings(**more: str) -> SiteSettings:
    """Return the settings of a site of the test, on the day `TODAY`."""
    return SiteSettings(
        site_name="fixcards",
        templates=REPOSITORY / "templates",
        today=TODAY,
        **{"site_url": "https://cards.example.org/", "repo_url": "https://github.example.org/cards", **more},
    )


@functools.cache
def library(root: Path) -> Library:
    """Return the cards below `root`, which have no problems."""
    loaded = load(root)
    assert not [problem for problem in loaded.problems if is_blocking(problem.code)], loaded.problems
    return loaded


def outputs(root: Path = LIBRARY, **more: str) -> Iterator[Output]:
    """Yield every page and file of a site with the cards below `root`, built again by each call."""
    site = Site(library(root), settings(**more))
    for task in (*site.library_tasks(), *site.page_tasks()):
        yield from task.make(site.settings)


def files(root: Path = LIBRARY, **more: str) -> dict[str, bytes]:
    """Return the content of every file for machines, by its path."""
    return {file.path: file.content for file in outputs(root, **more) if isinstance(file, DataFile)}


@functools.cache
def pages(root: Path = LIBRARY, **more: str) -> dict[str, Page]:
    """Return the pages of a site with the cards below `root`, by their paths."""
    return {page.path: page for page in outputs(root, **more) if isinstance(page, Page)}


@functools.cache
def html(path: str, root: Path = LIBRARY, **more: str) -> str:
    """Return the body of the page at `path`."""
    return pages(root, **more)[path].body()


def soup(html: str) -> BeautifulSoup:
    """Return HTML as a tree."""
    with warnings.catch_warnings():
        # Some texts of the tests look like an address or a file name; they are neither.
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return BeautifulSoup(html, "html.parser")


def read(site: Path, path: str) -> BeautifulSoup:
    """Return a page of a site."""
    return soup((site / path / "index.html").read_text(encoding="utf-8"))


def page(path: str, root: Path = LIBRARY, **more: str) -> BeautifulSoup:
    """Return the body of the page at `path` as a tree."""
    return soup(html(path, root, **more))


def words(text: str) -> str:
    """Return `text` with each run of white space as one space."""
    return " ".join(text.split())


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a site below /fixcards/ as static hosts do, `404.html` for what isn't there."""

    def __init__(self, *arguments: Any, headers: Mapping[str, str], **options: Any) -> None:
        self.more_headers = headers
        super().__init__(*arguments, **options)

    def end_headers(self) -> None:
        """Send the headers of the test, too."""
        for name, value in self.more_headers.items():
            self.send_header(name, value)
        super().end_headers()

    def translate_path(self, path: str) -> str:
        """Return the file for `path`, or one that doesn't exist for paths outside the site."""
        prefix = "/fixcards/"
        return super().translate_path("/" + path.removeprefix(prefix) if path.startswith(prefix) else "/nowhere")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own page for what isn't there."""
        if code != http.HTTPStatus.NOT_FOUND:
            super().send_error(code, message, explain)
            return
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path, host: str = "127.0.0.1", headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the folder `site` on a free port, each file with these headers; yield the address of its home page."""
    handler = functools.partial(_Handler, directory=str(site), headers=headers or {})
    server = http.server.ThreadingHTTPServer((host, 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}/fixcards/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
