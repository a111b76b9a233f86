"""The page of one card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fixcards.build.page import Page, Section
from fixcards.exports import card_json, preview_picture
from fixcards.exports.facets import CATEGORY_LABELS
from fixcards.exports.interface import RelatedCard
from fixcards.exports.scripts import REPRODUCTION, fix_file
from fixcards.records.card import Card, Fix
from fixcards.records.card_facts import CardFacts
from fixcards.records.evidence import Run
from fixcards.records.history import CardDays
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.verdict import InstallState
from fixcards.site import markdown
from fixcards.site.link_names import change_name, link_name
from fixcards.site.release_chart import legend, release_chart
from fixcards.site.releases import MEANINGS, release_groups, release_rows, release_spans
from fixcards.site.renderer import renderer
from fixcards.site.report_links import report_links
from fixcards.site.settings import SiteSettings

SECTIONS = (
    Section("fix", "The fix"),
    Section("options", "Fix options"),
    Section("verify", "Verify the fix"),
    Section("versions", "Version compatibility"),
    Section("what-broke", "What broke"),
    Section("why-it-broke", "Why it broke"),
    Section("upstream", "What changed upstream"),
    Section("signature", "Failure signature"),
    Section("reproduction", "Minimal reproduction"),
    Section("certainty", "Proof and runs"),
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
    lines: Mapping[str, str]
    """What to copy, by the program that it is for; empty where the fix is nothing that is installed."""
    line_state: InstallState | None
    line_runs: tuple[Run, ...]


RUN_ROLES = {
    "broken": "Broken release",
    "latest": "Newest release",
    "control": "Control: the same program elsewhere",
    "stub": "The broken release without the code of the package",
    "disguised": "The broken release under another number",
    "edge": "Edge of what the card claims",
}
"""Why a run was made, as a reader sees it; that of a fix is named like the option."""

_UNKNOWN_DAYS = CardDays()


@dataclass(frozen=True, slots=True)
class CardPageData:
    """A card with everything else that its page shows."""

    facts: CardFacts
    related: tuple[RelatedCard, ...] = ()
    reports: ReportCounts = field(default_factory=ReportCounts)
    source: str | None = ""
    """File below the folder of the cards; None where the site's repository doesn't have it."""
    days: CardDays = _UNKNOWN_DAYS


def card_page(data: CardPageData, settings: SiteSettings) -> Page:
    """Return the page of a card."""
    facts = data.facts
    return Page(
        path=facts.path,
        title=facts.card.title,
        description=description(facts.card),
        body=lambda: renderer(settings).render("card.html", facts.path, **card_context(data, settings)),
        sections=SECTIONS,
        source=data.source,
        data=_structured_data(data, settings),
        json_url=card_json.FILE_NAME,
        picture_url=preview_picture.FILE_NAME if settings.previews else None,
    )


def card_context(data: CardPageData, settings: SiteSettings) -> dict[str, Any]:
    """Return the content of the page by the names that the template uses."""
    facts = data.facts
    card, evidence = facts.card, facts.evidence
    rows = release_rows(card, evidence)
    options = _options(facts)
    edit_url = f"{settings.edit_base}{quote(data.source)}" if settings.edit_base and data.source else ""
    return {
        "card": card,
        "category": CATEGORY_LABELS[card.category],
        "sections": _SECTIONS,
        "judgement": facts.judgement,
        "evidence": evidence,
        "days": data.days,
        "edit_url": edit_url,
        "history_url": settings.code_host.history_url(edit_url),
        "runs": evidence.runs if evidence else (),
        "roles": RUN_ROLES,
        "ratio": facts.own_content_ratio,
        "traceback": (card.signature.traceback or _printed_traceback(facts)).rstrip("\n"),
        "options": options,
        "broken_release": facts.broken_release or "",
        "requirements": facts.requirements(),
        "commands": _commands(facts, settings),
        "spans": release_spans(rows),
        "groups": release_groups(rows),
        "meanings": MEANINGS,
        "chart": release_chart(rows, f"Releases of {card.package}, each with its state; the table says the same."),
        "legend": legend(rows),
        "letter": _letter,
        "letters": frozenset(option.letter for option in options),
        "name_of": link_name,
        "pr_label": change_name(card.pr) if card.pr else "",
        "reports": data.reports,
        "report_links": report_links(card, [(each.letter, each.fix.title) for each in options], settings.code_host),
        "cause": next((other for other in data.related if other.id == card.cause), None),
        "victims": [other for other in data.related if other.cause == card.id],
        "related": [other for other in data.related if other.cause != card.id and other.id != card.cause],
        "sources": _sources(card),
    }


def _printed_traceback(facts: CardFacts) -> str:
    """Return the output of the broken run of a found card, whose record has no copy of it; empty for other cards."""
    runs = facts.evidence.runs if facts.evidence and not facts.card.explained else ()
    return next((run.output for run in runs if run.role == "broken"), "")


def description(card: Card) -> str:
    """Return one sentence for search engines and previews: the error, then the fix."""
    return _shorten(f"{card.package}: {card.signature.error} Fix: {card.fixes[0].title}.", 300)


def _shorten(text: str, max_length: int) -> str:
    text = markdown.plain_text(text)
    return text if len(text) <= max_length else text[: max_length - 1].rsplit(" ", 1)[0] + "…"


def _options(facts: CardFacts) -> list[Option]:
    runs = facts.evidence.runs if facts.evidence else ()
    return [
        Option(
            letter=_letter(number),
            number=number,
            fix=fix,
            kind=FIX_KINDS[fix.kind],
            requirements=facts.requirements(fix),
            run=facts.fix_runs.get(number),
            executable=number in facts.executable_fixes,
            lines=facts.install_lines(number),
            line_state=facts.install_states.get(number),
            line_runs=tuple(run for run in runs if (run.role, run.fix) == ("install", number)),
        )
        for number, fix in enumerate(facts.card.fixes, start=1)
    ]


def _letter(number: int) -> str:
    """Return the letter of option `number`, A for 1. A card has 20 at most; old runs and reports may name others."""
    return chr(ord("A") + number - 1) if 1 <= number <= 26 else str(number)


def _commands(facts: CardFacts, settings: SiteSettings) -> dict[str, str]:
    """Return the commands that run the reproduction and each fix straight from the site, by file name."""
    if not settings.site_url:
        return {}
    names = [REPRODUCTION, *map(fix_file, facts.executable_fixes)]
    return {name: f"uv run {settings.site_url}{facts.path}/{name}" for name in names}


def _sources(card: Card) -> list[tuple[str, str]]:
    """Return every address that the page uses, each once, with its label."""
    sources = [(card.issue, "Upstream issue"), (card.pr, "Upstream fix")]
    sources += [(point.url, "Discussion") for point in card.discussion]
    sources += [(url, "Linked in the text") for text in card.prose if "](" in text for url in markdown.links(text)]
    labels: dict[str, str] = {}
    for url, label in sources:
        if url:
            labels.setdefault(url, label)
    return list(labels.items())


def _structured_data(page: CardPageData, settings: SiteSettings) -> dict[str, Any]:
    """Return the page as a TechArticle (https://schema.org/TechArticle) with the error as a keyword."""
    facts, days = page.facts, page.days
    card = facts.card
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": card.title,
        "description": description(card),
        "keywords": [card.signature.error, *card.signature.aliases, card.package, card.category],
        "about": {
            "@type": "SoftwareApplication",
            "name": card.package,
            "softwareVersion": str(card.versions.affected_set),
        },
        "isBasedOn": [url for url in (card.issue, card.pr) if url],
        "isPartOf": {"@type": "WebSite", "name": settings.site_name},
        "inLanguage": "en",
    }
    if settings.site_url:
        data["url"] = f"{settings.site_url}{facts.path}/"
        data["isPartOf"]["url"] = settings.site_url
    if days.published:
        data["datePublished"] = days.published
    if modified := max(days.updated, days.verified):
        data["dateModified"] = modified
    return data
