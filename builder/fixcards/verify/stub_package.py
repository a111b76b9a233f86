"""Stubs in place of a package's code: what fails with them does not fail because of the package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from fixcards.verify.environment_proof import identity, recorded_files
from fixcards.verify.unavailable import EnvironmentUnavailable

_MODULES = (".py", ".pyc", ".so", ".pyd", ".pth")
_STUB = '''\
class StubbedPackage(BaseException):
    """The package under test was used, whose code is not there in this run."""


raise StubbedPackage({module!r})
'''
# Not an Exception, so that no `except ImportError` or `except Exception` of a program or another package hides it.


def stub_package(venv: Path, package: str) -> None:
    """Replace every module of an installed distribution by one that raises when it is imported; its metadata stay.

    Extension modules and files that run when Python starts go. Files are replaced, never written to: they may be
    hard links into a cache. So do the annotations of a stub package (PEP 561), which a type checker reads in place of
    another package's code. Raises `EnvironmentUnavailable` where the distribution is not there.
    """
    information = installed_metadata(venv, package)
    modules = [*installed_modules(information), *_stub_package_annotations(information)]
    if not modules:
        raise EnvironmentUnavailable("environment", f"no module of {package} is installed")
    for path in modules:
        path.unlink(missing_ok=True)
        if path.suffix == ".py":
            module = path.relative_to(information.parent).as_posix()
            path.write_text(_STUB.format(module=module), encoding="utf-8")


def installed_metadata(venv: Path, package: str) -> Path:
    """Return the folder with the metadata of an installed distribution. Raises `EnvironmentUnavailable` without one."""
    for information in venv.glob("lib/python*/site-packages/*.dist-info"):
        if identity(information.name)[0] == package:
            return information
    raise EnvironmentUnavailable("environment", f"{package} is not installed")


def installed_modules(information: Path) -> Iterator[Path]:
    """Yield the modules of a distribution that lie in its folder of packages, which holds that of its metadata."""
    return (path for path in _installed_files(information) if path.suffix in _MODULES)


def _stub_package_annotations(information: Path) -> Iterator[Path]:
    """Yield the annotations in folders such as `redis-stubs`, which go before those of the package they describe."""
    for path in _installed_files(information):
        if path.suffix == ".pyi" and path.relative_to(information.parent).parts[0].endswith("-stubs"):
            yield path


def _installed_files(information: Path) -> Iterator[Path]:
    site, record = information.parent, information / "RECORD"
    root = os.path.realpath(site)
    for name, _ in recorded_files(record.read_text(encoding="utf-8", errors="replace")):
        path = site / name
        folder = os.path.realpath(path.parent)
        if (folder == root or folder.startswith(root + os.sep)) and os.path.lexists(path):
            yield path
