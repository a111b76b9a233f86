"""Isolation of a run from the machine: one file for each way, and the choice between them."""

from __future__ import annotations

from collections.abc import Callable

from fixcards.errors import FixcardsError
from fixcards.termination import reset_ignored_signals
from fixcards.verify.sandbox.bubblewrap import Bubblewrap
from fixcards.verify.sandbox.container import Container
from fixcards.verify.sandbox.interface import Job, JobResult, Limits, Sandbox, SandboxError
from fixcards.verify.sandbox.none import Unisolated

__all__ = ["ISOLATIONS", "Job", "JobResult", "Limits", "Sandbox", "SandboxError", "choose_sandbox"]

ISOLATIONS: dict[str, Callable[[], Sandbox]] = {"bubblewrap": Bubblewrap, "container": Container, "none": Unisolated}
"""Every isolation by the name under which evidence records it, best first."""


def choose_sandbox(name: str = "auto") -> Sandbox:
    """Return the isolation called `name`, or with `auto` the first one that works here.

    Each is tried. `auto` never chooses `none`. Raises `FixcardsError` where none works.
    """
    reset_ignored_signals()
    names = [name] if name != "auto" else [each for each in ISOLATIONS if each != "none"]
    refusals = []
    for each in names:
        sandbox = ISOLATIONS[each]()
        refusal = sandbox.probe()
        if refusal is None:
            return sandbox
        refusals.append(f"{each}: {refusal}")
    hint = "" if name != "auto" else "; or give `--isolation none` for cards that you have read"
    raise FixcardsError(f"nothing here can keep a run apart from the machine ({'; '.join(refusals)}){hint}")
