"""Rules about single keys and values: `FC1xx`. They put the model's errors into plain words."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fixcards.records.card import Card
from fixcards.records.problem import quoted
from fixcards.records.repair import RenameKey, Repair, SetValue
from fixcards.records.rules.rule import Finding, closest_word, rule
from fixcards.records.yaml_document import KeyPath, YamlDocument

_EXPECTED_TYPES = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a day",
    "int_type": "a whole number",
    "float_type": "a number",
}
_REPAIR = {
    "text": "put it in quotes, or on lines of its own below `key: |`",
    "a list": "write each item on a line of its own after `- `",
    "a mapping": "write `key: value` lines below it, indented",
    "a day": "write year-month-day, for example 2023-10-02",
    "a whole number": "write digits alone, without quotes",
    "a number": "write digits alone, without quotes",
}
_NAMES = {dict: "a mapping", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}
_LIMITS = {"greater_than": "more than", "greater_than_equal": "at least", "less_than_equal": "at most"}


@rule("FC101", "extra_forbidden")
def unknown_key(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Only the documented keys are allowed."""
    path = error["loc"]
    keys = keys_at(Card, path[:-1])
    guess = closest_word(str(path[-1]), keys)
    hint = f"did you mean {guess!r}?" if guess else f"known here: {', '.join(keys)}"
    spelled = str(path[-1]).strip().lower().replace("-", "_").replace(" ", "_")
    repair = RenameKey(path, spelled) if spelled in keys else None
    yield Finding(f"unknown key {quoted(str(path[-1]))}", hint, path, key=True, repair=repair)


@rule("FC102", "missing")
def missing_key(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """The required keys are all there."""
    *above, name = error["loc"]
    where = f" in {_name(tuple(above))}" if above else ""
    yield Finding(f"the key {name!r} is missing{where}", f"add it: {_describe(error['loc'])}", tuple(above), key=True)


@rule("FC103", *_EXPECTED_TYPES)
def wrong_type(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Each value has the type that its key asks for."""
    expected, got = _EXPECTED_TYPES[error["type"]], error["input"]
    hint = _REPAIR[expected]
    if expected == "text" and isinstance(got, (dict, list)):
        hint = "put it in quotes: YAML takes text with `: ` in it or with { or [ at its start for a mapping or list"
    name = got if expected == "a whole number" and isinstance(got, float) else _NAMES.get(type(got), "a day")
    yield _finding(error, source, f" must be {expected}, not {name}", hint)


@rule("FC104", "unquoted")
def unquoted(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Text that YAML reads as a number, a boolean or a day is quoted: `1.10` would become 1.1, and `no` false."""
    got = error["input"]
    kind = {bool: "the boolean", int: "the number", float: "the number"}.get(type(got), "the day")
    raw = source.raw(error["loc"])
    hint = f'put it in quotes: "{raw}"'
    yield _finding(error, source, f" is read by YAML as {kind} {str(got).lower()}", hint, raw or "")


@rule("FC105", "blank", "too_short")
def blank(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """No text, list or mapping is empty; a key that has nothing to say is left out."""
    context = error.get("ctx", {})
    hint = context.get("hint") or "write at least one item, or remove the key where it is optional"
    if error["input"] is None:
        hint = "write something after it, or remove the key where it is optional"
    yield _finding(error, source, f" {context.get('problem', 'is empty')}", hint)


@rule("FC106", "literal_error")
def not_one_of(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Keys with a fixed set of words take one of them."""
    got = error["input"]
    words = [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    guess = closest_word(got, words) if isinstance(got, str) else None
    hint = f"did you mean {guess!r}?" if guess else f"write {'one of ' if len(words) > 1 else ''}{', '.join(words)}"
    value = quoted(got) if isinstance(got, str) else _NAMES.get(type(got), "this")
    yield _finding(error, source, f" can't be {value}", hint)


@rule("FC107", "string_too_long", "too_long")
def too_long(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Titles have at most 100 characters, titles of fixes 120, errors 1,000, and quotes from a thread 200.

    Names, versions, addresses and lists have limits too, far above what a card needs.
    """
    most = error["ctx"]["max_length"]
    what = "characters" if isinstance(error["input"], str) else "items"
    hint = "say it in your own words" if error["loc"][-1] == "quote" else "shorten it"
    yield _finding(error, source, f" has {len(error['input']):,} {what}, more than {most:,}", hint)


@rule("FC108", "specifier")
def bad_specifier(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Ranges of versions are PEP 440 specifiers."""
    yield _in_own_words(error, source)


@rule("FC109", "version")
def bad_version(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Single versions are PEP 440 versions."""
    yield _in_own_words(error, source)


@rule("FC110", "url")
def bad_url(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Addresses are whole https URLs."""
    yield _in_own_words(error, source)


@rule("FC111", "package_name")
def bad_package_name(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Package names are normalised as PEP 503 does."""
    yield _in_own_words(error, source)


@rule("FC112", "requirement")
def bad_requirement(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Requirements are PEP 508 requirements that name a distribution, never an address."""
    yield _in_own_words(error, source)


@rule("FC113", "frame")
def bad_frame(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Frames are written `package/module.py:function`, relative to site-packages."""
    yield _in_own_words(error, source)


@rule("FC114", "card_id")
def bad_card_id(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Card ids are written `<package>-<issue number>`."""
    yield _in_own_words(error, source)


@rule("FC115", "reason")
def no_reason(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """A card that is disputed or retired says why."""
    yield _in_own_words(error, source)


@rule("FC116", "day", "finite_number", *_LIMITS)
def out_of_range(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Days exist in the calendar, and numbers lie within their limits."""
    if error["type"] == "day":
        yield _in_own_words(error, source)
        return
    expected = "finite"
    if error["type"] in _LIMITS:
        limit = next(value for name, value in error["ctx"].items() if name in {"gt", "ge", "le"})
        expected = f"{_LIMITS[error['type']]} {limit:g}"
    got = source.raw(error["loc"]) or ""
    yield _finding(error, source, f" must be {expected}, not {got[:20]}", "correct the number")


@rule("FC117", "file_path")
def bad_file_path(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Extra files have names that keep them below the reproduction's folder on every system."""
    yield _in_own_words(error, source)


@rule("FC118", "one_line")
def several_lines(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Titles, errors, exceptions and aliases are one line."""
    yield _in_own_words(error, source)


@rule("FC119", "advisory_id")
def bad_advisory_id(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Other names of a failure are ids of advisories: CVE, GHSA or PYSEC."""
    yield _in_own_words(error, source)


@rule("FC199")
def refused(error: ErrorDetails, source: YamlDocument) -> Iterator[Finding]:
    """Everything else that the model refuses."""
    yield _finding(error, source, f": {error['msg']}", "compare it with the schema")


def kind_of(error: ErrorDetails) -> str:
    """Return the kind of a model error; text that YAML read as something else is a kind of its own."""
    kind, got = error["type"], error["input"]
    if got is None and (kind in _EXPECTED_TYPES or kind == "literal_error"):
        return "blank"
    if kind in {"string_type", "literal_error"} and isinstance(got, (bool, int, float, date)):
        return "unquoted"
    return kind


def errors_in(data: Any, invalid: ValidationError | None) -> list[ErrorDetails]:
    """Return the errors of the model, and one for each empty value that it let pass."""
    # Where each item of a list is wrong, pydantic adds that none is left.
    errors = [
        error
        for error in (invalid.errors(include_url=False) if invalid else ())
        if error["type"] != "too_short" or not error["input"]
    ]
    wrong = {error["loc"] for error in errors}
    around = {path[:length] for path in wrong for length in range(len(path))}
    return errors + [
        ErrorDetails(type="blank", loc=path, msg="", input=value)
        for path, value in _empty(data, ())
        if path not in around and not any(path[:length] in wrong for length in range(len(path) + 1))
    ]


def _empty(value: dict[Any, Any] | list[Any], path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Yield path and value of everything below `value` that says nothing."""
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        if child is None or child == [] or child == {}:
            yield (*path, step), child
        elif isinstance(child, (dict, list)):
            yield from _empty(child, (*path, step))


def keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that a record may have at `path`."""
    for step in path:
        if isinstance(step, int):
            continue
        field = next((f for n, f in model.model_fields.items() if step in {n, f.alias}), None)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `tuple[Fix, ...]` or `Expect | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, types.UnionType, tuple, Annotated}:
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None


def _describe(path: KeyPath) -> str:
    """Return the documentation of the key at `path`, in one line without a full stop."""
    model: type[BaseModel] | None = Card
    description = ""
    for step in path:
        if model is None or isinstance(step, int):
            continue
        field = next((f for n, f in model.model_fields.items() if step in {n, f.alias}), None)
        if field is None:
            return ""
        description, model = field.description or "", _model_in(field.annotation)
    return " ".join(description.split()).rstrip(".")


def _name(path: KeyPath) -> str:
    """Return `path` as a person would write it: `fixes[0].title`, counted from 0."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "the card"


def _finding(error: ErrorDetails, source: YamlDocument, message: str, hint: str, repaired: str = "") -> Finding:
    """Return a finding about the value that the error is about, or about a mapping's key.

    `repaired` is what the value or key was meant to be, where it can be nothing else.
    """
    path = source.existing(error["loc"])
    # pydantic marks a key of a mapping with a last step of its own.
    is_key = len(path) < len(error["loc"]) and error["loc"][-1] == "[key]"
    if is_key:
        message = f"{_name(path[:-1])}{message if message.startswith(':') else f': a key{message}'}"
    else:
        message = _name(path) + message
    repair: Repair | None = None
    if repaired:
        repair = RenameKey(path, repaired) if is_key else SetValue(path, repaired)
    return Finding(message, hint, path, key=is_key, repair=repair)


def _in_own_words(error: ErrorDetails, source: YamlDocument) -> Finding:
    """Return the finding of a validator of the model, in the words of its `value_error`."""
    context = error.get("ctx", {})
    problem = context.get("problem", error["msg"])
    message = f" {problem}" if problem[:1].isalpha() else f": {problem}"
    return _finding(error, source, message, context.get("hint", ""), context.get("repaired", ""))
