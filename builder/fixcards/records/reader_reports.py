"""Reports of readers: how often the fixes of a card worked for them.

Reports are issues on the project's tracker, opened from a card's page with a prefilled title. They are counted
now and then into `cards/tally.json`, so that the site stays static and asks no server.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from fixcards.files import atomic_write
from fixcards.records.card import RecordModel
from fixcards.records.fields import CARD_ID, CardId

FILE = "tally.json"
_TITLE = re.compile(rf"^\[(?P<card>{CARD_ID})\] (?:fix (?P<fix>[1-9][0-9]?) worked|no fix worked)\s*$")


class ReportCounts(RecordModel):
    """Reports about one card."""

    worked: dict[Annotated[int, Field(ge=1, lt=100)], Annotated[int, Field(ge=0, lt=10**9)]] = Field(
        default_factory=dict
    )
    """Number of reports that a fix worked, by the fix's number from 1."""
    failed: int = Field(default=0, ge=0, lt=10**9)
    """Number of reports that no fix worked."""

    @property
    def total(self) -> int:
        """Number of all reports."""
        return sum(self.worked.values()) + self.failed


class ReportFile(RootModel[dict[CardId, ReportCounts]]):
    """The file: the counts of each card that has reports."""


def count_reports(titles: Iterable[str]) -> dict[str, ReportCounts]:
    """Return the counts of each card from the titles of the reports; other titles are passed over."""
    worked: dict[str, Counter[int]] = {}
    failed: Counter[str] = Counter()
    for title in titles:
        if not (match := _TITLE.match(title)):
            continue
        card_id = match["card"]
        worked.setdefault(card_id, Counter())
        if match["fix"]:
            worked[card_id][int(match["fix"])] += 1
        else:
            failed[card_id] += 1
    return {i: ReportCounts(worked=dict(sorted(worked[i].items())), failed=failed[i]) for i in sorted(worked)}


def parse_reports(raw: bytes) -> dict[str, ReportCounts]:
    """Return the counted reports that the file holds. Raises pydantic's `ValidationError`."""
    return ReportFile.model_validate_json(raw).root


def write_reports(root: Path, reports: Mapping[str, ReportCounts]) -> None:
    """Write the counted reports, in stable order. Raises `OSError` where the file is a link."""
    data = {card_id: counts.model_dump(mode="json") for card_id, counts in sorted(reports.items())}
    atomic_write(root / FILE, (json.dumps(data, indent=2) + "\n").encode())
