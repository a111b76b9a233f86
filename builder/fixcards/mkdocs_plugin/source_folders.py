"""The folders that a site is made from and written to: which MkDocs may read, and that none is a link."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fixcards import cache
from fixcards.errors import FixcardsError
from fixcards.files import make_private, walk


def pages_folder(option: str | None, config_file: str | None, cards: str, site_dir: str) -> str:
    """Return the folder that MkDocs reads: the one with the author's own pages, an empty one if there is none.

    Never that of the cards: MkDocs publishes every file that it finds and follows every link. Raises `FixcardsError`
    where the folder is not one of its own inside the project, or where it is or holds a link, a pipe or a device.
    """
    if option is None:
        return _empty_folder()
    project = Path(config_file or "mkdocs.yml").absolute().parent
    parts = Path(option).parts
    folder = project / option
    steps = [project.joinpath(*parts[: number + 1]) for number in range(len(parts))]
    if (
        not parts
        or Path(option).is_absolute()
        or ".." in parts
        or not folder.is_dir()
        or any(map(Path.is_symlink, steps))
    ):
        raise FixcardsError(f"`pages: {option}` is no folder below the one of mkdocs.yml")
    for name, other in (("docs_dir", Path(cards)), ("site_dir", Path(site_dir))):
        if folder.is_relative_to(other.absolute()) or other.absolute().is_relative_to(folder):
            raise FixcardsError(f"`pages: {option}` and `{name}` lie in one another; give each a folder of its own")
    for path, entry in walk(str(folder), skip=lambda path: False):
        if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
            raise FixcardsError(f"{folder / path}: is a link, a pipe or a device, which can't be published; remove it")
    return str(folder)


def more_folders(options: Sequence[str], config_file: str | None) -> tuple[Path, ...]:
    """Return the further folders with cards. Raises `FixcardsError` for one that isn't there."""
    project = Path(config_file or "mkdocs.yml").absolute().parent
    folders = tuple(project / option for option in options)
    for option, folder in zip(options, folders, strict=True):
        if not folder.is_dir():
            raise FixcardsError(f"`more_cards: {option}`: no such folder next to mkdocs.yml; correct it")
    return folders


def remove_links_below(site_dir: str) -> None:
    """Remove the links in the folder of a site: MkDocs would leave them, and write to where they lead."""
    if Path(site_dir).is_dir():
        for path, entry in walk(site_dir, skip=lambda path: False):
            if entry.is_symlink():
                Path(site_dir, path).unlink()


def refuse_link(site_dir: str, config_file: str | None) -> None:
    """Raise `FixcardsError` where the folder of the site is a link, or lies below one inside the project.

    A link can come with a pull request, and MkDocs empties the folder that it leads to.
    """
    project = Path(config_file or "mkdocs.yml").absolute().parent
    site = Path(site_dir)
    inside = [folder for folder in site.parents if folder.is_relative_to(project) and folder != project]
    for folder in (site, *inside):
        if folder.is_symlink():
            raise FixcardsError(
                f"{folder}: is a link to {folder.readlink()}, whose files a build would delete; remove the link, "
                "or set another `site_dir`"
            )


def _empty_folder() -> str:
    """Return a folder without files, for MkDocs to read, which only this user can write."""
    folder = cache.cache_folder("no-pages")
    try:
        make_private(folder)
        if not any(folder.iterdir()) and not folder.is_symlink():
            return str(folder)
    except OSError:
        pass
    folder = Path(tempfile.mkdtemp(prefix="fixcards-"))
    atexit.register(folder.rmdir)
    return str(folder)
