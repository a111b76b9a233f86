"""Pages made past MkDocs' loop over pages, many at a time and only those that have changed."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from fixcards import cache
from fixcards.build import output
from fixcards.build.output import page_file
from fixcards.build.page import Page, PageKind
from fixcards.build.page_frame import PageFrame, page_url
from fixcards.build.task import BuildTask
from fixcards.mkdocs_plugin.pages import Theme
from fixcards.records.library import Library
from fixcards.site.settings import SiteSettings, inputs_digest
from fixcards.termination import defer_signals, exit_on_sigterm, restore_sigterm
from fixcards.worker_pool import WorkerPool

log = logging.getLogger("mkdocs.plugins.fixcards")
_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
_PROGRESS_SECONDS = 5.0
"""Seconds between two words about how far it is."""


def plugins_with_page_events(config: MkDocsConfig, excluded: object) -> str:
    """Return the plugins and hooks that want to see each page while it is built, `but` one of them left out."""
    plugins = {plugin: name for name, plugin in config.plugins.items()}
    names = set()
    for method in (method for event in _EVENTS for method in config.plugins.events.get(event, ())):
        owner = getattr(method, "__self__", None)
        if owner is None:
            names.add(Path(method.__code__.co_filename).name)
        elif owner is not excluded:
            names.add(plugins.get(owner, repr(owner)))
    return ", ".join(sorted(names))


class ParallelBuild:
    """The works of one build, from which MkDocs' own files are kept apart until the end.

    MkDocs empties the folder that it builds into, so for the time of a build it gets another one.
    """

    def __init__(self, settings: SiteSettings, config: MkDocsConfig, pool: WorkerPool) -> None:
        self.page_tasks: list[BuildTask] = []
        self.library_tasks: list[BuildTask] = []
        self._settings = settings
        self._pool = pool
        self._author_pages: frozenset[str] = frozenset()
        self._site_dir = config.site_dir
        exit_on_sigterm()
        # It goes when the program ends, too: MkDocs says nothing to plugins when a build is interrupted.
        with defer_signals():
            self._mkdocs_dir = tempfile.TemporaryDirectory(prefix="fixcards-", ignore_cleanup_errors=True)
        config.site_dir = self._mkdocs_dir.name
        self._state_file = cache.cache_file(cache.cache_dir(Path(config.docs_dir)), "sites", self._site_dir)
        self._inputs_digest: bytes
        self._previous: output.PreviousBuild
        self._inputs_digest, self._previous = self._state_file.read() or (b"", {})
        self._scan = pool.run_in_background(partial(output.scan_output, self._site_dir, self._previous))

    def add_library_tasks(self, works: Iterable[BuildTask]) -> None:
        """Take works that are made from all cards together; one that has changed is begun while MkDocs goes on."""
        for work in works:
            key, _ = self._previous.get(work.name, (b"", ()))
            self.library_tasks.append(work if key == work.key else self._started(work))

    def _started(self, work: BuildTask) -> BuildTask:
        made = self._pool.run_in_background(lambda: list(work.make(self._settings)))
        return replace(work, make=lambda _: made())

    def exclude_from_mkdocs(self, files: Files, cards: Library, author_pages: set[str]) -> None:
        """Keep MkDocs from copying what the works write; `theirs` are the pages that the site's author wrote."""
        self._author_pages = frozenset(author_pages)
        self.page_tasks = [
            self._without_page(work) if page_file(work.name) in author_pages else work for work in self.page_tasks
        ]
        sources = dict(files.src_uris)
        for card_id, card in cards.files.items():
            for path in (card, cards.evidence_files.get(card_id, "") if card_id in cards.with_evidence else ""):
                if file := sources.get(path):
                    files.remove(file)

    @staticmethod
    def _without_page(work: BuildTask) -> BuildTask:
        """Return a work whose page the site's author wrote, told from the same with its page."""
        return replace(work, key=cache.digest(work.key, b"without its page"), kind=None)

    def page_urls(self) -> list[str]:
        """Return the addresses of the pages, none where the site has no address."""
        url = self._settings.site_url
        return [page_url(work.name, url) for work in self.page_tasks if work.kind] if url else []

    def write_site(self, config: MkDocsConfig, theme: Theme) -> None:
        """Bring the site's folder up to date: the works, what MkDocs built, and nothing else."""
        start = time.perf_counter()
        config.site_dir = self._site_dir
        kinds = dict.fromkeys(work.kind for work in self.page_tasks if work.kind)
        shells = {kind: PageFrame(kind, theme, self._settings.site_url) for kind in kinds}
        stamp = inputs_digest(self._settings, (shell.text for shell in shells.values()))
        if stamp != self._inputs_digest:
            self._check_frames(shells, theme)
        found = self._scan()
        output.remove_links(self._site_dir, found.unknown_files)
        printed = output.run_tasks(
            output.PageWriter(self._site_dir, self._settings, shells, self._author_pages),
            self.page_tasks,
            self.library_tasks,
            self._previous if stamp == self._inputs_digest else {},
            found,
            self._pool,
            _Progress(),
        )
        if printed.written or len(printed.tasks) != len(self._previous):
            self._state_file.write((stamp, printed.tasks))
        ours = output.paths_of(printed.tasks)
        taken = output.copy_new(self._mkdocs_dir.name, self._site_dir, ours)
        output.remove_files(self._site_dir, (output.paths_of(self._previous) | found.unknown_files) - ours - taken)
        self.close()
        seconds = time.perf_counter() - start
        log.info(
            "made %s pieces of the site, kept %s, %.2f s", f"{printed.written:,}", f"{printed.unchanged:,}", seconds
        )

    def close(self) -> None:
        """Remove the folder into which MkDocs built."""
        with defer_signals():
            self._mkdocs_dir.cleanup()
        restore_sigterm()

    def _check_frames(self, shells: dict[PageKind, PageFrame], theme: Theme) -> None:
        """Make sure that the theme would make the same pages, on one of each kind."""
        first = {work.kind: work for work in reversed(self.page_tasks) if work.kind}
        for kind, work in first.items():
            for made in work.make(self._settings):
                if isinstance(made, Page):
                    shells[kind].check_against_theme(made, theme)


class _Progress:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        if time.monotonic() - self._said >= _PROGRESS_SECONDS:
            self._said = time.monotonic()
            log.info("%s of %s pieces made", f"{done:,}", f"{of:,}")
