from __future__ import annotations

import json
import marshal
import random
import sys
from dataclasses import replace

import pytest

from fixcards.matching.index import writer
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import ENTRIES_PER_FILE, FORMAT, HASH_LENGTH
from fixcards.matching.index.reader import Index, IndexUnusableError
from fixcards.matching.index.writer import build, build_from_rows, entry_order, index_row, terms
from fixcards.worker_pool import WorkerPool
from tests.matching.samples import entries


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return dict(build(entries()))


def test_the_same_entries_give_the_same_bytes_in_any_order(files: dict[str, bytes]) -> None:
    mixed = list(entries())
    random.Random(1).shuffle(mixed)  # noqa: S311 - any order will do
    assert dict(build(mixed)) == files


def test_with_and_without_pydantic_the_bytes_are_the_same(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Entry(
        "odd", title='\x00\x1f\x7f\u2028"\\/ \u00e9\U0001f600', display={"n": 1, "none": None, "list": [True, 1.5]}
    )
    expected = dict(build([*entries(), odd]))
    monkeypatch.setitem(sys.modules, "pydantic_core", None)
    writer._to_json.cache_clear()
    assert writer._to_json() is writer._standard_json
    assert dict(build([*entries(), odd])) == expected
    assert dict(build(entries())) == files
    writer._to_json.cache_clear()


def test_one_process_and_many_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [replace(entry, id=f"{entry.id}-{copy}") for entry in entries() for copy in range(20)]
    alone = dict(build(many))
    monkeypatch.setattr(writer, "SEGMENT_SIZE", 5 * ENTRIES_PER_FILE)
    with WorkerPool(2) as workers:
        assert dict(build(many, pool=workers)) == alone
        assert dict(build(many[::-1], pool=workers)) == alone


def test_stored_rows_give_the_index_of_their_entries(files: dict[str, bytes]) -> None:
    rows = [index_row(entry) for entry in sorted(entries(), key=entry_order)]
    assert dict(build_from_rows(marshal.loads(marshal.dumps(rows)))) == files  # noqa: S302 - just written


def test_entries_without_a_word_are_entries(files: dict[str, bytes]) -> None:
    nameless = Index.of([Entry("b"), Entry("a")])
    assert [nameless.entry(number).id for number in range(len(nameless))] == ["a", "b"]


def test_every_entry_comes_back_by_each_of_its_terms(files: dict[str, bytes]) -> None:
    built = Index(files.__getitem__)
    ordered = sorted(entries(), key=entry_order)
    for number, entry in enumerate(ordered):
        assert built.entry(number) == replace(entry, prose="", keywords=())
        for term in terms(entry):
            assert 2 * number + 1 in built.postings(term), term


def test_a_name_changes_with_the_content_and_with_nothing_else(files: dict[str, bytes]) -> None:
    changed = [
        replace(entry, display={**entry.display, "fix": "Another"}) if entry.id == "httpx-271" else entry
        for entry in entries()
    ]
    other = dict(build(changed))
    assert len(set(other) - set(files)) == 1
    assert all(other[name] == files[name] for name in set(other) & set(files) - {"index.json"})


def test_a_query_reads_only_the_parts_that_it_needs(files: dict[str, bytes]) -> None:
    many = [replace(entry, id=f"{entry.id}-{copy}") for entry in entries() for copy in range(40)]
    content_by_path = dict(build(many))
    read: list[str] = []

    def reading(path: str) -> bytes:
        read.append(path)
        return content_by_path[path]

    Index(reading).postings("soft_unicode")
    assert len(read) == 2
    assert len(content_by_path) > 20


def test_parts_are_small_and_named_by_number_and_hash(files: dict[str, bytes]) -> None:
    head = json.loads(files["index.json"])
    assert head["format"] == FORMAT
    numbers = [path for path in files if path.startswith("terms/")]
    assert len(head["terms"]) == HASH_LENGTH * len(numbers)
    assert max(len(files[path]) for path in numbers) < 6_000


@pytest.mark.parametrize("change", [{"format": FORMAT + 1}, {"rules": 0}])
def test_an_index_of_another_version_is_refused(files: dict[str, bytes], change: dict[str, int]) -> None:
    head = {**json.loads(files["index.json"]), **change}
    with pytest.raises(IndexUnusableError, match="another version"):
        len(Index({**files, "index.json": json.dumps(head).encode()}.__getitem__))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff"])
def test_a_damaged_index_is_an_error_that_says_which_file(files: dict[str, bytes], content: bytes) -> None:
    with pytest.raises(IndexUnusableError, match=r"index\.json"):
        len(Index({**files, "index.json": content}.__getitem__))


def test_an_empty_library_has_an_index_too() -> None:
    empty = Index.of(())
    assert len(empty) == 0
    assert empty.postings("anything") == []
