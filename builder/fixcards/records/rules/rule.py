"""Lint rules, and the table of all of them."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fixcards.records.repair import Repair
from fixcards.records.yaml_document import KeyPath, Position

Check = TypeVar("Check", bound=Callable[..., Iterator[Any]])


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a rule: a message, and a place as a path into the record or as a position in the text."""

    message: str
    hint: str = ""
    where: KeyPath | Position = ()
    key: bool = False
    """Whether the place is the key instead of its value."""
    repair: Repair | None = None
    """What `fixcards check --fix` does about it, where only one correction is possible."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One lint rule. `kinds` are the errors of the YAML reader or of the model that it puts into words."""

    code: str
    kinds: tuple[str, ...]
    check: Callable[..., Iterator[Any]]

    @property
    def text(self) -> str:
        """The rule as the documentation states it: the docstring of its generator."""
        return inspect.cleandoc(self.check.__doc__ or "")


_SWEEP_DIFFERS = "FC308"
_QUALITY = "FC4"
"""How the codes of the rules about quality start."""

RULES: dict[str, Rule] = {}
"""Every rule by its code, in the order of the codes."""


def rule(code: str, *kinds: str) -> Callable[[Check], Check]:
    """Enter a generator into the table of rules under a code that is never used again."""

    def enter(check: Check) -> Check:
        if code in RULES:
            raise ValueError(f"two rules have the code {code}")
        RULES[code] = Rule(code, kinds, check)
        return check

    return enter


def rules_with_prefix(prefix: str) -> list[Rule]:
    """Return the rules whose codes start with `prefix`, in order."""
    return [each for code, each in sorted(RULES.items()) if code.startswith(prefix)]


def closest_word(word: str, words: Iterable[str]) -> str | None:
    """Return the one of `words` that `word` is a likely typo of."""
    close = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.75)
    return close[0] if close else None


def is_blocking(code: str) -> bool:
    """Return whether a card or evidence that breaks a rule is not shown.

    Sweeps that contradict the card are shown, since the card is to be corrected, and what is about quality.
    """
    return code != _SWEEP_DIFFERS and not is_about_quality(code)


def is_about_quality(code: str) -> bool:
    """Return whether a rule asks what a reviewer would ask, of a card that can be shown as it is."""
    return code.startswith(_QUALITY)
