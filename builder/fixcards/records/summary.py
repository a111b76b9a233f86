"""A card in short, for lists, the search and other cards: small enough to hold those of a hundred thousand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fixcards.ecosystems import ecosystem
from fixcards.records.card import Card
from fixcards.records.evidence import EXPECTED, Evidence, Run
from fixcards.records.failure_moment import failure_moment
from fixcards.records.identity import INTERPRETER, card_path
from fixcards.records.verdict import confidence, differing_runs, install_states, judge


class Summary(NamedTuple):
    """A card in short, plain values only."""

    id: str
    ecosystem: str
    package: str
    key: str
    """Key of the issue, such as `271` or `abc-12`."""
    title: str
    category: str
    state: str
    error: str
    aliases: tuple[str, ...]
    exception: str
    frames: tuple[str, ...]
    affected: str
    fixed: str
    requirements: Mapping[str, str]
    """Other packages, and `python`, without which it doesn't fail, each with the releases that set the failure off."""
    requires_python: str
    """Pythons on which its releases can be at all, as the index says; empty where that is unknown, or all."""
    platform: str
    """The only platform on which it fails; empty where it fails on all."""
    moment: str
    """When it fails: `install`, `import`, `use` or `lasting`."""
    fixes: tuple[tuple[str, str, tuple[str, ...], str], ...]
    """Title, kind and lines to install of each fix, best first."""
    prose: str
    """Symptom and trigger."""
    details: str
    """What the fixes and the discussion say."""
    keywords: tuple[str, ...]
    cause: str
    """Id of the card about the change in another package that this failure comes from; empty where it is none."""
    ids: tuple[str, ...]
    """Its names in databases of advisories."""
    related: tuple[str, ...]
    """Ids that the card itself names."""
    supersedes: tuple[str, ...]
    """Ids of the found cards in whose place it is."""
    explained: bool
    """Whether a person explains it; else it is a found card."""
    culprit: str
    """Package whose change the program found to set the failure off; empty where a person reported the failure."""
    culprit_release: str
    """First release of the culprit that does; empty without a culprit."""
    days: tuple[str, str, str]
    """Of a failure that the program came upon: the day of that release, of the discovery, and of the explanation; each
    may be empty."""
    victims: tuple[str, ...]
    """Other releases that the same change breaks, such as `airflow==2.10.5`."""
    reason: str
    """What the card says about why it can't be executed, or why it is not verified, disputed or retired."""
    failed_lines: tuple[str, ...]
    """Titles of the fixes whose line to copy does not work, as executed."""
    verdict: str
    differing_runs: tuple[str, ...]
    """The runs of a *partly verified* card that did not show what it says, each with its outcome."""
    confidence_terms: tuple[float, float]
    """Terms from which `verdict.confidence` computes the confidence."""
    last_verified: str
    """Day of the newest run, empty where there is none."""
    runs: int
    """Executions on record, each repetition counted."""
    seconds: float
    """Wall time of all of them."""
    issue: str
    """Address of the upstream issue; empty where there is none."""

    def disputed(self) -> Summary:
        """Return the summary of the card while a report that a fix failed has no answer; a retired card stays that."""
        return self if self.state == "retired" else self._replace(verdict="disputed")

    @property
    def fix(self) -> str:
        """Title of the first fix."""
        return self.fixes[0][0]

    @property
    def about_python(self) -> bool:
        """Whether it is about Python itself."""
        return self.package == INTERPRETER

    @property
    def is_change(self) -> bool:
        """Whether it is about a change that its package stands by, not about a failure that a release ends.

        Such a card offers to hold its own package back, and no upgrade of it. All who call the package may be hit. What
        Python takes out of the standard library is one, too.
        """
        if self.about_python:
            return True
        name = ecosystem(self.ecosystem).requirement_name
        kinds = {kind for _, kind, install, _ in self.fixes if self.package in map(name, install)}
        return "pin" in kinds and "upgrade" not in kinds

    @property
    def path(self) -> str:
        """Address of its page below the site."""
        return card_path(self.ecosystem, self.package, self.key)

    def confidence(self, today: date) -> float:
        """Return the card's confidence on the day `today`."""
        return confidence(
            self.confidence_terms, date.fromisoformat(self.last_verified) if self.last_verified else today, today
        )


def summary(card: Card, evidence: Evidence | None) -> Summary:
    """Return `card` in short."""
    signature, versions = card.signature, card.versions
    requirements: dict[str, str] = dict(versions.with_ or {})
    if versions.python:
        requirements["python"] = versions.python
    runs = evidence.runs if evidence else ()
    day = evidence.last_verified if evidence else None
    judgement = judge(card, evidence, day or date.min)
    discovery = card.discovery
    days = (discovery.uploaded, discovery.day, discovery.explained) if discovery else (None, None, None)
    return Summary(
        id=card.id,
        ecosystem=card.ecosystem,
        package=card.package,
        key=card.key,
        title=card.title,
        category=card.category,
        state=card.status.state,
        error=signature.error,
        aliases=tuple(signature.aliases),
        exception=signature.exception or "",
        frames=tuple(signature.frames),
        affected=str(versions.affected_set),
        fixed=versions.fixed or "",
        requirements=requirements,
        requires_python=(evidence and evidence.requires_python) or "",
        platform=versions.platform or "",
        moment=failure_moment(card, evidence),
        fixes=tuple(
            (fix.title, fix.kind, tuple(map(str, fix.install or ())), str(fix.python or "")) for fix in card.fixes
        ),
        prose=f"{card.symptom} {card.trigger}",
        details=_details(card),
        keywords=card.keywords,
        cause=card.cause or "",
        ids=card.ids,
        related=tuple(card.related),
        supersedes=card.supersedes,
        explained=card.explained,
        culprit=discovery.culprit if discovery else "",
        culprit_release=discovery.release if discovery else "",
        days=(_iso(days[0]), _iso(days[1]), _iso(days[2])),
        victims=discovery.victims if discovery else (),
        reason=card.reproduction.skip or card.status.reason or "",
        failed_lines=tuple(
            card.fixes[number - 1].title for number, state in install_states(card, evidence).items() if state == "fails"
        ),
        verdict=judgement.verdict,
        differing_runs=tuple(map(_result, differing_runs(evidence)))
        if evidence and judgement.verdict == "partly verified"
        else (),
        confidence_terms=judgement.confidence_terms,
        last_verified=day.isoformat() if day else "",
        runs=sum(len(run.repetitions) for run in runs),
        seconds=sum(run.seconds * len(run.repetitions) for run in runs),
        issue=card.issue or "",
    )


def _result(run: Run) -> str:
    sometimes = run.flaky and run.outcome == EXPECTED.get(run.role, run.outcome)
    return f"{run.name} {'not in every repetition ' if sometimes else ''}{run.outcome}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _details(card: Card) -> str:
    """Return the words of all fixes and of the discussion of a card."""
    texts = [text for fix in card.fixes for text in (fix.title, fix.body, fix.use_when, fix.avoid_when) if text]
    return " ".join((*texts, *(point.point for point in card.discussion)))
