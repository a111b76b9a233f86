"""Packages of a company: each comes from its own index and from no other, also where that has no days of upload."""

from __future__ import annotations

import json
from datetime import date

import pytest

from fixcards.errors import FixcardsError
from fixcards.project import AssignedIndex
from fixcards.records.card import Card
from fixcards.verify.card_runner import CardRunner, RunSettings
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec, packages_of
from fixcards.verify.index_client import IndexClient, IndexUnavailableError
from fixcards.verify.interpreters import choose_interpreters, installed_interpreters
from fixcards.verify.lock import parse_lock, undated_in
from fixcards.verify.package_index import PackageIndex
from fixcards.verify.unavailable import EnvironmentUnavailable

from .conftest import a_card
from .packages import offer_source, offer_wheel
from .private_index import PASSWORD, private_index

BROKEN = "def lift(): raise RuntimeError('the rocket has no fuel (3 left)')\n"
WORKS = "def lift(): return 'up'\n"
DAY = date(2024, 1, 1)


@pytest.fixture
def private(monkeypatch):
    with private_index() as index:
        monkeypatch.setenv("ACME_INDEX", index.url)
        yield index


@pytest.fixture
def public(local_index, monkeypatch):
    """An index that has packages of the same names, as an attacker would offer them."""
    for name in ("acme-rocket", "acme-fuel"):
        offer_wheel(
            local_index, name.replace("-", "_"), "99.0", {f"{name.replace('-', '_')}/__init__.py": "STOLEN = 1\n"}
        )
    offer_wheel(local_index, "plain", "1.0", {"plain/__init__.py": ""})
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    return local_index


ACME = (AssignedIndex("ACME_INDEX", ("acme-*",)),)


@pytest.fixture
def interpreter():
    return choose_interpreters(installed_interpreters(), [">=3.8"], None)[0]


@pytest.fixture
def builder(public, bubblewrap, tmp_path):
    return EnvironmentBuilder(tmp_path / "cache", IndexClient([public.url], ACME), bubblewrap)


def asked(index) -> set[str]:
    return {path.strip("/").split("/")[-1] for path, *_ in index.requests if "/simple/" in path}


def test_a_package_comes_from_its_index_and_the_others_never_hear_of_it(private, public, builder, interpreter):
    private.offer("acme-rocket", "1.0", BROKEN, requires=("acme-fuel", "plain"))
    private.offer("acme-fuel", "2.0", "")
    spec = EnvironmentSpec(("acme-rocket==1.0",), interpreter, DAY)
    lock = builder.lock(spec, "x-1")
    assert packages_of(lock) == {"acme-fuel": "2.0", "acme-rocket": "1.0", "plain": "1.0"}
    venv = builder.make(lock, spec, "x-1", builder.folder / "environment")
    assert BROKEN in next(venv.glob("lib/*/site-packages/acme_rocket/__init__.py")).read_text()
    assert asked(public) == {"plain"}
    assert not any("plain" in path for path in private.requests)
    assert private.refused == []


def test_a_package_that_its_index_does_not_have_is_not_looked_for_elsewhere(private, public, builder, interpreter):
    for build in ((), ("acme-rocket",)):
        with pytest.raises(EnvironmentUnavailable, match=r"^(?:resolution|build): "):
            builder.lock(EnvironmentSpec(("acme-rocket",), interpreter, DAY, build), "x-1")
    assert asked(public) == set()
    assert PackageIndex(builder.folder, ACME).releases("acme-rocket").releases == ()
    assert asked(public) == set()


def test_a_build_that_asks_for_a_private_name_elsewhere_gets_nothing(private, public, builder, interpreter):
    """A build sees the indexes through this program alone, whose answers follow the same rule."""
    offer_source(public, "snoop", "1.0", attack="""
import urllib.request, urllib.error
index = os.environ["UV_DEFAULT_INDEX"]
try:
    urllib.request.urlopen(index + "acme-rocket/").read()
    FILES["snoop.py"] = "got it"
except urllib.error.HTTPError as error:
    FILES["snoop.py"] = f"status {error.code}; password: {'hush' in str(os.environ)}"
""")  # fmt: skip
    spec = EnvironmentSpec(("snoop==1.0",), interpreter, None, ("snoop",))
    venv = builder.make(builder.lock(spec, "x-1"), spec, "x-1", builder.folder / "environment")
    assert next(venv.glob("lib/*/site-packages/snoop.py")).read_text() == "status 404; password: False"
    assert "acme-rocket" not in asked(public)


def test_a_public_package_is_not_asked_for_at_the_private_index(private, public, builder, interpreter):
    with pytest.raises(EnvironmentUnavailable, match=r"^resolution: "):
        builder.lock(EnvironmentSpec(("elsewhere",), interpreter, DAY), "x-1")
    assert private.requests == []


def test_without_the_address_of_its_index_a_package_is_an_error_and_is_asked_for_nowhere(
    public, builder, interpreter, monkeypatch
):
    monkeypatch.delenv("ACME_INDEX", raising=False)
    for call in (
        lambda: builder.lock(EnvironmentSpec(("acme-rocket",), interpreter, DAY), "x-1"),
        lambda: PackageIndex(builder.folder, ACME).releases("acme-rocket"),
    ):
        with pytest.raises(FixcardsError, match=r"ACME_INDEX is not set, and mkdocs\.yml says that it holds the index"):
            call()
    assert asked(public) == set()
    assert packages_of(builder.lock(EnvironmentSpec(("plain",), interpreter, DAY), "x-1")) == {"plain": "1.0"}


def test_a_package_that_became_private_is_not_taken_from_what_was_cached(
    private, public, bubblewrap, interpreter, tmp_path
):
    spec = EnvironmentSpec(("acme-rocket",), interpreter, None)
    before = EnvironmentBuilder(tmp_path / "cache", IndexClient([public.url]), bubblewrap)
    assert packages_of(before.lock(spec, "x-1")) == {"acme-rocket": "99.0"}
    assert PackageIndex(tmp_path / "cache").releases("acme-rocket").newest.version == "99.0"
    private.offer("acme-rocket", "1.0", WORKS)
    after = EnvironmentBuilder(tmp_path / "cache", IndexClient([public.url], ACME), bubblewrap)
    assert packages_of(after.lock(spec, "x-1")) == {"acme-rocket": "1.0"}
    assert PackageIndex(tmp_path / "cache", ACME).releases("acme-rocket").newest.version == "1.0"


def test_a_wrong_password_is_an_error_that_says_where_it_belongs(private, public, monkeypatch):
    monkeypatch.setenv("ACME_INDEX", private.url.replace(PASSWORD, "guess"))
    with pytest.raises(IndexUnavailableError, match="status 401; does its address need a user name") as error:
        IndexClient([public.url], ACME).first_project("acme-rocket")
    assert "guess" not in str(error.value)


def test_the_order_of_the_configured_indexes_stays_where_a_package_is_assigned_to_one_of_them(monkeypatch):
    monkeypatch.setenv("ACME_INDEX", "https://b.example/simple/")
    client = IndexClient(["https://a.example/simple/", "https://b.example/simple/"], ACME)
    assert client.urls == ("https://a.example/simple/", "https://b.example/simple/")
    assert client.urls_of("acme-rocket") == ("https://b.example/simple/",)
    assert client.urls_of("plain") == client.urls


@pytest.mark.parametrize("hashes", ["sha256", "md5", ""])
def test_an_index_without_days_serves_runs_that_have_one(
    hashes, public, bubblewrap, interpreter, tmp_path, monkeypatch
):
    with private_index(hashes) as index:
        monkeypatch.setenv("ACME_INDEX", index.url)
        index.offer("acme-rocket", "1.0", WORKS)
        builder = EnvironmentBuilder(tmp_path / "cache", IndexClient([public.url], ACME), bubblewrap)
        spec = EnvironmentSpec(("acme-rocket", "plain"), interpreter, DAY)
        lock = builder.lock(spec, "x-1")
        assert undated_in(lock) == ["acme-rocket"]
        assert [release.name for release in parse_lock(lock)] == ["acme-rocket", "plain"]
        assert builder.lock(spec, "x-1") == lock, "from the cache"
        builder.make(lock, spec, "x-1", builder.folder / "environment")
        # A second program, for which uv has the pages already.
        other = EnvironmentBuilder(tmp_path / "cache", IndexClient([public.url], ACME), bubblewrap)
        assert undated_in(other.lock(EnvironmentSpec(("acme-rocket",), interpreter, DAY), "x-1")) == ["acme-rocket"]


def test_a_file_without_a_day_among_others_that_have_one_stays_unavailable(public, builder, interpreter):
    offer_wheel(public, "plain", "2.0", {"plain/__init__.py": ""})
    del public.pages["plain"]["files"][1]["upload-time"]
    lock = builder.lock(EnvironmentSpec(("plain",), interpreter, DAY), "x-1")
    assert (packages_of(lock), undated_in(lock)) == ({"plain": "1.0"}, [])


def test_a_card_of_a_private_package_is_executed_and_its_evidence_says_what_held(private, public, bubblewrap, tmp_path):
    private.offer("acme-rocket", "1.0", BROKEN)
    private.offer("acme-rocket", "2.0", WORKS)
    card = a_card(
        "import acme_rocket\nacme_rocket.lift()\n",
        package="acme-rocket",
        title="lift() finds no fuel",
        versions={"affected": "<=1.0", "fixed": "2.0"},
        signature={"error": "RuntimeError: the rocket has no fuel ({count} left)", "exception": "RuntimeError"},
    )
    settings = RunSettings(tmp_path / "cache", "bubblewrap", indexes=ACME)
    evidence = CardRunner(Card.model_validate(card), settings).evidence()
    outcomes = {run.role: (run.release, run.outcome) for run in evidence.runs}
    assert outcomes["broken"] == ("1.0", "failed-as-described")
    assert outcomes["fix"] == outcomes["latest"] == ("2.0", "passed")
    assert any("has no days of upload for acme-rocket" in note for note in evidence.notes)
    text = evidence.model_dump_json()
    assert PASSWORD not in text
    assert private.address not in text
    assert "acme-rocket" not in asked(public)
    for file in (tmp_path / "cache").rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file


def test_a_list_of_releases_is_of_the_rules_by_which_it_was_asked_for(private, public, tmp_path):
    PackageIndex(tmp_path).releases("acme-rocket")
    private.offer("acme-rocket", "1.0", WORKS)
    assert PackageIndex(tmp_path, ACME).releases("acme-rocket").newest.uploaded is None
    assert json.loads((tmp_path / "acme-rocket.json").read_text())["index"][-1] == "ACME_INDEX acme-*"
