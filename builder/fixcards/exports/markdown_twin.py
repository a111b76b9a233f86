"""`index.html.md`: the page of a card as Markdown, for pasting elsewhere and for programs that read text.

It has what a reader of the page needs to fix a failure, in the order of the page, and leaves out the runs; `card.json`
and the evidence have those. The name is that of the page with `.md`: https://llmstxt.org/
"""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.build.page import DataFile
from fixcards.exports.commonmark import code_span, fenced, plain, prose
from fixcards.exports.interface import CARD, CARD_DAYS, DAY, RELATED, REPORTS, SITE_URL, CardExport, Inputs
from fixcards.records.card import Card, Fix
from fixcards.records.card_facts import CardFacts
from fixcards.records.history import CardDays

FILE_NAME = "index.html.md"


class MarkdownTwin(CardExport):
    """One file next to the page of each card."""

    inputs = frozenset({CARD, RELATED, REPORTS, CARD_DAYS, DAY, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the file. Blocks are apart by one empty line; the last line is complete."""
        facts = inputs[CARD]
        blocks = [
            f"# {plain(facts.card.title)}",
            "\n".join(_facts(facts, inputs[CARD_DAYS], inputs[SITE_URL])),
            fenced(facts.card.signature.error, "text"),
            *_options(facts),
            *_explanation(facts),
            *_signature(facts.card),
            *_reproduction(facts),
            *_ending(facts.card),
        ]
        if related := inputs[RELATED]:
            links = (f"- [{plain(other.title)}]({inputs[SITE_URL] or '../../'}{other.path})" for other in related)
            blocks += ["## Related failures", "\n".join(links)]
        yield DataFile(f"{facts.path}/{FILE_NAME}", ("\n\n".join(blocks) + "\n").encode())


def _facts(facts: CardFacts, days: CardDays, site_url: str) -> Iterator[str]:
    card, judgement = facts.card, facts.judgement
    others = "".join(f" with {name} {code_span(text)}" for name, text in (card.versions.with_ or {}).items())
    python = f", Python {code_span(card.versions.python)}" if card.versions.python else ""
    platform = f", {plain(card.versions.platform)}" if card.versions.platform else ""
    explained = "" if card.explained else ", found by the program and not yet explained by a person"
    yield f"- Card: {code_span(card.id)}{f', <{site_url}{facts.path}/>' if site_url else ''}"
    yield f"- Affected: {card.package} {code_span(str(card.versions.affected_set))}{others}{python}{platform}"
    yield f"- Fixed in: {card.versions.fixed or 'no release'}"
    yield f"- Verdict: {judgement.verdict}, confidence {judgement.confidence:.2f}{explained}"
    dates = {"published": days.published, "updated": days.updated, "last verified": days.verified}
    if given := [f"{name} {day}" for name, day in dates.items() if day]:
        yield f"- Days: {', '.join(given)}"
    if card.issue:
        yield f"- Upstream issue: <{card.issue}>"
    if card.pr:
        yield f"- Upstream fix: <{card.pr}>"


def _options(facts: CardFacts) -> Iterator[str]:
    for number, fix in enumerate(facts.card.fixes, start=1):
        if number <= 2:
            yield "## The fix" if number == 1 else "## Other options"
        yield f"### Option {chr(ord('A') + number - 1)}: {plain(fix.title)}"
        if lines := facts.install_lines(number):
            yield fenced(lines["pip"], "sh")
            if facts.install_states.get(number) == "fails":
                yield "This line does not work any more, as its last run showed."
        yield from _option_text(fix)


def _option_text(fix: Fix) -> Iterator[str]:
    yield prose(fix.body)
    if fix.code:
        yield fenced(fix.code, "python")
    for heading, text in (
        ("Why it works", fix.why),
        ("Use when", fix.use_when),
        ("When not to use", fix.avoid_when),
    ):
        if text:
            yield f"#### {heading}"
            yield prose(text)


def _explanation(facts: CardFacts) -> Iterator[str]:
    card = facts.card
    for heading, text in (
        ("What broke", card.symptom),
        ("When it happens", card.trigger),
        ("What goes wrong", card.mechanism),
        ("If you leave it", card.impact),
    ):
        if text:
            yield f"## {heading}"
            yield prose(text)


def _signature(card: Card) -> Iterator[str]:
    signature = card.signature
    if not (signature.traceback or signature.frames or signature.aliases):
        return
    yield "## Failure signature"
    if signature.traceback:
        yield fenced(signature.traceback, "text")
    if signature.frames:
        yield "Where it fails, deepest call last:"
        yield "\n".join(f"- {code_span(frame)}" for frame in signature.frames)
    if signature.aliases:
        yield "Also reported as:"
        yield "\n".join(f"- {code_span(alias)}" for alias in signature.aliases)


def _reproduction(facts: CardFacts) -> Iterator[str]:
    reproduction = facts.card.reproduction
    yield "## Minimal reproduction"
    needs = ", ".join(map(code_span, facts.requirements()))
    python = f" on Python {code_span(reproduction.python)}" if reproduction.python else ""
    day = f"; other dependencies as of {reproduction.exclude_newer}" if reproduction.exclude_newer else ""
    yield f"Fails with {needs}{python}{day}."
    if reproduction.overrides:
        yield f"What others require of {', '.join(map(code_span, reproduction.overrides))} is left out of account."
    yield fenced(reproduction.code, "python")
    for name, content in (reproduction.files or {}).items():
        yield f"Beside it, {code_span(name)}:"
        yield fenced(content, "text")


def _ending(card: Card) -> Iterator[str]:
    if card.verify:
        yield "## Verify the fix"
        yield prose(card.verify)
    yield "## Prevention"
    yield "\n".join(f"- {prose(' '.join(text.split()))}" for text in card.prevention)
    if card.discussion:
        yield "## Discussion"
        yield "\n".join(f"- {prose(' '.join(point.point.split()))} <{point.url}>" for point in card.discussion)
