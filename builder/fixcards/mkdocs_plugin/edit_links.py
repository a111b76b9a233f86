"""The links for editing a card, in the form of the host of the repository."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig

from fixcards.project_file import read_project_file
from fixcards.site.code_host import CodeHost


def set_edit_uri(config: MkDocsConfig, host: CodeHost, cards: Path) -> None:
    """Set `edit_uri` where mkdocs.yml doesn't: MkDocs derives one for a branch and a folder that hold no card."""
    file = Path(config.config_file_path or "mkdocs.yml").absolute()
    # What a configuration that was read has there may be MkDocs' own.
    if file.is_file() and read_project_file(file, file.read_bytes()).sets_edit_links:
        return
    project = file.parent
    folder = cards.absolute()
    inside = folder.is_relative_to(project)
    config.edit_uri = host.edit_uri(folder.relative_to(project).as_posix()) if inside else ""


def edit_base(config: MkDocsConfig) -> str:
    """Return the start of the addresses at which card files are edited, as MkDocs forms them; empty without links.

    A template in place of a start (`edit_uri_template`) gives none.
    """
    if not config.repo_url or not config.edit_uri or config.edit_uri.startswith(("?", "#")):
        return ""
    return urljoin(config.repo_url.rstrip("/") + "/", config.edit_uri.rstrip("/") + "/")
