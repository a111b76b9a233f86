"""The documentation of the record, read off its models."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from fixcards.records.card import Card


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the record; `name` has its parents, `fixes[].title`."""

    name: str
    required: bool
    description: str
    choices: tuple[str, ...] = ()
    """The values that it takes, where those are fixed."""


def fields(model: type[BaseModel] = Card, above: str = "") -> list[Field]:
    """Return every key of the record with its documentation, in the order of the record."""
    return list(_fields(model, above))


def _fields(model: type[BaseModel], above: str) -> Iterator[Field]:
    for attribute, info in model.model_fields.items():
        name = above + (info.alias or attribute)
        many, inner, choices = _inspect_annotation(info.annotation)
        # The default of `issue` is validated: only a found card, which the program writes, may leave it out.
        required = info.is_required() or bool(info.validate_default)
        yield Field(name, required, " ".join((info.description or "").split()), choices)
        if inner is not None:
            yield from _fields(inner, f"{name}[]." if many else f"{name}.")


def _inspect_annotation(annotation: Any) -> tuple[bool, type[BaseModel] | None, tuple[str, ...]]:
    """Return whether a key takes several values, the model of one of them, and the fixed values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return False, annotation, ()
    origin = get_origin(annotation)
    if origin is Literal:
        return False, None, tuple(str(choice) for choice in get_args(annotation))
    if origin in {Union, types.UnionType, Annotated, tuple}:
        for part in get_args(annotation):
            many, inner, choices = _inspect_annotation(part)
            if inner is not None or choices:
                return many or origin is tuple, inner, choices
    return False, None, ()
