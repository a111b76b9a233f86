"""Findings as the scout hands them on, for tests that make cards of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from fixcards.scout.finding import PYTHON, Culprit, Finding, Side, Victim
from fixcards.verify.failure_signature import FailureSignature

DAY = date(2023, 5, 7)
UPLOADED = date(2023, 5, 6)
OUTPUT = (
    "Traceback (most recent call last):\n"
    '  File "/repro/repro.py", line 1, in <module>\n    import demo\n'
    '  File "/venv/lib/python3.11/site-packages/demo/__init__.py", line 1, in <module>\n    from part import helper\n'
    "ImportError: cannot import name 'helper' from 'part' (/venv/lib/python3.11/site-packages/part.py)\n"
)
SIGNATURE = FailureSignature(
    "ImportError: cannot import name 'helper' from 'part' ({path})",
    "ImportError",
    ("demo/__init__.py:<module>",),
    "demo/__init__.py:<module>",
)


def side(*requires: str, python: str = "3.11.7", exit_status: int = 0, output: str = "", **packages: str) -> Side:
    """Return one run on the day of the findings."""
    return Side(requires, DAY, python, packages, exit_status, None, output)


def finding(**changes: Any) -> Finding:
    """Return the finding that part 2.0 breaks demo 1.1 and 1.2, which the index of `conftest` offers."""
    whole = Finding(
        kind="partner",
        step="import",
        package="demo",
        release="1.2",
        uploaded=date(2023, 4, 2),
        program="import demo\n",
        suspect=side("demo==1.2", "part==2.0", exit_status=1, output=OUTPUT, demo="1.2", part="2.0"),
        control=side("demo==1.2", "part==1.1", demo="1.2", part="1.1"),
        culprit=Culprit("part", "1.1", "2.0", date(2023, 1, 2), UPLOADED),
        signature=SIGNATURE,
        lowest_failing="1.1",
        highest_failing="1.2",
        fixed="2.0",
        fixed_uploaded=UPLOADED,
    )
    return replace(whole, **changes)


def on_newer_python(**changes: Any) -> Finding:
    """Return the finding that demo fails on Python 3.12, whose standard library lacks a module."""
    error = "ModuleNotFoundError: No module named 'distutils'"
    whole = finding(
        kind="interpreter",
        suspect=side("demo==1.2", python="3.12.1", exit_status=1, output=f"{error}\n", demo="1.2"),
        control=side("demo==1.2", python="3.11.7", demo="1.2"),
        culprit=Culprit(PYTHON, "3.11", "3.12", date(2022, 10, 24), date(2023, 10, 2)),
        signature=FailureSignature(error, "ModuleNotFoundError", ("demo/build.py:<module>",), "demo/build.py:<module>"),
        fixed=None,
        fixed_uploaded=None,
    )
    return replace(whole, **changes)


def victim(package: str, release: str) -> Victim:
    """Return another package that the same change breaks."""
    return Victim(package, release, UPLOADED, None, "", f"import {package}\n", side(), side())
