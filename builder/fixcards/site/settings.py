"""What the pages need to know of the site that they are for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixcards.cache import digest, digest_of
from fixcards.site.code_host import CodeHost


@dataclass(frozen=True)
class SiteSettings:
    """Plain data, which goes to other processes with the tasks."""

    site_name: str
    templates: Path
    today: date
    site_url: str = ""
    """Address of the published site with a slash at the end; empty where it has none."""
    repo_url: str = ""
    """Address of the project's repository without a slash at the end; empty where it has none."""
    repo_host: str = ""
    """Kind of its host (`code_host.KINDS`); empty where the name of the host says it."""

    edit_base: str = ""
    """Start of the addresses for editing card files, with a slash at the end; empty where there are none."""

    previews: bool = False
    """Whether each card has a picture of its own for previews of links to it."""

    @property
    def code_host(self) -> CodeHost:
        """The host of the repository."""
        return CodeHost.of(self.repo_url, self.repo_host or None)


def templates_digest(folder: Path) -> bytes:
    """Return a digest of all templates."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest(*(part for path in files for part in (str(path.relative_to(folder)).encode(), path.read_bytes())))


def inputs_digest(settings: SiteSettings, frames: Iterable[str]) -> bytes:
    """Return the digest of the inputs of every page: settings, templates, and the frames that the theme makes."""
    named = (
        settings.site_name,
        settings.site_url,
        settings.repo_url,
        settings.repo_host,
        settings.edit_base,
        settings.previews,
    )
    return digest_of((templates_digest(settings.templates), named, tuple(frames)))
