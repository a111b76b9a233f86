"""A run takes no more from an index than its budget allows, and asks only whether a stored page has changed."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from fixcards.verify.index_budget import IndexBudget
from fixcards.verify.index_client import BudgetSpentError, IndexClient
from fixcards.verify.page_store import PageStore, StoredPage

from .packages import offer_wheel


def client(index, folder: Path, budget: IndexBudget | None = None) -> IndexClient:
    return IndexClient([index.url], (), PageStore(folder), budget)


def test_a_stored_page_is_not_asked_for_as_long_as_it_is_fresh(local_index, tmp_path):
    offer_wheel(local_index, "shapes", "1.0", {"shapes.py": ""})
    for _ in range(2):
        assert list(client(local_index, tmp_path).project(local_index.url, "shapes").files) == [
            "shapes-1.0-py3-none-any.whl"
        ]
    assert len(local_index.requests) == 1


def test_that_an_index_has_no_package_is_stored_too(local_index, tmp_path):
    for _ in range(2):
        assert client(local_index, tmp_path).project(local_index.url, "nothing") is None
    assert len(local_index.requests) == 1


def test_a_damaged_page_counts_as_none(local_index, tmp_path):
    offer_wheel(local_index, "shapes", "1.0", {"shapes.py": ""})
    client(local_index, tmp_path).project(local_index.url, "shapes")
    (page,) = tmp_path.rglob("shapes.json")
    page.write_text("{")
    assert client(local_index, tmp_path).project(local_index.url, "shapes") is not None
    assert len(local_index.requests) == 2


def test_a_stored_page_is_used_up_to_its_age_and_then_asked_about_by_its_tag():
    now = time.time()
    assert StoredPage([], None, '"a"', None, now - 60).fresh_seconds > 0
    old = StoredPage([], None, '"a"', "Mon, 01 Jan 2024 00:00:00 GMT", now - 7 * 3600)
    assert old.fresh_seconds == 0
    assert old.conditions == {"If-None-Match": '"a"', "If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}
    assert StoredPage([], None, '"a"', None, now + 9999).fresh_seconds == 0  # the clock was put back


def test_the_store_stays_below_its_bound(tmp_path):
    store = PageStore(tmp_path, limit=20_000)
    for number in range(1000):
        store.write("index", f"package{number}", StoredPage([], None, None, None, time.time()))
    files = list(tmp_path.rglob("*.json"))
    assert sum(file.stat().st_size for file in files) <= 20_000 + 500 * files[0].stat().st_size
    assert store.read("index", "package999") is not None
    assert store.read("index", "package0") is None


def test_a_spent_budget_refuses_further_pages(local_index, tmp_path):
    for name in ("shapes", "colours"):
        offer_wheel(local_index, name, "1.0", {f"{name}.py": ""})
    limited = client(local_index, tmp_path, IndexBudget(packages=1))
    limited.project(local_index.url, "shapes")
    with pytest.raises(BudgetSpentError, match="1 packages"):
        limited.project(local_index.url, "colours")
    assert limited.project(local_index.url, "shapes") is not None


def test_requests_of_all_threads_together_are_spaced():
    budget = IndexBudget(rate=50)
    start = time.monotonic()
    threads = [threading.Thread(target=lambda: [budget.wait() for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start >= 19 / 50
    assert budget.requests == 20


def test_what_was_taken_adds_up():
    budget = IndexBudget()
    budget.count(packages=1, size=10)
    first = budget.taken()
    budget.count(packages=2, unchanged=1, size=5)
    second = budget.taken()
    assert (first["packages"], first["bytes"]) == (1, 10)
    assert (second["packages"], second["unchanged"], second["bytes"]) == (2, 1, 5)
