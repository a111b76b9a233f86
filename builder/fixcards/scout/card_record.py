"""From a finding to the record of a found card: versions, signature, program and sentences, all of it measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fixcards.authoring.draft import category_of
from fixcards.authoring.ways_out import MeasuredFix
from fixcards.authoring.yaml_writer import Plain
from fixcards.ecosystems import PYPI
from fixcards.records.fields import FRAME
from fixcards.records.identity import discovery_key
from fixcards.scout import sentences
from fixcards.scout.finding import PYTHON, Finding
from fixcards.scout.sentences import Facts
from fixcards.scout.ways_out import fix_texts, without_a_way_out

MAX_TITLE = 100
MAX_FRAMES = 12
"""Frames that a signature has, the innermost ones."""
MAX_VICTIMS = 50
_SUGGESTION = re.compile(r"[.:] Did you mean.*")
"""What some releases of Python add to a message."""
_DIGITS = re.compile("[0-9]+")
_PLACEHOLDERS = re.compile(r" ?\(?\{\w+\}\)?")


@dataclass(frozen=True)
class ReleaseRange:
    """Releases of the victim that a card claims: from `lowest`, or up to any, to `highest`."""

    lowest: str
    highest: str

    @property
    def affected(self) -> str:
        """The range as a specifier."""
        return f"=={self.highest}" if self.lowest == self.highest else f">={self.lowest},<={self.highest}"


def card_key(finding: Finding) -> str:
    """Return the key of the card of a finding. It is for ever, so no rule of the search, which may change, is in it."""
    return discovery_key(finding.package, finding.culprit.package, " ".join(_DIGITS.sub("0", _error(finding)).split()))


def card_record(facts: Facts, fixes: Sequence[MeasuredFix], day: date, cause: str | None = None) -> dict[str, Plain]:
    """Return the record. `fixes` passed, best first; `day` is that of the discovery.

    `cause` is the id of a card about the change that sets the failure off.
    """
    finding = facts.finding
    record: dict[str, Plain] = {"package": finding.package, "discovery": _discovery(finding, day)}
    record |= {
        "title": title(facts),
        "category": category_of(finding.signature, finding.step in {"build", "resolve", "consistency"}),
        "symptom": sentences.symptom(facts),
        "trigger": sentences.trigger(facts),
        "mechanism": sentences.mechanism(facts),
        **({"cause": cause} if cause else {}),
        "versions": _versions(finding),
        "signature": _signature(finding),
        "reproduction": _reproduction(finding),
        "fixes": [_fix(fix, facts) for fix in fixes] or [dict(without_a_way_out(facts))],
    }
    if (verify := sentences.verify(facts)) is not None:
        record["verify"] = verify
    record["prevention"] = list(sentences.prevention(facts))
    if not fixes:
        reason = "No later release passed, so no fix is executed beside the control."
        record["status"] = {"state": "published", "reason": reason}
    return record


def title(facts: Facts) -> str:
    """Return a title of `MAX_TITLE` characters at most: package, releases, culprit, as much of the error as fits."""
    finding, culprit = facts.finding, facts.finding.culprit
    second = "" if culprit.package == finding.package else f" with {facts.culprit} {culprit.first_bad}"
    second = f" on Python {culprit.first_bad}" if culprit.package == PYTHON else second
    message = _PLACEHOLDERS.sub("", _error(finding)).strip(" :")
    short = _PLACEHOLDERS.sub("", _SUGGESTION.sub("", finding.signature.message)).strip(" :") or message
    heads = [f"{facts.victim}{second}", f"{finding.package} {finding.highest_failing}{second}"]
    for head in heads:
        for text in (message, short):
            if len(whole := f"{head}: {text}") <= MAX_TITLE:
                return whole
    cut = f"{heads[-1][: MAX_TITLE // 2]}: {short}"[:MAX_TITLE]
    # At a word, unless the last one is most of the message.
    words = cut[: MAX_TITLE - 2].rpartition(" ")[0]
    return f"{words if len(words) > MAX_TITLE // 2 else cut[: MAX_TITLE - 2]} …"


def _error(finding: Finding) -> str:
    """Return the line that people search for, without what only some releases of Python add to it."""
    return _SUGGESTION.sub("", finding.signature.error)


def _discovery(finding: Finding, day: date) -> dict[str, Plain]:
    culprit = finding.culprit
    record: dict[str, Plain] = {"key": card_key(finding), "culprit": culprit.package, "release": culprit.first_bad}
    record |= {"last_good": culprit.last_good} if culprit.last_good else {}
    record |= {"uploaded": culprit.first_bad_uploaded} if culprit.first_bad_uploaded else {}
    record["day"] = day
    if finding.victims:
        record["victims"] = [f"{each.package}=={each.release}" for each in finding.victims[:MAX_VICTIMS]]
    return record


def _versions(finding: Finding) -> dict[str, Plain]:
    culprit = finding.culprit
    claimed = ReleaseRange(finding.lowest_failing, finding.highest_failing)
    record: dict[str, Plain] = {"affected": claimed.affected}
    if finding.fixed is not None:
        record["fixed"] = finding.fixed
    if culprit.package == PYTHON:
        record["python"] = f">={culprit.first_bad}"
    elif culprit.package != finding.package and finding.step != "build":
        before = f",<{culprit.fixed}" if culprit.fixed else ""
        record["with"] = {culprit.package: f">={culprit.first_bad}{before}"}
    return record


def _signature(finding: Finding) -> dict[str, Plain]:
    seen = finding.signature
    record: dict[str, Plain] = {"error": _error(finding)}
    record |= {"exception": seen.exception} if seen.exception else {}
    frames = [frame for frame in seen.frames if FRAME.fullmatch(frame)][-MAX_FRAMES:]
    record |= {"frames": frames} if frames and finding.step not in {"build", "resolve"} else {}
    return record


def _reproduction(finding: Finding) -> dict[str, Plain]:
    """Return the program, and what it is run with: the release of the victim is left open for those of its range."""
    suspect, package = finding.suspect, finding.package
    others = [text for text in suspect.requires if PYPI.requirement_name(text) != package]
    record: dict[str, Plain] = {"python": f"=={'.'.join(suspect.python.split('.')[:2])}.*"}
    record["requires"] = [f"{package}=={{version}}", *others]
    record |= {"build": list(finding.build)} if finding.build else {}
    record |= {"exclude_newer": suspect.day} if suspect.day else {}
    record["code"] = finding.program
    if finding.step in {"build", "resolve"}:
        record["expect"] = {"during": finding.step}
    elif suspect.exit is not None and suspect.exit < 0:
        record["expect"] = {"exit": suspect.exit}
    return record


def _fix(fix: MeasuredFix, facts: Facts) -> dict[str, Plain]:
    return {**fix_texts(fix, facts), "install": [fix.install], "requires": list(fix.requires)}
