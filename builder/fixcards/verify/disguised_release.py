"""A release under the number of another: a program that passes with it only looks at the number."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from fixcards.verify.stub_package import installed_metadata, installed_modules

_VERSION = r"""^(\s*(?:__version__|VERSION|version|__release__)\s*(?::[^=\n]+)?=\s*["']){old}(["'])"""
_DECIDES = re.compile(
    r"(?:__version__|VERSION|\bversion|__release__)\s*(?:[<>]|[=!]=|\.(?:split|startswith)|\bin\b)"
    r"|(?:parse\w*|Version|tuple|int)\([^()\n]*(?:__version__|VERSION|__release__)"
)
"""A package that decides by its own number, which the disguise must not change for it."""


def disguise_release(venv: Path, package: str, old: str, new: str) -> None:
    """Give an installed release another number: in its metadata, and where its modules state it literally.

    A package that decides by its own number keeps the literal one: it would behave as the other release. Files are
    replaced, never written to: they may be hard links into a cache. Raises `EnvironmentUnavailable` where the
    distribution is not there.
    """
    information = installed_metadata(venv, package)
    name = information.name.removesuffix(".dist-info").rpartition("-")[0]
    disguised = information.with_name(f"{name}-{new}.dist-info")
    pattern = re.compile(_VERSION.replace("{old}", re.escape(old)), re.MULTILINE)
    modules = [path for path in installed_modules(information) if path.suffix == ".py"]
    if not any(_DECIDES.search(path.read_bytes().decode("utf-8", "replace")) for path in modules):
        for path in modules:
            _replace(path, lambda text: pattern.sub(rf"\g<1>{new}\g<2>", text))
    _replace(information / "METADATA", lambda text: re.sub(r"(?m)^Version: .*$", f"Version: {new}", text, count=1))
    _replace(information / "RECORD", lambda text: text.replace(f"{information.name}/", f"{disguised.name}/"))
    information.rename(disguised)


def _replace(path: Path, change: Callable[[str], str]) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):  # no module states its number in another encoding
        return
    changed = change(text)
    if changed != text and not path.is_symlink():
        path.unlink()
        path.write_bytes(changed.encode("utf-8"))
