"""The package index that pip and uv are configured with."""

from __future__ import annotations

import configparser
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pypi_simple import PYPI_SIMPLE_ENDPOINT

from fixcards.errors import FixcardsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXTRA_INDEX_VARIABLES = ("UV_INDEX", "UV_EXTRA_INDEX_URL")
_DEFAULT_INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")


def uv_index_variables() -> dict[str, str]:
    """Return the environment variables that point uv to the index that pip and uv are configured with.

    The sources, first one first: uv's own variables, pip's variable, uv's configuration file, pip's. Further indexes
    count where uv's variables name them. Those of pip are left out, since pip takes the highest version of all
    indexes, which lets a public package replace a private one.

    Raises `FixcardsError` for a configuration file of uv that can't be parsed: without it the public index would answer
    for a private one.
    """
    variables = {
        name: os.environ[name] for name in (*_DEFAULT_INDEX_VARIABLES, *EXTRA_INDEX_VARIABLES) if os.environ.get(name)
    }
    if not any(name in variables for name in _DEFAULT_INDEX_VARIABLES):
        url = os.environ.get("PIP_INDEX_URL") or _from_uv_configuration() or _from_pip_configuration()
        if url:
            variables["UV_DEFAULT_INDEX"] = url
    return variables


def index_urls(variables: Mapping[str, str]) -> list[str]:
    """Return the URLs of the indexes in such variables, in the order in which uv asks them."""
    extra = [url for name in EXTRA_INDEX_VARIABLES for url in variables.get(name, "").split()]
    default = next((variables[name] for name in _DEFAULT_INDEX_VARIABLES if variables.get(name)), PYPI_SIMPLE_ENDPOINT)
    return [url.partition("=")[2] if re.match(r"[\w-]+=", url) else url for url in extra] + [default]


def without_password(url: str) -> str:
    """Return a URL without user name and password, for messages and files."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _from_uv_configuration() -> str | None:
    """Return the default index of the user's `uv.toml`, else of the machine's (docs.astral.sh/uv, "Settings")."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for path in (home / "uv" / "uv.toml", Path("/etc/uv/uv.toml")):
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError:
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FixcardsError(f"{path}: not valid TOML: {error}") from None
        pip = settings.get("pip")
        for table in (pip if isinstance(pip, dict) else {}, settings):  # environments are made by `uv pip`
            if url := _default_index(table):
                return url
    return None


def _default_index(table: Mapping[str, Any]) -> str | None:
    """Return the URL of the `[[index]]` marked as default, else the older `index-url`."""
    indexes = table.get("index")
    for index in indexes if isinstance(indexes, list) else []:
        if isinstance(index, dict) and index.get("default") is True and isinstance(index.get("url"), str):
            return str(index["url"])
    url = table.get("index-url")
    return url if isinstance(url, str) else None


def _from_pip_configuration() -> str | None:
    """Return the index of pip's configuration files, by their precedence (pip.pypa.io, topic "Configuration")."""
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return None
    name = "pip.ini" if os.name == "nt" else "pip.conf"
    home = Path.home()
    folders = [
        Path(sys.prefix),
        Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip",
        home / "Library" / "Application Support" / "pip",
        home / ".pip",
        *(Path(text) / "pip" for text in (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)),
        Path("/etc"),
    ]
    for path in [*([Path(named)] if named else []), *(folder / name for folder in folders)]:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("install", "global"):
            if url := parser.get(section, "index-url", fallback=None):
                return url
    return None
