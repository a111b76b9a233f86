"""What the search costs at 1,000, 10,000 and 100,000 cards: seconds to index them, bytes and milliseconds in Chromium.

Usage: python -m benchmarks.search.scale [SIZE ...]
"""

from __future__ import annotations

import functools
import gzip
import http.server
import mimetypes
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.search.generated import generated
from benchmarks.search.rivals import document
from benchmarks.search.run import CACHE, filled
from playwright.sync_api import sync_playwright

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.writer import build, build_from_rows, index_row
from fixcards.matching.js_tables import tables
from fixcards.worker_pool import WorkerPool

ROUNDS = 5
BUILT = "| cards | index s | tantivy s | times | processor s | tantivy s | times | of stored rows s |"
REPOSITORY = Path(__file__).parents[2]
ASSETS = REPOSITORY / "templates" / "theme" / "assets" / "search"
PAGE = """<!doctype html><script type="module">
const worker = new Worker("/assets/worker.js", { type: "module" });
const base = new URL("/search/", location).href;
window.ask = (text) => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  const start = performance.now();
  port1.onmessage = ({ data }) => resolve({ ...data, milliseconds: performance.now() - start });
  worker.postMessage({ base, text }, [port2]);
});
</script>"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder with compression, as static hosts do, and counts the bytes."""

    sent: dict[str, int]

    def do_GET(self) -> None:
        """Answer with the file, compressed."""
        path = Path(self.directory) / self.path.split("?")[0].lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        content = gzip.compress(path.read_bytes(), 6)
        self.sent[self.path] = len(content)
        self.send_response(200)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def pasted(entry: Entry) -> str:
    """Return a traceback of sixty lines that ends with an entry's failure."""
    places = [(f"/srv/shop/part{number}.py", f"step{number}") for number in range(27)]
    for frame in entry.frames:
        path, _, name = frame.rpartition(":")
        places.append((f"/srv/.venv/lib/python3.12/site-packages/{path}", name))
    frames = "".join(f'  File "{path}", line 9, in {name}\n    return proceed(order)\n' for path, name in places)
    return f"Traceback (most recent call last):\n{frames}{entry.templates[0].replace('{', '').replace('}', '')}\n"


def measured(entries: list[Entry], folder: Path) -> str:
    """Return a row: size of the index, bytes of the first query, milliseconds of computing once its parts are there."""
    shutil.rmtree(folder, ignore_errors=True)
    files = dict(build(entries, tables=tables()))
    for path, content in files.items():
        (folder / "search" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "search" / path).write_bytes(content)
    shutil.copytree(ASSETS, folder / "assets")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    sent: dict[str, int] = {}
    handler = type("Counting", (Handler,), {"sent": sent})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    firsts, later, right = [], [], 0
    queries = entries[17 :: max(1, len(entries) // 20)][:20]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", shutil.which("chromium")), args=["--no-sandbox", "--disable-gpu"]
        )
        for entry in queries:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
            page.wait_for_function("typeof window.ask === 'function'")
            sent.clear()
            answer = page.evaluate("(text) => window.ask(text)", pasted(entry))
            right += bool(answer["matches"]) and answer["matches"][0]["entry"]["id"] == entry.id
            firsts.append(sum(size for path, size in sent.items() if path.startswith("/search/")))
            again = [page.evaluate("(text) => window.ask(text)", pasted(entry))["milliseconds"] for _ in range(5)]
            later.append(sorted(again)[2])
            context.close()
        browser.close()
    server.shutdown()
    cells = [
        f"{len(entries):,}",
        f"{len(files):,}",
        f"{sum(map(len, files.values())) / 1e6:.1f}",
        f"{sorted(firsts)[len(firsts) // 2] / 1000:.0f}",
        f"{max(firsts) / 1000:.0f}",
        f"{sorted(later)[len(later) // 2]:.1f}",
        f"{max(later):.1f}",
        f"{right} of {len(queries)}",
    ]
    return f"| {' | '.join(cells)} |"


def with_fixcards(entries: list[Entry]) -> object:
    """Make the index in as many processes as the machine has processors, which are started and ended."""
    with WorkerPool() as workers:
        return dict(build(entries, tables=tables(), pool=workers))


def from_rows(entries: list[Entry]) -> Callable[[], object]:
    """Return what makes the index, in one process, of rows that were made earlier."""
    rows = [index_row(entry) for entry in sorted(entries, key=lambda entry: entry.id)]
    return lambda: dict(build_from_rows(rows, tables=tables()))


def tantivy(entries: list[Entry]) -> Callable[[], object]:
    """Return what has tantivy index the same cards with two threads."""
    import tantivy

    documents = [document(entry) for entry in entries]
    folder = CACHE / "tantivy"

    def index() -> None:
        schema = tantivy.SchemaBuilder()
        for name in ("id", "title", "text"):
            schema.add_text_field(name, stored=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        index = tantivy.Index(schema.build(), path=str(folder))
        writer = index.writer(heap_size=256_000_000, num_threads=2)
        for each in documents:
            writer.add_document(tantivy.Document(**each))
        writer.commit()
        writer.wait_merging_threads()

    return index


def timed(make: Callable[[], object]) -> tuple[float, float]:
    """Return seconds by the clock, and of the processor's time in this process, its threads and its children."""
    start, before = time.perf_counter(), os.times()
    result = make()
    seconds, after = time.perf_counter() - start, os.times()
    del result
    return seconds, sum(after[:4]) - sum(before[:4])


def compared(entries: list[Entry]) -> str:
    """Return a row: seconds to make the index and how often tantivy's fit into them, medians of runs by turns."""
    makers = (lambda: with_fixcards(entries), from_rows(entries), tantivy(entries))
    runs = [[timed(make) for make in makers] for _ in range(ROUNDS)]
    (wall, work), (again, _), (rival, rival_work) = (
        [median(run[at][kind] for run in runs) for kind in (0, 1)] for at in range(len(makers))
    )
    ratio, work_ratio = (median(run[0][kind] / run[2][kind] for run in runs) for kind in (0, 1))
    cells = [
        f"{len(entries):,}",
        *(f"{each:.2f}" for each in (wall, rival, ratio, work, rival_work, work_ratio, again)),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
    bases = filled([], 10_000)
    say = sys.stdout.write
    library = {size: list(generated(bases, size)) for size in sizes}
    say(f"{BUILT}\n|{'---|' * 8}\n")
    for entries in library.values():  # first, since processes are forked where no server's threads run yet
        say(compared(entries) + "\n")
        sys.stdout.flush()
    say("\n| cards | files | MB | first query kB | most | computing ms | most | right |\n|" + "---|" * 8 + "\n")
    for entries in library.values():
        say(measured(entries, CACHE / "scale") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
