"""Installed packages: the folders that they lie in, and how their names are written."""

from __future__ import annotations

import re
from functools import lru_cache

from fixcards.matching.parse.patterns import ARCHIVE, COMPILED
from fixcards.matching.parse.tokens import lower

LIBRARY_FOLDERS = ("/site-packages/", "/dist-packages/", "/vendor-packages/", "/node_modules/", ".whl/", ".zip/")
"""Folders that packages are installed in. `dist-packages` is Debian's, `vendor-packages` that of illumos, pex runs
wheels where it unpacked them, and Python imports from an archive as it is."""

_START_SCRIPT = r"(?:^|[/\\])bin[/\\][^./\\]+$|[.]exe[/\\]"
NOT_OWN_CODE = (
    r"[/\\][Ll]ib(?:64)?[/\\]+py(?:thon|py)[0-9.]+t?[/\\]"
    r"|(?:[Pp]y(?:thon|[Pp]y)(?:[0-9.-]*|SoftwareFoundation[^/\\]{0,80})|pyenv-win[/\\]+versions"
    r"|(?:conda|(?:mini|mamba)forge)[0-9]*(?:[/\\]+envs[/\\]+[^/\\]{1,80})?)"
    r"(?:[/\\]+(?:cpython|[0-9]|current|x64|x86)[^/\\]{0,80}){0,3}[/\\]+[Ll]ib[/\\]"
    rf"|^<frozen|(?:^|[/\\])importlib[/\\]|{_START_SCRIPT}"
)
"""The path of a file of Python itself, for one that no library folder holds, or of a program that an installer wrote to
start a package. No one has written that code. On Windows the library lies in `Lib` below the interpreter, for which
python.org, the store, Conda, pyenv, uv and the hosts of CI have folders of their own."""
NO_FILE = rf"^<|{_START_SCRIPT}|_in_process[.]py"
"""A path without code to change: that of typed code, too, and of what starts a build in a process of its own."""

OTHER_NAMES = (
    ("bs4", "beautifulsoup4"),
    ("docker-py", "docker"),
    ("imblearn", "imbalanced-learn"),
    ("jinja", "jinja2"),
    ("pil", "pillow"),
    ("redis-py", "redis"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("yaml", "pyyaml"),
)
"""Names by which packages are imported, or by which people call their projects, that are no other distribution's."""

_SEPARATORS = re.compile("[-_.]+")
_DISTRIBUTIONS = dict(OTHER_NAMES)
_ARCHIVE, _COMPILED = re.compile(ARCHIVE), re.compile(COMPILED)


def path_in_library(path: str) -> str | None:
    """Return a path relative to the last library folder in it, None for a path outside all of them.

    The last one counts because Debian keeps pip's own copies of packages in a `dist-packages` below another one, and
    a virtual environment may lie below a `site-packages`. Separators are `/`; the path may begin with the folder.
    """
    path = f"/{path}"
    end = 0
    for folder in LIBRARY_FOLDERS:
        start = path.rfind(folder)
        if start >= 0:
            end = max(end, start + len(folder))
    return path[end:] if end else None


def library_frame(path: str, function: str) -> str | None:
    """Return `package/module.py:function` for a file of a library, None for any other.

    A library's file lies below a library folder, in a package's own `src/` or at a relative path, as compiled modules
    say, behind three dots, where people leave the folder out, or where pip builds it.
    """
    path = path.replace("\\", "/").replace("//", "/")
    inside = path_in_library(path)
    if inside is None:
        match = _COMPILED.search(path)
        if not match:
            return None
        inside = match[match.lastindex or 1]
    inside = _ARCHIVE.sub("", inside)
    return f"{inside}:{function}" if "/" in inside or inside.endswith(".py") else None


def frame_package(frame: str) -> str:
    """Return the package of a frame, as imported. A module that lies in no folder is a package of its own."""
    return frame.partition("/")[0].partition(".py:")[0]


@lru_cache(maxsize=4096)
def canonical_name(name: str) -> str:
    """Return the name of a distribution or an import as PEP 503 writes it.

    Separators at the ends go too, since the package `_pytest` belongs to the distribution `pytest`.
    """
    return _SEPARATORS.sub("-", lower(name)).strip("-")


@lru_cache(maxsize=4096)
def distribution_name(name: str) -> str:
    """Return the name of the distribution that a text means by a name: that of an import, a folder or a project."""
    name = canonical_name(name)
    return _DISTRIBUTIONS.get(name, name)
