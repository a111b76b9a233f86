"""The templates of an entry, split into the class of an exception and its message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from fixcards.matching.parse.normalized_failure import MessageLine, NormalizedFailure
from fixcards.matching.parse.patterns import PATTERNS
from fixcards.matching.parse.template import PLACEHOLDER_MARK, compile_template, without_last_place
from fixcards.matching.parse.tokens import informative_tokens, is_typo_of

MIN_TYPO_LENGTH = 7
"""Characters of a class that may be misspelt. Shorter ones differ in a letter without being errors."""
SOURCE_CODE = r"[A-Za-z0-9_]\(| = "
"""What a message has that is a line of source: it is the entry's package that has this line."""
CLASS_OF_METHOD = r"^[A-Za-z_][A-Za-z0-9_.]*[.](?=[a-z_0-9]+\(\) )"
"""The class before a method at the start of a message, which Pythons before 3.10 don't print."""
QUOTED_NAME = "'([A-Za-z_][A-Za-z0-9_.]*)'"
"""A name that a message quotes, such as that of a missing attribute."""
SHADOWED = " is not a package"
"""The end of what Python says where a module is looked for in one that is no package."""

_CLASS_OF_METHOD = re.compile(CLASS_OF_METHOD)
_QUOTED_NAME = re.compile(QUOTED_NAME)
_SOURCE = re.compile(SOURCE_CODE)
_EXCEPTION = re.compile(PATTERNS["exception"], re.ASCII)
_CLASS = re.compile(PATTERNS["exception class"], re.ASCII)
_DOTTED = re.compile(PATTERNS["dotted"], re.ASCII)


class MessageKey(NamedTuple):
    """Texts by which it shows soon that a message doesn't fit a line, as with most lines."""

    printed: str
    """The longest fixed part as printed. A line in which the message stands as printed contains it."""
    normalized: str
    """The same of the normal form."""
    whole: str
    """All fixed parts of the normal form. Where a line is the beginning of the message, they contain its end."""

    def may_fit(self, line: MessageLine) -> bool:
        """Return whether the whole message may stand in a line."""
        return self.printed in line.text.display or self.normalized in line.text.comparable


@dataclass(frozen=True, slots=True)
class SplitTemplate:
    """A template, with what follows from it alone."""

    template: str
    name: str
    message: str
    normal_form: str
    messages: tuple[str, ...]
    """The message, then without a placeholder in parentheses or a mark at its end, and without a method's class."""
    same_message: bool
    """Whether it is the entry's first template, or says the same in more or fewer words."""
    is_source: bool
    """Whether it has no class, another message than the first template, and is a line of source."""
    keys: tuple[MessageKey | None, ...]
    """The key of each of the messages, None for one without fixed parts: it fits the lines of exceptions alone."""
    words: frozenset[str]
    """The informative words of the normal form."""

    def possible_lines(self, failure: NormalizedFailure) -> list[MessageLine]:
        """Return the message lines of a failure that one of the messages may fit, in their order."""
        lines, forms, truncated = failure.message_lines, failure.forms, failure.truncated_lines
        numbers: list[int] = []
        for key in self.keys:
            if key is None:
                numbers += [number for number, line in enumerate(lines) if line.exception]
                continue
            whole = key.whole
            numbers += [number for number, end in truncated if end in whole]
            if key.printed in forms or key.normalized in forms:
                numbers += [number for number, line in enumerate(lines) if key.may_fit(line)]
        return [lines[number] for number in sorted(set(numbers))] if numbers else []


@lru_cache(maxsize=4096)
def split_templates(templates: tuple[str, ...], exception: str) -> tuple[SplitTemplate, ...]:
    """Return the templates of an entry, split. `exception` is its class, whatever the name looks like."""
    result: list[SplitTemplate] = []
    for template in templates:
        name, message = split_template(template, exception)
        normal_form = compile_template(message).normal_form
        same_message = not result or _contains(result[0].normal_form, normal_form)
        source = not (name or same_message) and bool(_SOURCE.search(message))
        messages = dict.fromkeys((message, without_last_place(message), _CLASS_OF_METHOD.sub("", message)))
        keys = tuple(map(_message_key, messages))
        words = frozenset(informative_tokens(normal_form))
        result.append(
            SplitTemplate(template, name, message, normal_form, tuple(messages), same_message, source, keys, words)
        )
    return tuple(result)


def _message_key(message: str) -> MessageKey | None:
    form = compile_template(message)
    if not form.normalized:
        return None
    longest = max(form.normalized, key=len)
    return MessageKey(max(form.printed, key=len, default=longest), longest, PLACEHOLDER_MARK.join(form.normalized))


def split_template(template: str, exception: str = "") -> tuple[str, str]:
    """Return the exception's class and the message of a template. The class is empty where it starts with none.

    `exception` is a class whatever its name looks like.
    """
    match = _EXCEPTION.match(template)
    if match and (_CLASS.match(match[1]) or _DOTTED.match(match[1]) or same_class(match[1], exception)):
        return match[1], match[2] or ""
    return "", template


def is_shadowed(line: str, message: str) -> bool:
    """Return whether a line says that a file of the reader's own has the name of a package, and a message doesn't."""
    return line.endswith(SHADOWED) and SHADOWED not in message


def quotes_other_names(one: str, other: str) -> bool:
    """Return whether each of two messages quotes a name that the other doesn't."""
    names, others = set(_QUOTED_NAME.findall(one)), set(_QUOTED_NAME.findall(other))
    return bool(names - others) and bool(others - names)


def _contains(one: str, other: str) -> bool:
    """Return whether one of two messages is a part of the other."""
    return bool(one and other) and (one in other or other in one)


@lru_cache(maxsize=4096)
def same_class(name: str, other: str) -> bool:
    """Return whether two classes are the same but for their modules, which programs print or leave out.

    Old Pythons, and people, say `ImportError` where a newer one says `ModuleNotFoundError`.
    """
    if not name or not other:
        return False
    one, two = (each.split(".")[-1].replace("ModuleNotFound", "Import") for each in (name, other))
    return one == two or _is_misspelt(one, two)


def _is_misspelt(one: str, other: str) -> bool:
    """Return whether two classes of nearly one length differ by a typing error, see `is_typo_of`."""
    return min(len(one), len(other)) >= MIN_TYPO_LENGTH and abs(len(one) - len(other)) < 2 and is_typo_of(one, other)
