from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec, packages_of
from fixcards.verify.index_client import IndexClient
from fixcards.verify.index_configuration import index_urls, uv_index_variables
from fixcards.verify.interpreters import choose_interpreters, installed_interpreters
from fixcards.verify.unavailable import EnvironmentUnavailable

from .packages import offer_wheel

DAY = date(2024, 1, 1)


@pytest.fixture
def builder(bubblewrap, cache):
    return EnvironmentBuilder(cache, IndexClient(index_urls(uv_index_variables())), bubblewrap)


def spec(*requires: str, day: date | None = DAY, **more) -> EnvironmentSpec:
    return EnvironmentSpec(requires, choose_interpreters(installed_interpreters(), [">=3.8"], day)[0], day, **more)


def test_a_lock_has_hashes_and_names_no_index_and_no_path_of_this_machine(builder):
    lock = builder.lock(spec("importlib-metadata==6.0.0"), "x-1")
    assert packages_of(lock) == {"importlib-metadata": "6.0.0", "zipp": "3.17.0"}
    assert lock.count("==") == 2
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert str(builder.folder) not in lock


def test_what_was_read_of_a_wheel_is_not_read_again_on_another_day(bubblewrap, local_index, tmp_path):
    local_index.answers_ranges = True
    offer_wheel(local_index, "demo", "1.0", {"demo.py": "x = 1\n"})
    builder = EnvironmentBuilder(tmp_path, IndexClient([local_index.url]), bubblewrap)

    def asked(day: date) -> list[tuple[str, str]]:
        before = len(local_index.requests)
        assert packages_of(builder.lock(spec("demo", day=day), "x-1")) == {"demo": "1.0"}
        return [each for each in local_index.requests[before:] if each[0].startswith("/files/")]

    assert ("/files/demo-1.0-py3-none-any.whl", "HEAD") in asked(DAY)
    assert asked(date(2024, 1, 2)) == []


def test_broken_and_fixed_differ_in_the_package_alone_when_they_share_a_day(builder):
    broken = packages_of(builder.lock(spec("importlib-metadata==6.0.0"), "x-1"))
    fixed = packages_of(builder.lock(spec("importlib-metadata==6.7.0"), "x-1"))
    assert {name for name in broken | fixed if broken.get(name) != fixed.get(name)} == {"importlib-metadata"}


def test_the_day_decides_what_is_resolved(builder):
    early = packages_of(builder.lock(spec("importlib-metadata==6.0.0", day=date(2023, 2, 1)), "x-1"))
    assert early["zipp"] == "3.12.0"


def test_a_pair_that_no_resolver_gives_is_installed_where_its_package_overrides(builder):
    pair = "importlib-metadata==6.0.0", "zipp==0.4.0"
    with pytest.raises(EnvironmentUnavailable, match=r"zipp>=0\.5"):
        builder.lock(spec(*pair), "x-1")
    overriding = spec(*pair, overrides=("zipp",))
    lock = builder.lock(overriding, "x-1")
    assert packages_of(lock)["zipp"] == "0.4.0"
    venv = builder.make(lock, overriding, "x-1", builder.folder / "pair")
    assert list(venv.glob("lib/*/site-packages/zipp-0.4.0.dist-info"))


def test_environments_share_the_files_of_the_cache(builder):
    plain = spec("iniconfig==2.0.0")
    lock = builder.lock(plain, "x-1")
    first = builder.make(lock, plain, "x-1", builder.folder / "first")
    second = builder.make(lock, plain, "x-1", builder.folder / "second")
    files = [next(venv.glob("lib/*/site-packages/iniconfig/__init__.py")) for venv in (first, second)]
    assert files[0].stat().st_ino == files[1].stat().st_ino


def test_a_release_without_a_wheel_is_refused_with_its_reason(builder):
    with pytest.raises(EnvironmentUnavailable, match=r"^no wheel: ") as refusal:
        builder.lock(spec("httpx==0.7.1", day=date(2019, 8, 29)), "x-1")
    assert str(builder.folder) not in str(refusal.value)


def test_requirements_without_a_solution_are_refused_with_their_reason(builder):
    with pytest.raises(EnvironmentUnavailable, match=r"^resolution: No solution found") as refusal:
        builder.lock(spec("jinja2==3.1.2", "markupsafe<2"), "x-1")
    assert str(refusal.value).isascii()


def test_an_index_out_of_reach_is_an_error_and_no_evidence(bubblewrap, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    builder = EnvironmentBuilder(tmp_path, IndexClient(["http://127.0.0.1:9/simple/"]), bubblewrap)
    with pytest.raises(FixcardsError, match="can't be reached"):
        builder.lock(spec("iniconfig==2.0.0"), "x-1")


def test_a_distribution_that_may_be_built_is_built_once_and_stored_as_a_wheel(builder):
    built_spec = spec("iniconfig==2.0.0", build=("iniconfig",))
    lock = builder.lock(built_spec, "built-1")
    for _ in range(2):
        venv = builder.make(lock, built_spec, "built-1", builder.folder / "work" / "built")
        assert next(venv.glob("lib/*/site-packages/iniconfig/__init__.py")).exists()
    assert len(list((builder.folder / "built").rglob("iniconfig-2.0.0-py3-none-any.whl"))) == 1
    assert not list(venv.rglob("direct_url.json"))  # it would hold a path of this machine


def test_uv_gets_no_variable_that_it_does_not_need(builder, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    monkeypatch.setenv("UV_PUBLISH_TOKEN", "hush")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hush@proxy.example")
    environment = builder.uv.environment("/cache", "http://packages.invalid")
    assert "hush" not in str(environment)
    assert Path(environment["HOME"]) != Path.home()
