"""The plugin: MkDocs' events, and the steps of a build at each."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_build_date, get_relative_url

from fixcards.build.output import write_file
from fixcards.build.page import DataFile, page_file
from fixcards.build.task import BuildTask
from fixcards.characters import visible
from fixcards.errors import FixcardsError
from fixcards.exports.preview_picture import require_pillow
from fixcards.mkdocs_plugin import assets
from fixcards.mkdocs_plugin.blocked_content import blocked_content
from fixcards.mkdocs_plugin.edit_links import edit_base, set_edit_uri
from fixcards.mkdocs_plugin.inline_code import InlineCode
from fixcards.mkdocs_plugin.pages import RecordDataFile, RecordPage, Theme, strip_frame, strip_indentation
from fixcards.mkdocs_plugin.parallel_build import ParallelBuild, plugins_with_page_events
from fixcards.mkdocs_plugin.policy import Policy
from fixcards.mkdocs_plugin.sitemap import SitemapEntry, sitemap
from fixcards.mkdocs_plugin.source_folders import more_folders, pages_folder, refuse_link, remove_links_below
from fixcards.project import ProjectOptions
from fixcards.records import loader
from fixcards.records.check_summary import check_summary
from fixcards.records.history import read_history
from fixcards.records.rules.rule import is_about_quality
from fixcards.site.code_host import KINDS
from fixcards.site.compiled_templates import compiled_templates
from fixcards.site.renderer import renderer
from fixcards.site.settings import SiteSettings
from fixcards.site.site import Site
from fixcards.worker_pool import WorkerPool, relax_gc

log = logging.getLogger("mkdocs.plugins.fixcards")
_PACKAGE = Path(__file__).parents[1]
# In a checkout the templates are next to the source folder, in a wheel inside the package.
TEMPLATES = next(path for path in (_PACKAGE / "templates", _PACKAGE.parents[1] / "templates") if path.is_dir())


class FixcardsConfig(Config):  # type: ignore[no-untyped-call]
    """The plugin's options in `mkdocs.yml`."""

    templates = config_options.Optional(config_options.Dir(exists=True))
    pages = config_options.Optional(config_options.Type(str))
    """Folder with pages and files of the site's author, next to mkdocs.yml."""
    parallel = config_options.Optional(config_options.Type(bool))
    """Whether pages are built outside MkDocs' loop, by several processes; by default if no other plugin or hook has a
    page event."""
    spread = config_options.Optional(config_options.Type(bool))
    """The name of `parallel` before version 0.2."""
    jobs = config_options.Optional(config_options.Type(int))
    """Number of processes that make pages, by default one for each processor."""
    more_cards = config_options.Optional(config_options.Type((str, list)))
    """Further folders with cards, relative to mkdocs.yml. This option and the next two count for the commands, too."""
    tracker_hosts = config_options.Optional(config_options.Type((str, list)))
    """Hosts of a company's own trackers: addresses in cards may be http:// or private there."""
    package_indexes = config_options.Optional(config_options.Type(dict))
    """Packages that come from an index of their own: its address, or a variable that holds it, with their names."""
    repo_host = config_options.Optional(config_options.Choice(KINDS))
    """Kind of the host in `repo_url`, where its name doesn't say it."""
    preview_pictures = config_options.Optional(config_options.Type(bool))
    """Whether each card has a picture of its own for previews of links; takes the extra `previews`."""
    content_security_policy = config_options.Optional(config_options.Type((bool, dict)))
    """Sources to add to the policy in the pages, by directive; false leaves the policy out. See `policy.py`."""


class FixcardsPlugin(BasePlugin[FixcardsConfig]):  # type: ignore[no-untyped-call]
    """Turns the cards in `docs_dir` into pages and data files."""

    _pool = WorkerPool(1)
    _parallel: ParallelBuild | None = None
    _served = False
    _root = Path("cards")
    """The folder of the cards, which mkdocs.yml calls `docs_dir`."""
    _more: tuple[Path, ...] = ()
    """Further folders with cards."""

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Remember whether the site is built for the development server."""
        self._served = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the options, and put our templates before Material's and after those of the site's `custom_dir`."""
        if not config.use_directory_urls:
            raise PluginError("fixcards: cards have addresses like /httpx/271/; remove `use_directory_urls: false`")
        if self.config.jobs is not None and self.config.jobs < 1:
            raise PluginError(f"fixcards: `jobs: {self.config.jobs}` starts no process; give a number from 1 on")
        if self.config.spread is not None:
            log.info("the option `spread` is called `parallel` now; rename it: the next release refuses the old name")
            self.config.parallel = self.config.spread if self.config.parallel is None else self.config.parallel
        self._policy = self._read_policy(config)
        self._root = Path(config.docs_dir)
        try:
            options = ProjectOptions.parse(self.config)
            self._tracker_hosts = options.tracker_hosts
            self._more = more_folders(options.more_cards, config.config_file_path)
            refuse_link(config.site_dir, config.config_file_path)
            if self.config.preview_pictures:
                require_pillow()
            config.docs_dir = pages_folder(self.config.pages, config.config_file_path, config.docs_dir, config.site_dir)
        except FixcardsError as error:
            raise PluginError(visible(f"fixcards: {error}")) from None
        config.watch += [str(self._root), *map(str, self._more)]
        templates = Path(self.config.templates or TEMPLATES)
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(templates / "theme"))
        config.watch.append(str(templates))
        self.settings = SiteSettings(
            site_name=config.site_name,
            templates=templates,
            today=date.fromisoformat(get_build_date()),
            site_url=config.site_url.rstrip("/") + "/" if config.site_url else "",
            repo_url=(config.repo_url or "").rstrip("/"),
            repo_host=self.config.repo_host or "",
            previews=bool(self.config.preview_pictures),
        )
        set_edit_uri(config, self.settings.code_host, self._root)
        self.settings = replace(self.settings, edit_base=edit_base(config))
        return config

    def _read_policy(self, config: MkDocsConfig) -> Policy | None:
        """Return the policy of the site, None if its author wants none."""
        option = self.config.content_security_policy
        if option is False:
            return None
        try:
            policy = Policy(option if isinstance(option, dict) else {}, assets.configured(config), self._served)
        except FixcardsError as error:
            raise PluginError(f"fixcards: {error}") from None
        if policy.html_features:
            log.info("the pages don't ask for Trusted Types, because of: %s", ", ".join(policy.html_features))
        files = [f'<script src="{script}">' for script in config.extra_javascript]
        files += [f'<link rel="stylesheet" href="{style}">' for style in config.extra_css]
        for sentence in blocked_content("".join(files), policy, config.site_url or ""):
            log.warning("mkdocs.yml: %s", sentence)
        return policy

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Start a build: decide whether it is a parallel one."""
        relax_gc()
        self._pool = WorkerPool(self.config.jobs)
        parallel = self.config.parallel
        if parallel is None:
            others = plugins_with_page_events(config, self)
            parallel = not others
            if others:
                log.info("page by page, because of plugins with page events (see `parallel` in the README): %s", others)
        try:
            self._parallel = ParallelBuild(self.settings, config, self._pool) if parallel else None
            if not parallel:
                remove_links_below(config.site_dir)
        except FixcardsError as error:
            raise PluginError(visible(f"fixcards: {error}")) from None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Plan the pages and data files of all cards; a card with a problem is reported and left out."""
        start = time.perf_counter()
        root = self._root
        try:
            cards = loader.load(
                root,
                self._pool,
                cached=True,
                keep="cards",
                more=self._more,
                tracker_hosts=self._tracker_hosts,
            )
        except FixcardsError as error:
            raise PluginError(visible(f"fixcards: {error}")) from None
        # With `--quiet` warnings are neither displayed nor counted, and a strict build would succeed.
        level = logging.WARNING if log.isEnabledFor(logging.WARNING) or not config.strict else logging.ERROR
        for problem in cards.problems:
            # Those about quality are for the authors of cards: `fixcards check` names them, and no build fails by them.
            log.log(logging.DEBUG if is_about_quality(problem.code) else level, "%s", problem)
        log.info("%s", check_summary(cards.paths, cards.problems, time.perf_counter() - start))
        site = Site(cards, self.settings, read_history(cards))
        in_nav = {path for _, path in _titles(config.nav)}
        author_pages = {file.dest_uri for file in files.documentation_pages()}
        for task in site.page_tasks():
            if self._parallel and f"{task.name or 'index'}.md" not in in_nav:
                self._parallel.page_tasks.append(task)
            else:
                self._add_to_mkdocs(task, files, author_pages, config)
        if self._parallel:
            self._parallel.library_tasks.extend(site.library_tasks())
            self._parallel.leave_out(author_pages)
        else:
            for task in site.library_tasks():
                self._add_to_mkdocs(task, files, author_pages, config)
        self._asset_urls = assets.publish(files, config)
        return files

    def _add_to_mkdocs(self, task: BuildTask, files: Files, author_pages: set[str], config: MkDocsConfig) -> None:
        """Run a task now and give its output to MkDocs, as pages and files like all others."""
        for output in task.make(self.settings):
            if isinstance(output, DataFile):
                files.append(RecordDataFile.of(output, config))
            elif page_file(output.path) not in author_pages:  # a page that the site's author wrote takes precedence
                files.append(RecordPage.of(output, config).file)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Give pages in the navigation their titles in `mkdocs.yml`; MkDocs does so only for pages of its own."""
        for title, path in _titles(config.nav):
            file = files.get_file_from_path(path)
            if file is not None and isinstance(file.page, RecordPage):
                file.page.title = title
        self._inline_code = InlineCode(config.site_dir, self._policy)
        self._theme = Theme(config, nav, files, self._inline_code)
        return nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Add what the theme's templates call: the addresses of our scripts and styles, and a filter."""
        self._theme.env = env
        # Not a filter: Jinja would store the result for a constant in the compiled template, for later builds.
        env.globals["asset_url"] = lambda path: self._asset_urls.get(path, path)
        env.globals["code_host"] = self.settings.code_host
        env.filters["strip_indentation"] = strip_indentation
        env.bytecode_cache = compiled_templates()

    def on_template_context(self, context: Any, *, template_name: str, config: MkDocsConfig) -> Any:
        """Give the 404 page its search box, whose links start at the root, and the site map all pages."""
        if template_name == "404.html":
            context["fixcards_search"] = renderer(self.settings).search_box(context["base_url"].rstrip("/") + "/")
        elif template_name == "sitemap.xml":
            day = get_build_date()
            pages = [file.page for file in context["pages"] if not file.page.is_link]
            entries = [SitemapEntry(page.canonical_url or page.abs_url, page.update_date or "") for page in pages]
            entries += [SitemapEntry(url, day) for url in (self._parallel.page_urls() if self._parallel else ())]
            context["fixcards_sitemap"], parts = sitemap(
                [entry for entry in entries if entry.url], self.settings.site_url
            )
            for part in parts:
                write_file(config.site_dir, part.path, part.content)
        return context

    @event_priority(-100)
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Give a page that MkDocs builds its policy, after other plugins have changed it."""
        records = isinstance(page, RecordPage)
        if records:
            output = strip_frame(output, page.content or "")
        if self._policy and not records:
            for sentence in blocked_content(page.content or "", self._policy, self.settings.site_url):
                log.warning("%s: %s", page.file.src_uri, sentence)
        return self._inline_code.secure(output, get_relative_url(".", page.url), records=records)

    @event_priority(-100)
    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Do the same for the 404 page and other templates that are pages."""
        if not template_name.endswith(".html"):
            return output_content
        root = urlsplit(config.site_url or "/").path if template_name == "404.html" else None
        base_url = get_relative_url(".", template_name) if root is None else root
        return self._inline_code.secure(output_content, base_url, records=False)

    @event_priority(100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Run the tasks and bring the site's folder up to date, before other plugins look at it."""
        try:
            if self._parallel:
                self._parallel.write_site(config, self._theme)
        except FixcardsError as error:
            raise PluginError(visible(f"fixcards: {error}")) from None
        except OSError as error:
            message = f"fixcards: the site can't be written: {error.strerror}: {error.filename}"
            raise PluginError(visible(message)) from error
        finally:
            self._pool.close()

    def on_build_error(self, *, error: Exception) -> None:
        """End the processes and remove temporary files."""
        self._pool.close()
        if self._parallel:
            self._parallel.close()


def _titles(nav: Any) -> Iterator[tuple[str, str]]:
    """Yield the titles and paths in the `nav` of `mkdocs.yml`, from all levels."""
    for item in nav if isinstance(nav, list) else [nav]:
        for title, target in item.items() if isinstance(item, dict) else ():
            if isinstance(target, str):
                yield title, target
            else:
                yield from _titles(target)
