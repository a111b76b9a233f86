"""Whether a text says that the class or function of a message comes from elsewhere than from an entry's packages."""

from __future__ import annotations

import re
from collections.abc import Collection

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.tokens import lower

SUBJECT = r"'([A-Za-z_][A-Za-z0-9_]*)' object|([A-Za-z_][A-Za-z0-9_]*)(?:[.][a-z_][A-Za-z0-9_]*)?[(][)]"
"""The class or function that a message is about: `'Name' object has no ...` or `Name() takes ...`."""

_SUBJECT = re.compile(SUBJECT)
_WORD = re.compile("[A-Za-z0-9_]+")


def is_of_another(message: str, failure: NormalizedFailure, entry: Entry, names: Collection[str]) -> bool:
    """Return whether the text says where the class or function of a message comes from, and it is elsewhere.

    `names` are those of the entry's packages. Whatever its title and its messages name may be one, too.
    """
    subject = _SUBJECT.search(message)
    if subject is None:
        return False
    origins = failure.origins.get(subject[1] or subject[2], set())
    if subject[1]:
        origins = origins | failure.origins.get(f"={lower(subject[1])}", set())
    if not origins:
        return False
    words = map(canonical_name, _WORD.findall(" ".join((entry.title, *entry.templates))))
    return {*names, *entry.requirements, *words}.isdisjoint(map(canonical_name, origins))
