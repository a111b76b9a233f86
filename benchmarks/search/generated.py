"""Generated entries as many and as varied as wanted: real messages and frames with other real names in them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.tokens import STOPWORDS

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")
_MORE = ("Restart", "Upgrade", "Import", "Call", "Load", "Save", "Open", "Parse", "Build", "Send")


def generated(bases: Sequence[Entry], size: int, seed: int = 7) -> Iterator[Entry]:
    """Yield `size` entries made of `bases`, whose messages people wrote.

    Each takes a message, frames and prose of its base and puts other names into them, drawn from all the names in the
    bases as often as they occur there, so that some stand in thousands of entries and most in one or two. One in three
    has a second frame, one in four an alias.
    """
    rnd = random.Random(seed)  # noqa: S311 - the same entries every time
    names = [
        name
        for base in bases
        for name in _NAME.findall(" ".join(base.templates + base.frames))
        if name.lower() not in STOPWORDS
    ]
    packages = sorted({base.package for base in bases})
    packages += [f"{one}-{rnd.choice(packages)}" for one in packages * 12]
    for number in range(size):
        base = bases[number % len(bases)]
        package = packages[int(len(packages) * rnd.random() ** 2)]
        swaps = {name: _other(rnd, names, name) for name in set(_NAME.findall(base.templates[0].partition(": ")[2]))}
        swap = lambda text, swaps=swaps: _NAME.sub(lambda match: swaps.get(match[0], match[0]), text)  # noqa: E731
        module = base.frames[0].partition("/")[2] or "core.py:run"
        frames = [f"{package.replace('-', '_')}/{rnd.choice(names).lower()}/{module}"]
        if number % 3 == 0:
            frames.insert(0, f"{package.replace('-', '_')}/api.py:{rnd.choice(names)}")
        name, _, message = base.templates[0].partition(": ")
        error = f"{name}: {swap(message)}"
        aliases = (f"{error} ({rnd.choice(names)})",) if number % 4 == 0 else ()
        yield replace(
            base,
            id=f"{package}-{number + 1}",
            package=package,
            templates=(error, *aliases),
            frames=tuple(frames),
            title=swap(base.title)[:100],
            prose=f"{rnd.choice(_MORE)} {rnd.choice(names)} and {rnd.choice(names)}. {swap(base.prose)}",
            display={
                "path": f"{package}/{number + 1}/",
                "fix": f"Upgrade {package} to 2.{number % 40}",
                "verdict": "verified",
            },
        )


def _other(rnd: random.Random, names: Sequence[str], name: str) -> str:
    """Return another name in one of two cases; words that all errors share stay."""
    return name if name.lower() in STOPWORDS or rnd.random() < 0.5 else rnd.choice(names)
