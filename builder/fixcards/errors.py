"""The one exception that the program raises for its users."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_LIBRARIES_OF_EXTRAS = frozenset(
    {"distributed", "jinja2", "markdown_it", "markupsafe", "mcp", "packaging", "psutil", "pydantic", "pydantic_core"}
    | {"pygments", "pypi_simple", "requests", "rich", "tomli", "uv", "yaml"}
)


class FixcardsError(Exception):
    """The work cannot go on, for a reason that the user can remove.

    The message is shown as it is, so it says what to do. A bad record is no error but a `Problem`.
    """


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Raise `FixcardsError` with the line to type where a library is missing that the extra `extra` installs."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _LIBRARIES_OF_EXTRAS:
            raise
        raise FixcardsError(
            f"this needs {library}, which the light core leaves out; install it: pip install 'fixcards[{extra}]'"
        ) from None
