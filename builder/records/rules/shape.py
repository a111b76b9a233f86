"""Rules about single keys and values: `FC1xx`. They put the model's errors into plain words."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from builder.records.card import Card
from builder.records.rules.rule import Finding, nearest, rule
from builder.records.source import Path, Source

_WANTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a day such as 2023-10-02",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
}
_NAMES = {dict: "a mapping", list: "a list", str: "text", type(None): "nothing", bool: "a boolean"}


@rule("FC101", "extra_forbidden")
def unknown_key(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Only the documented keys are allowed."""
    path = error["loc"]
    known = keys_at(Card, path[:-1])
    guess = nearest(str(path[-1]), known)
    hint = f"did you mean {guess!r}?" if guess else f"known here: {', '.join(known)}"
    yield Finding(f"unknown key {str(path[-1])!r}", hint, path, key=True)


@rule("FC102", "missing")
def missing_key(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """The required keys are all there."""
    *above, name = error["loc"]
    where = f" in {_name(tuple(above))}" if above else ""
    yield Finding(f"the key {name!r} is missing{where}", f"add it: {_describe(error['loc'])}", tuple(above), key=True)


@rule("FC103", *_WANTED)
def wrong_type(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Each value has the type that its key asks for."""
    path, wanted = error["loc"], _WANTED[error["type"]]
    got = error["input"]
    name = _NAMES.get(type(got), "a number")
    hint = {
        "a list": "write each item on its own line after `- `",
        "a mapping": "write `key: value` lines, indented",
        "text": "write it as text, in quotes where it starts with a special character",
    }.get(wanted, f"write {wanted}")
    yield Finding(f"{_name(path)} must be {wanted}, not {name}", hint, path)


@rule("FC104", "unquoted")
def unquoted(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Text that YAML reads as a number, a boolean or a day is quoted: `1.10` would become 1.1, and `no` false."""
    path = error["loc"]
    raw = source.raw(path)
    kind = {bool: "a boolean", int: "a number", float: "a number"}.get(type(error["input"]), "a day")
    yield Finding(f"{_name(path)} is read by YAML as {kind}, {error['input']}", f'put it in quotes: "{raw}"', path)


@rule("FC105", "blank", "too_short")
def blank(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """No text, list or mapping is empty."""
    said = error.get("ctx", {})
    hint = said.get("hint") or "write at least one item"
    yield Finding(f"{_name(error['loc'])} {said.get('problem', 'is empty')}", hint, error["loc"])


@rule("FC106", "literal_error")
def not_one_of(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Keys with a fixed set of words take one of them."""
    path, got = error["loc"], error["input"]
    words = [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    guess = nearest(got, words) if isinstance(got, str) else None
    hint = f"did you mean {guess!r}?" if guess else f"one of {', '.join(words)}"
    yield Finding(f"{_name(path)} can't be {got!r}", hint, path)


@rule("FC107", "string_too_long")
def too_long(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Titles have at most 100 characters, titles of fixes 120, errors 1,000, and quotes from a thread 200."""
    path, most = error["loc"], error["ctx"]["max_length"]
    hint = "say it in your own words" if path[-1] == "quote" else "shorten it"
    yield Finding(f"{_name(path)} has {len(error['input'])} characters, more than {most}", hint, path)


@rule("FC108", "specifier")
def bad_specifier(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Ranges of versions are PEP 440 specifiers."""
    yield _said(error)


@rule("FC109", "version")
def bad_version(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Single versions are PEP 440 versions."""
    yield _said(error)


@rule("FC110", "url")
def bad_url(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Addresses are whole https URLs."""
    yield _said(error)


@rule("FC111", "package_name")
def bad_package_name(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Package names are normalised as PEP 503 does."""
    yield _said(error)


@rule("FC112", "requirement")
def bad_requirement(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Requirements are PEP 508 requirements that name a distribution, never an address."""
    yield _said(error)


@rule("FC113", "frame")
def bad_frame(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Frames are written `package/module.py:function`, relative to site-packages."""
    yield _said(error)


@rule("FC114", "card_id")
def bad_card_id(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Card ids are written `<package>-<issue number>`."""
    yield _said(error)


@rule("FC115", "reason")
def no_reason(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """A card that is disputed or retired says why."""
    yield _said(error)


@rule(
    "FC116",
    "date_from_datetime_parsing",
    "date_parsing",
    "date_from_datetime_inexact",
    "greater_than",
    "greater_than_equal",
    "less_than_equal",
)
def out_of_range(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Days exist in the calendar, and numbers lie within their limits."""
    yield Finding(
        f"{_name(error['loc'])}: {error['msg'][:1].lower()}{error['msg'][1:]}", "mend the value", error["loc"]
    )


@rule("FC199")
def refused(error: ErrorDetails, source: Source) -> Iterator[Finding]:
    """Whatever else the model refuses."""
    yield Finding(f"{_name(error['loc'])}: {error['msg']}", "compare it with the schema", error["loc"])


def kind_of(error: ErrorDetails) -> str:
    """Return the kind of a model error; text that YAML read as something else is a kind of its own."""
    unquoted_types = (bool, int, float)
    is_day = type(error["input"]).__name__ in {"date", "datetime"}
    if error["type"] == "string_type" and (isinstance(error["input"], unquoted_types) or is_day):
        return "unquoted"
    if error["type"] == "literal_error" and isinstance(error["input"], unquoted_types):
        return "unquoted"
    return error["type"]


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the record knows at `path`."""
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
        return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
    return None


def _describe(path: Path) -> str:
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


def _name(path: Path) -> str:
    """Return `path` as a person would write it: `fixes[0].title`, counted from 0."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "the card"


def _said(error: ErrorDetails) -> Finding:
    """Return what a validator of the model itself said, in its words."""
    said = error.get("ctx", {})
    return Finding(f"{_name(error['loc'])}: {said.get('problem', error['msg'])}", said.get("hint", ""), error["loc"])
