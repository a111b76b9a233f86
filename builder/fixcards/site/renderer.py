"""Templates into HTML."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from markupsafe import Markup

from fixcards.build.page import depth
from fixcards.characters import visible_html
from fixcards.errors import FixcardsError
from fixcards.site import card_prose, highlight, markdown
from fixcards.site.affected_ranges import range_chart
from fixcards.site.compiled_templates import compiled_templates
from fixcards.site.package_page import trackers
from fixcards.site.settings import SiteSettings

_SEARCH_BOX = '{% from "macros.html" import search %}{{ search(root) }}'


class Renderer:
    """Renders the templates of one site. Everything that they print is escaped."""

    def __init__(self, settings: SiteSettings) -> None:
        loader = FileSystemLoader(settings.templates)
        self.environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=compiled_templates(),
        )
        self.environment.globals["settings"] = settings
        # The text of a file next to the templates, as it is.
        self.environment.globals["text_of"] = lambda name: loader.get_source(self.environment, name)[0]
        self.environment.filters |= {
            "markdown": markdown.render_blocks,
            "inline": markdown.render_inline,
            "plain": markdown.plain_text,
            "with_options": card_prose.render,
            "code": highlight.highlight_code,
            # Here and not where pages are planned: a build in which nothing changed draws none.
            "range_chart": range_chart,
            "trackers": trackers,
            "rendered_once": lru_cache(maxsize=512)(_render_macro),
        }

    def search_box(self, root: str) -> Markup:
        """Return the search box for a page of the theme; `root` leads to the site's root."""
        return Markup(self.environment.from_string(_SEARCH_BOX).render(root=root))  # noqa: S704 - a template's output

    def render(self, template: str, path: str, **context: Any) -> str:
        """Return the body of the page at `path`.

        The templates get `root`, which leads from the page to the site's root, `./` on the root itself. Raises
        `FixcardsError` where a template has a fault: they may be the site's own.
        """
        root = "../" * depth(path) or "./"
        try:
            html = self.environment.get_template(template).render(root=root, **context)
        except TemplateError as error:
            raise FixcardsError(f"{_location(error)}: {error.message}") from error
        return visible_html(html)


def _render_macro(macro: Callable[..., Markup], *arguments: object) -> Markup:
    """Return the output of a macro for hashable arguments: for parts that many pages share, such as filters."""
    return macro(*arguments)


@lru_cache(maxsize=4)
def renderer(settings: SiteSettings) -> Renderer:
    """Return the renderer for `settings`, the same one each time, so that a process compiles each template once."""
    return Renderer(settings)


def _location(error: TemplateError) -> str:
    """Return the template and the line in which an error lies, as far as it says."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "the templates"
