"""Rules about quality: `FC4xx`. A card that breaks one is shown all the same, and is to be corrected.

Those of this module look at one card, with its evidence where it has some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from packaging.version import Version

from fixcards.ecosystems import ecosystem
from fixcards.ecosystems.pypi import MAX_CLAUSES, common_release, parse_requirement, parse_specifier
from fixcards.records.card import Card, Fix
from fixcards.records.evidence import Evidence
from fixcards.records.identity import INTERPRETER
from fixcards.records.problem import quoted
from fixcards.records.repair import InsertList, RemoveItem, Repair, Rewrite, without_trailing_spaces
from fixcards.records.rules.install import LINE_KINDS
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.rules.text import position_after
from fixcards.records.rules.titles import targets
from fixcards.records.yaml_document import KeyPath

_NAME = re.compile(r"'[^']*'")
_PARENTHESES = re.compile(r"\([^()]*\)")


@rule("FC410")
def nothing_to_install(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """An upgrade or a pin says in `install` which requirements the reader has afterwards: these are copied.

    An upgrade of whichever package the reader was hit through has no such line: its `requires` leave the card's package
    and its second packages as they are, and upgrade one of many others as an example.
    """
    for number, fix in enumerate(card.fixes):
        if fix.kind in LINE_KINDS and fix.install is None and not _upgrades_an_example(card, fix):
            proposal = _upgrade_line(card, fix, evidence)
            yield Finding(
                f"fixes[{number}] has no `install`, so that readers have no line to copy",
                f'write the requirements that they have afterwards, such as "{proposal or _example(card, fix)}"',
                ("fixes", number, "kind"),
                repair=InsertList(("fixes", number), "install", (proposal,), ("requires", "code"), "kind")
                if proposal
                else None,
            )


def _upgrades_an_example(card: Card, fix: Fix) -> bool:
    """Return whether a fix upgrades a package that is one of many: neither the card's own nor a second package."""
    name = ecosystem(card.ecosystem).requirement_name
    named = {card.package, *(card.versions.with_ or {})}
    upgraded = {name(text) for text in fix.requires or () if text not in card.reproduction.requires}
    return fix.kind == "upgrade" and bool(upgraded) and upgraded.isdisjoint(named)


def _example(card: Card, fix: Fix) -> str:
    """Return a requirement of the kind that the fix may need, for a message."""
    if fix.kind == "upgrade":
        return f"{card.package}>={card.versions.fixed or '2.0'}"
    for name, text in (card.versions.with_ or {}).items():
        for clause in parse_specifier(text):
            if clause.operator == ">=":
                return f"{name}<{clause.version}"
    lowest = [clause.version for clause in card.versions.affected_set if clause.operator in {">=", "=="}]
    return f"{card.package}<{min(lowest, key=_bound, default='2.0')}"


def _bound(text: str) -> Version:
    return Version(text.removesuffix(".*"))


def _upgrade_line(card: Card, fix: Fix, evidence: Evidence | None) -> str | None:
    """Return the requirement of an upgrade where only one can be meant: from the first fixed release on."""
    fixed = card.versions.fixed
    if fix.kind != "upgrade" or fixed is None or Version(fixed).is_prerelease or fixed in _withdrawn(evidence):
        return None
    if any(run.role == "latest" and run.outcome != "passed" for run in (evidence.runs if evidence else ())):
        return None
    registry = ecosystem(card.ecosystem)
    for text in fix.requires or ():
        if text in card.reproduction.requires and registry.requirement_name(text) != card.package:
            continue
        if registry.requirement_name(text) != card.package or "{version}" in text:
            return None  # it moves other packages, too
        if [Version(each) for each in registry.exact_releases(text)] != [Version(fixed)]:
            return None
    line = parse_specifier(f">={fixed}")
    if any(common_release(line, affected) for affected in card.versions.affected_set.specifiers):
        return None  # a later release fails, too
    same = all(Version(target.release) == Version(fixed) for target in targets(fix.title))
    return f"{card.package}>={fixed}" if same else None


@rule("FC411")
def upgrade_to_one_release(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """An upgrade lets the reader have later releases, too: `>=` and not `==`."""
    for number, fix in enumerate(card.fixes):
        for at, text in enumerate(fix.install or ()):
            exact = ecosystem(card.ecosystem).exact_releases(text)
            if fix.kind == "upgrade" and len(exact) == 1 and "{version}" not in text:
                yield Finding(
                    f"fixes[{number}] upgrades to {quoted(text)} alone",
                    f"write `>={exact[0]}`, or make it a fix of the kind `pin`",
                    ("fixes", number, "install", at),
                )


@rule("FC412")
def release_withdrawn(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """No fix names a release that was withdrawn from the index ("yanked"), or a pre-release."""
    withdrawn = {Version(each) for each in _withdrawn(evidence)}
    named: list[tuple[str, KeyPath]] = []
    if card.versions.fixed is not None:
        named.append((card.versions.fixed, ("versions", "fixed")))
    for number, fix in enumerate(card.fixes):
        for at, text in enumerate(fix.install or ()):
            requirement = parse_requirement(text)
            if ecosystem(card.ecosystem).requirement_name(text) == card.package:
                named += [
                    (clause.version, ("fixes", number, "install", at))
                    for clause in requirement.specifier
                    if clause.operator in {"==", ">=", "~="} and not clause.version.endswith(".*")
                ]
    for release, where in named:
        if Version(release) in withdrawn:
            good = _first_after(release, card, evidence)
            hint = f"name {good}, the first one after it that is not" if good else "name a release that is not"
            yield Finding(f"{card.package} {release} was withdrawn from the index", hint, where)
        elif Version(release).is_prerelease and not _only_prereleases(card, evidence):
            hint = "name a final release: pip takes no pre-releases, or all later ones of a requirement that names one"
            yield Finding(f"{card.package} {release} is a pre-release", hint, where)


def _withdrawn(evidence: Evidence | None) -> set[str]:
    return {release.version for release in (evidence.releases if evidence else ()) if release.yanked}


def _first_after(release: str, card: Card, evidence: Evidence | None) -> str | None:
    """Return the first final release after another one that neither fails nor was withdrawn, by the evidence."""
    later = [
        each.version
        for each in (evidence.releases if evidence else ())
        if Version(each.version) > Version(release)
        and not Version(each.version).is_prerelease
        and not each.yanked
        and each.state in {"passes", "inferred-passes"}
        and each.version not in card.versions.affected_set
    ]
    return min(later, key=Version, default=None)


def _only_prereleases(card: Card, evidence: Evidence | None) -> bool:
    """Return whether the package has no final release, by what is known here."""
    finals = [each for each in (evidence.releases if evidence else ()) if not Version(each.version).is_prerelease]
    named = [clause.version for part in card.versions.affected_set.specifiers for clause in part]
    return not finals and all(Version(each.removesuffix(".*")).is_prerelease for each in named)


@rule("FC413")
def resolved_too_early(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """The day of `exclude_newer` is not before the upload of a release of the package that the card installs.

    The days come from the releases in the evidence. Those of other packages are not in it: there `fixcards verify` says
    that the resolver has no such release on that day.
    """
    day = card.reproduction.exclude_newer
    if day is None or evidence is None:
        return
    uploaded = {Version(each.version): each.uploaded for each in evidence.releases if each.uploaded}
    releases = [card.versions.named_broken]
    for fix in card.fixes:
        if fix.kind == "upgrade" and fix.requires is None:
            releases.append(card.versions.fixed)
        for text in fix.requires or ():
            if ecosystem(card.ecosystem).requirement_name(text) == card.package and "{version}" not in text:
                releases += ecosystem(card.ecosystem).exact_releases(text)
    late = {Version(each) for each in releases if each and uploaded.get(Version(each), day) > day}
    if late:
        last = max(late, key=uploaded.__getitem__)
        yield Finding(
            f"{day} is before the upload of {card.package} {last} on {uploaded[last]}",
            f"write {uploaded[last]} or a later day",
            ("reproduction", "exclude_newer"),
        )


@rule("FC414")
def other_wording(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """Affected releases print the message of the card, or one of its aliases; the sweep over the releases shows which.

    A message is another wording where it has the same words, and some of the same names in quotes. What fails in a
    sweep with anything else may fail by the environment in which an old release was run.
    """
    if evidence is None:
        return
    own = [_words_and_names(text) for text in (card.signature.error, *card.signature.aliases)]
    wordings: dict[str, list[str]] = {}
    for release in evidence.releases:
        line = (release.reason or "").partition("without the signature: ")[2]
        words, names = _words_and_names(line)
        if release.version in card.versions.affected_set and any(
            words == other and names & others for other, others in own
        ):
            wordings.setdefault(line, []).append(release.version)
    for line, releases in wordings.items():
        more = f" and {len(releases) - 1} more" if len(releases) > 1 else ""
        yield Finding(
            f"{card.package} {releases[0]}{more} printed {quoted(line, 160)}",
            "add it to `signature.aliases` if it is the same failure, else leave these releases out of the range",
            ("versions", "affected"),
        )


def _words_and_names(message: str) -> tuple[str, set[str]]:
    """Return the words of a message without the names in quotes, and these names."""
    return " ".join(_NAME.sub("''", _PARENTHESES.sub("", message)).split()), set(_NAME.findall(message))


@rule("FC415")
def listed_twice(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """No list has an item twice; an alias differs from `error`."""
    lists: list[tuple[KeyPath, Sequence[str], set[str]]] = [
        (("signature", "aliases"), card.signature.aliases, {card.signature.error}),
        (("keywords",), card.keywords, set()),
        (("ids",), card.ids, set()),
        (("related",), card.related, set()),
        (("prevention",), card.prevention, set()),
    ]
    for where, items, before in lists:
        seen = set(before)
        for at, item in enumerate(items):
            if item in seen:
                path = (*where, at)
                yield Finding(f"repeats {quoted(item)}", "remove it", path, repair=RemoveItem(path))
            seen.add(item)


@rule("FC416")
def keyword_not_needed(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """Keywords are words by which the card could not be searched otherwise.

    What the search reads anyway: package, title, symptom, trigger, exception, error and aliases.
    """
    if not card.keywords:
        return
    signature = card.signature
    texts = (card.package, card.title, card.symptom, card.trigger, signature.exception or "", signature.error)
    text = " " + " ".join(" ".join((*texts, *signature.aliases)).casefold().replace("`", " ").split()) + " "
    for at, keyword in enumerate(card.keywords):
        words = " ".join(keyword.casefold().split())
        start = text.find(words)
        while start >= 0 and (text[start - 1].isalnum() or text[start + len(words)].isalnum()):
            start = text.find(words, start + 1)
        if start >= 0:
            path = ("keywords", at)
            yield Finding(f"the card has {quoted(keyword)} anyway", "remove it", path, repair=RemoveItem(path))


@rule("FC417")
def range_empty_or_twice(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """Each range allows a release, and no release is in two alternatives of `versions.affected`."""
    texts, parts = card.versions.affected, card.versions.affected_set.specifiers
    ranges: list[tuple[str, KeyPath]] = [
        (text, ("versions", "affected", at) if len(texts) > 1 else ("versions", "affected"))
        for at, text in enumerate(texts)
    ]
    ranges += [(text, ("versions", "with", name)) for name, text in (card.versions.with_ or {}).items()]
    ranges += [(card.versions.python, ("versions", "python"))] if card.versions.python else []
    for text, where in ranges:
        specifier = parse_specifier(text)
        if len(specifier) <= MAX_CLAUSES and common_release(specifier) is None:
            yield Finding(f"{quoted(text)} allows no release at all", "correct its bounds", where)
    for first, at in combinations(range(len(parts)), 2):
        both = common_release(parts[first], parts[at])
        if both is not None:
            message = f"{quoted(texts[first])} and {quoted(texts[at])} have releases in common, such as {both}"
            yield Finding(message, "end the one where the other begins, or join them", ("versions", "affected", at))


@rule("FC418")
def cause_of_no_second_package(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """The cause lies in another package, which is among `versions.with` or the requirements of the reproduction.

    Or it lies in Python, and `versions.python` says which. A failing build is excepted: what it takes is required by
    the source distribution, and never installed.
    """
    expect = card.reproduction.expect
    if card.cause in {None, card.id} or (expect and expect.during == "build"):
        return
    registry = ecosystem(card.ecosystem)
    others = {*(card.versions.with_ or {}), *map(registry.requirement_name, card.reproduction.requires)}
    others |= {INTERPRETER} if card.versions.python else set()
    if not any((card.cause or "").startswith(f"{name}-") for name in others - {card.package}):
        yield Finding(
            f"the cause {card.cause} is about no package that the failure takes",
            "name that package in `versions.with`, with the releases that set the failure off",
            ("cause",),
        )


@rule("FC430")
def trailing_space(text: str) -> Iterator[Finding]:
    """No line ends with spaces, except inside a value, such as a traceback, where they are part of it."""
    repaired = without_trailing_spaces(text)
    for number, (line, clean) in enumerate(zip(text.split("\n"), repaired.split("\n"), strict=True)):
        if line != clean:
            before = "\n".join([*text.split("\n")[:number], clean])
            repair: Repair = Rewrite(repaired, "removed them from all lines")
            yield Finding("ends with spaces", "remove them", position_after(before), repair=repair)
            return
