"""Paths as code hosts write them."""

from __future__ import annotations

import os

from fixcards.characters import visible


def web_path(path: str) -> str:
    """Return a path as code hosts write it, with `/` on every system."""
    return visible(path.replace(os.sep, "/"))
