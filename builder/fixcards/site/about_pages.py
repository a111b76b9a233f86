"""The few pages about the site itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from fixcards.build.page import Page, Section
from fixcards.build.task import BuildTask
from fixcards.records import verdict
from fixcards.records.rules import RULES, Rule
from fixcards.site.field_reference import fields
from fixcards.site.renderer import renderer
from fixcards.site.settings import SiteSettings


class _AboutPage(NamedTuple):
    title: str
    description: str
    sections: tuple[Section, ...]
    context: Callable[[], dict[str, Any]]
    """Returns what the template shows, by the names that it uses."""


_RULE_GROUPS = (
    (Section("rules-file", "File"), "FC000", "FC009"),
    (Section("rules-yaml", "YAML and characters"), "FC010", "FC039"),
    (Section("rules-folder", "Folders"), "FC040", "FC099"),
    (Section("rules-fields", "Fields"), "FC100", "FC199"),
    (Section("rules-content", "Content"), "FC200", "FC299"),
    (Section("rules-evidence", "Evidence and the whole library"), "FC300", "FC399"),
    (Section("rules-quality", "Quality"), "FC400", "FC999"),
)
"""The groups of the page of rules, each with its first and last code."""


def _rule_groups() -> list[tuple[Section, list[Rule]]]:
    """Return each group with its rules in order."""
    codes = sorted(RULES)
    return [
        (section, [RULES[code] for code in codes if first <= code <= last]) for section, first, last in _RULE_GROUPS
    ]


_PAGES = {
    "about/adding-a-card": _AboutPage(
        "Add a card",
        "How to add a failure and its fix: from a failing program to a merged card.",
        (
            Section("steps", "From a failure to a merged card"),
            Section("owner", "Which package owns the card"),
            Section("writing", "Good beside weak"),
            Section("explain", "Explain what the program found"),
            Section("pull-request", "What the pull request is told"),
            Section("record", "The record"),
            Section("markdown", "Text in a card"),
        ),
        lambda: {"fields": fields()},
    ),
    "about/certainty": _AboutPage(
        "How sure we are",
        "What the verdicts mean and how the confidence of a card is computed.",
        (
            Section("verdicts", "Verdicts"),
            Section("confidence", "Confidence"),
            Section("discovered", "Found by the program"),
            Section("outcomes", "Outcomes"),
        ),
        lambda: {"verdict": verdict},
    ),
    "about/for-your-team": _AboutPage(
        "For your team",
        "Cards about a company's own packages: private indexes and trackers, GitLab and GitHub, with an example.",
        (
            Section("example", "A complete example"),
            Section("ci", "On the code host"),
            Section("indexes", "Which index a package comes from"),
            Section("trackers", "Trackers inside the company"),
            Section("together", "Together with public cards"),
            Section("settings", "What the commands read"),
        ),
        dict,
    ),
    "about/where-failures-happen": _AboutPage(
        "Use it where failures happen",
        "In a test run, before any command, in a notebook, in a program: known failures where they are printed.",
        (
            Section("log", "A log or a traceback"),
            Section("pytest", "A test run"),
            Section("run", "Any command"),
            Section("hook", "One Python process"),
            Section("notebook", "IPython and notebooks"),
            Section("audit", "A lock, before anything fails"),
            Section("update-of-a-lock", "An update, before it is merged"),
            Section("hooks", "Before a commit"),
            Section("jobs", "In jobs of GitHub and GitLab"),
            Section("assistants", "An assistant"),
            Section("osv", "Tools that read OSV"),
            Section("library", "Your own program"),
            Section("cards", "Which cards are searched"),
            Section("update", "Newer cards"),
        ),
        dict,
    ),
    "about/rules": _AboutPage(
        "Rules for cards",
        "Every rule that a card is checked against.",
        tuple(section for section, _, _ in _RULE_GROUPS),
        lambda: {"groups": _rule_groups()},
    ),
}


def about_pages(settings: SiteSettings) -> tuple[Page, ...]:
    """Return all of them."""
    return tuple(_page(path, settings) for path in _PAGES)


def about_tasks(settings: SiteSettings) -> Iterator[BuildTask]:
    """Yield a task for each of them. They depend on nothing but what all pages depend on."""
    for page in about_pages(settings):
        yield BuildTask(page.path, b"", partial(_outputs, page.path), page.kind)


def _outputs(path: str, settings: SiteSettings) -> Iterator[Page]:
    yield _page(path, settings)


def _page(path: str, settings: SiteSettings) -> Page:
    about = _PAGES[path]

    def body() -> str:
        context = {"title": about.title, "description": about.description, **about.context()}
        return renderer(settings).render(f"{path}.html", path, **context)

    return Page(path, about.title, about.description, body, about.sections)
