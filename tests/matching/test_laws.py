"""The order of certainty, for any card and any text made of its message, frames, releases and other people's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.reader import Index
from fixcards.matching.parse.parser import parse
from fixcards.matching.parse.versions import may_satisfy
from fixcards.matching.score.features import ANNOUNCING
from fixcards.matching.score.matcher import match
from fixcards.matching.score.scoring import TIERS
from tests.matching.samples import JavaScript, javascript
from tests.matching.samples import entries as cards

LIBRARY = cards()
INDEX = Index.of(LIBRARY)
HEADER = "Traceback (most recent call last):"
FOREIGN = ("shopkit/orders.py:take", "shopkit/tasks/run.py:collect", "waxworks/core.py:melt")
NOISE = ("", "can anybody help?", "Python 3.11.4", "it worked yesterday", "$ make run")
VALUES = {"path": "/v/lib/x.py", "urllib3": "2.5.0", "chardet": "6.0.0", "charset_normalizer": "3.4.1"}

WITH_MESSAGE = [entry for entry in LIBRARY if entry.templates and ": " in entry.templates[0]]
CARDS = st.sampled_from(WITH_MESSAGE)
NUMBERS = st.integers(0, 9)


def message_of(entry: Entry, number: int = 0) -> str:
    """Return a message of a card with values in its placeholders."""
    text = entry.templates[number % len(entry.templates)]
    for part in text.split("{")[1:]:
        name = part.partition("}")[0]
        text = text.replace(f"{{{name}}}", VALUES.get(name, "value"))
    return text


def traceback(frames: Sequence[str], message: str) -> str:
    lines = [HEADER, '  File "/srv/shop/app.py", line 3, in main', "    go()"]
    for number, frame in enumerate(frames):
        path, _, function = frame.rpartition(":")
        lines += [f'  File "/v/lib/site-packages/{path}", line {number + 7}, in {function}', "    step()"]
    return "\n".join([*(lines if frames else ()), message])


def tiers(text: str) -> dict[str, int]:
    """Return how sure each card is, 3 for exact."""
    return {each.entry.id: 3 - TIERS.index(each.tier) for each in match(parse(text), INDEX, limit=None)}


def at_most(less: dict[str, int], more: dict[str, int], card: str) -> bool:
    return less.get(card, 0) <= more.get(card, 0)


@settings(max_examples=300, deadline=None)
@given(CARDS, NUMBERS, st.sampled_from(NOISE), st.data())
def test_taking_frames_away_never_makes_an_answer_more_certain(
    entry: Entry, number: int, noise: str, data: st.DataObject
) -> None:
    message = message_of(entry, number)
    frames = [*entry.frames, *data.draw(st.lists(st.sampled_from(FOREIGN), max_size=3))]
    fewer = [frame for frame in frames if data.draw(st.booleans())]
    full = tiers(f"{noise}\n{traceback(frames, message)}")
    assert at_most(tiers(f"{noise}\n{traceback(fewer, message)}"), full, entry.id)
    assert at_most(tiers(f"{noise}\n{message}"), full, entry.id)


@settings(max_examples=300, deadline=None)
@given(CARDS, NUMBERS, st.sampled_from(NOISE), st.data())
def test_frames_of_another_package_never_make_an_answer_more_certain(
    entry: Entry, number: int, noise: str, data: st.DataObject
) -> None:
    message = message_of(entry, number)
    some = [frame for frame in entry.frames if data.draw(st.booleans())]
    others = data.draw(st.lists(st.sampled_from(FOREIGN), min_size=1, max_size=3))
    before = tiers(f"{noise}\n{traceback(some, message)}")
    assert at_most(tiers(f"{noise}\n{traceback([*others, *some], message)}"), before, entry.id)
    assert at_most(tiers(f"{noise}\n{traceback(others, message)}"), before, entry.id)


def contradictions() -> Iterator[tuple[Entry, str]]:
    """Yield cards with a line that shows a release with which they don't fail."""
    for entry in WITH_MESSAGE:
        for name, specifier in {entry.package: entry.affected, **entry.requirements}.items():
            for release in ("0.0.1", "2.7.18", "3.6.1", "99.0.0"):
                readable = name != "python" or release[0] in "23"
                if specifier and readable and may_satisfy((release,), specifier) is False:
                    yield entry, f"{name}=={release}"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(contradictions())), NUMBERS, st.booleans(), st.booleans())
def test_a_contradiction_never_leaves_exact_or_likely(
    case: tuple[Entry, str], number: int, before: bool, with_frames: bool
) -> None:
    entry, line = case
    assume(not re.search(ANNOUNCING, message_of(entry, number)))
    text = traceback(entry.frames if with_frames else (), message_of(entry, number))
    assert tiers(f"{line}\n\n{text}" if before else f"{text}\n\n{line}").get(entry.id, 0) <= 1


@pytest.mark.parametrize("with_frames", [False, True])
def test_the_releases_that_announce_a_failure_leave_the_warning_as_certain_as_it_is(with_frames: bool) -> None:
    card = next(entry for entry in LIBRARY if entry.id == "flask-login-744")
    (warning,) = (each for each in card.templates if re.search(ANNOUNCING, each))
    text = traceback(card.frames if with_frames else (), warning.replace("{version}", "3.0"))
    assert tiers(f"werkzeug==2.3.8\n\n{text}")[card.id] >= tiers(text)[card.id] > 0
    assert tiers(f"flask-login==0.0.1\n\n{text}").get(card.id, 0) <= 1  # this one never called it


def test_another_interpreter_or_another_release_in_the_message_silences() -> None:
    flake = next(entry for entry in LIBRARY if entry.id == "flake8-1701")
    text = traceback(flake.frames, message_of(flake))
    assert tiers(text)["flake8-1701"] == 3
    assert "flake8-1701" not in tiers(text.replace("/v/lib/", "/v/lib/python3.12/"))
    requests = next(entry for entry in LIBRARY if entry.id == "requests-7219")
    for value, tier in (("6.0.0", 2), ("{chardet}", 2), ("x.y", 2), ("5.1.0", 0), ("None", 0), ("2.2.1", 0)):
        assert tiers(message_of(requests).replace("6.0.0", value)).get("requests-7219", 0) == tier


ADVICE = [
    "pip install {name}=={release}",
    "fix: {name}=={release}",
    "I added {name}=={release} to the file",
    "Just use {name} {release} and be done",
    "downgrade {name} to {release}",
    "someone said {name}=={release} works",
    "fixed by pinning {name}=={release}",
    "conda install {name}={release}",
    "try {name} {release} instead",
    "poetry add {name}@{release}",
    "has to be newer than {name} {release}",
    "{name}=={release} hilft angeblich",
]


@settings(max_examples=300, deadline=None)
@given(CARDS, NUMBERS, st.sampled_from(ADVICE), st.booleans(), st.data())
def test_advice_in_a_text_changes_no_tier(
    entry: Entry, number: int, advice: str, with_frames: bool, data: st.DataObject
) -> None:
    names = [each for each in (entry.package, *entry.requirements) if each != "python"]
    name = data.draw(st.sampled_from(names or ["shopkit"]))
    release = data.draw(st.sampled_from(["0.0.1", "1.5.3", "2.2.2", "99.0"]))
    text = traceback(entry.frames if with_frames else (), message_of(entry, number))
    line = advice.format(name=name, release=release)
    assert tiers(f"{text}\n\n{line}") == tiers(text)
    assert tiers(f"{line}\n\n{text}") == tiers(text)


@settings(max_examples=300, deadline=None)
@given(CARDS, NUMBERS, st.sampled_from(["", "\n", "\nwhat now?\n"]), st.booleans())
def test_repeating_the_message_before_or_after_its_traceback_changes_nothing(
    entry: Entry, number: int, between: str, foreign: bool
) -> None:
    message = message_of(entry, number)
    text = traceback(FOREIGN if foreign else entry.frames, message)
    alone = [(each.entry.id, each.tier, each.score) for each in match(parse(text), INDEX)]
    for repeated in (f"{message}\n{between}{text}", f"{text}\n{between}{message}"):
        assert [(each.entry.id, each.tier, each.score) for each in match(parse(repeated), INDEX)] == alone


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaScript]:
    with javascript(tmp_path_factory.mktemp("index"), entries=LIBRARY) as started:
        yield started


@settings(max_examples=200, deadline=None)
@given(CARDS, NUMBERS, st.sampled_from(ADVICE), st.data())
def test_the_browser_keeps_the_same_order(
    browser: JavaScript, entry: Entry, number: int, advice: str, data: st.DataObject
) -> None:
    frames = [frame for frame in (*FOREIGN, *entry.frames) if data.draw(st.booleans())]
    line = advice.format(name=entry.package, release="1.5.3")
    text = f"{line}\n{traceback(frames, message_of(entry, number))}"
    answer = [(each["id"], each["tier"], each["score"]) for each in browser.ask(text=text)["matches"]]
    assert answer == [(each.entry.id, each.tier, each.score) for each in match(parse(text), INDEX)]
