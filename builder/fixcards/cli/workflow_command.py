"""Workflow commands of GitHub Actions.

Escapes as https://docs.github.com/actions/reference/workflow-commands-for-github-actions asks for.
"""

from __future__ import annotations

from collections.abc import Mapping

from fixcards.characters import visible


def workflow_command(kind: str, message: str, properties: Mapping[str, str]) -> str:
    """Return the command that shows a message: `error`, `warning` or `notice`. It is one line, whatever is in it."""
    place = ",".join(
        f"{name}={visible(_escape(value).replace(':', '%3A').replace(',', '%2C'))}"
        for name, value in properties.items()
    )
    return f"::{kind} {place}::{visible(_escape(message))}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
