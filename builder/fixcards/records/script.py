"""A reproduction as a file that a reader can run: `uv run reproduction.py`."""

from __future__ import annotations

from pathlib import PurePosixPath

from fixcards.ecosystems import ecosystem
from fixcards.errors import FixcardsError
from fixcards.records.card import Card, Fix
from fixcards.records.evidence import Evidence

SCRIPT_NAME = "repro.py"


def broken_release(card: Card, evidence: Evidence | None = None) -> str | None:
    """Return the release on which the failure is shown: the one that was run, else the one that the card names."""
    for run in evidence.runs if evidence else ():
        if run.role == "broken" and run.release:
            return run.release
    return card.versions.named_broken


def reproduction_script(card: Card, release: str | None = None, fix: Fix | None = None) -> str:
    """Return the reproduction of `card` as one Python file that names its own requirements (PEP 723).

    It is pinned to `release` (by default the broken one), or set up as `fix` says. Extra files of the reproduction
    are written next to the file before its code runs.
    """
    code = fix.code if fix is not None and fix.code is not None else card.reproduction.code
    reproduction = card.reproduction
    tested = release or card.versions.named_broken
    python = f"=={tested}.*" if card.about_python and tested else reproduction.python
    head = ecosystem(card.ecosystem).script_head(
        requirements(card, release, fix), python, reproduction.exclude_newer, reproduction.overrides
    )
    head += ["#", f"# {card.id}: {_one_line(card.title)}"]
    head += [f"# Fix: {_one_line(fix.title)}"] if fix else []
    head += [f"# {card.issue}"] if card.issue else []
    return "\n".join(head) + "\n\n" + _with_files(card, code.rstrip("\n") + "\n")


def requirements(card: Card, release: str | None = None, fix: Fix | None = None) -> tuple[str, ...]:
    """Return the direct requirements of the reproduction with `release`, or of one fix.

    Without `release` it is the broken one. An upgrade without requirements of its own installs `versions.fixed`.
    """
    itself = () if card.about_python else (f"{card.package}=={{version}}",)
    texts = card.reproduction.requires or itself
    if fix is not None and fix.requires is not None:
        texts = fix.requires
    elif fix is not None and fix.kind == "upgrade" and card.versions.fixed:
        release = card.versions.fixed
    release = release or card.versions.named_broken
    if release is None and any("{version}" in text for text in texts):
        raise FixcardsError(f"{card.id}: `versions.affected` names no release that could be run")
    return tuple(text.replace("{version}", release or "") for text in texts)


def _one_line(text: str) -> str:
    """Return `text` without line breaks, which would end the comment that it stands in."""
    return " ".join(text.split())


def _with_files(card: Card, code: str) -> str:
    """Return `code` behind the lines that write the extra files next to the script, where there are any."""
    if not card.reproduction.files:
        return code
    names = {str(PurePosixPath(name)): text for name, text in card.reproduction.files.items()}
    lines = code.splitlines(keepends=True)
    future = [line for line in lines if line.startswith("from __future__ ")]
    rest = [line for line in lines if not line.startswith("from __future__ ")]
    return (
        "".join(future) + "import pathlib as _pathlib\n\n"
        f"for _name, _text in {names!r}.items():\n"
        "    _file = _pathlib.Path(__file__).parent / _name\n"
        "    _file.parent.mkdir(parents=True, exist_ok=True)\n"
        '    _file.write_text(_text, encoding="utf-8")\n\n' + "".join(rest)
    )
