"""The search index of a folder of cards, stored in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fixcards.matching.index.writer import build
from fixcards.search.index_cache import IndexCache

WORDS = "words"
"""Name of the part with the words that a log's fingerprint leaves as they are."""
EXCLUDED_CARDS = "excluded cards"
"""Name of the part with the number of cards that have a problem and aren't in the index."""


def cards_index(root: Path, jobs: int | None) -> IndexCache:
    """Return the index files of the cards in `root`, `WORDS` and `EXCLUDED_CARDS`.

    They are written anew, by so many processes, where a card or the site's settings have changed.
    """
    settings = root.resolve().parent / "mkdocs.yml"
    return IndexCache(root, lambda: dict(_parts(root, settings, jobs)), settings)


def _parts(root: Path, settings: Path, jobs: int | None) -> Iterator[tuple[str, bytes]]:
    from fixcards.exports.index_entries import index_entries
    from fixcards.records.loader import load
    from fixcards.search.log_fingerprint import vocabulary
    from fixcards.worker_pool import WorkerPool

    with WorkerPool(jobs) as pool:
        library = load(root, pool, cached=True)
        entries = tuple(index_entries(library.summaries.values()))
        yield from build(entries, site_address(settings), pool=pool)
    yield WORDS, vocabulary(entries)
    yield EXCLUDED_CARDS, str(len(library.all_ids) - len(library.summaries)).encode()


def site_address(settings: Path) -> str:
    """Return the `site_url` of a site's settings with a slash at its end, empty where there is none.

    The settings are composed, not constructed: they may have tags that only the site's generator knows.
    """
    import yaml

    try:
        tree = yaml.compose(settings.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return ""
    for key, value in tree.value if isinstance(tree, yaml.MappingNode) else ():
        if key.value == "site_url" and value.tag == "tag:yaml.org,2002:str" and value.value:
            return f"{value.value.rstrip('/')}/"
    return ""
