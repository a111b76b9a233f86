"""What `fixcards review` prints: text, Markdown for a pull request, annotations of GitHub, or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from fixcards.characters import visible
from fixcards.cli.formats import FORMATS
from fixcards.records.problem import Problem
from fixcards.verify.review import CardReview

MAX_CELL = 60
MAX_ROWS = 500
"""Lines of each part of a summary, which GitHub refuses above 1 MiB."""
MAX_SENTENCE = 1000
"""Characters of a sentence in a summary, whose size the code host limits."""
_RUNS_OF_BACKTICKS = re.compile("`+")


def text_lines(reviews: Sequence[CardReview]) -> Iterator[str]:
    """Yield the review as lines for a terminal."""
    for each in reviews:
        yield f"{each.card_id}: {_change(each)}; evidence {each.evidence}; {_execution(each)}; {_verdicts(each)}"
        yield from (f"  note: {note}" for note in each.notes)
        yield from (f"  fails: {failure}" for failure in each.failures)
    yield result_sentence(reviews)


def result_sentence(reviews: Sequence[CardReview]) -> str:
    """Return the result in one sentence."""
    if not reviews:
        return "no card was changed"
    cards = "1 card" if len(reviews) == 1 else f"{len(reviews):,} cards"
    failing = sum(not each.accepted for each in reviews)
    if failing:
        return f"{cards} changed, {failing:,} can't be merged as {'it is' if failing == 1 else 'they are'}"
    return f"{cards} changed, nothing speaks against {'it' if len(reviews) == 1 else 'them'}"


def markdown_lines(reviews: Sequence[CardReview]) -> Iterator[str]:
    """Yield the review as Markdown: a table, then what fails. No text of a card takes effect as Markdown or HTML."""
    yield "## Cards"
    yield ""
    yield f"**{result_sentence(reviews).capitalize()}.**"
    yield ""
    if not reviews:
        return
    yield "| | card | change | evidence | executed | verdict |"
    yield "|---|---|---|---|---|---|"
    for each in sorted(reviews, key=lambda each: each.accepted)[:MAX_ROWS]:
        mark = ":white_check_mark:" if each.accepted else ":x:"
        cells = [mark, _code(each.card_id, MAX_CELL), _change(each), each.evidence, each.reproduced, _verdicts(each)]
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    if len(reviews) > MAX_ROWS:
        yield ""
        yield f"And {len(reviews) - MAX_ROWS:,} more; the log names them."
    failing = [(each, failure) for each in reviews for failure in each.failures][:MAX_ROWS]
    if failing:
        yield ""
        yield "### What to do"
        yield ""
        yield from (f"- {_code(each.card_id)} {_prose(text)}" for each, text in failing)
    remarks = [(each, note) for each in reviews for note in (*each.notes, *_not_run(each))][:MAX_ROWS]
    if remarks:
        yield ""
        yield "### For the reviewer"
        yield ""
        yield from (f"- {_code(each.card_id)} {_prose(text)}" for each, text in remarks)


def github_annotations(reviews: Sequence[CardReview]) -> Iterator[str]:
    """Yield a workflow command of GitHub for each failure, at the file of its card."""
    for each in reviews:
        problems = [Problem(each.path, 1, 1, each.card_id, failure) for failure in each.failures]
        yield from FORMATS["github"].text(problems, [each.path]).splitlines()


def as_data(review: CardReview) -> dict[str, Any]:
    """Return a review as plain data, for JSON."""
    return {
        "card": review.card_id,
        "path": review.path,
        "change": review.change,
        "evidence": review.evidence,
        "executed": review.reproduced,
        "why_not_run": review.why_not_run or None,
        "verdict_before": review.before,
        "verdict": review.verdict,
        "accepted": review.accepted,
        "failures": list(review.failures),
        "notes": list(review.notes),
    }


def _change(review: CardReview) -> str:
    return "only its evidence" if review.change == "unchanged" else review.change


def _execution(review: CardReview) -> str:
    if review.reproduced == "not run" and review.why_not_run:
        return f"not run: {review.why_not_run}"
    words = {"equal": "a run shows the same", "different": "a run shows something else"}
    return words.get(review.reproduced, review.reproduced)


def _verdicts(review: CardReview) -> str:
    now = review.verdict or "no verdict"
    return now if review.before in {None, review.verdict} else f"{now} (was {review.before})"


def _not_run(review: CardReview) -> Iterator[str]:
    if review.why_not_run and review.accepted:
        yield f"was not run: {review.why_not_run}"


def _prose(sentence: str) -> str:
    """Return a sentence whose parts between backticks stay code and whose other parts are plain text."""
    short = visible(sentence if len(sentence) <= MAX_SENTENCE else f"{sentence[:MAX_SENTENCE]}...")
    parts = short.split("`")
    if len(parts) % 2 == 0:  # an odd number of backticks: some are of the text itself
        return _code(short)
    return "".join(_code(part) if position % 2 else _escaped(part) for position, part in enumerate(parts) if part)


def _escaped(text: str) -> str:
    """Return plain text with what means something in Markdown or HTML escaped."""
    return re.sub(r"([\\*_\[\]<>&#~|!@$])", r"\\\1", text)


def _code(text: str, most: int = MAX_SENTENCE) -> str:
    """Return a text as code, whatever backticks it has."""
    short = visible(text if len(text) <= most else f"{text[: most - 3]}...")
    longest = max((len(run) for run in _RUNS_OF_BACKTICKS.findall(short)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{short}{space}{fence}"
