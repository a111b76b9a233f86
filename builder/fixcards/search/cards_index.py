"""The search index of a folder of cards, stored in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fixcards.matching.index.writer import build
from fixcards.project import Project
from fixcards.search.index_cache import IndexCache

WORDS = "words"
"""Name of the part with the words that a log's fingerprint leaves as they are."""
EXCLUDED_CARDS = "excluded cards"
"""Name of the part with the number of cards that have a problem and aren't in the index."""


def cards_index(root: Path, jobs: int | None, tracker_hosts: Sequence[str] | None = None) -> IndexCache:
    """Return the index files of the cards in `root`, `WORDS` and `EXCLUDED_CARDS`.

    They are written anew, by so many processes, where a card or the settings of its project have changed.
    """
    project = Project.of_cards(root)
    hosts = project.options.tracker_hosts if tracker_hosts is None else tuple(tracker_hosts)
    site_url = project.site_url if project.publishes(root) else ""
    return IndexCache(root, lambda: dict(_parts(root, site_url, hosts, jobs)), (site_url, *hosts))


def _parts(root: Path, site_url: str, hosts: tuple[str, ...], jobs: int | None) -> Iterator[tuple[str, bytes]]:
    from fixcards.exports.condition_table import condition_table
    from fixcards.exports.index_entries import index_entries
    from fixcards.matching.index.conditions import CONDITIONS_FILE
    from fixcards.records.loader import load
    from fixcards.search.log_fingerprint import vocabulary
    from fixcards.worker_pool import WorkerPool

    with WorkerPool(jobs) as pool:
        library = load(root, pool, cached=True, tracker_hosts=hosts)
        entries = tuple(index_entries(library.summaries.values()))
        yield from build(entries, site_url, pool=pool)
    yield CONDITIONS_FILE, condition_table(library.summaries.values())
    yield WORDS, vocabulary(entries)
    yield EXCLUDED_CARDS, str(len(library.all_ids) - len(library.summaries)).encode()
