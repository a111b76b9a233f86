"""Jinja's environment for our templates: what they may call, and what makes ten thousand pages of them quick."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup

from fixcards.cache import CacheFile, digest_of
from fixcards.site import highlight
from fixcards.site import markdown as prose

_CACHED_MACROS = ("heading", "badge")
"""Macros of `once.html`, which have few different results, as filters: Jinja calls these without looking into them."""
_SYNTAX = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
    "optimized",
)
"""Settings of an environment on which a template's code depends."""


def environment(folder: Path) -> Environment:
    """Return the environment for the templates in `folder`. Everything that they print is escaped."""
    made = _Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"prose": prose.render_blocks, "inline": prose.render_inline, "code": highlight.highlight_code}
    made.filters |= {name: _cached_macro(made, name) for name in _CACHED_MACROS}
    return made


def error_location(error: TemplateError) -> str:
    """Return the template and the line in which an error lies, as far as it tells."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "the templates"


class BytecodeCacheFile(BytecodeCache):
    """Templates that are compiled once: the theme's take a third of a second, a small build as long as all the rest."""

    def __init__(self, shelf: CacheFile) -> None:
        self._shelf = shelf
        self._known: dict[str, tuple[str, bytes]] = shelf.read() or {}
        self._new: dict[str, tuple[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja the code of a template, unless it has changed."""
        checksum, code = self._known.get(bucket.key, ("", b""))
        if checksum == _checksum(bucket):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember the code of a template."""
        self._new[bucket.key] = _checksum(bucket), bucket.bytecode_to_string()

    def save(self) -> None:
        """Write down what was compiled anew."""
        if self._new:
            self._shelf.write({**self._known, **self._new})
            self._new = {}


def _checksum(bucket: Bucket) -> str:
    """Return a digest of a template's text and of what a hook may have set that it is compiled by."""
    env = bucket.environment
    syntax = [repr(getattr(env, name)) for name in _SYNTAX]
    return digest_of((bucket.checksum, syntax, sorted(env.extensions), sorted(env.filters), sorted(env.tests))).hex()


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
        """Return what `markupsafe.escape` does as plain text, quotes in another spelling."""
        if type(value) is str:
            return escape(value)
        if type(value) is Markup:
            return value
        return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def _cached_macro(made: Environment, name: str) -> Callable[..., Markup]:
    """Return a macro of `once.html` that renders anything but once."""

    @lru_cache(typed=True)
    def macro(*words: Any) -> Markup:
        return Markup(getattr(made.get_template("once.html").module, name)(*words))  # noqa: S704 - a template's output

    return macro
