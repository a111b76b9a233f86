"""Generated cards as many as wanted, as long and as varied as the real ones: `python -m benchmarks.cards FOLDER SIZE`.

Each takes the whole text of a real card and puts another failure into it (`benchmarks.search.generated`): package,
number, message, exception, frames, and other names for those in its prose and code.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from benchmarks.search.generated import generated

from fixcards.matching.index.entry import Entry
from fixcards.records.library import Library
from fixcards.records.loader import load

CARDS = Path(__file__).parents[1] / "cards"
_HEAD = "# yaml-language-server: $schema=../card.schema.json\n"
_FACTS = ("category", "versions", "status", "pr", "discussion")
"""What has only the package's name in it changed."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_CODE = re.compile(r"`([A-Za-z_][A-Za-z0-9_]{3,})`")


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as people do."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text.strip("\n") else None)


_Dumper.add_representer(str, _text)


def cards(size: int, bases: Sequence[Entry], library: Library | None = None) -> Iterator[tuple[str, str]]:
    """Yield path and YAML of `size` cards, the same ones every time; `bases` give the failures."""
    library = library or load(CARDS)
    real = [card.model_dump(mode="json", by_alias=True, exclude_defaults=True) for card in library.cards.values()]
    names = sorted({name for record in real for name in _CODE.findall(str(record))})
    rnd = random.Random(11)  # noqa: S311 - the same cards every time
    named = {name for record in real for name in re.findall(r"[a-z][a-z0-9-]+(?=[=<>~!])", str(record["reproduction"]))}
    for number, entry in enumerate(generated(bases, size), start=1):
        if entry.package in named:  # it may stand beside that package in one card
            entry = replace(entry, package=f"{entry.package}-fork")  # noqa: PLW2901
        record = _renamed(real[number % len(real)], entry, number, names, rnd)
        text = yaml.dump(record, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
        yield f"{entry.package}/{number}.yaml", f"{_HEAD}{text}"


def _renamed(record: dict[str, Any], entry: Entry, number: int, names: Sequence[str], rnd: random.Random) -> Any:
    """Return a real record with another failure in it."""
    old, package = record["package"], entry.package
    facts = {old: package}
    words = facts | {old.replace("-", "_"): package.replace("-", "_")}
    for name in sorted(set(_CODE.findall(str(record)))):
        if name not in words and rnd.random() < 0.5:
            words[name] = rnd.choice(names)
    made = {key: _swapped(value, facts if key in _FACTS else words) for key, value in record.items()}
    for before, fix in zip(record["fixes"], made["fixes"], strict=True):
        fix |= {key: _swapped(before[key], facts) for key in ("kind", "install", "requires") if key in before}
    for key, value in record["reproduction"].items():
        if key not in ("code", "files"):
            made["reproduction"][key] = _swapped(value, facts)
    error, *aliases = (_PLACEHOLDER.sub(lambda found: found[0].lower(), text) for text in entry.templates)
    made |= {"package": package, "title": entry.title, "issue": f"https://github.com/example/{package}/issues/{number}"}
    signature = made["signature"]
    signature |= {"error": error, "exception": entry.exception, "aliases": aliases or [f"{error} (again)"]}
    signature["frames"] = [*signature.get("frames", ())[:6], *entry.frames]
    if "traceback" in signature:
        last = error.replace("{", "").replace("}", "")
        signature["traceback"] = signature["traceback"].rstrip("\n").rpartition("\n")[0] + f"\n{last}\n"
    for key in ("related", "cause", "ids"):  # other cards, and names that only one card has
        made.pop(key, None)
    return made


def _swapped(value: Any, swaps: Mapping[str, str]) -> Any:
    """Return a value with other names in all its texts."""
    if isinstance(value, list):
        return [_swapped(each, swaps) for each in value]
    if isinstance(value, dict):
        return {_swapped(key, swaps): _swapped(each, swaps) for key, each in value.items()}
    if not isinstance(value, str):
        return value
    found = "|".join(map(re.escape, sorted(swaps, key=len, reverse=True)))
    return re.sub(rf"(?<![\w.-])(?:{found})(?![\w-])", lambda name: swaps[name[0]], value)


def write(folder: Path, size: int, bases: Sequence[Entry]) -> None:
    """Write `size` cards below `folder`."""
    for path, text in cards(size, bases):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    from benchmarks.search.run import filled

    write(Path(sys.argv[1]), int(sys.argv[2]), filled([], 10_000))
