"""From the sources of a report to a card with evidence, which is written at the very end.

    report -> issue of the tracker -> similar cards -> first failing run -> similar cards -> measurement -> draft
    -> evidence -> files

Whatever stops this before the end leaves no file. Runs and evidence are in the cache, so the same command is quick.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from fixcards.authoring.draft import draft
from fixcards.authoring.investigation import Investigator, NoFailureError
from fixcards.authoring.report import Report, of_text
from fixcards.authoring.runs import Runs
from fixcards.authoring.trackers import PUBLIC_HOSTS, Issue, Tracker, TrackerError, tracker_of
from fixcards.authoring.yaml_writer import Plain, card_text
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write
from fixcards.project import host_allowed
from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence, evidence_text, run_digest
from fixcards.records.fields import Url, fault_for_readers
from fixcards.records.identity import card_file, issue_key
from fixcards.records.problem import Problem, quoted
from fixcards.records.record import Content, RecordReader, display_path
from fixcards.records.verdict import Judgement, judge
from fixcards.search.answer import Answer
from fixcards.search.finder import Finder
from fixcards.verify.card_runner import RunSettings, today
from fixcards.verify.execution import execute

_URL: TypeAdapter[str] = TypeAdapter(Url)
SAME = frozenset({"exact", "likely"})
"""Tiers of matches that look like the same failure."""


class StoppedError(FixcardsError):
    """There is nothing to be made: a card exists, or the runs show no failure. A result, not a fault."""


@dataclass(frozen=True)
class NewCard:
    """A drafted card with its evidence; nothing of it is written yet."""

    root: Path
    path: Path
    card: Card
    text: str
    evidence: Evidence | None
    judgement: Judgement
    problems: tuple[Problem, ...]
    """What `fixcards check` will say, the texts that only a person can write among it."""
    warnings: tuple[str, ...]
    runs: int
    """Programs that were executed for it."""

    @property
    def evidence_path(self) -> Path:
        """The file for its evidence."""
        return self.path.with_name(self.path.stem + EVIDENCE_SUFFIX)

    def write(self) -> None:
        """Write card and evidence, or neither. Raises `StoppedError` where a card is there already."""
        _need_free(self.path)
        try:
            atomic_write(self.path, self.text.encode(), durable=True)
            if self.evidence is not None:
                atomic_write(self.evidence_path, evidence_text(self.evidence).encode(), durable=True)
        except BaseException:
            self.path.unlink(missing_ok=True)
            self.evidence_path.unlink(missing_ok=True)
            raise


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

    def make(self, report: Report, *, trusted: bool = True) -> NewCard:
        """Return the card that a report leads to.

        An address that isn't `trusted`, since a stranger wrote it, is read on public hosts only (`PUBLIC_HOSTS`).
        Raises `StoppedError`, and `FixcardsError` for what the user can repair.
        """
        report, url = self._with_issue(report, trusted=trusted)
        key = issue_key(url)
        if key is None:
            raise FixcardsError(f"{url}: ends with no issue number; give the address of the issue itself")
        if report.package:
            _need_free(self.root / card_file("pypi", report.package, key))
        self._similar(report.text)
        runs = Runs(self.settings.cache, self.settings.isolation, self.stop, self.say, self.settings.indexes)
        investigator = Investigator(runs)
        try:
            subject, run, signature = investigator.first_failure(report)
            package = subject.script.package
            path = self.root / card_file("pypi", package, key)
            _need_free(path)
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
        return self._executed(path, record, (*self._warnings, *measured.warnings), runs.executed)

    def _with_issue(self, report: Report, *, trusted: bool) -> tuple[Report, str]:
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

    def _executed(self, path: Path, record: Mapping[str, Plain], warnings: tuple[str, ...], runs: int) -> NewCard:
        content = card_text(record).encode()
        card = Card.model_validate({**_plain(record)})
        self.say("executing the card as `fixcards verify` does")
        evidence, executed = self._evidence(card)
        judgement = judge(card, evidence, today())
        if evidence.isolation == "none":
            warnings = (*warnings, "runs without isolation are no evidence, so none is written")
        stored = None if evidence.isolation == "none" else evidence
        files = Content(b"", content, evidence_text(stored).encode() if stored else None)
        evidence_path = path.with_name(path.stem + EVIDENCE_SUFFIX) if stored else None
        result = RecordReader(self.root, self.settings.tracker_hosts).read(path, evidence_path, files)
        problems = tuple(
            Problem(
                display_path(evidence_path if of_evidence and evidence_path else path), line, column, code, text, hint
            )
            for of_evidence, line, column, code, text, hint in result.record.problems
        )
        return NewCard(self.root, path, card, content.decode(), stored, judgement, problems, warnings, runs + executed)

    def _evidence(self, card: Card) -> tuple[Evidence, int]:
        """Return the evidence of a card, from the cache where the same one was executed today, and how often it ran."""
        place = self.settings.cache / "drafts" / f"{run_digest(card)}-{self.settings.isolation}.json"
        with suppress(OSError, ValidationError):
            evidence = Evidence.model_validate_json(place.read_bytes())
            if evidence.last_verified == today():
                return evidence, 0
        evidence = execute(card, self.settings, self.stop)
        atomic_write(place, evidence_text(evidence).encode())
        return evidence, sum(len(run.repetitions) for run in evidence.runs)


def _plain(record: Mapping[str, Plain]) -> dict[str, object]:
    """Return a record as the YAML reader would: with lists, and days as text."""
    data = json.loads(json.dumps(record, default=str))
    return dict(data)


def _need_free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise StoppedError(f"{display_path(path)}: there is a card of this issue already; correct that one")


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
