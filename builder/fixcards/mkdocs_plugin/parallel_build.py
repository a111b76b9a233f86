"""The build of pages outside MkDocs' loop over pages: in several processes, and only pages that have changed."""

from __future__ import annotations

import atexit
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from fixcards import cache
from fixcards.build.incremental_build import IncrementalBuild, OutputWriter
from fixcards.build.page import Page, PageKind, page_file, page_url
from fixcards.build.page_frame import PageFrame
from fixcards.build.task import BuildTask
from fixcards.errors import FixcardsError
from fixcards.files import make_private, scratch_dir
from fixcards.mkdocs_plugin.pages import Theme
from fixcards.site.settings import SiteSettings, inputs_digest
from fixcards.termination import defer_signals, exit_on_sigterm, restore_sigterm
from fixcards.worker_pool import WorkerPool

log = logging.getLogger("mkdocs.plugins.fixcards")
_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
_PROGRESS_SECONDS = 5.0
"""Seconds between two messages about the progress of a build."""


def plugins_with_page_events(config: MkDocsConfig, excluded: object) -> str:
    """Return the names of the plugins and hooks that have to see each page while it is built, but the one excluded."""
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
    """The tasks of one build; MkDocs builds its own files meanwhile, into a temporary folder.

    MkDocs empties the folder that it builds into, so for the time of a build `config.site_dir` is another one.
    """

    def __init__(self, settings: SiteSettings, config: MkDocsConfig, pool: WorkerPool) -> None:
        site_dir = Path(config.site_dir)
        if site_dir.exists() and not site_dir.is_dir():
            raise FixcardsError(f"{site_dir}: is not a folder; remove it, or set another `site_dir`")
        self.page_tasks: list[BuildTask] = []
        self.library_tasks: list[BuildTask] = []
        self._settings = settings
        self._author_pages: frozenset[str] = frozenset()
        self._site_dir = config.site_dir
        state_file = cache.cache_file("sites", self._site_dir)
        self._build = IncrementalBuild(self._site_dir, state_file, pool)
        exit_on_sigterm()
        # It is removed when the program ends, too: MkDocs tells plugins nothing when a build is interrupted. What a
        # killed build left is removed by the next one.
        self._at_end = ExitStack()
        atexit.register(self._at_end.close)
        with defer_signals():
            self._mkdocs_dir = str(self._at_end.enter_context(_scratch_dir()))
        config.site_dir = self._mkdocs_dir

    def leave_out(self, author_pages: set[str]) -> None:
        """Keep the tasks from writing the pages that the site's author wrote."""
        self._author_pages = frozenset(author_pages)
        self.page_tasks = [
            _without_page(task) if page_file(task.name) in author_pages else task for task in self.page_tasks
        ]

    def page_urls(self) -> list[str]:
        """Return the addresses of the pages; none if the site has no address."""
        site_url = self._settings.site_url
        return [page_url(task.name, site_url) for task in self.page_tasks if task.kind] if site_url else []

    def write_site(self, config: MkDocsConfig, theme: Theme) -> None:
        """Bring the site's folder up to date: the files of the tasks, what MkDocs built, and no others."""
        start = time.perf_counter()
        config.site_dir = self._site_dir
        kinds = dict.fromkeys(task.kind for task in self.page_tasks if task.kind)
        frames = {kind: PageFrame(kind, theme.render_frame, self._settings.site_url) for kind in kinds}
        digest = inputs_digest(self._settings, (frame.text for frame in frames.values()))
        if self._build.inputs_changed(digest):
            self._check_frames(frames, theme)
        result = self._build.run(
            OutputWriter(self._site_dir, self._settings, frames, self._author_pages),
            self.page_tasks,
            self.library_tasks,
            digest,
            self._mkdocs_dir,
            _Progress(),
        )
        self.close()
        seconds = time.perf_counter() - start
        log.info("%s tasks run, %s unchanged, %.2f s", f"{result.run:,}", f"{result.unchanged:,}", seconds)

    def close(self) -> None:
        """Remove the folder that MkDocs built into."""
        with defer_signals():
            self._at_end.close()
        atexit.unregister(self._at_end.close)
        restore_sigterm()

    def _check_frames(self, frames: dict[PageKind, PageFrame], theme: Theme) -> None:
        """Raise `FixcardsError` if the theme would render one page of any kind differently."""
        first = {task.kind: task for task in reversed(self.page_tasks) if task.kind}
        for kind, task in first.items():
            for output in task.make(self._settings):
                if isinstance(output, Page) and not frames[kind].matches(output, theme.render):
                    raise FixcardsError(
                        f"the theme's templates change what pages say, or a card is in `nav` (see /{output.path}/), so "
                        "one frame does not fit all pages; set `parallel: false` for the plugin fixcards"
                    )


@contextmanager
def _scratch_dir() -> Iterator[Path]:
    """Yield an empty folder in the cache, or where that can't be written in that of the system."""
    home = cache.cache_folder("builds")
    with ExitStack() as stack:
        try:
            make_private(home)
            folder = stack.enter_context(scratch_dir(home))
        except OSError:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fixcards-")))
        yield folder


def _without_page(task: BuildTask) -> BuildTask:
    """Return a task whose page the site's author wrote; its key differs from that of the same task with its page."""
    return replace(task, key=cache.digest(task.key, b"without its page"), kind=None)


class _Progress:
    """Logs every few seconds how many tasks are done."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._last >= _PROGRESS_SECONDS:
            self._last = time.monotonic()
            log.info("%s of %s tasks done", f"{done:,}", f"{total:,}")
