"""Our pages as MkDocs' pages, and the theme that renders them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents

from fixcards.build.page import DataFile, Page, json_for_script
from fixcards.characters import visible
from fixcards.errors import FixcardsError
from fixcards.mkdocs_plugin.inline_code import InlineCode


class RecordFile(File):
    """The file of a page in the site; its source is the card's YAML."""

    @property
    def edit_uri(self) -> str | None:
        """Path that the page's edit link opens, below the folder of the cards."""
        return self.page.content_page.source if isinstance(self.page, RecordPage) else None


class RecordDataFile(File):
    """A data file, which is copied as it is: MkDocs would take each `.md` for the source of a page."""

    def is_documentation_page(self) -> bool:
        """Return that it is none."""
        return False

    @classmethod
    def of(cls, output: DataFile, config: MkDocsConfig) -> File:
        """Return MkDocs' file for `output`."""
        file = cls.generated(config, output.path, content=output.content)
        file.dest_uri = output.path
        return file


class RecordPage(MkDocsPage):
    """A page that is HTML already: neither Python-Markdown nor the theme's search index reads it."""

    def __init__(self, page: Page, file: File, config: MkDocsConfig) -> None:
        self.content_page = page
        super().__init__(escape(page.title), file, config)

    @classmethod
    def of(cls, page: Page, config: MkDocsConfig) -> RecordPage:
        """Return MkDocs' page for `page`, with its file."""
        # Not in the navigation, because MkDocs would list all pages that nav does not name.
        path = f"{page.path or 'index'}.md"
        file = RecordFile.generated(config, path, content="", inclusion=InclusionLevel.NOT_IN_NAV)
        return cls(page, file, config)

    def read_source(self, config: MkDocsConfig) -> None:
        """Set what the theme puts into the page's head."""
        page = self.content_page
        self.markdown = ""
        # The theme prints these without escaping, because MkDocs takes them for the site author's own.
        self.meta = {"title": escape(page.title), "description": escape(page.description)}
        self.meta["hide"] = ["navigation", "toc"] if len(page.sections) < 2 else ["navigation"]
        if page.data:
            self.meta["json_ld"] = Markup(json_for_script(page.data))  # noqa: S704 - escaped there
        if page.json_url:
            self.meta["alternate"] = page.json_url
        self.meta["feed"] = page.feed_url
        self.meta["picture"] = page.picture_url

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Set the page's HTML and its table of contents."""
        sections = self.content_page.sections
        try:
            self.content = self.content_page.body()
        except FixcardsError as error:
            raise PluginError(visible(f"fixcards: {error}")) from None
        self.toc = TableOfContents([AnchorLink(section.title, section.id, 2) for section in sections])
        self.present_anchor_ids = {section.id for section in sections}


class Theme:
    """Renders pages with the theme, outside MkDocs' own loop over pages."""

    env: Any
    """Jinja's environment; MkDocs makes it late in a build, and the plugin sets it then."""

    def __init__(self, config: MkDocsConfig, nav: Navigation, files: Files, inline_code: InlineCode) -> None:
        self._config, self._nav, self._files = config, nav, files
        self._inline_code = inline_code

    def render(self, page: Page, url: str) -> str:
        """Return the whole HTML of a page, as MkDocs would build it without any other plugin that has page events."""
        record = RecordPage.of(page, self._config)
        if record.canonical_url:
            record.canonical_url = url
        record.read_source(self._config)
        record.render(self._config, self._files)
        context = get_context(self._nav, self._files, self._config, record)
        html = strip_frame(str(self.env.get_template("main.html").render(context)), record.content or "")
        return self._inline_code.secure(html, context["base_url"], records=True)

    def render_frame(self, page: Page, url: str) -> str:
        """Return the same for a page whose body is a placeholder for HTML with a heading.

        Material adds a heading to a page without `<h1` in its body, so the placeholder has one while it is rendered.
        """
        body = page.body()
        html = self.render(replace(page, body=lambda: f"{body}<h1"), url)
        return html.replace(f"{body}<h1", body)


def strip_frame(html: str, body: str) -> str:
    """Return a page without the indentation of the theme around its body, which is in the page as it is.

    That is 270 bytes of each page, compressed.
    """
    before, inside, after = html.partition(body) if body else (html, "", "")
    return strip_indentation(before) + inside + strip_indentation(after)


def strip_indentation(html: str) -> str:
    """Return HTML without white space at the ends of its lines, and without empty lines.

    Material indents its navigation, which is in every page. The rest of a line stays: spaces in a title have a meaning.
    """
    return re.sub(r"\s*\n\s*", "\n", html)
