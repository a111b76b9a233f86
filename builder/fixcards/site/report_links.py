"""Links by which readers report whether a fix worked: prefilled issues on the project's tracker.

`records.reader_reports` counts the issues by the titles that stand here. The form that the links fill in is
`.github/ISSUE_TEMPLATE/fix-report.yml`; a repository without it opens an empty issue with the same title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from fixcards.records.card import Card
from fixcards.records.reader_reports import LABEL
from fixcards.site.code_host import CodeHost

FORM = "fix-report.yml"
"""Name of the issue form, whose fields are `card`, `option` and `versions`."""


class ReportLink(NamedTuple):
    """One link, with its text."""

    label: str
    url: str


def report_links(card: Card, options: Sequence[tuple[str, str]], host: CodeHost) -> list[list[ReportLink]]:
    """Return the links in groups: for each option that it worked and that it failed, at last that no option worked.

    `options` are letter and title of the fixes, in order. A host without forms gets one plain link; without a
    repository there is none.
    """
    if not host.has_forms:
        return [[ReportLink("Tell the project", host.repo_url)]] if host.repo_url else []
    if host.kind != "github":
        return _without_form(card, options, host)
    # Ids are safe in an address. Quoting the rest of it once and not for each option saves a tenth of a page's time.
    start = f"{host.repo_url}/issues/new?template={FORM}&labels={LABEL}&title=%5B{card.id}%5D%20"
    end = f"&card={card.id}&versions={quote(_versions(card))}"
    groups = []
    for number, (letter, title) in enumerate(options, start=1):
        option = f"&option={quote(f'{letter}: {title}')}{end}"
        groups.append(
            [
                ReportLink(f"Option {letter} worked", f"{start}fix%20{number}%20worked{option}"),
                ReportLink(f"Option {letter} failed", f"{start}fix%20{number}%20failed{option}"),
            ]
        )
    return [*groups, [ReportLink("None of them worked", f"{start}no%20fix%20worked&option=none{end}")]]


def _without_form(card: Card, options: Sequence[tuple[str, str]], host: CodeHost) -> list[list[ReportLink]]:
    """Return the same for a host whose issues have a text in place of a form."""

    def link(report: str, label: str, option: str) -> ReportLink:
        body = f"Card: {card.id}\nOption: {option}\n\nVersions:\n{_versions(card)}\n\nWhat you saw:\n"
        return ReportLink(label, host.new_issue(f"[{card.id}] {report}", body, LABEL))

    groups = []
    for number, (letter, title) in enumerate(options, start=1):
        words = [(f"fix {number} {result}", f"Option {letter} {result}") for result in ("worked", "failed")]
        groups.append([link(report, label, f"{letter}: {title}") for report, label in words])
    return [*groups, [link("no fix worked", "None of them worked", "none")]]


def _versions(card: Card) -> str:
    """Return the lines that a reader completes with the versions installed: the packages of the card, and Python."""
    return "\n".join(f"{name}: " for name in (card.package, *(card.versions.with_ or {}), "Python", "system"))
