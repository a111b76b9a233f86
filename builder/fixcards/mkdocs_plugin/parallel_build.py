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
from fixcards.build import output as press
from fixcards.build.output import page_file
from fixcards.build.page_frame import Shell, address
from fixcards.build.task import Work
from fixcards.mkdocs_plugin.pages import Theme
from fixcards.records.library import Library
from fixcards.site.document import Document, Kind, Settings
from fixcards.termination import end_at_once, end_in_order, undisturbed
from fixcards.worker_pool import Workers

log = logging.getLogger("mkdocs.plugins.fixcards")
_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
_SAY_EVERY = 5.0
"""Seconds between two words about how far it is."""


def pages_wanted_by(config: MkDocsConfig, but: object) -> str:
    """Return the plugins and hooks that want to see each page while it is built, `but` one of them left out."""
    plugins = {plugin: name for name, plugin in config.plugins.items()}
    names = set()
    for method in (method for event in _EVENTS for method in config.plugins.events.get(event, ())):
        owner = getattr(method, "__self__", None)
        if owner is None:
            names.add(Path(method.__code__.co_filename).name)
        elif owner is not but:
            names.add(plugins.get(owner, repr(owner)))
    return ", ".join(sorted(names))


class Spread:
    """The works of one build, from which MkDocs' own files are kept apart until the end.

    MkDocs empties the folder that it builds into, so for the time of a build it gets another one.
    """

    def __init__(self, settings: Settings, config: MkDocsConfig, workers: Workers) -> None:
        self.works: list[Work] = []
        self.works_of_all: list[Work] = []
        self._settings = settings
        self._workers = workers
        self._theirs: frozenset[str] = frozenset()
        self._site_dir = config.site_dir
        end_in_order()
        # It goes when the program ends, too: MkDocs says nothing to plugins when a build is interrupted.
        with undisturbed():
            self._apart = tempfile.TemporaryDirectory(prefix="fixcards-", ignore_cleanup_errors=True)
        config.site_dir = self._apart.name
        self._shelf = cache.shelf_of(cache.folder(Path(config.docs_dir)), "sites", self._site_dir)
        self._stamp: bytes
        self._known: press.Known
        self._stamp, self._known = self._shelf.read() or (b"", {})
        self._audit = workers.aside(partial(press.audit, self._site_dir, self._known))

    def add_of_all(self, works: Iterable[Work]) -> None:
        """Take works that are made from all cards together; one that has changed is begun while MkDocs goes on."""
        for work in works:
            key, _ = self._known.get(work.name, (b"", ()))
            self.works_of_all.append(work if key == work.key else self._begun(work))

    def _begun(self, work: Work) -> Work:
        made = self._workers.aside(lambda: list(work.make(self._settings)))
        return replace(work, make=lambda _: made())

    def take_from(self, files: Files, cards: Library, theirs: set[str]) -> None:
        """Keep MkDocs from copying what the works write; `theirs` are the pages that the site's author wrote."""
        self._theirs = frozenset(theirs)
        self.works = [self._without_page(work) if page_file(work.name) in theirs else work for work in self.works]
        there = dict(files.src_uris)
        for card_id, card in cards.files.items():
            for path in (card, cards.beside.get(card_id, "") if card_id in cards.executed else ""):
                if file := there.get(path):
                    files.remove(file)

    @staticmethod
    def _without_page(work: Work) -> Work:
        """Return a work whose page the site's author wrote, told from the same with its page."""
        return replace(work, key=cache.digest(work.key, b"without its page"), kind=None)

    def addresses(self) -> list[str]:
        """Return the addresses of the pages, none where the site has no address."""
        url = self._settings.site_url
        return [address(work.name, url) for work in self.works if work.kind] if url else []

    def finish(self, config: MkDocsConfig, theme: Theme) -> None:
        """Bring the site's folder up to date: the works, what MkDocs built, and nothing else."""
        start = time.perf_counter()
        config.site_dir = self._site_dir
        kinds = dict.fromkeys(work.kind for work in self.works if work.kind)
        shells = {kind: Shell(kind, theme, self._settings.site_url) for kind in kinds}
        stamp = press.stamp_of(self._settings, (shell.text for shell in shells.values()))
        if stamp != self._stamp:
            self._prove(shells, theme)
        found = self._audit()
        press.remove_links(self._site_dir, found.others)
        printed = press.print_works(
            press.Press(self._site_dir, self._settings, shells, self._theirs),
            self.works,
            self.works_of_all,
            self._known if stamp == self._stamp else {},
            found,
            self._workers,
            _Progress(),
        )
        if printed.made or len(printed.works) != len(self._known):
            self._shelf.write((stamp, printed.works))
        ours = press.files_of(printed.works)
        taken = press.take_over(self._apart.name, self._site_dir, ours)
        press.clear(self._site_dir, (press.files_of(self._known) | found.others) - ours - taken)
        self.close()
        seconds = time.perf_counter() - start
        log.info("made %s pieces of the site, kept %s, %.2f s", f"{printed.made:,}", f"{printed.kept:,}", seconds)

    def close(self) -> None:
        """Remove the folder into which MkDocs built."""
        with undisturbed():
            self._apart.cleanup()
        end_at_once()

    def _prove(self, shells: dict[Kind, Shell], theme: Theme) -> None:
        """Make sure that the theme would make the same pages, on one of each kind."""
        first = {work.kind: work for work in reversed(self.works) if work.kind}
        for kind, work in first.items():
            for made in work.make(self._settings):
                if isinstance(made, Document):
                    shells[kind].prove(made, theme)


class _Progress:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        if time.monotonic() - self._said >= _SAY_EVERY:
            self._said = time.monotonic()
            log.info("%s of %s pieces made", f"{done:,}", f"{of:,}")
