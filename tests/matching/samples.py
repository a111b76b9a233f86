"""Texts that programs really printed, and a small library to compare them with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.index.query import make_query
from fixcards.matching.index.reader import Index
from fixcards.matching.index.writer import build
from fixcards.matching.js_tables import tables
from fixcards.matching.parse.normalize import clean_display, normalize
from fixcards.matching.parse.normalized_failure import normalize_failure
from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.tokens import stem, tokenize
from fixcards.matching.score.environment import match_environment
from fixcards.matching.score.fixes import FittedFix
from fixcards.matching.score.matcher import Match, match

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY / "tests" / "data" / "matching"
TEXTS = {
    path.stem: path.read_text(encoding="utf-8", errors="strict") for path in sorted((DATA / "texts").glob("*.txt"))
}
ASSETS = REPOSITORY / "templates" / "theme" / "assets" / "search"
ENGINE, WORKER = (Path(__file__).with_name(name) for name in ("engine.mjs", "worker.mjs"))


@cache
def entries() -> tuple[Entry, ...]:
    """Return the cards as they were when the vectors were written, and invented ones for the texts."""
    records = json.loads((DATA / "entries.json").read_text(encoding="utf-8"))
    return (*(Entry.from_record(record) for record in records), *causes(), *unexplained())


vector_entries = entries


@cache
def causes() -> tuple[Entry, ...]:
    """Return an invented cause card, and cards that fall over it."""
    cause = Entry(
        id="wax-1",
        package="wax",
        templates=(
            "AttributeError: module 'wax' has no attribute 'tallow'",
            "AttributeError: module 'wax' has no attribute 'beeswax'",
            "DeprecationWarning: wax.tallow is deprecated and will be removed in wax 3",
        ),
        exception="AttributeError",
        frames=("wax/__init__.py:__getattr__",),
        title="wax 3 removed wax.tallow",
        affected=">=3",
        cause="wax-1",
        fixes=(
            FixOption("Write wax.Tallow() instead", "code-change"),
            FixOption("Upgrade the package whose frame is innermost", "upgrade"),
            FixOption("Hold wax below 3", "pin", ("wax<3",)),
        ),
        display={"path": "wax/1/", "verdict": "verified"},
    )
    victims = [
        Entry(
            id=f"{name}-7",
            package=name,
            templates=cause.templates[:1],
            exception="AttributeError",
            frames=(f"{name}/dip.py:dip", f"{name}/core.py:melt", "wax/__init__.py:__getattr__"),
            title=f"{name} cannot be imported with wax 3",
            affected=f"<{fixed}",
            fixed=fixed,
            requirements={"wax": ">=3"},
            cause="wax-1",
            fixes=(
                FixOption(
                    f"Upgrade {name} to {fixed} or later",
                    "upgrade",
                    (f"{name}>={fixed}",),
                    python=">=3.9" if name == "candlery" else "",
                ),
                FixOption("Hold wax below 3", "pin", ("wax<3",)),
                FixOption("Melt it yourself", "code-change"),
            ),
            keywords=("waxdip", "reload the mould") if name == "taper" else (),
            display={"path": f"{name}/7/", "verdict": "verified"},
        )
        for name, fixed in (("candlery", "1.5"), ("taper", "2.0"))
    ]
    removed = Entry(
        id="python-3",
        package="python",
        templates=("ModuleNotFoundError: No module named 'sconces'",),
        exception="ModuleNotFoundError",
        title="Python 3.13: No module named 'sconces'",
        affected=">=3.13",
        cause="python-3",
        fixes=(
            FixOption("Install standard-sconces", "workaround", ("standard-sconces",), python=">=3.13"),
            FixOption("Upgrade the package whose frame is innermost", "upgrade"),
        ),
        display={"path": "python/3/", "verdict": "verified"},
    )
    build_tool = Entry(
        id="setuptools-9",
        package="setuptools",
        templates=("AttributeError: module 'pkgutil' has no attribute 'Lantern'",),
        exception="AttributeError",
        frames=("pkg_resources/__init__.py:<module>",),
        title="setuptools below 60: module 'pkgutil' has no attribute 'Lantern'",
        affected="<60",
        fixes=(FixOption("Upgrade setuptools to 60 or later", "upgrade", ("setuptools>=60",)),),
        display={"path": "setuptools/9/", "verdict": "verified"},
    )
    return (cause, *victims, removed, build_tool)


@cache
def unexplained() -> tuple[Entry, ...]:
    """Return an invented card of a person, and one of the program about the same failure that fits the texts better."""
    card = Entry(
        id="snuffer-4",
        package="snuffer",
        templates=(
            "TypeError: Snuffer.snuff() got an unexpected keyword argument 'wick_length'",
            "AttributeError: 'Snuffer' object has no attribute 'wick_length'",
        ),
        exception="TypeError",
        frames=("snuffer/hand.py:close", "snuffer/core.py:snuff"),
        title="snuffer 1 passes wick_length, which wax 4 no longer takes",
        affected="<2 or >=3,<3.1",
        fixed="2.0",
        requirements={"wax": ">=4"},
        fixes=(
            FixOption("Upgrade snuffer to 2.0 or later", "upgrade", ("snuffer>=2.0,<3",)),
            FixOption("Upgrade snuffer 3 to 3.1 or later", "upgrade", ("snuffer>=3.1",)),
        ),
        display={"path": "snuffer/4/", "verdict": "verified"},
    )
    program = replace(
        card,
        id="snuffer-found-481239057",
        frames=card.frames[1:],
        title="snuffer 1.9 with wax 4.0: Snuffer.snuff() got an unexpected keyword argument",
        note="Found and executed by the program, not yet explained by a person.",
        display={"path": "snuffer/found-481239057/", "verdict": "verified"},
    )
    return (card, program)


@cache
def index() -> Index:
    return Index.of(entries(), "https://cards.example.org/")


def decisions(text: str) -> dict[str, Any]:
    """Return everything that the search decides about a text, as plain data."""
    failure = parse(text)
    query = make_query(normalize_failure(failure))
    lines = text.split("\n")
    plain = {
        "failure": {**asdict(failure), "versions": dict(sorted(failure.versions.items()))},
        "normal": [normalize(line) for line in lines],
        "display": [clean_display(line) for line in lines],
        "tokens": tokenize(text),
        "query": {
            "terms": list(query.terms.items()),
            "typed": query.typed,
            "words": query.words,
            "last_word": query.last_word,
            "prose": query.prose,
        },
        "matches": decided_matches(match(failure, index())),
        "environment": [
            {
                "id": each.entry.id,
                "versions": dict(sorted(each.versions.items())),
                "fixes": list(map(asdict, each.fixes)),
            }
            for each in match_environment(failure, index())
        ],
        "stems": [stem(word) for word in tokenize(text)],
    }
    return dict(json.loads(json.dumps(plain)))


def decided_matches(matches: Iterable[Match]) -> list[dict[str, Any]]:
    """Return everything that the search decides about matches, as plain data."""
    plain = [
        {
            "id": each.entry.id,
            "tier": each.tier,
            "score": each.score,
            "reasons": each.reasons,
            "line": each.line,
            "text": each.text,
            "marks": each.marks,
            "versions": dict(sorted(each.versions.items())),
            "fixes": _plain(each.fixes),
            "warning": each.warning,
        }
        for each in matches
    ]
    return list(json.loads(json.dumps(plain)))


def _plain(fixes: Iterable[FittedFix]) -> list[dict[str, Any]]:
    return [asdict(fix) for fix in fixes]


class JavaScript:
    """The browser's search in a Node process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **request: object) -> dict[str, Any]:
        """Return the answer of `engine.mjs` or `worker.mjs` to a request."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return dict(answer)


@contextmanager
def javascript(folder: Path, search: Path = ASSETS, entries: Sequence[Entry] | None = None) -> Iterator[JavaScript]:
    """Start the browser's search over the index of `entries`, those of the vectors by default.

    `folder` is for its files. `search` is the folder of its modules, or the worker of a built site, which has only what
    pages ask.
    """
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("there is no Node.js")
        pytest.skip("takes Node.js 20 or newer")
    files_by_path = dict(build(vector_entries() if entries is None else entries, tables=tables()))
    files = folder / "index.json"
    files.write_text(json.dumps({path: content.decode() for path, content in files_by_path.items()}), encoding="utf-8")
    program = WORKER if search.is_file() else ENGINE
    with subprocess.Popen(
        [node, str(program), str(search), str(files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield JavaScript(process)
        assert process.stdin is not None
        process.stdin.close()
