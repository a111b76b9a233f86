"""A good library with real evidence, and what an attack may do with a copy of it."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.hostile.machine import REPOSITORY, Machine, record
from tests.hostile.program_checks import HONEST, SCHEMA

EVIDENCE = "9.evidence.json"


def good_library(folder: Path, machine: Machine) -> Path:
    """Write a project with cards that were executed; return its folder."""
    cards = folder / "cards"
    (cards / "demo").mkdir(parents=True)
    for number in (1, 2, 9):
        write(cards, number)
    shutil.copy(REPOSITORY / "mkdocs.yml", folder)
    machine.own(folder)
    for words in (("schema", "--write"), ("verify", "-j", "2")):
        done = machine.fixcards(*words, cwd=folder)
        assert done.returncode == 0, done.stderr
    done = machine.fixcards("check", "--ignore", "FC4", cwd=folder)
    assert done.returncode == 0, done.stdout
    return folder


@dataclass(frozen=True)
class Copy:
    """A copy of the good library, into which one attack writes. `cards/demo/9` is the attacker's."""

    folder: Path
    mark: str
    """A text that must not get into the site."""

    @property
    def cards(self) -> Path:
        """The folder of the cards."""
        return self.folder / "cards"

    @property
    def outside(self) -> Path:
        """A folder beside the cards, with a secret in it."""
        place = self.folder / "outside"
        place.mkdir(exist_ok=True)
        (place / "secret.txt").write_text(f"secret {self.mark}\n")
        return place

    def stray(self, path: str, content: str | bytes = "") -> str:
        """Write a file of a contributor; return its path."""
        place = self.cards / path
        place.parent.mkdir(parents=True, exist_ok=True)
        text = content or f"<h1>{self.mark}</h1><script>alert(1)</script>"
        place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
        return path

    def link(self, path: str, target: str | Path) -> str:
        """Put a symbolic link there; return its path."""
        place = self.cards / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(place):
            place.unlink()
        place.symlink_to(target)
        return path

    def card(self, **changes: object) -> str:
        """Write the attacker's card without evidence, with a mark in its prose; return its path."""
        (self.cards / "demo" / EVIDENCE).unlink(missing_ok=True)
        symptom = str(changes.pop("symptom", "The frobnicator stops."))
        write(self.cards, 9, symptom=f"{symptom} {self.mark}", **changes)
        return "demo/9.yaml"

    def code(self, code: str, **reproduction: object) -> str:
        """Write the attacker's card with another program."""
        return self.card(reproduction={"code": code, **reproduction})

    def text(self, old: str, new: str) -> str:
        """Replace a text of the attacker's card, which it must have."""
        path = self.cards / self.card()
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
        return "demo/9.yaml"

    def forge(self, change: Callable[[dict[str, Any]], object]) -> str:
        """Change the data of the attacker's evidence, with a mark in its notes."""
        path = self.cards / "demo" / EVIDENCE
        data = json.loads(path.read_text(encoding="utf-8"))
        before = copy.deepcopy(data)
        change(data)
        assert data != before, "the forgery changes nothing: the format has no such key"
        path.write_text(json.dumps(data), encoding="utf-8")
        return f"demo/{EVIDENCE}"


def write(cards: Path, number: int, **changes: object) -> None:
    """Write an honest card, with changes, as `demo/<number>.yaml`."""
    card = record("demo", number, HONEST, **changes)
    text = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, width=1000)
    (cards / "demo" / f"{number}.yaml").write_text(SCHEMA + text, encoding="utf-8")


def places(data: Any, key: str) -> Iterator[dict[str, Any]]:
    """Yield every mapping in the data of evidence that has a key, whatever the format around it is."""
    if isinstance(data, dict):
        if key in data:
            yield data
        for value in data.values():
            yield from places(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from places(value, key)


def change(key: str, value: object, role: str | None = None) -> Callable[[dict[str, Any]], None]:
    """Return a forgery that sets a key wherever it is, or in the runs with one role only."""

    def forge(data: dict[str, Any]) -> None:
        for place in places(data, key):
            if role is None or place.get("role") == role:
                place[key] = value(place[key]) if callable(value) else value

    return forge


def check(folder: Path) -> tuple[int, list[str], str, float]:
    """Run `fixcards check`; return exit status, paths of the problems, everything printed, and seconds."""
    start = time.monotonic()
    # The shell's limit keeps this machine usable where the program has none of its own.
    program = ["sh", "-c", 'ulimit -v 3000000; exec "$@"', "sh"]
    program += [sys.executable, "-c", "from fixcards.cli import main; main()", "check", "--ignore", "FC4"]
    done = subprocess.run(program, cwd=folder, capture_output=True, check=False, timeout=20)
    seconds = time.monotonic() - start
    text = done.stdout.decode("utf-8", "replace")
    return done.returncode, text.splitlines(), text + done.stderr.decode("utf-8", "replace"), seconds


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder. No file of it may be larger than 32 MB."""
    words = ["sh", "-c", 'ulimit -f 65536; ulimit -v 3000000; exec "$@"', "sh"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "DEPLOY_TOKEN": "hush-in-the-build"}
    command = [*words, str(Path(sys.executable).parent / "mkdocs"), "build", "--quiet", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def published(site: Path, text: str) -> list[str]:
    """Return the files of a site whose path or content has a text."""
    sought = text.encode()
    return [
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and (sought in os.fsencode(path) or sought in path.read_bytes())
    ]
