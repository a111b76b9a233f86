"""A project, and an index on 127.0.0.1 that has what it takes, for the tools that make locks.

    python -m tests.audit.locked_project FOLDER

serves the index until it is stopped, after writing the project for each tool into a folder: how the locks in
`tests/data/locks` were made (its README).
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.distributions import wheel

RELEASES = (
    ("lamp", "1.0", (), ()),
    ("lamp", "2.0", ("oil>=1", "mirror ; extra == 'bright'"), ("bright",)),
    ("oil", "1.5", ("funnel ; python_version < '3.11'",), ()),
    ("funnel", "0.3", (), ()),
    ("mirror", "1.1", (), ()),
    ("curtain", "0.4", (), ()),
    ("wick", "1.0", (), ()),
    ("wick", "2.0", (), ()),
    ("paint", "3.0", (), ()),
    ("probe", "8.0", ("pole",), ()),
    ("pole", "1.2", (), ()),
)
"""Name, version, requirements and extras of all that the index has."""
PYTHONS = ("3.10", "3.11", "3.12")
COMMON = {"lamp": "2.0", "oil": "1.5", "mirror": "1.1", "paint": "3.0", "probe": "8.0", "pole": "1.2"}
"""What every target of a lock of the project has."""
PROJECT = """\
[project]
name = "app"
version = "0.1"
requires-python = ">=3.10,<3.13"
dependencies = [
    "lamp[bright]>=1",
    "curtain; sys_platform == 'win32'",
    "wick==1.0; python_version < '3.12'",
    "wick==2.0; python_version >= '3.12'",
]

[project.optional-dependencies]
plot = ["paint"]

[dependency-groups]
dev = ["probe"]
"""
PYPROJECTS = {
    "uv": '\n[[tool.uv.index]]\nurl = "{address}"\ndefault = true\n',
    "poetry": '\n[tool.poetry]\npackage-mode = false\n\n[[tool.poetry.source]]\nname = "local"\nurl = "{address}"\n',
    "pdm": '\n[tool.pdm]\ndistribution = false\n\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{address}"\n',
}
"""What the project says to each tool about the index."""
PIPFILE = """\
[[source]]
name = "local"
url = "{address}"
verify_ssl = false

[packages]
lamp = {{version = ">=1", extras = ["bright"]}}
curtain = {{version = "*", markers = "sys_platform == 'win32'"}}
wick = "==1.0"
paint = "*"

[dev-packages]
probe = "*"

[requires]
python_version = "3.11"
"""


def expected(python: str, platform: str) -> dict[str, str]:
    """Return what the project takes on a target, with its extra and its group."""
    return {
        **COMMON,
        "wick": "2.0" if python == "3.12" else "1.0",
        **({"funnel": "0.3"} if python == "3.10" else {}),
        **({"curtain": "0.4"} if platform == "windows" else {}),
    }


def write_project(folder: Path, tool: str, address: str) -> Path:
    """Write the project as a tool reads it into a folder; return that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if tool == "pipenv":
        (folder / "Pipfile").write_text(PIPFILE.format(address=address), encoding="utf-8")
    else:
        text = PROJECT + PYPROJECTS[tool].format(address=address)
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def served_index(folder: Path) -> Iterator[str]:
    """Serve the index from a folder on a free port; yield its address."""
    for name, version, requires, extras in RELEASES:
        content = wheel(name, version, {f"{name}.py": ""}, requires=requires, extras=extras)
        file = f"{name}-{version}-py3-none-any.whl"
        page = folder / "simple" / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        (page.parent / file).write_bytes(content)
        with page.open("a", encoding="utf-8") as lines:
            lines.write(f'<a href="{file}#sha256={hashlib.sha256(content).hexdigest()}">{file}</a>\n')
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/simple/"
    server.shutdown()
    server.server_close()


def main() -> None:
    folder = Path(sys.argv[1])
    with served_index(folder / "index") as address:
        for tool in (*PYPROJECTS, "pipenv"):
            print(write_project(folder / tool, tool, address))  # noqa: T201
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
