"""General search engines over the same cards: lunr as the theme asks it, MiniSearch, Pagefind and BM25.

lunr and MiniSearch are installed by npm into `.cache/bench-search`, BM25 is PyPI `tantivy`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from benchmarks.search.pagefind_rival import pagefind

from fixcards.matching.index.entry import Entry

HERE = Path(__file__).parent
TOP = 10


def document(entry: Entry) -> dict[str, str]:
    """Return a card as a page that a general engine indexes: title, and everything else as text."""
    text = [entry.package, entry.exception, *entry.templates, *entry.frames, entry.prose]
    return {"id": entry.id, "title": entry.title, "text": "\n".join(text)}


def engines(entries: Sequence[Entry], cache: Path) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield name and search function of each engine that is installed."""
    cache.mkdir(parents=True, exist_ok=True)
    documents = cache / "documents.json"
    documents.write_text(json.dumps([document(entry) for entry in entries]), encoding="utf-8")
    if not (cache / "node_modules").is_dir():
        (cache / "package.json").write_text('{"private": true}', encoding="utf-8")
        subprocess.run(
            [str(shutil.which("npm")), "install", "--no-fund", "--no-audit", "lunr", "minisearch"],
            cwd=cache,
            check=True,
        )
    for name in ("lunr", "minisearch"):
        yield name, _node(name, cache, documents)
    with pagefind([document(entry) for entry in entries], cache / "pagefind", TOP) as search:
        yield "Pagefind", search
    yield "BM25 (tantivy)", _tantivy(entries)


def _node(name: str, cache: Path, documents: Path) -> Callable[[str], list[str]]:
    process = subprocess.Popen(
        [
            str(shutil.which("node")),
            "--max-old-space-size=6000",
            str(HERE / "rivals.mjs"),
            str(cache),
            name,
            str(documents),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    into, out = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)

    def search(text: str) -> list[str]:
        into.write(json.dumps(text) + "\n")
        into.flush()
        return list(json.loads(out.readline()))

    return search


def _tantivy(entries: Sequence[Entry]) -> Callable[[str], list[str]]:
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    schema.add_text_field("title", stored=False)
    schema.add_text_field("text", stored=False)
    index = tantivy.Index(schema.build())
    writer = index.writer(num_threads=2)
    for entry in entries:
        writer.add_document(tantivy.Document(**document(entry)))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> list[str]:
        words = " ".join(dict.fromkeys(re.findall(r"[A-Za-z0-9_]+", text)))[:20_000]
        if not words:
            return []
        query = index.parse_query(words, ["title", "text"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, TOP).hits]

    return search
