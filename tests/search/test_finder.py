from __future__ import annotations

import io
from pathlib import Path

import jsonschema
import pytest

from fixcards.errors import FixcardsError
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.reader import Index
from fixcards.matching.json_response import SCHEMA
from fixcards.search.answer import Answer
from fixcards.search.finder import Finder
from fixcards.search.text_report import lines
from tests import sites

CARDS = sites.SNAPSHOT
QUIET = b"2026-01-01 09:00:00 step %d compiled without a word\n"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder.of_cards(CARDS)


def traceback(card_id: str) -> str:
    return sites.library(CARDS).cards[card_id].signature.traceback or ""


def printed(answer: Answer, limit: int) -> list[str]:
    return ["".join(span.text for span in line) for line in lines(answer, limit)]


def test_three_lines_of_python_find_a_card() -> None:
    from fixcards.search.finder import Finder

    finder = Finder.of_cards(CARDS)
    assert [each.entry.id for each in finder.match(traceback("docker-3256"))] == ["docker-3256"]


def test_as_many_cards_are_answered_as_are_asked_for() -> None:
    alike = [
        Entry(f"lamp-{number}", "lamp", ("lamp.NoWick: wick '{name}' is too short",), "lamp.NoWick")
        for number in range(24)
    ]
    finder = Finder(Index.of(alike))
    text = "lamp.NoWick: wick 'left' is too short"
    answer = finder.answer(io.BytesIO(text.encode()))
    for limit, expected in ((8, 8), (20, 20), (100, 24)):
        assert len(finder.match(text, limit)) == expected
        assert len(answer.as_dict(limit)["matches"]) == expected
        cards = [line for line in printed(answer, limit) if line.startswith("  card")]
        assert len(cards) == expected
    assert "4 more; --limit shows them" in printed(answer, 20)


def test_a_text_and_a_log_of_any_size_get_the_same_answer(finder: Finder) -> None:
    quiet = (QUIET * 3).decode() % (1, 2, 3)
    small = "\n".join([quiet, traceback("docker-3256"), "flask==2.2.2", traceback("transforms3d-56"), quiet])
    for text in (small, "\n".join(f"{traceback('docker-3256')}\nKeyError: {number}" for number in range(40))):
        for log in (text, quiet * 20_000 + text):
            answer = finder.answer(io.BytesIO(log.encode())).matches
            assert [(each.entry.id, each.tier, each.score, each.line) for each in finder.match(log)] == [
                (each.entry.id, each.tier, each.score, each.line) for each in answer
            ]


FREEZE = "flask==2.2.2\nwerkzeug==3.0.1\nnumpy==1.20.0\n"


def test_a_list_of_releases_says_what_they_are_in_for(finder: Finder) -> None:
    assert [each.entry.id for each in finder.environment(FREEZE)] == ["flask-2789"]
    answer = finder.answer(io.BytesIO(FREEZE.encode()))
    data = answer.as_dict()
    jsonschema.validate(data, SCHEMA)
    assert data["matches"] == []
    assert [each["id"] for each in data["environment"]] == ["flask-2789"]
    assert data["environment"][0]["versions"] == {"flask": "2.2.2", "werkzeug": "3.0.1"}
    assert data["failure"]["versions"] == {"flask": "2.2.2", "numpy": "1.20.0", "werkzeug": "3.0.1"}
    text = printed(answer, 8)
    assert text[0] == "These releases are in for 1 known failure:"
    assert "  why     flask 2.2.2, werkzeug 3.0.1" in text
    assert text[-1].strip() == answer.url(answer.environment[0])


def test_fixes_that_do_not_fit_come_last_and_say_why(finder: Finder) -> None:
    foreign = traceback("docker-3256").replace("site-packages/docker/", "site-packages/podkit/")
    data = finder.answer(io.BytesIO(foreign.encode())).as_dict()
    jsonschema.validate(data, SCHEMA)
    [only] = data["matches"]
    assert [(fix["fits"], fix["kind"]) for fix in only["fixes"]] == [(True, "pin"), (False, "upgrade")]
    assert only["fix"] == only["fixes"][0]["title"]
    assert only["fixes"][1]["why"] == "it came through podkit, not through your own use of docker"
    text = printed(finder.answer(io.BytesIO(foreign.encode())), 8)
    assert any(line.startswith("  fix     Hold requests below 2.32") for line in text)
    assert any("not for you: it came through podkit" in line for line in text)


def test_a_release_that_is_not_affected_is_a_warning_and_no_word_of_a_sentence_is_a_package(finder: Finder) -> None:
    text = f"docker==7.1.0\nnewer than lamps 2.0\n{traceback('docker-3256')}"
    data = finder.answer(io.BytesIO(text.encode())).as_dict()
    [only] = data["matches"]
    assert only["tier"] == "possible"
    assert only["warning"] == "you seem to have docker 7.1.0, which is not among the affected (<=7.0.0)"
    assert data["failure"]["versions"] == {"docker": "7.1.0", "python": "3.12"}
    assert f"  note    {only['warning']}" in printed(finder.answer(io.BytesIO(text.encode())), 8)


def test_links_start_with_the_address_of_the_site(finder: Finder) -> None:
    answer = finder.answer(io.BytesIO(traceback("httpx-271").encode()))
    assert answer.url(answer.matches[0]) == "https://fixcards.github.io/fixcards/httpx/271/"


def test_the_answer_is_as_its_schema_says(finder: Finder) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for text in ("", "nothing at all", traceback("docker-3256"), traceback("pydantic-2776")):
        jsonschema.validate(finder.answer(io.BytesIO(text.encode())).as_dict(), SCHEMA)


def test_a_large_log_gives_each_failure_once_with_its_first_line_and_how_often(finder: Finder) -> None:
    quiet = b"".join(QUIET % number for number in range(20_000))
    one, other = traceback("docker-3256").encode(), traceback("transforms3d-56").encode()
    log = quiet + one + quiet + other + quiet + one + quiet
    answer = finder.answer(io.BytesIO(log))
    assert {each.entry.id: (each.tier, answer.times(each.entry.id)) for each in answer.matches} == {
        "docker-3256": ("exact", 2),
        "transforms3d-56": ("exact", 1),
    }
    first = next(each for each in answer.matches if each.entry.id == "docker-3256")
    assert 20_000 < first.line <= 20_000 + one.count(b"\n")
    jsonschema.validate(answer.as_dict(), SCHEMA)


def test_progress_is_reported_up_to_the_end(finder: Finder) -> None:
    positions: list[int] = []
    log = b"".join(QUIET % number for number in range(60_000))
    finder.answer(io.BytesIO(log), positions.append)
    assert positions == sorted(positions)
    assert positions[-1] <= len(log)


def test_bytes_that_are_no_text_are_no_error(finder: Finder) -> None:
    assert finder.answer(io.BytesIO(bytes(range(256)) * 100)).matches == []


def test_a_built_site_answers_like_the_cards(snapshot_site: Path, finder: Finder) -> None:
    from_site = Finder.of_site(str(snapshot_site))
    for card_id in ("docker-3256", "flask-2789", "typer-1145"):
        one, other = finder.match(traceback(card_id)), from_site.match(traceback(card_id))
        assert [(each.entry.id, each.tier, each.reasons) for each in one] == [
            (each.entry.id, each.tier, each.reasons) for each in other
        ]


def test_a_site_answers_over_the_network(snapshot_site: Path) -> None:
    with sites.served(snapshot_site) as address:
        finder = Finder.of_site(address)
        [only] = finder.match(traceback("docker-3256"))
        assert finder.site + str(only.entry.display["path"]) == f"{address}docker/3256/"


def test_the_prose_pages_of_a_site_are_no_cards(snapshot_site: Path) -> None:
    assert Finder.of_site(str(snapshot_site)).match("how sure we are certainty confidence") == []


def test_a_folder_that_is_no_site_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FixcardsError, match="has no search index"):
        Finder.of_site(str(tmp_path))


def test_an_address_where_nothing_answers_is_an_error() -> None:
    with pytest.raises(FixcardsError, match="index"):
        Finder.of_site("http://127.0.0.1:9/")


def test_the_fingerprint_of_a_chunk_changes_no_match(finder: Finder) -> None:
    quiet = b"".join(QUIET % number for number in range(1_000))
    library = sites.library(CARDS).cards.values()
    texts = [card.signature.traceback or card.signature.error for card in library]
    log = b"".join(
        quiet + text.replace("/repro", f"/srv/{word}").encode() + b"\n" for word in ("brew", "pour") for text in texts
    )
    whole = Finder(finder.index, finder.site)
    answers = [each.answer(io.BytesIO(log)) for each in (finder, whole)]
    seen = [{each.entry.id: (each.tier, answer.times(each.entry.id)) for each in answer.matches} for answer in answers]
    assert seen[0] == seen[1]
    assert len(seen[0]) > 25
