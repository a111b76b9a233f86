"""The style sheet of our pages, as MkDocs' file."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from builder.pages import sheet


def add_sheet(files: Files, config: MkDocsConfig) -> None:
    """Make the style sheet of our pages from those in `files`."""
    files.append(File.generated(config, sheet.PATH, content=sheet.sheet(files, configured(config))))


def configured(config: MkDocsConfig) -> set[str]:
    """Return the names of the features, plugins, extras and colours of a site."""
    palette = config.theme.get("palette") or []
    options = [palette] if isinstance(palette, dict) else palette
    colours = {str(option[part]) for option in options for part in ("primary", "accent") if part in option}
    plugins = {name.rpartition("/")[2] for name in config.plugins}
    return colours | plugins | {*config.theme.get("features", [])} | {*config.extra}
