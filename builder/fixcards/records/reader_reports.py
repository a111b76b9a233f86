"""Reports of readers: how often the fixes of a card worked for them, and which failures have no answer yet.

Reports are issues on the project's tracker, opened from a card's page with a prefilled title. They are counted
now and then into `cards/tally.json`, so that the site stays static and asks no server.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, RootModel, TypeAdapter, ValidationError

from fixcards.files import atomic_write
from fixcards.records.card import RecordModel
from fixcards.records.fields import CARD_ID, CardId, Url

FILE = "tally.json"
LABEL = "fix-report"
"""Label of the issues that are reports."""
MAX_UNANSWERED = 20
"""Reports without an answer that are stored for one card, those that come first in the export."""
_TITLE = re.compile(
    rf"^\[(?P<card>{CARD_ID})\] (?:fix (?P<fix>[1-9][0-9]?) (?P<outcome>worked|failed)|no fix worked)\s*$"
)
_OPEN_STATES = {"open": True, "opened": True, "reopened": True, "closed": False, "locked": False}
"""Whether an issue is open, by the words of GitHub, GitLab and Gitea."""
_ADDRESS_KEYS = ("html_url", "web_url", "url")
"""Keys of an issue's page: GitHub and Gitea (API), GitLab, and the command `gh`. GitHub's API means itself by `url`."""
_URL: TypeAdapter[str] = TypeAdapter(Url)
FixNumber = Annotated[int, Field(ge=1, lt=100)]
Count = Annotated[int, Field(ge=0, lt=10**9)]


class ReaderReport(NamedTuple):
    """An issue of the tracker that may be a report, as the tracker exports it."""

    title: str
    answered: bool
    """Whether its issue is closed."""
    url: str | None = None


class UnansweredReport(RecordModel):
    """A report that a fix failed, whose issue is open."""

    fix: FixNumber | None = None
    """Number of the fix, from 1; absent where no fix worked."""
    url: Url | None = None
    """Address of the issue."""


class ReportCounts(RecordModel):
    """Reports about one card."""

    worked: dict[FixNumber, Count] = Field(default_factory=dict)
    """Number of reports that a fix worked, by the fix's number from 1."""
    failed_fixes: dict[FixNumber, Count] = Field(default_factory=dict)
    """Number of reports that a fix failed, by the fix's number from 1."""
    failed: Count = 0
    """Number of reports that no fix worked."""
    unanswered: tuple[UnansweredReport, ...] = Field(default=(), max_length=MAX_UNANSWERED)
    """The failures that have no answer yet. A card with one is disputed."""

    @property
    def total(self) -> int:
        """Number of all reports."""
        return sum(self.worked.values()) + sum(self.failed_fixes.values()) + self.failed


class ReportFile(RootModel[dict[CardId, ReportCounts]]):
    """The file: the counts of each card that has reports."""


def exported_reports(text: str) -> list[ReaderReport]:
    """Return the issues in an export of a tracker: JSON lists of GitHub, GitLab or Gitea, one after the other.

    That is what their commands and their APIs print, page by page. Pull requests, which GitHub's API lists too, are
    left out. Raises `ValueError` with what is missing.
    """
    return [report for issue in _issues(text) if (report := _exported_report(issue))]


def count_reports(reports: Iterable[ReaderReport]) -> dict[str, ReportCounts]:
    """Return the counts of each card from the titles of the reports; other titles are passed over."""
    worked: dict[str, Counter[int]] = defaultdict(Counter)
    failed_fixes: dict[str, Counter[int]] = defaultdict(Counter)
    failed: Counter[str] = Counter()
    unanswered: dict[str, list[UnansweredReport]] = defaultdict(list)
    ids: set[str] = set()
    for report in reports:
        if not (match := _TITLE.match(report.title)):
            continue
        card_id, fix = match["card"], int(match["fix"]) if match["fix"] else None
        ids.add(card_id)
        if match["outcome"] == "worked" and fix:
            worked[card_id][fix] += 1
            continue
        if fix:
            failed_fixes[card_id][fix] += 1
        else:
            failed[card_id] += 1
        if not report.answered:
            unanswered[card_id].append(UnansweredReport(fix=fix, url=report.url))
    return {
        card_id: ReportCounts(
            worked=dict(sorted(worked[card_id].items())),
            failed_fixes=dict(sorted(failed_fixes[card_id].items())),
            failed=failed[card_id],
            unanswered=tuple(unanswered[card_id][:MAX_UNANSWERED]),
        )
        for card_id in sorted(ids)
    }


def parse_reports(raw: bytes) -> dict[str, ReportCounts]:
    """Return the counted reports that the file holds. Raises pydantic's `ValidationError`."""
    return ReportFile.model_validate_json(raw).root


def write_reports(root: Path, reports: Mapping[str, ReportCounts]) -> None:
    """Write the counted reports, in stable order. Raises `OSError` where the file is a link."""
    data = {card_id: _plain(counts) for card_id, counts in sorted(reports.items())}
    atomic_write(root / FILE, (json.dumps(data, indent=2) + "\n").encode())


def _plain(counts: ReportCounts) -> dict[str, Any]:
    data = counts.model_dump(mode="json", exclude_none=True)
    return {key: value for key, value in data.items() if value or key in {"worked", "failed"}}


def _issues(text: str) -> Iterator[Any]:
    decoder, position = json.JSONDecoder(), 0
    text = text.strip()
    if not text:  # as where the command before a pipe failed
        raise ValueError("is empty; an export without issues is []")
    while position < len(text):
        try:
            issues, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            raise ValueError("not JSON") from None
        if not isinstance(issues, list):
            raise ValueError("not a JSON list of issues")
        yield from issues
        while position < len(text) and text[position].isspace():
            position += 1


def _exported_report(issue: object) -> ReaderReport | None:
    if not isinstance(issue, dict) or not isinstance(issue.get("title"), str):
        raise ValueError("not a JSON list of issues that have a `title`")
    if issue.get("pull_request"):
        return None
    is_open = _OPEN_STATES.get(str(issue.get("state")).lower())
    if is_open is None:
        raise ValueError("an issue has no `state`, open or closed; export `title`, `state` and `url`")
    address = next((issue[key] for key in _ADDRESS_KEYS if isinstance(issue.get(key), str)), None)
    try:
        url = _URL.validate_python(address) if address else None
    except ValidationError:  # a tracker whose addresses a page may not link
        url = None
    return ReaderReport(issue["title"], not is_open, url)
