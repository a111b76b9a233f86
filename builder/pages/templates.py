"""Jinja's environment for our templates: what they may call, and what makes ten thousand pages of them quick."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup

from builder.pages import highlight, prose

_ONCE = ("heading", "badge")
"""Macros of `once.html`, which have few different results."""


def environment(folder: Path) -> Environment:
    """Return the environment for the templates in `folder`. Everything that they print is escaped."""
    made = _Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"prose": prose.prose, "inline": prose.inline, "code": highlight.code}
    made.globals |= {name: _once(made, name) for name in _ONCE}
    return made


class _Generator(CodeGenerator):
    """Escapes text into text: Jinja makes a `Markup` of each piece, of which nothing is left once they are joined."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class _Environment(Environment):
    code_generator_class = _Generator

    @staticmethod
    def escaped(value: Any) -> str:
        """Return what `markupsafe.escape` does, as plain text."""
        if type(value) is Markup:
            return value
        return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def _once(made: Environment, name: str) -> Callable[..., Markup]:
    """Return a macro of `once.html` that renders anything but once."""

    @lru_cache
    def macro(*words: Any) -> Markup:
        return Markup(getattr(made.get_template("once.html").module, name)(*words))  # noqa: S704 - a template's output

    return macro
