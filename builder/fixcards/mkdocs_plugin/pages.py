"""Our documents as MkDocs' pages."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents

from fixcards.build.page import Page, json_for_script
from fixcards.errors import FixcardsError


class RecordFile(File):
    """The place of a page in the site; its source is the card's YAML."""

    @property
    def edit_uri(self) -> str | None:
        """What the page's edit link opens, below the folder of the cards."""
        return self.page.content_page.source if isinstance(self.page, RecordPage) else None


class RecordPage(MkDocsPage):
    """A page that is already HTML. Neither Python-Markdown nor the theme's search index sees it."""

    def __init__(self, document: Page, file: File, config: MkDocsConfig) -> None:
        self.content_page = document
        super().__init__(escape(document.title), file, config)

    @classmethod
    def of(cls, document: Page, config: MkDocsConfig) -> RecordPage:
        """Return the page of `document`, with its file."""
        # Out of the navigation, for MkDocs would list all the pages that nav doesn't name.
        path = f"{document.path or 'index'}.md"
        file = RecordFile.generated(config, path, content="", inclusion=InclusionLevel.NOT_IN_NAV)
        return cls(document, file, config)

    def read_source(self, config: MkDocsConfig) -> None:
        """Take over what the theme needs in the page's head."""
        document = self.content_page
        self.markdown = ""
        # The theme prints these without escaping, for MkDocs takes them to be the site author's own.
        self.meta = {"title": escape(document.title), "description": escape(document.description)}
        self.meta["hide"] = ["navigation", "toc"] if len(document.sections) < 2 else ["navigation"]
        if document.data:
            self.meta["json_ld"] = Markup(json_for_script(document.data))  # noqa: S704 - escaped there
        if document.json_url:
            self.meta["alternate"] = document.json_url

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Make the page's HTML and its table of contents."""
        sections = self.content_page.sections
        try:
            self.content = self.content_page.body()
        except FixcardsError as error:
            raise PluginError(f"fixcards: {error}") from None
        self.toc = TableOfContents([AnchorLink(section.title, section.id, 2) for section in sections])
        self.present_anchor_ids = {section.id for section in sections}


class Theme:
    """Renders documents by the theme outside MkDocs' own loop over pages."""

    env: Any
    """Jinja's environment, once it is there."""

    def __init__(self, config: MkDocsConfig, nav: Navigation, files: Files) -> None:
        self._config, self._nav, self._files = config, nav, files

    def __call__(self, document: Page, address: str) -> str:
        """Return the whole page of a document, as MkDocs would make it if no plugin had anything to say."""
        page = RecordPage.of(document, self._config)
        if page.canonical_url:
            page.canonical_url = address
        page.read_source(self._config)
        page.render(self._config, self._files)
        context = get_context(self._nav, self._files, self._config, page)
        return str(self.env.get_template("main.html").render(context))
