"""Our scripts and styles, as MkDocs' files."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from fixcards.mkdocs_plugin import assets, stylesheet


def publish(files: Files, config: MkDocsConfig) -> dict[str, str]:
    """Make what is ours in `files` ready for the wire; return its addresses by the names that templates use."""
    assets.minify_assets(files)
    files.append(File.generated(config, stylesheet.PATH, content=stylesheet.prune_theme(files, configured(config))))
    addresses = assets.addresses(files)
    for name, address in addresses.items():
        file = files.src_uris[name]
        files.remove(file)
        files.append(File.generated(config, address, content=file.content_string))
    return addresses


def configured(config: MkDocsConfig) -> set[str]:
    """Return the names of the features, plugins, extras and colours of a site."""
    palette = config.theme.get("palette") or []
    options = [palette] if isinstance(palette, dict) else palette
    colours = {str(option[part]) for option in options for part in ("primary", "accent") if part in option}
    plugins = {name.rpartition("/")[2] for name in config.plugins}
    return colours | plugins | {*config.theme.get("features", [])} | {*config.extra}
