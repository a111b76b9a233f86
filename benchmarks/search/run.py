"""Recall and silence of the search among thousands of other cards, side by side with general search engines.

Usage: python -m benchmarks.search.run [--size 10000] [--rivals]
"""

from __future__ import annotations

import argparse
import json
import random
import site
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.search import by_hand, rivals, uncovered
from benchmarks.search.distractors import distractors
from benchmarks.search.formats import FORMATS, formats
from benchmarks.search.presentations import NAMES, presentations

from fixcards.exports.index_entries import index_entries
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.reader import Index
from fixcards.matching.index.writer import build
from fixcards.matching.parse.normalized_failure import without_suggestion
from fixcards.matching.parse.packages import frame_package
from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.template import find_template
from fixcards.matching.score.matcher import match
from fixcards.records.causes import related_causes
from fixcards.records.library import Library
from fixcards.records.loader import load

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / ".cache" / "bench-search"

Ranks = dict[str, list[int]]
Search = Callable[[str], list[str]]


def printed(library: Library) -> Iterable[tuple[str, str, str]]:
    """Yield id, package and what the reproduction really printed of each card that printed something of its failure.

    A program that hangs in its own line or in compiled code prints nothing, and what the sandbox has it dump at the
    end shows no frame of a package. Retired cards are no answers.
    """
    for card_id, card in library.cards.items():
        evidence = library.evidence.get(card_id)
        if evidence is None or card.status.state == "retired":
            continue
        templates = (card.signature.error, *(card.signature.aliases or ()))
        for run in [run for run in evidence.runs if run.role == "broken"][:1]:
            failure = parse(run.output)
            if failure.exceptions or failure.frames or find_template(templates, run.output):
                yield card_id, card.package, run.output


def filled(own: list[Entry], size: int, outputs: Iterable[str] = ()) -> list[Entry]:
    """Return the entries of the library and distractors up to `size`, the same ones on one machine.

    A distractor with the very message with which its package ended one of `outputs` is no other failure, and is left
    out: the same words may be raised in two functions, synchronous and not. The message is looked for without the
    class, behind which a `KeyError` puts a quote.
    """
    stored = CACHE / "distractors.json"
    if not stored.exists():
        entries = {entry.id: entry for place in site.getsitepackages() for entry in distractors(Path(place))}
        CACHE.mkdir(parents=True, exist_ok=True)
        stored.write_text(
            json.dumps([dict(entry.record(), prose=entry.prose) for entry in entries.values()]), encoding="utf-8"
        )
    raised: dict[str, list[str]] = defaultdict(list)
    for output in outputs:
        for package in {frame_package(each.frames[-1]) for each in parse(output).exceptions if each.frames}:
            raised[package].append(output)
    others = [
        entry
        for entry in map(Entry.from_record, json.loads(stored.read_text(encoding="utf-8")))
        if not any(find_template([_message(entry)], output) for output in raised[frame_package(entry.frames[-1])])
    ]
    random.Random(4).shuffle(others)  # noqa: S311 - the same order every time
    return own + others[: max(0, size - len(own))]


def _message(entry: Entry) -> str:
    """Return the message of a distractor without its class."""
    return entry.templates[0].partition(": ")[2]


def ranks(search: Search, library: Library, *, apart: bool = True) -> Ranks:
    """Return the rank of the right card for each presentation, format and text by hand, 0 where it is missing.

    `apart` is whether the separate formats and the texts by hand are searched for, too. For what shows no frames, the
    last line, words and texts by hand, cards with the same error line (but for what Python suggests in its place) are
    equally right, and so is the cause, and a cause that is related to it, as one change that came by two ways: nothing
    says through which package it came.
    """
    related = related_causes(library.summaries.values())
    ranks_by_name: Ranks = {name: [] for name in (*NAMES, *FORMATS, *by_hand.KINDS)}

    def add(name: str, text: str, right: set[str]) -> None:
        ids = search(text)
        ranks_by_name[name].append(next((at for at, each in enumerate(ids, start=1) if each in right), 0))

    for number, (card_id, package, output) in enumerate(printed(library)):
        signature = library.cards[card_id].signature
        error, templates = signature.error, (signature.error, *(signature.aliases or ()))
        line = without_suggestion(error)
        twins = {other for other, card in library.cards.items() if without_suggestion(card.signature.error) == line}
        cause = library.cards[card_id].cause or card_id
        change = related.get(cause, {cause})
        texts = presentations(output, number, package, templates) | (formats(output, number) if apart else {})
        for name, text in texts.items():
            add(name, text, twins | change if name in ("last line", "words") else {card_id})
        for kind in by_hand.KINDS if apart else ():
            for text in by_hand.texts(kind).get(card_id, ()):
                add(kind, text, twins | change)
    return ranks_by_name


def table(names: Sequence[str], ranks_by_engine: dict[str, Ranks]) -> str:
    """Return a table, an engine a row, whose columns are the presentations `names`."""
    head = f"| | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"
    return head + "".join(f"{row(engine, names, of)}\n" for engine, of in ranks_by_engine.items())


def row(name: str, names: Sequence[str], ranks_by_name: Ranks) -> str:
    """Return a row of the table: recall@1, recall@3 and mean reciprocal rank of each presentation."""
    cells = []
    for each in names:
        of = ranks_by_name[each]
        first, three = sum(rank == 1 for rank in of) / len(of), sum(0 < rank <= 3 for rank in of) / len(of)
        cells.append(f"{first:.2f} / {three:.2f} / {sum(1 / rank for rank in of if rank) / len(of):.2f}")
    return f"| {name} | " + " | ".join(cells) + " |"


def false_alarms(index: Index) -> dict[str, float]:
    """Return the share of uncovered failures that got an *exact* or *likely* card, by presentation.

    A distractor made of the very `raise` that a program ran into is right and doesn't count.
    """
    wrong = dict.fromkeys(NAMES, 0)
    stored = uncovered.load()
    for number, each in enumerate(stored):
        inner = {frame for head in parse(each["output"]).exceptions for frame in head.frames[-1:]}
        for name, text in presentations(each["output"], number, "python").items():
            sure = [one for one in match(parse(text), index) if one.tier != "possible"]
            wrong[name] += any(not (one.entry.frames and one.entry.frames[-1] in inner) for one in sure)
    return {name: count / len(stored) for name, count in wrong.items()}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--rivals", action="store_true", help="lunr, MiniSearch, Pagefind and BM25 over the same cards")
    chosen = parser.parse_args()
    library = load(REPOSITORY / "cards")
    outputs = [output for _, _, output in printed(library)]
    others = [each["output"] for each in uncovered.load()]
    entries = filled(list(index_entries(library.summaries.values())), chosen.size, outputs + others)
    start = time.perf_counter()
    index = Index(dict(build(entries)).__getitem__)
    built = time.perf_counter() - start
    say = sys.stdout.write
    say(f"{len(entries):,} cards, {len(outputs)} with a printed failure; index built in {built:.1f} s\n\n")
    results = {"fixcards": ranks(lambda text: [each.entry.id for each in match(parse(text), index)], library)}
    for name, search in rivals.engines(entries, CACHE) if chosen.rivals else ():
        results[name] = ranks(search, library, apart=name != "lunr")  # which takes seconds for a text
    say(f"recall@1 / recall@3 / mean reciprocal rank\n\n{table(NAMES, results)}\n")
    complete = {name: each for name, each in results.items() if all(each.values())}
    say(f"other formats\n\n{table(tuple(FORMATS), complete)}\nby hand\n\n{table(by_hand.KINDS, complete)}")
    queries = by_hand.others()
    answered = sum(bool(match(parse(text), index)) for text in queries)
    say(f"\n{len(queries)} queries of the same kinds about other failures, share that got any card: ")
    say(f"{answered / len(queries):.2f}\n")
    alarms = false_alarms(index)
    say(f"\n{len(uncovered.load())} uncovered failures, share that got an exact or likely card: ")
    say(", ".join(f"{name} {share:.3f}" for name, share in alarms.items()) + "\n")


if __name__ == "__main__":
    main()
