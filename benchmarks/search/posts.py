"""Posts as people write them: whether the answer helps the person who wrote each of them.

Usage: python -m benchmarks.search.posts [FILE] [-v] [--no-browser]

README.md says how a post is judged. The browser's search answers every post, too, and both have to agree.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
POSTS = REPOSITORY / "benchmarks" / "search" / "posts.json"
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


def figures(judged: Sequence[Judged]) -> str:
    """Return the figures that have an aim."""
    others = ("neighbour", "no-known-failure")
    message = [each for each in judged if each.post["contains_message"] and each.post["kind"] not in others]
    right = [each for each in message if each.grade == "right"]
    sure = [each for each in right if each.matches[0].tier != "possible"]
    neighbours = [each for each in judged if each.post["kind"] == "neighbour"]
    quiet = [each for each in judged if each.post["kind"] == "no-known-failure"]
    wrong = [each for each in neighbours if each.grade == "wrong"]
    useless = [each for each in wrong if not each.offers_help]
    offered = [each for each in message if each.offers_help]
    offered_surely = [each for each in offered if each.matches[0].tier != "possible"]
    return (
        f"of {len(message)} posts with a message: {_share(right, message)} get a helpful answer at rank 1, "
        f"{_share(sure, message)} as exact or likely, by the fix that is shown first; {_share(offered, message)} and "
        f"{_share(offered_surely, message)} by any fix of that card which fits\n"
        f"of {len(neighbours)} neighbours: {_share(wrong, neighbours)} get wrong help, by any fix {len(useless)}\n"
        f"of {len(quiet)} texts without a known failure: {sum(bool(each.matches) for each in quiet)} get a card"
    )


def _share(part: Sequence[object], whole: Sequence[object]) -> str:
    return f"{len(part)} ({100 * len(part) / max(1, len(whole)):.1f} %)"


def line(each: Judged) -> str:
    """Return what a post got, in one line."""
    matches = ", ".join(f"{match.entry.id} {match.tier} {match.score}" for match in each.matches[:4])
    post = each.post
    return f"{each.grade:7}{post['id']} {post['kind']:22} near {post.get('near')}: {matches} [{each.first_fix}]"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path, default=POSTS)
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each post")
    parser.add_argument("--no-browser", action="store_true", help="leave out the search of the browser")
    chosen = parser.parse_args()
    posts = json.loads(chosen.file.read_text(encoding="utf-8"))
    library: Library = load(REPOSITORY / "cards")
    entries = list(index_entries(library.summaries.values()))
    index = Index.of(entries)
    judge = Judge(library)
    answers = []
    for post in posts:
        matches = match(parse(post["text"]), index)
        answers.append(decided_matches(matches))
        judge.judge(post, matches)
    say = sys.stdout.write
    if chosen.verbose:
        say("".join(f"{line(each)}\n" for each in judge.judged) + "\n")
    say(f"{table(judge.judged)}\n\n{figures(judge.judged)}\n")
    if not chosen.no_browser:
        with tempfile.TemporaryDirectory() as folder, javascript(Path(folder), entries=entries) as browser:
            differ = [
                post["id"]
                for post, mine in zip(posts, answers, strict=True)
                if browser.ask(text=post["text"])["matches"] != mine
            ]
        say(f"Python and JavaScript agree on {len(posts) - len(differ)} of {len(posts)}; differ: {differ}\n")


if __name__ == "__main__":
    main()
