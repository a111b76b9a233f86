"""The door for MkDocs: hands finished pages over. It runs under ProperDocs, MkDocs' maintained fork, too."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import get_build_date

from builder.errors import FixcardsError
from builder.pages.card_page import json_for_script
from builder.pages.document import Document, Settings
from builder.pages.site import Site
from builder.records import history, library

log = logging.getLogger("mkdocs.plugins.fixcards")
_PACKAGE = Path(__file__).parent
# In a checkout the templates lie beside the package, in a wheel inside it.
TEMPLATES = next(path for path in (_PACKAGE / "templates", _PACKAGE.parent / "templates") if path.is_dir())


class FixcardsConfig(Config):  # type: ignore[no-untyped-call]
    """The plugin's options in `mkdocs.yml`."""

    templates = config_options.Optional(config_options.Dir(exists=True))


class FixcardsPlugin(BasePlugin[FixcardsConfig]):  # type: ignore[no-untyped-call]
    """Turns the cards in `docs_dir` into pages and data files."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Put our theme's templates before Material's, behind those of the site's own `custom_dir`."""
        if not config.use_directory_urls:
            raise PluginError("fixcards: cards have addresses like /httpx/271/; remove `use_directory_urls: false`")
        templates = Path(self.config.templates or TEMPLATES)
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(templates / "theme"))
        config.watch.append(str(templates))
        self.settings = Settings(
            site_name=config.site_name,
            templates=templates,
            today=date.fromisoformat(get_build_date()),
            site_url=config.site_url.rstrip("/") + "/" if config.site_url else "",
            repo_url=(config.repo_url or "").rstrip("/"),
        )
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add a page and data files for each card; a card with a problem is reported and left out."""
        start = time.perf_counter()
        root = Path(config.docs_dir)
        try:
            cards = library.load(root)
        except FixcardsError as error:
            raise PluginError(f"fixcards: {error}") from None
        for problem in cards.problems:
            log.warning("%s", problem)
        log.info("%s", cards.summary(cards.problems, time.perf_counter() - start))
        site = Site(cards, self.settings, history.newest_first(root, cards.files))
        for document in site.documents():
            page = RecordPage.of(document, config)
            if files.get_file_from_path(page.file.src_uri) is None:  # a page that the site's author wrote goes first
                files.append(page.file)
        for data in site.data_files():
            if committed := files.get_file_from_path(data.path):
                files.remove(committed)  # a schema that lies in the folder for editors
            files.append(File.generated(config, data.path, content=data.content))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Call pages in the navigation what `mkdocs.yml` calls them; MkDocs does so only for pages of its own."""
        for title, path in _titles(config.nav):
            file = files.get_file_from_path(path)
            if file is not None and isinstance(file.page, RecordPage):
                file.page.title = title
        return nav

    def on_template_context(self, context: Any, *, template_name: str, config: MkDocsConfig) -> Any:
        """Give the 404 page its search box; it is shown at any address, so its links start at the root."""
        if template_name == "404.html":
            context["fixcards_search"] = self.settings.search_box(context["base_url"].rstrip("/") + "/")
        return context


def _titles(nav: Any) -> Iterator[tuple[str, str]]:
    """Yield the titles and paths in a `nav` of `mkdocs.yml`, however deep."""
    for item in nav if isinstance(nav, list) else [nav]:
        for title, inside in item.items() if isinstance(item, dict) else ():
            if isinstance(inside, str):
                yield title, inside
            else:
                yield from _titles(inside)


class RecordFile(File):
    """The place of a page in the site; its source is the card's YAML."""

    @property
    def edit_uri(self) -> str | None:
        """What the page's edit link opens, below the folder of the cards."""
        return self.page.document.source if isinstance(self.page, RecordPage) else None


class RecordPage(Page):
    """A page that is already HTML. Neither Python-Markdown nor the theme's search index sees it."""

    def __init__(self, document: Document, file: File, config: MkDocsConfig) -> None:
        self.document = document
        super().__init__(escape(document.title), file, config)

    @classmethod
    def of(cls, document: Document, config: MkDocsConfig) -> RecordPage:
        """Return the page of `document`, with its file."""
        # Out of the navigation, for MkDocs would list all the pages that nav doesn't name.
        path = f"{document.path or 'index'}.md"
        file = RecordFile.generated(config, path, content="", inclusion=InclusionLevel.NOT_IN_NAV)
        return cls(document, file, config)

    def read_source(self, config: MkDocsConfig) -> None:
        """Take over what the theme needs in the page's head."""
        document = self.document
        self.markdown = ""
        # The theme prints these without escaping, for MkDocs takes them to be the site author's own.
        self.meta = {"title": escape(document.title), "description": escape(document.description)}
        self.meta["hide"] = ["navigation", "toc"] if len(document.sections) < 2 else ["navigation"]
        if document.data:
            self.meta["json_ld"] = Markup(json_for_script(document.data))  # noqa: S704 - escaped there
        if document.alternate:
            self.meta["alternate"] = document.alternate

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Make the page's HTML and its table of contents."""
        sections = self.document.sections
        self.content = self.document.body()
        self.toc = TableOfContents([AnchorLink(section.title, section.id, 2) for section in sections])
        self.present_anchor_ids = {section.id for section in sections}
