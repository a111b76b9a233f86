"""The door for MkDocs: hands finished pages over. It runs under ProperDocs, MkDocs' maintained fork, too."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import FileSystemBytecodeCache
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import get_build_date

from fixcards import cache
from fixcards.build import output
from fixcards.build.page import DataFile
from fixcards.build.task import BuildTask
from fixcards.errors import FixcardsError
from fixcards.mkdocs_plugin import published_assets, sitemap
from fixcards.mkdocs_plugin.pages import RecordPage, Theme
from fixcards.mkdocs_plugin.parallel_build import ParallelBuild, plugins_with_page_events
from fixcards.records import history, library
from fixcards.site.renderer import renderer
from fixcards.site.settings import SiteSettings
from fixcards.site.site import Site
from fixcards.worker_pool import WorkerPool, relax_gc

log = logging.getLogger("mkdocs.plugins.fixcards")
_PACKAGE = Path(__file__).parents[1]
# In a checkout the templates lie beside the package, in a wheel inside it.
TEMPLATES = next(path for path in (_PACKAGE / "templates", _PACKAGE.parents[1] / "templates") if path.is_dir())


class FixcardsConfig(Config):  # type: ignore[no-untyped-call]
    """The plugin's options in `mkdocs.yml`."""

    templates = config_options.Optional(config_options.Dir(exists=True))
    spread = config_options.Optional(config_options.Type(bool))
    """Whether pages are made past MkDocs' loop, many at a time: by default where no other plugin has a page event."""
    jobs = config_options.Optional(config_options.Type(int))
    """Processes that make pages, by default one for each processor."""


class FixcardsPlugin(BasePlugin[FixcardsConfig]):  # type: ignore[no-untyped-call]
    """Turns the cards in `docs_dir` into pages and data files."""

    _pool = WorkerPool(1)
    _parallel: ParallelBuild | None = None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Put our theme's templates before Material's, behind those of the site's own `custom_dir`."""
        if not config.use_directory_urls:
            raise PluginError("fixcards: cards have addresses like /httpx/271/; remove `use_directory_urls: false`")
        if self.config.jobs is not None and self.config.jobs < 1:
            raise PluginError(f"fixcards: `jobs: {self.config.jobs}` makes nothing; give a number from 1 on")
        templates = Path(self.config.templates or TEMPLATES)
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(templates / "theme"))
        config.watch.append(str(templates))
        self.settings = SiteSettings(
            site_name=config.site_name,
            templates=templates,
            today=date.fromisoformat(get_build_date()),
            site_url=config.site_url.rstrip("/") + "/" if config.site_url else "",
            repo_url=(config.repo_url or "").rstrip("/"),
        )
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Get ready for a build."""
        relax_gc()
        self._pool = WorkerPool(self.config.jobs)
        others = plugins_with_page_events(config, self)
        if others and self.config.spread is None:
            log.info("page by page, for these plugins have page events (see `spread` in the README): %s", others)
        spreads = not others if self.config.spread is None else self.config.spread
        self._parallel = ParallelBuild(self.settings, config, self._pool) if spreads else None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add a page and data files for each card; a card with a problem is reported and left out."""
        start = time.perf_counter()
        root = Path(config.docs_dir)
        try:
            cards = library.load(root, cache.cache_dir(root), self._pool, parsed=True)
        except FixcardsError as error:
            raise PluginError(f"fixcards: {error}") from None
        for problem in cards.problems:
            log.warning("%s", problem)
        log.info("%s", cards.summary(cards.problems, time.perf_counter() - start))
        site = Site(cards, self.settings, history.ids_by_age(root, cards.files))
        listed = {path for _, path in _titles(config.nav)}
        author_pages = {file.dest_uri for file in files.documentation_pages()}
        for work in site.page_tasks():
            if self._parallel and f"{work.name or 'index'}.md" not in listed:
                self._parallel.page_tasks.append(work)
            else:
                self._add_to_mkdocs(work, files, author_pages, config)
        if self._parallel:
            self._parallel.add_library_tasks(site.library_tasks())
            self._parallel.exclude_from_mkdocs(files, cards, author_pages)
        else:
            for work in site.library_tasks():
                self._add_to_mkdocs(work, files, author_pages, config)
        self._assets = published_assets.publish(files, config)
        return files

    def _add_to_mkdocs(self, work: BuildTask, files: Files, author_pages: set[str], config: MkDocsConfig) -> None:
        """Give MkDocs what a work makes, as pages and files like all others."""
        for made in work.make(self.settings):
            if isinstance(made, DataFile):
                if committed := files.get_file_from_path(made.path):
                    files.remove(committed)  # a schema that lies in the folder for editors
                files.append(File.generated(config, made.path, content=made.content))
            elif output.page_file(made.path) not in author_pages:  # a page that the site's author wrote goes first
                files.append(RecordPage.of(made, config).file)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Call pages in the navigation what `mkdocs.yml` calls them; MkDocs does so only for pages of its own."""
        for title, path in _titles(config.nav):
            file = files.get_file_from_path(path)
            if file is not None and isinstance(file.page, RecordPage):
                file.page.title = title
        self._theme = Theme(config, nav, files)
        return nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Take note of the theme's templates, and tell them where our scripts and styles are."""
        self._theme.env = env
        # No filter: of a constant, Jinja would keep its result with the compiled template for builds to come.
        env.bytecode_cache = _bytecode_cache(cache.cache_dir(Path(config.docs_dir)) / "templates")
        env.globals["asset_url"] = lambda name: self._assets.get(name, name)

    def on_template_context(self, context: Any, *, template_name: str, config: MkDocsConfig) -> Any:
        """Give the 404 page its search box, whose links start at the root, and the site map all pages."""
        if template_name == "404.html":
            context["fixcards_search"] = renderer(self.settings).search_box(context["base_url"].rstrip("/") + "/")
        elif template_name == "sitemap.xml":
            context["fixcards_addresses"] = self._parallel.page_urls() if self._parallel else []
        return context

    @event_priority(-100)
    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Divide a site map that is too large for one file, once other plugins have had their say about it."""
        if template_name != "sitemap.xml":
            return output_content
        index, parts = sitemap.divided(output_content, self.settings.site_url)
        for part in parts:
            output.write(config.site_dir, part.path, part.content)
        return index

    @event_priority(100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Make what has changed, and bring the site's folder up to date before other plugins look at it."""
        try:
            if self._parallel:
                self._parallel.write_site(config, self._theme)
        except FixcardsError as error:
            raise PluginError(f"fixcards: {error}") from None
        except OSError as error:
            raise PluginError(f"fixcards: the site can't be written: {error.strerror}: {error.filename}") from error
        finally:
            self._pool.close()

    def on_build_error(self, *, error: Exception) -> None:
        """Leave nothing behind."""
        self._pool.close()
        if self._parallel:
            self._parallel.close()


def _bytecode_cache(folder: Path) -> FileSystemBytecodeCache | None:
    """Return the cache of the theme's compiled templates, None where `folder` can't be written to.

    It saves 0.13 s of every build, which is a tenth of a build of 10,000 cards with nothing changed. Our own templates
    compile in 0.03 s and have none.
    """
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    pattern = f"{jinja2.__version__}-%s.cache"  # another version of Jinja may compile otherwise
    return FileSystemBytecodeCache(str(folder), pattern) if os.access(folder, os.W_OK) else None


def _titles(nav: Any) -> Iterator[tuple[str, str]]:
    """Yield the titles and paths in a `nav` of `mkdocs.yml`, however deep."""
    for item in nav if isinstance(nav, list) else [nav]:
        for title, inside in item.items() if isinstance(item, dict) else ():
            if isinstance(inside, str):
                yield title, inside
            else:
                yield from _titles(inside)
