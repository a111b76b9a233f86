"""From findings to found cards: each is executed as any card is, and written only if the runs bear it out.

    finding -> metadata of its environment -> ways out, run -> record -> execution -> card and evidence, together

What an execution refutes is narrowed and executed again: first the range, then the fixes. Runs and evidence are cached,
so a command that was stopped goes on where it was; each card is written as soon as it is done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from fixcards.authoring.drafted_card import DraftedCard, execute_draft
from fixcards.authoring.new_card import SAME
from fixcards.authoring.runs import Runs
from fixcards.authoring.ways_out import MeasuredFix
from fixcards.authoring.yaml_writer import Plain
from fixcards.errors import FixcardsError
from fixcards.matching.index.entry import Entry
from fixcards.records.evidence import Evidence, Run
from fixcards.records.fields import FRAME
from fixcards.records.identity import card_file, card_id
from fixcards.records.rules.rule import is_blocking
from fixcards.records.verdict import contradicts, has_control, install_states
from fixcards.scout.card_record import MAX_FRAMES, card_key, card_record
from fixcards.scout.finding import Finding
from fixcards.scout.installed_metadata import installed_metadata
from fixcards.scout.sentences import Facts
from fixcards.scout.ways_out import WaysOut
from fixcards.search.finder import Finder
from fixcards.verify.card_runner import RunSettings

MAX_EXECUTIONS = 5
"""Executions of one card, each of a narrower claim than the one before."""
Result = Literal["published", "answered", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What became of a finding."""

    finding: Finding
    result: Result
    """`published`: a card was written; `answered`: there is one; `refused`: the runs don't bear it out; `failed`: it
    could not be executed."""
    card_id: str
    reason: str = ""
    """Why no card was written, or what a reviewer should look at."""
    verdict: str = ""
    text: str = ""
    """The text of the card file."""


@dataclass
class Publisher:
    """Makes the found cards of findings below `root`."""

    root: Path
    settings: RunSettings
    day: date
    taken: Collection[str] = ()
    """Ids that cards have or had."""
    finder: Finder | None = None
    """The cards that there are, asked with what each finding prints."""
    dry_run: bool = False
    """Whether nothing is written."""
    stop: threading.Event | None = None
    say: Callable[[str], None] = lambda text: None
    _begun: set[str] = field(default_factory=set)

    def publish(self, findings: Sequence[Finding], executor: Executor) -> Iterator[Publication]:
        """Yield what becomes of each finding, as each is done."""
        futures = [executor.submit(self.publish_one, finding) for finding in self._apart(findings)]
        for future in as_completed(futures):
            yield future.result()

    def _apart(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """Yield the findings of which each is a card of its own."""
        for finding in findings:
            name = _id_of(finding)
            if name not in self._begun:
                self._begun.add(name)
                yield finding

    def publish_one(self, finding: Finding) -> Publication:
        """Make the card of a finding and write it, unless something speaks against it."""
        name = _id_of(finding)
        if finding.answer is not None:
            return Publication(finding, "answered", name, f"{finding.answer.id} answers it ({finding.answer.tier})")
        if name in self.taken:
            return Publication(finding, "answered", name, "there is a card of this id")
        answer, cause = self._answers(finding)
        if answer:
            return Publication(finding, "answered", name, answer)
        try:
            card, reason = self._executed(finding, cause)
        except FixcardsError as error:
            return Publication(finding, "failed", name, str(error))
        if card is None:
            return Publication(finding, "refused", name, reason)
        if not self.dry_run:
            card.write()
        notes = "; ".join(f"{problem.code} {problem.message}" for problem in card.problems)
        return Publication(finding, "published", name, notes, card.judgement.verdict, card.text)

    def _answers(self, finding: Finding) -> tuple[str, str | None]:
        """Return the words about the card of this failure, and the id of one about the change that sets it off.

        A person's card of the same package answers it where the text looks like the same failure, and any card of
        another package in whose code it is raised. A card of the culprit with the same message is the cause, unless it
        has one itself.
        """
        if self.finder is None or not finding.suspect.output.strip():
            return "", None
        pins = [f"{name}=={release}" for name, release in finding.suspect.packages.items()]
        matches = self.finder.match("\n".join([finding.suspect.output, *pins]))
        explained = [each for each in matches if not each.entry.note]
        for match in matches:
            same = match.entry.package == finding.package and match in explained
            if match.tier in SAME and (same or _is_raised_within(finding, match.entry)):
                return f"{match.entry.id} answers it ({match.tier})", None
        causes = [
            match.entry.id
            for match in explained
            if match.entry.package == finding.culprit.package
            and match.line
            and match.entry.cause in {"", match.entry.id}
        ]
        return "", next(iter(causes), None)

    def _executed(self, finding: Finding, cause: str | None) -> tuple[DraftedCard | None, str]:
        """Return the card of the widest claim that an execution bears out, or why there is none."""
        runs = Runs(self.settings.cache, self.settings.isolation, self.stop, self.say, self.settings.indexes)
        metadata = installed_metadata(finding, runs)
        reason, executions = "nothing was executed", 0
        claims = list(_claims(finding))
        for claim in claims:
            fixes = list(WaysOut(claim, runs).passing())
            facts = Facts(claim, metadata.requirement, metadata.owners, metadata.newest)
            while executions < MAX_EXECUTIONS:
                executions += 1
                card = self._execute(card_record(facts, fixes, self.day, cause))
                reason = _refutation(card)
                failing = _failing_fixes(card, fixes)
                if not reason and not failing:
                    return _with_own_reason(card)
                if reason or not fixes:
                    break
                fixes = [fix for at, fix in enumerate(fixes, start=1) if at not in failing]
                if not fixes and claim is not claims[-1] and _edge_faults(card):
                    reason = "no fix passes on the whole range"
                    break
        return None, reason or "no fix passes"

    def _execute(self, record: dict[str, Plain]) -> DraftedCard:
        discovery = record["discovery"]
        key = discovery["key"] if isinstance(discovery, dict) else ""
        path = self.root / card_file("pypi", str(record["package"]), str(key))
        card = execute_draft(self.root, path, record, self.settings, self.stop)
        frames = _frames(card.evidence)
        signature = record["signature"]
        if isinstance(signature, dict) and frames and frames != signature.get("frames"):
            # What was run has the frames of the last affected release, which may be others. They decide no run.
            record = {**record, "signature": {**signature, "frames": frames}}
            card = execute_draft(self.root, path, record, self.settings, self.stop)
        return card


def _is_raised_within(finding: Finding, entry: Entry) -> bool:
    """Return whether a failure comes up through the frames of the card of another package, which it only calls."""
    return (
        entry.package != finding.package
        and bool(entry.frames)
        and finding.signature.frames[-len(entry.frames) :] == entry.frames
        and len(finding.signature.frames) > len(entry.frames)
    )


def _id_of(finding: Finding) -> str:
    return card_id("pypi", finding.package, card_key(finding))


def _claims(finding: Finding) -> Iterator[Finding]:
    """Yield a finding with its range, then with narrower ones: those up to the release that was probed, that alone."""
    ranges = [
        (finding.lowest_failing, finding.highest_failing),
        (finding.lowest_failing, finding.release),
        (finding.release, finding.release),
    ]
    for low, high in dict.fromkeys(ranges):
        yield replace(finding, lowest_failing=low, highest_failing=high)


def _refutation(card: DraftedCard) -> str:
    """Return the reason against publishing a card, empty where nothing does."""
    evidence = card.evidence
    if evidence is None:
        return "runs without isolation are no evidence"
    broken = evidence.runs[0]
    if not card.judgement.reproduced:
        return f"the broken run {broken.outcome}{f': {broken.reason}' if broken.reason else ''}"
    if card.judgement.flaky:
        return "repetitions of a run differ"
    if not has_control(card.card, evidence):
        return "the program passes nowhere"
    wrong = [run.name for run in evidence.runs if contradicts(run)]
    wrong += [run.name for run in _edge_faults(card) if run.fix is None]
    if wrong:
        return f"refuted at an edge: {', '.join(wrong)}"
    blocking = [problem for problem in card.problems if is_blocking(problem.code)]
    return f"{blocking[0].code} {blocking[0].message}" if blocking else ""


def _edge_faults(card: DraftedCard) -> list[Run]:
    """Return the runs at the first and the last affected release that show something else than the card says.

    In the card of a person that is a note for the reader. A found card's range has only releases where it all holds.
    """
    runs = card.evidence.runs if card.evidence is not None else ()
    edges = [run for run in runs if run.role == "edge" and run.release != runs[0].release]
    return [run for run in edges if run.outcome != "could-not-run" and not run.as_it_should]


def _failing_fixes(card: DraftedCard, fixes: Sequence[MeasuredFix]) -> set[int]:
    """Return the numbers of the fixes that did not pass, or whose line to copy does not work."""
    evidence = card.evidence
    if evidence is None or not fixes:
        return set()
    failing = {
        run.fix for run in evidence.runs if run.role == "fix" and not (run.outcome == "passed" and run.conclusive)
    }
    failing |= {run.fix for run in _edge_faults(card)}
    failing |= {number for number, state in install_states(card.card, evidence).items() if state != "works"}
    return {number for number in failing if number is not None}


def _with_own_reason(card: DraftedCard) -> tuple[DraftedCard | None, str]:
    """Return a card that may be published, or why it may not: not verified without saying so itself."""
    if card.judgement.verdict == "verified" or card.card.status.reason:
        return card, ""
    return None, f"it is {card.judgement.verdict}"


def _frames(evidence: Evidence | None) -> list[str]:
    if evidence is None or evidence.runs[0].outcome != "failed-as-described":
        return []
    return [frame for frame in evidence.runs[0].frames if FRAME.fullmatch(frame)][-MAX_FRAMES:]
