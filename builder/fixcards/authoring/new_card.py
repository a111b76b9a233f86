"""From the sources of a report to a card with evidence, which is written at the very end.

    report -> issue of the tracker -> similar cards -> first failing run -> similar cards -> measurement -> draft
    -> evidence -> files

Whatever stops this before the end leaves no file. Runs and evidence are in the cache, so the same command is quick.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from fixcards.authoring.draft import draft
from fixcards.authoring.drafted_card import DraftedCard, StoppedError, execute_draft, need_free
from fixcards.authoring.explanation import explained_record
from fixcards.authoring.investigation import Investigator, NoFailureError
from fixcards.authoring.report import Report, of_text
from fixcards.authoring.runs import Runs
from fixcards.authoring.trackers import PUBLIC_HOSTS, Issue, Tracker, TrackerError, tracker_of
from fixcards.errors import FixcardsError
from fixcards.project import host_allowed
from fixcards.records.fields import Url, fault_for_readers
from fixcards.records.identity import card_file, issue_key
from fixcards.records.loader import load
from fixcards.records.problem import quoted
from fixcards.records.record import evidence_path
from fixcards.records.rules.rule import closest_word
from fixcards.search.answer import Answer
from fixcards.search.finder import Finder
from fixcards.verify.card_runner import RunSettings, today

_URL: TypeAdapter[str] = TypeAdapter(Url)
SAME = frozenset({"exact", "likely"})
"""Tiers of matches that look like the same failure."""


@dataclass
class Author:
    """Makes one card below `root`."""

    root: Path
    settings: RunSettings
    say: Callable[[str], None] = lambda text: None
    goes_on: Callable[[Answer], bool] = lambda answer: False
    """Asked where cards look like the same failure: whether to go on nevertheless."""
    tracker: Callable[[str], Tracker | None] = tracker_of
    stop: threading.Event | None = None
    _asked: set[str] = field(default_factory=set)
    _warnings: list[str] = field(default_factory=list)

    def make(self, report: Report, *, trusted: bool = True) -> DraftedCard:
        """Return the card that a report leads to.

        An address that isn't `trusted`, since a stranger wrote it, is read on public hosts only (`PUBLIC_HOSTS`).
        Raises `StoppedError`, and `FixcardsError` for what the user can repair.
        """
        report, url = self._with_issue(report, trusted=trusted)
        key = issue_key(url)
        if key is None:
            raise FixcardsError(f"{url}: ends with no issue number; give the address of the issue itself")
        if report.package:
            need_free(self.root / card_file("pypi", report.package, key))
        self._similar(report.text)
        runs = Runs(self.settings.cache, self.settings.isolation, self.stop, self.say, self.settings.indexes)
        investigator = Investigator(runs)
        try:
            subject, run, signature = investigator.first_failure(report)
            package = subject.script.package
            path = self.root / card_file("pypi", package, key)
            need_free(path)
            printed = "\n".join([run.output, *(f"{name}=={release}" for name, release in run.packages.items())])
            answer = self._similar(printed)
            measured = investigator.measure(subject, run, signature)
        except NoFailureError as error:
            raise StoppedError(str(error)) from None
        partner = measured.partner.package if measured.partner else ""
        record = draft(measured, url, report.pr, _cause(answer, partner, package))
        if measured.bisection.fixed and not report.pr:
            self._warnings.append(
                f"{package} {measured.bisection.fixed} passes: give the address of what fixed it as `pr`"
            )
        self.say("executing the card as `fixcards verify` does")
        warnings = (*self._warnings, *measured.warnings)
        return execute_draft(self.root, path, record, self.settings, self.stop, warnings, runs.executed)

    def explain(self, name: str, url: str | None, pr: str | None = None) -> DraftedCard:
        """Return the card that takes the place of the found card `name`, with the upstream issue at `url`.

        Raises `StoppedError` where it has one already, and `FixcardsError` for what the user can repair.
        """
        library = load(self.root, keep="records", tracker_hosts=self.settings.tracker_hosts)
        if successor := library.successors.get(name):
            raise StoppedError(f"{name}: {successor} explains it already; correct that one")
        if name not in library.cards or library.cards[name].explained:
            ids = [each for each, summary in library.summaries.items() if not summary.explained]
            close = closest_word(name, ids)
            hint = f"did you mean {close}?" if close else "`fixcards check` says whether it has a problem"
            raise FixcardsError(f"{name}: is no found card; {hint}")
        card, evidence = library.cards[name], library.evidence.get(name)
        report, url = self._with_issue(Report(url=url, pr=pr, package=card.package, code=card.reproduction.code))
        key = issue_key(url)
        if key is None:
            raise FixcardsError(f"{url}: ends with no issue number; give the address of the issue itself")
        path = self.root / card_file(card.ecosystem, card.package, key)
        need_free(path)
        record = explained_record(card, evidence, url, report.pr, today())
        if card.versions.fixed and not report.pr:
            self._warnings.append(f"{card.versions.fixed} passes: give the address of what fixed it as `pr`")
        self.say("executing the card as `fixcards verify` does")
        draft = execute_draft(self.root, path, record, self.settings, self.stop, tuple(self._warnings))
        former = library.path_of(name)
        return replace(draft, replaces=(former, evidence_path(former)))

    def _with_issue(self, report: Report, *, trusted: bool = True) -> tuple[Report, str]:
        """Return a report with what its issue says, and the address of that."""
        if report.url is None:
            raise FixcardsError(
                "which upstream issue is it? Give its address with --issue: the card's name and its page come from it"
            )
        url = _checked_url(report.url, self.settings.tracker_hosts)
        host = url.partition("://")[2].partition("/")[0].lower()
        issue: Issue | None = None
        if trusted or host in PUBLIC_HOSTS:
            issue = self._issue(url, needed=report.code is None and not report.text and not report.requires)
        if issue is None:
            return report, url
        if issue.moved:
            self.say(f"the issue has moved to {issue.url}; the card takes this address")
        if issue.fixes and report.pr is None:
            self.say(f"the issue was closed by {issue.fixes[0]}; check that this is the fix")
        from_text = Report()
        if issue.text.strip():
            read = of_text(issue.text)
            # Another failure of a thread would be held against a script that shows its own.
            from_text = replace(read, text="", package=None) if report.code is not None else read
        issue_report = Report(pr=issue.fixes[0] if issue.fixes else None).filled_from(from_text)
        return report.filled_from(issue_report), _checked_url(issue.url, self.settings.tracker_hosts)

    def _issue(self, url: str, *, needed: bool) -> Issue | None:
        tracker = self.tracker(url)
        if tracker is None:
            if needed:
                raise FixcardsError(
                    f"{url}: only issues of GitHub, GitLab and Gitea can be read; give the failure with "
                    "--from-failure, or a script with --script"
                )
            return None
        try:
            return tracker.issue(url)
        except TrackerError as error:
            if needed or error.permanent:
                raise
            self._warnings.append(f"the issue was not read: {error}")
            return None

    def _similar(self, text: str) -> Answer | None:
        """Look for cards that fit a text; raise `StoppedError` unless the user wants to go on."""
        if not text.strip():
            return None
        answer = Finder.of_cards(self.root).answer(io.BytesIO(text.encode("utf-8", "replace")))
        same = {match.entry.id for match in answer.matches if match.tier in SAME}
        if same - self._asked and not self.goes_on(answer):
            names = ", ".join(sorted(same))
            raise StoppedError(f"{names} may be the same failure; read it first, and repeat with --anyway if it isn't")
        self._asked |= same
        return answer


def _checked_url(url: str, tracker_hosts: Collection[str]) -> str:
    try:
        checked = _URL.validate_python(url)
    except ValidationError as error:
        details = error.errors(include_url=False)[0].get("ctx", {})
        raise FixcardsError(
            f"{details.get('problem', url[:200])}; {details.get('hint', 'give a whole address')}"
        ) from None
    fault = fault_for_readers(checked)
    if fault and not host_allowed(urlsplit(checked).hostname or "", tracker_hosts):
        raise FixcardsError(
            f"{quoted(checked)} {fault}; allow its host with `tracker_hosts` of the plugin in mkdocs.yml"
        )
    return checked


def _cause(answer: Answer | None, partner: str, package: str) -> str | None:
    """Return the id of the card about the change in another package that this failure comes from, if there is one."""
    for match in answer.matches if answer is not None else ():
        if match.entry.package != package and match.entry.package == partner:
            return match.entry.id
    return None
