"""`fixcards update`: one request where nothing changed, only what changed otherwise, and nothing lost at a stop."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.search import data_update
from fixcards.search.card_data import copies_folder, updated_copy
from fixcards.search.data_update import update
from tests import card_data, commands

TEXT = "lamp.burner.NoWick: no wick in the hall"
pytestmark = pytest.mark.usefixtures("own_cache")


class Server:
    """A static host with ETags, which counts what it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.address = ""
        self.change: Callable[[str, bytes], bytes] = lambda path, content: content
        """Changes what is sent."""

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        file = self.folder / path.removeprefix("/fixcards/")
        return self.change(path, file.read_bytes()) if file.is_file() else None


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    ours = Server(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = ours.answer(self.path)
            tag = f'"{hashlib.sha256(content or b"").hexdigest()[:20]}"'
            if content is not None and self.headers.get("If-None-Match") == tag:
                content, status = b"", 304
            else:
                status = 404 if content is None else 200
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ours.address = f"http://127.0.0.1:{server.server_port}/fixcards/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(card_data.write_site(tmp_path / "site")) as ours:
        yield ours


def publish(server: Server, *cards: str, day: str) -> None:
    """Publish the site again, with more cards."""
    more = (replace(card_data.LAMP, id=name, package=name, templates=(f"{name} is dark",)) for name in cards)
    card_data.write_site(server.folder, (card_data.LAMP, *more), day)


def answers(server: Server) -> list[str]:
    copy = updated_copy(server.address)
    assert copy is not None
    return [each.entry.id for each in copy.finder().match(TEXT)]


def test_a_site_is_fetched_once_and_then_asked_in_one_request(server: Server) -> None:
    first = update(server.address)
    assert first.fetched == len(first.data.manifest.files)
    assert first.data.manifest.version == "2026.11.28"
    assert answers(server) == ["lamp-7"]
    server.asked.clear()
    assert update(server.address).fetched == 0
    assert server.asked == ["/fixcards/search/manifest.json"]


def test_only_what_changed_is_fetched_again(server: Server) -> None:
    cards = [f"candle{number}-1" for number in range(100)]
    publish(server, *cards, day="2026-11-29")
    update(server.address)
    before = dict(updated_copy(server.address).manifest.files)
    publish(server, *cards, "torch-1", day="2026-11-30")
    server.asked.clear()
    result = update(server.address)
    changed = {path for path, digest in result.data.manifest.files.items() if before.get(path) != digest}
    assert result.fetched == len(changed) < len(result.data.manifest.files)
    assert {path.removeprefix("/fixcards/search/") for path in server.asked} == {*changed, "manifest.json"}
    assert answers(server) == ["lamp-7"]


def test_progress_counts_the_files_up_to_all_of_them(server: Server) -> None:
    steps: list[tuple[int, int]] = []
    result = update(server.address, lambda done, of: steps.append((done, of)))
    number = len(result.data.manifest.files)
    assert steps == [(each, number) for each in range(1, number + 1)]


def test_a_damaged_file_is_refused_and_the_copy_before_stays(server: Server) -> None:
    update(server.address)
    publish(server, "candle-1", day="2026-11-30")
    server.change = lambda path, content: content if path.endswith("manifest.json") else content[:-1] + b" "
    with pytest.raises(FixcardsError, match=r"is not the file that the site's manifest names.*try again"):
        update(server.address)
    assert updated_copy(server.address).manifest.version == "2026.11.28"
    assert answers(server) == ["lamp-7"]
    server.change = lambda path, content: content
    assert update(server.address).data.manifest.version == "2026.11.30"


def test_a_stop_in_the_middle_leaves_the_copy_before_and_the_next_update_goes_through(server: Server) -> None:
    update(server.address)
    publish(server, "candle-1", "torch-2", day="2026-11-30")

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(server.address, stop)
    assert updated_copy(server.address).manifest.version == "2026.11.28"
    assert [each.name for each in copies_folder(server.address).iterdir() if each.name.endswith(".part")] == []
    assert update(server.address).data.manifest.version == "2026.11.30"


def test_what_was_damaged_on_the_disk_is_fetched_again(server: Server) -> None:
    copy = update(server.address).data
    path = next((copy.folder / "search" / "terms").iterdir())
    path.write_bytes(b"{}")
    publish(server, "candle-1", day="2026-11-30")
    update(server.address)
    assert answers(server) == ["lamp-7"]


def test_older_copies_go_and_the_one_before_stays_for_processes_that_read_it(server: Server) -> None:
    for day in ("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"):
        publish(server, day=day)
        update(server.address)
    copies = [each for each in copies_folder(server.address).iterdir() if each.is_dir()]
    assert len(copies) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is no JSON"),
        (b'{"format": 99}', "was made by another version of fixcards"),
        (
            b'{"format": 1, "index": 99, "rules": 99, "version": "2026.1.1", "site": "", "files": {}}',
            "is for another version of fixcards; type: pip install --upgrade",
        ),
        (
            b'{"format": 1, "index": 5, "rules": 1, "version": "2026.1.1", "site": "", "files": {"../x.json": "00"}}',
            "`files` are not paths of an index",
        ),
    ],
)
def test_a_manifest_of_another_form_is_one_line(server: Server, content: bytes, message: str) -> None:
    server.change = lambda path, _: content
    with pytest.raises(FixcardsError, match=message):
        update(server.address)
    assert updated_copy(server.address) is None


def test_a_server_that_is_silent_is_given_up_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_update, "FILE_SECONDS", 0.3)
    done = threading.Event()
    server.change = lambda path, content: b"late" if done.wait(5) else content
    with pytest.raises(FixcardsError, match=r"(?:took more than 0.3 s|timed out).*nothing was changed here"):
        update(server.address)
    done.set()


def test_the_command_says_what_it_did(server: Server, tmp_path: Path) -> None:
    number = len(list((server.folder / "search").rglob("*.json"))) - 1
    first = commands.run("fixcards", "update", server.address, cwd=tmp_path)
    assert first.stdout == f"{server.address}: updated to 2026.11.28, {number} files, 1 KiB\n"
    second = commands.run("fixcards", "update", server.address.rstrip("/"), cwd=tmp_path)
    assert (second.returncode, second.stdout, second.stderr) == (0, f"{server.address}: up to date, 2026.11.28\n", "")


def test_the_command_updates_the_sites_of_the_project_and_goes_on_after_one_that_fails(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.fixcards]\ndata = false\nsites = ['http://127.0.0.1:9/', '{server.address}']\n", encoding="utf-8"
    )
    done = commands.run("fixcards", "update", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.startswith(f"{server.address}: updated to 2026.11.28")
    assert done.stderr.startswith("fixcards: http://127.0.0.1:9/search/manifest.json: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("site", ["somewhere", "ftp://example.org/", "http://user:word@127.0.0.1/", "http://a b/"])
def test_what_is_no_address_is_refused(site: str, tmp_path: Path) -> None:
    done = commands.run("fixcards", "update", site, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no address of a site; write https://host/path/" in done.stderr
