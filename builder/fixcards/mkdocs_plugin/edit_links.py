"""The links for editing a card, in the form of the host of the repository."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from fixcards.site.code_host import CodeHost


def set_edit_uri(config: MkDocsConfig, host: CodeHost, cards: Path) -> None:
    """Set `edit_uri` where mkdocs.yml doesn't: MkDocs derives one for a branch and a folder that hold no card."""
    if any({"edit_uri", "edit_uri_template"} & set(each) for each in config.user_configs):
        return
    project = Path(config.config_file_path or "mkdocs.yml").absolute().parent
    folder = cards.absolute()
    inside = folder.is_relative_to(project)
    config.edit_uri = host.edit_uri(folder.relative_to(project).as_posix()) if inside else ""
