from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import sites
from tests.commands import tool
from tests.sites import LIBRARY, REPOSITORY, change, project, soup


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """`mkdocs serve` over a library and templates that the test may change: its folder and address."""
    folder = tmp_path_factory.mktemp("serving")
    config = change(project(folder, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", folder / "looks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [tool("mkdocs"), "serve", "--dev-addr", f"127.0.0.1:{port}", "--config-file", str(config)],
            cwd=folder, env=sites.environment(), stdout=output, stderr=output,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/fixcards/"
    try:
        assert _soon(lambda: "All cards" in _get(address), 30), log.read_text(encoding="utf-8")
        yield folder, address
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize(
    ("file", "old", "new", "page"),
    [
        ("cards/lantern/12.yaml", "title: Lantern goes out when", "title: Lantern dims when", "lantern/12/"),
        ("cards/lantern/34.evidence.json", '"date": "2026-03-01"', '"date": "2026-04-05"', "lantern/34/"),
        ("looks/card.html", "Nothing is raised, so", "Nothing is thrown, so", "lantern/34/"),
        ("looks/theme/404.html", "Card addresses never change", "Card addresses stay", "404.html"),
        ("mkdocs.yml", "site_name: fixcards", "site_name: cardfix", ""),
    ],
)
def test_the_server_reloads_when_a_file_changes(
    file: str, old: str, new: str, page: str, serving: tuple[Path, str]
) -> None:
    folder, address = serving
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    expected = new.partition(": ")[2] or new
    if file.endswith("evidence.json"):
        expected = "2026-04-05"
    assert _soon(lambda: expected in _get(address + page), 20), (folder / "log").read_text(encoding="utf-8")


def test_the_server_reloads_a_style_under_its_new_name(serving: tuple[Path, str]) -> None:
    folder, address = serving
    change(folder / "looks" / "theme" / "assets" / "fixcards.css", "background: #0008", "background: #0127")

    def style() -> str:
        (link,) = soup(_get(address)).select("link[rel=stylesheet]") or [{"href": ""}]
        return _get(address + link["href"])

    assert _soon(lambda: "#0127" in style(), 20), (folder / "log").read_text(encoding="utf-8")


def test_the_server_shows_a_card_that_is_added_and_not_one_that_is_removed(serving: tuple[Path, str]) -> None:
    folder, address = serving
    text = (folder / "cards" / "mooring" / "7.yaml").read_text(encoding="utf-8")
    new = folder / "cards" / "mooring" / "11.yaml"
    new.write_text(text.replace("issues/7", "issues/11"), encoding="utf-8")
    assert _soon(lambda: "Mooring lost its second knot" in _get(address + "mooring/11/"), 20)
    new.unlink()
    assert _soon(lambda: "Mooring lost its second knot" not in _get(address + "mooring/11/"), 20)


def test_the_server_survives_a_card_with_a_problem(serving: tuple[Path, str]) -> None:
    folder, address = serving
    path = folder / "cards" / "mooring" / "9.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("a: [", encoding="utf-8")
    assert _soon(lambda: "Mooring ships without a rope" not in _get(address + "mooring/9/"), 20)
    path.write_text(text, encoding="utf-8")
    assert _soon(lambda: "Mooring ships without a rope" in _get(address + "mooring/9/"), 20)


def _get(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - this machine
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read().decode())
    except OSError:
        return ""


def _soon(met: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
