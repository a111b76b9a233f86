"""Posts as people write them: whether the answer helps the person who wrote each of them.

Usage: python -m benchmarks.search.posts [FILE ...] [--cards FOLDER] [-v] [--no-browser]

Without a file all sets are judged. README.md says how. The browser's search answers every post, too, and both have to
agree.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from tests.matching.samples import decided_matches, javascript

from fixcards.exports.index_entries import index_entries
from fixcards.matching.index.reader import Index
from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.versions import in_specifier
from fixcards.matching.score.matcher import Match, match
from fixcards.records.card import Fix
from fixcards.records.library import Library
from fixcards.records.loader import load

REPOSITORY = Path(__file__).parents[2]
SETS = REPOSITORY / "benchmarks" / "search" / "posts"
HEADER = (
    "| set | posts | with the message | first fix helps | exact or likely | a fix helps | exact or likely "
    "| neighbours misled | by any fix | no known failure, a card | languages differ |\n|" + "---|" * 11 + "\n"
)
KINDS_BY_LABEL = {"own code": "code-change", "workaround": "workaround", "configuration": "configuration"}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ ]*([<>=!~][^;]*)$")
_NAME = re.compile("[a-z0-9-]+")
_NUMBER = re.compile(r"[0-9]+(?:[.][0-9]+)*")

Grade = Literal["right", "silent", "noise", "wrong"]
"""A helpful answer; silence; a *possible* card that doesn't help; a surer one that misleads."""


@dataclass(frozen=True)
class Judged:
    """A post with the answer that it got."""

    post: Mapping[str, Any]
    matches: Sequence[Match]
    grade: Grade
    first_fix: str
    offers_help: bool
    """Whether the first card offers a fix that helps, first or further down, and doesn't say that it won't."""


@dataclass
class Judge:
    """Knows the cards that answers name."""

    library: Library
    judged: list[Judged] = field(default_factory=list)

    @cached_property
    def _successors(self) -> dict[str, str]:
        """Return the id of the card that superseded each found card: a label may be older than that."""
        return {old: card.id for card in self.library.cards.values() for old in card.supersedes}

    def judge(self, post: Mapping[str, Any], matches: Sequence[Match]) -> None:
        """Judge the answer to a post."""
        best = matches[0] if matches else None
        fix = self._first_fix(best) if best else None
        sure = [each for each in matches if each.tier != "possible"]
        if best is None:
            grade: Grade = "silent"
        elif any(self._helps(best, fix, each, post) for each in post["helps"]):
            grade = "wrong" if sure and self._is_wrong_fix(best, fix, post) else "right"
        elif post["helps"] and post["kind"] not in ("neighbour", "no-known-failure"):
            grade = "wrong" if best.tier != "possible" else "noise"
        else:
            grade = "wrong" if sure else "noise"
        offers_help = best is not None and self._offers_help(best, post)
        self.judged.append(Judged(post, matches, grade, fix.title if fix else "", offers_help))

    def _offers_help(self, match: Match, post: Mapping[str, Any]) -> bool:
        card = self.library.cards.get(match.entry.id)
        titles = {fitted.title for fitted in match.fixes if fitted.fits} or {fitted.title for fitted in match.fixes}
        offered = [fix for fix in card.fixes if fix.title in titles] if card else []
        return any(self._helps(match, fix, each, post) for each in post["helps"] for fix in offered)

    def _first_fix(self, match: Match) -> Fix | None:
        card = self.library.cards.get(match.entry.id)
        title = getattr(match, "fixes", None)
        shown = str(title[0].title) if title else str(match.entry.display.get("fix", ""))
        return next((fix for fix in card.fixes if fix.title == shown), None) if card else None

    def _helps(self, match: Match, fix: Fix | None, answer: Mapping[str, Any], post: Mapping[str, Any]) -> bool:
        name = answer.get("card", match.entry.id)
        names = (name, self._successors.get(name))
        near = self.library.cards.get(post.get("near") or "")
        if "cause" in answer and (near is None or getattr(near, "cause", None) != match.entry.id):
            return False
        if match.entry.id in names:
            labels = answer.get("fixes")
            return labels is None or any(self._is_option(fix, label, post.get("near")) for label in labels)
        # A victim's card that offers the very option that helps does as well as the cause that is named, and a cause's
        # as well as the victim that is named.
        named = self.library.cards.get(name)
        if match.entry.cause not in names and (named is None or getattr(named, "cause", None) != match.entry.id):
            return False
        lines = (getattr(each, "install", None) or () for each in named.fixes)
        labels = answer.get("fixes") or [str(line) for each in lines for line in each]
        return any(self._is_option(fix, label, post.get("near")) for label in labels)

    def _is_wrong_fix(self, match: Match, fix: Fix | None, post: Mapping[str, Any]) -> bool:
        return any(
            self._is_option(fix, each["fix"], post.get("near")) and not _is_narrower(fix, each["fix"])
            for each in post["wrong"]
            if "fix" in each and each.get("card", match.entry.id) == match.entry.id
        )

    def _is_option(self, fix: Fix | None, label: str, near: str | None) -> bool:
        """Return whether a fix of a card is the option that a post names."""
        if fix is None:
            return False
        if label in KINDS_BY_LABEL:
            return fix.kind == KINDS_BY_LABEL[label]
        lines = {text.lower().replace("_", "-").replace(" ", "") for text in getattr(fix, "install", None) or ()}
        if label.lower().replace("_", "-") in lines:
            return True
        if _NAME.fullmatch(label):
            return False
        requirements = _requirements(fix)
        if label.startswith("upgrade "):
            name = label.split()[1]
            title = fix.title.lower().replace("_", "-")
            if not getattr(fix, "install", None):  # of a cause: whichever package the reader was hit through
                return fix.kind == "upgrade" and name != str(near).rpartition("-")[0]
            numbers = _NUMBER.findall(label.partition(" to ")[2])
            release = "".join(_NUMBER.findall(requirements.get(name, ""))[:1])
            fits = not numbers or release.split(".")[0] in numbers
            return fix.kind == "upgrade" and fits and (name in requirements or name in title)
        return any(
            parts and parts[1] in requirements and implies(requirements[parts[1]], parts[2])
            for parts in map(_REQUIREMENT.match, re.split(r" and |, ", label))
        ) and not (fix.kind == "upgrade" and "<" in label)


def _is_narrower(fix: Fix | None, label: str) -> bool:
    """Return whether a fix leaves out releases that a label names: "0.18 or later" isn't the wrong "0.16 or later"."""
    parts = _REQUIREMENT.match(label)
    requirement = _requirements(fix).get(parts[1]) if fix and parts else None
    return bool(parts and requirement) and not implies(parts[2], str(requirement))


def _requirements(fix: Fix) -> dict[str, str]:
    """Return the specifiers of a fix by package: what a reader installs, or else what its run installed."""
    texts: Iterable[object] = getattr(fix, "install", None) or fix.requires or ()
    parsed = [parts for parts in (_REQUIREMENT.match(str(text).replace(" ", "")) for text in texts) if parts]
    return {parts[1].lower().replace("_", "-"): parts[2] for parts in parsed}


def implies(one: str, other: str) -> bool:
    """Return whether every release that satisfies one specifier satisfies the other, tried on releases near both."""
    samples = set()
    for number in _NUMBER.findall(f"{one} {other}"):
        samples |= {number, f"{number}.1"}
        head, _, last = number.rpartition(".")
        while head and int(last) == 0:  # before 3.0.0 comes 2.99
            head, _, last = head.rpartition(".")
        before = max(0, int(last) - 1)
        samples.add(f"{head}.{before}.99" if head else f"{before}.99")
    allowed = [sample for sample in samples if in_specifier(sample, one)]
    return bool(allowed) and all(in_specifier(sample, other) for sample in allowed)


def table(judged: Sequence[Judged]) -> str:
    """Return the figures by kind of post."""
    lines = ["| kind | posts | right | silent | noise | wrong | exact | likely | possible |", "|---|" + "---|" * 8]
    for kind in (*dict.fromkeys(each.post["kind"] for each in judged), "all"):
        of = [each for each in judged if kind in (each.post["kind"], "all")]
        grades = Counter(each.grade for each in of)
        tiers = Counter(each.matches[0].tier for each in of if each.matches)
        cells = [grades[name] for name in ("right", "silent", "noise", "wrong")]
        cells += [tiers[name] for name in ("exact", "likely", "possible")]
        lines.append(f"| {kind} | {len(of)} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def row(name: str, judged: Sequence[Judged], different: int | None) -> str:
    """Return a set's line of the table: the figures that have an aim."""
    others = ("neighbour", "no-known-failure")
    message = [each for each in judged if each.post["contains_message"] and each.post["kind"] not in others]
    neighbours = [each for each in judged if each.post["kind"] == "neighbour"]
    quiet = [each for each in judged if each.post["kind"] == "no-known-failure"]
    first = [each for each in message if each.grade == "right"]
    offered = [each for each in message if each.offers_help]
    misled = [each for each in neighbours if each.grade == "wrong"]
    cells = [name, str(len(judged)), str(len(message))]
    for right in (first, offered):
        sure = [each for each in right if each.matches[0].tier != "possible"]
        cells += [_share(right, message), _share(sure, message)]
    cells += [
        f"{len(misled)} of {len(neighbours)}",
        str(sum(not each.offers_help for each in misled)),
        f"{sum(bool(each.matches) for each in quiet)} of {len(quiet)}",
        "" if different is None else str(different),
    ]
    return f"| {' | '.join(cells)} |\n"


def _share(part: Sequence[object], whole: Sequence[object]) -> str:
    return f"{len(part)} ({100 * len(part) / len(whole):.1f} %)" if whole else "0"


def line(each: Judged) -> str:
    """Return what a post got, in one line."""
    matches = ", ".join(f"{match.entry.id} {match.tier} {match.score}" for match in each.matches[:4])
    post = each.post
    return f"{each.grade:7}{post['id']} {post['kind']:22} near {post.get('near')}: {matches} [{each.first_fix}]"


def main() -> None:
    """Print the figures of each set as soon as it is judged, and then those of all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path, metavar="file", help="all sets unless some are given")
    parser.add_argument("--cards", type=Path, default=REPOSITORY / "cards", help="the folder of the cards")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each post")
    parser.add_argument("--no-browser", action="store_true", help="leave out the search of the browser")
    chosen = parser.parse_args()
    library: Library = load(chosen.cards)
    entries = list(index_entries(library.summaries.values()))
    index = Index.of(entries)
    judged: list[Judged] = []
    differing: list[str] = []
    say = sys.stdout.write
    say(HEADER)
    with ExitStack() as stack:
        browser = None
        if not chosen.no_browser:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            browser = stack.enter_context(javascript(folder, entries=entries))
        for file in chosen.files or sorted(SETS.glob("*.json")):
            judge, before = Judge(library), len(differing)
            for post in json.loads(file.read_text(encoding="utf-8")):
                matches = match(parse(post["text"]), index)
                judge.judge(post, matches)
                if browser and browser.ask(text=post["text"])["matches"] != decided_matches(matches):
                    differing.append(f"{file.stem} {post['id']}")
            say(row(file.stem, judge.judged, len(differing) - before if browser else None))
            sys.stdout.flush()
            judged += judge.judged
    say(row("all", judged, None if chosen.no_browser else len(differing)) + f"\n{table(judged)}\n")
    say("".join(f"\n{line(each)}" for each in judged) + "\n" if chosen.verbose else "")
    say("".join(f"\nPython and JavaScript differ: {post}" for post in differing) + "\n" if differing else "")


if __name__ == "__main__":
    main()
