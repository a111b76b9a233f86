"""The page of one card."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from packaging.version import Version

from fixcards.build.page import Page, Section
from fixcards.records import script
from fixcards.records.card import Card, Fix, own_content_ratio
from fixcards.records.evidence import Evidence, Run
from fixcards.records.library import Library
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.summary import Summary
from fixcards.records.verdict import executable_fixes, judge
from fixcards.site import markdown
from fixcards.site.release_chart import legend, release_chart
from fixcards.site.releases import MEANINGS, release_rows, release_spans
from fixcards.site.settings import SiteSettings

SECTIONS = (
    Section("fix", "The fix"),
    Section("certainty", "How sure we are"),
    Section("signature", "Failure signature"),
    Section("what-broke", "What broke"),
    Section("why-it-broke", "Why it broke"),
    Section("options", "Fix options"),
    Section("reproduction", "Minimal reproduction"),
    Section("verify", "Verify the fix"),
    Section("versions", "Version compatibility"),
    Section("runs", "What was run"),
    Section("prevention", "Prevention"),
    Section("discussion", "Discussion"),
    Section("worked", "Did this fix work in your case?"),
    Section("related", "Related failures"),
    Section("sources", "Sources"),
)
_SECTIONS = {section.id: section for section in SECTIONS}
FIX_KINDS = {
    "upgrade": "Upgrade",
    "pin": "Pin",
    "code-change": "Change your code",
    "configuration": "Configure",
    "workaround": "Work around",
}


JSON_NAME = "card.json"


@dataclass(frozen=True, slots=True)
class Option:
    """One fix as the page shows it: `letter` is A for the first, `number` 1."""

    letter: str
    number: int
    fix: Fix
    kind: str
    requirements: tuple[str, ...]
    run: Run | None
    executable: bool


class RelatedCard(NamedTuple):
    """What a card shows of another one."""

    id: str
    path: str
    title: str
    package: str
    verdict: str

    @classmethod
    def of(cls, card: Summary) -> RelatedCard:
        """Return that of a card in short."""
        return cls(card.id, card.path, card.title, card.package, card.verdict)


@dataclass(frozen=True, slots=True)
class CardPageData:
    """A card with everything that is shown of it."""

    card: Card
    evidence: Evidence | None = None
    related: tuple[RelatedCard, ...] = ()
    tally: ReportCounts = field(default_factory=ReportCounts)
    source: str = ""
    """File below the folder of the cards."""

    @classmethod
    def of(cls, library: Library, card_id: str) -> CardPageData:
        """Return a card of a library."""
        return cls(
            library.cards[card_id],
            library.evidence.get(card_id),
            tuple(RelatedCard.of(library.summaries[other]) for other in library.related[card_id]),
            library.reports.get(card_id, ReportCounts()),
            library.files[card_id],
        )


def card_page(subject: CardPageData, settings: SiteSettings) -> Page:
    """Return the page of a card."""
    card = subject.card
    path = f"{card.package}/{card.number}"
    return Page(
        path=path,
        title=card.title,
        description=description(card),
        body=lambda: settings.render("card.html", path, **card_context(subject, settings, path)),
        sections=SECTIONS,
        source=subject.source,
        data=_structured_data(card, subject.evidence, settings, path),
        json_url=JSON_NAME,
    )


def card_context(subject: CardPageData, settings: SiteSettings, path: str) -> dict[str, Any]:
    """Return what the page at `path` shows, by the names that the template knows."""
    card, evidence = subject.card, subject.evidence
    release = script.broken_release(card, evidence) or ""
    rows = release_rows(card, evidence)
    options = _options(card, evidence, release)
    return {
        "card": card,
        "sections": _SECTIONS,
        "judgement": judge(card, evidence, settings.today),
        "evidence": evidence,
        "runs": evidence.runs if evidence else (),
        "ratio": own_content_ratio(card),
        "install": _install(card),
        "traceback": (card.signature.traceback or "").rstrip("\n"),
        "options": options,
        "broken": release,
        "requirements": script.requirements(card, release),
        "commands": _commands(card, settings, path),
        "spans": release_spans(rows),
        "meanings": MEANINGS,
        "picture": release_chart(rows, f"Releases of {card.package}, each with its state; the table says the same."),
        "legend": legend(rows),
        "letter": _letter,
        "tally": subject.tally,
        "reports": _reports(card, options, settings),
        "related": subject.related,
        "sources": _sources(card),
    }


def description(card: Card) -> str:
    """Return one sentence for search engines and previews: the error, then the fix."""
    return _shorten(f"{card.package}: {card.signature.error} Fix: {card.fixes[0].title}.", 300)


def _shorten(text: str, most: int) -> str:
    text = markdown.plain_text(text)
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def _options(card: Card, evidence: Evidence | None, release: str) -> list[Option]:
    executable = {number for number, _ in executable_fixes(card)}
    runs = {run.fix: run for run in (evidence.runs if evidence else ()) if run.role == "fix"}
    return [
        Option(
            letter=_letter(number),
            number=number,
            fix=fix,
            kind=FIX_KINDS[fix.kind],
            requirements=script.requirements(card, release, fix),
            run=runs.get(number),
            executable=number in executable,
        )
        for number, fix in enumerate(card.fixes, start=1)
    ]


def _letter(number: int) -> str:
    """Return what option `number` is called, A for 1. A card has 20 at most; old runs and reports may name others."""
    return chr(ord("A") + number - 1) if 1 <= number <= 26 else str(number)


def _install(card: Card) -> str | None:
    """Return the one line that carries out the first fix where that is an upgrade or a pin.

    An upgrade goes to the release that the fix was tried on or a later one of its line, a pin to exactly what was
    tried. Who has pydantic 1.9 in production and an hour to mend it must not be handed pydantic 2.
    """
    first = card.fixes[0]
    if first.kind == "pin" and (pins := [text for text in first.requires or () if "{" not in text]):
        return "pip install " + " ".join(map(_shell_word, pins))
    if first.kind == "upgrade" and (target := script.upgrade_target(card, first)):
        # `~=` takes two numbers at least, and no local version (https://peps.python.org/pep-0440/#compatible-release).
        version = Version(target)
        operator = ">=" if len(version.release) < 2 else "==" if version.local else "~="
        return f'pip install "{card.package}{operator}{target}"'
    return None


def _shell_word(text: str) -> str:
    """Return `text` quoted for a command line; in double quotes, which every shell knows, where nothing in it acts."""
    return f'"{text}"' if not set(text) & set('"$`\\!%') else shlex.quote(text)


def _commands(card: Card, settings: SiteSettings, path: str) -> dict[str, str]:
    """Return the commands that run the reproduction and each fix straight from the site, by file name."""
    if not settings.site_url:
        return {}
    names = ["reproduction.py"] + [f"fix-{number}.py" for number, _ in executable_fixes(card)]
    return {name: f"uv run {settings.site_url}{path}/{name}" for name in names}


def scripts(card: Card, evidence: Evidence | None) -> dict[str, str]:
    """Return the files that a reader can run: the reproduction on the broken release, and each executable fix."""
    release = script.broken_release(card, evidence)
    if release is None:
        return {}
    made = {"reproduction.py": script.reproduction_script(card, release)}
    for number, fix in executable_fixes(card):
        made[f"fix-{number}.py"] = script.reproduction_script(card, release, fix)
    return made


_REPORT_QUESTIONS = quote("\n\nVersions you have (`pip list`):\n\nWhat you saw:\n")


def _reports(card: Card, options: list[Option], settings: SiteSettings) -> list[dict[str, str]]:
    """Return the prefilled reports: for each fix that it worked, and that none did. The titles are counted."""
    if not settings.repo_url:
        return []

    # Ids are safe in an address. To quote the rest of it once and not for each option saves a tenth of a page's time.
    title = f"{settings.repo_url}/issues/new?title=%5B{card.id}%5D%20"
    body = f"&labels=fix-report&body=Card%3A%20{card.id}{_REPORT_QUESTIONS}"

    def report(words: str, label: str) -> dict[str, str]:
        return {"label": label, "url": f"{title}{words.replace(' ', '%20')}{body}"}

    worked = [report(f"fix {o.number} worked", f"Option {o.letter} worked") for o in options]
    return [*worked, report("no fix worked", "None of them worked")]


def _sources(card: Card) -> list[tuple[str, str]]:
    """Return every address that the page uses, each once, with what it is."""
    found = [(card.issue, "Upstream issue"), (card.pr, "Upstream fix")]
    found += [(point.url, "Discussion") for point in card.discussion]
    found += [(url, "Linked in the text") for text in _texts(card) if "](" in text for url in markdown.links(text)]
    named: dict[str, str] = {}
    for url, what in found:
        if url:
            named.setdefault(url, what)
    return list(named.items())


def _texts(card: Card) -> Iterator[str]:
    """Yield every text of the card that may hold links."""
    texts = [card.symptom, card.trigger, card.mechanism, card.impact, card.verify, *card.prevention]
    texts += [text for fix in card.fixes for text in (fix.body, fix.why, fix.use_when, fix.avoid_when)]
    texts += [point.point for point in card.discussion]
    yield from filter(None, texts)


def _structured_data(card: Card, evidence: Evidence | None, settings: SiteSettings, path: str) -> dict[str, Any]:
    """Return the page as a TechArticle (https://schema.org/TechArticle) with the error as a keyword."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": card.title,
        "description": description(card),
        "keywords": [card.signature.error, *card.signature.aliases, card.package, card.category],
        "about": {"@type": "SoftwareApplication", "name": card.package, "softwareVersion": card.versions.affected},
        "isBasedOn": [url for url in (card.issue, card.pr) if url],
        "isPartOf": {"@type": "WebSite", "name": settings.site_name},
        "inLanguage": "en",
    }
    if settings.site_url:
        data["url"] = f"{settings.site_url}{path}/"
        data["isPartOf"]["url"] = settings.site_url
    if evidence is not None:
        data["dateModified"] = evidence.last_verified.isoformat()
    return data
