"""What a project's mkdocs.yml says to the commands: where its cards are, and what its company has of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fixcards import cache
from fixcards.errors import FixcardsError

FILE_NAMES = ("mkdocs.yml", "mkdocs.yaml")
MAX_BYTES = 1 << 20
# Texts, which `re` compiles when they are first needed: a search takes its settings from the cache.
_VARIABLE = r"[A-Z_][A-Z0-9_]*"
_PACKAGES = r"[a-z0-9*]+(?:-[a-z0-9*]+)*-?"
_HOST = r"(?:\*\.)?[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*|[0-9a-f:]*:[0-9a-f:.]*"
_SEPARATORS = r"[-_.]+"


class AssignedIndex(NamedTuple):
    """A package index with the packages that come from it and from no other."""

    location: str
    """Its address, or the name of an environment variable that holds it, with a password if it takes one."""
    packages: tuple[str, ...]
    """Normalised names; `*` stands for any characters."""

    def serves(self, package: str) -> bool:
        """Return whether a package, by its normalised name, comes from here."""
        return any(fnmatchcase(package, pattern) for pattern in self.packages)

    @property
    def url(self) -> str:
        """Its address. Raises `FixcardsError` where the variable that should hold it has none."""
        if not re.fullmatch(_VARIABLE, self.location):
            return self.location
        value = os.environ.get(self.location, "").strip()
        if not value:
            raise FixcardsError(
                f"{self.location} is not set, and mkdocs.yml says that it holds the index of "
                f"{', '.join(self.packages)}; export {self.location}=https://user:password@host/simple/"
            )
        if not _is_web_address(value):  # without its value, which may be a password
            raise FixcardsError(f"{self.location} holds no http(s) address of a package index; correct it")
        return value


class ProjectOptions(NamedTuple):
    """The options of the plugin that the commands follow, too."""

    more_cards: tuple[str, ...] = ()
    """Further folders with cards, relative to the folder of mkdocs.yml."""
    tracker_hosts: tuple[str, ...] = ()
    """Hosts whose addresses in cards may begin with http:// or be private; `*.` stands for any host below."""
    package_indexes: tuple[AssignedIndex, ...] = ()
    """Where packages come from that the configured package index doesn't have, or may not be asked for."""

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> ProjectOptions:
        """Return the options that the keys of a mapping set. Raises `FixcardsError` for one that means nothing."""
        return cls(
            tuple(_texts("more_cards", options.get("more_cards"), "a folder, or a list of folders")),
            tuple(map(_host, _texts("tracker_hosts", options.get("tracker_hosts"), "a host, or a list of hosts"))),
            tuple(_indexes(options.get("package_indexes"))),
        )


class Project(NamedTuple):
    """A project of cards. One without a mkdocs.yml has the defaults."""

    folder: Path | None = None
    """Where its mkdocs.yml is."""
    cards: tuple[Path, ...] = ()
    """The folders of cards, that of the project itself first; empty where mkdocs.yml doesn't use the plugin."""
    site_url: str = ""
    """Address of the published site with a slash at its end, empty where there is none."""
    options: ProjectOptions = ProjectOptions()

    def publishes(self, cards: Path) -> bool:
        """Return whether the site of the project has the cards of a folder."""
        place = os.path.realpath(cards)
        if self.folder is not None and os.path.dirname(place) == os.path.realpath(self.folder):  # noqa: PTH120
            return True
        return place in map(os.path.realpath, self.cards)

    @classmethod
    def in_folder(cls, folder: Path) -> Project:
        """Return the settings in the mkdocs.yml of a folder.

        Raises `FixcardsError` where it can't be read, or where an option of the plugin means nothing.
        """
        for name in FILE_NAMES:
            with suppress(FileNotFoundError, NotADirectoryError):
                return _read(folder, folder / name)
        return cls()

    @classmethod
    def of_cards(cls, cards: Path) -> Project:
        """Return the project that a folder of cards belongs to: the nearest mkdocs.yml above it, else that at hand.

        The one in the working directory is at hand. Raises what `in_folder` raises.
        """
        for folder in cards.absolute().parents:
            if any((folder / name).is_file() for name in FILE_NAMES):
                return cls.in_folder(folder)
        return cls.in_folder(Path())


def host_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Return whether a host is one of `allowed`, or lies below one that begins with `*.`."""
    host = host.lower().rstrip(".")
    return any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in allowed)


def _read(folder: Path, path: Path) -> Project:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    # Reading YAML takes longer than a whole search, so what was read is cached.
    stable = b"INHERIT" not in content and b"!ENV" not in content
    stored = cache.cache_file("projects", os.path.realpath(path), cache.environment_fingerprint)
    key = cache.digest(content)
    plain = stored.read(key) if stable else None
    if not isinstance(plain, tuple):
        from fixcards.project_file import read_project_file

        try:
            settings = read_project_file(path, content)
        except FixcardsError:
            if b"fixcards" in content:
                raise
            return Project(folder)  # the site of something else, which is no concern of ours
        options = ProjectOptions.parse(settings.options or {})
        folders = (settings.docs_dir, *options.more_cards) if settings.options is not None else ()
        indexes = tuple(tuple(index) for index in options.package_indexes)
        plain = (folders, settings.site_url, (options.more_cards, options.tracker_hosts, indexes))
        if stable:
            stored.write(plain, key)
    return _from_plain(folder, *plain)


def _from_plain(folder: Path, cards: tuple[str, ...], site_url: str, options: tuple[Any, ...]) -> Project:
    more_cards, hosts, indexes = options
    assigned = tuple(AssignedIndex(location, tuple(packages)) for location, packages in indexes)
    folders = tuple(folder / each for each in cards)
    return Project(folder, folders, site_url, ProjectOptions(more_cards, hosts, assigned))


def _texts(name: str, value: Any, expected: str) -> list[str]:
    texts = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise FixcardsError(f"mkdocs.yml: `{name}` is not {expected}")
    return texts


def _host(text: str) -> str:
    host = text.lower()
    if not re.fullmatch(_HOST, host):
        raise FixcardsError(
            f"mkdocs.yml: `tracker_hosts`: {text!r} is not a host; write its name alone, such as jira.example.com"
        )
    return host


def _indexes(value: Any) -> Iterable[AssignedIndex]:
    expected = "write `package_indexes:` and below it `https://host/simple/: [name, prefix-*]`"
    if value is not None and not isinstance(value, Mapping):
        raise FixcardsError(f"mkdocs.yml: `package_indexes` is not a mapping of indexes to packages; {expected}")
    for location, packages in (value or {}).items():
        if not isinstance(location, str) or not (re.fullmatch(_VARIABLE, location) or _is_web_address(location)):
            raise FixcardsError(
                f"mkdocs.yml: `package_indexes`: {location!r} is neither an http(s) address nor the name of an "
                f"environment variable; {expected}"
            )
        if not re.fullmatch(_VARIABLE, location) and "@" in urlsplit(location).netloc:
            raise FixcardsError(
                "mkdocs.yml: `package_indexes`: an address has a user name or password, which everyone can read who "
                "has the file; set an environment variable to the whole address and write its name, or use .netrc"
            )
        texts = _texts(f"package_indexes: {location}", packages, "a name of packages, or a list of names")
        names = [re.sub(_SEPARATORS, "-", text.lower()) for text in texts]
        for name in names or [""]:
            if not re.fullmatch(_PACKAGES, name):
                raise FixcardsError(f"mkdocs.yml: `package_indexes`: {name!r} is no name of packages; {expected}")
        yield AssignedIndex(location, tuple(names))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:
        return False
